// The text of a message with its helpers: suggestions while typing, files, and Enter to send.
import { Button, Group, Text, Textarea } from "@mantine/core";
import { LayoutTemplate, SendHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Composer.module.css";
import type { At } from "./deeds";
import { FileChips } from "./FileChips";
import { useFiles, type AddedFiles } from "./files";
import { useTyping } from "./marks";
import type { Content } from "./outbox";
import { optionId, SuggestionList } from "./SuggestionList";
import { openPlaceholder } from "./suggestions";
import { FileButton, ToolButton } from "./tools";
import type { Conversation } from "./types";
import { useWriting, type Writing } from "./writing";

interface Props {
  conversation: Conversation;
  at: At;
  onSend: (content: Content) => void;
  onTemplate: () => void;
  /** Beside the buttons for files and templates. */
  tools?: ReactNode;
}

export function TextForm({ conversation, at, onSend, onTemplate, tools }: Props) {
  const { t } = useTranslation();
  const writing = useWriting(conversation);
  const files = useFiles(at);
  const tellTyping = useTyping(at);
  const missing = openPlaceholder(writing.text);
  const isBusy = files.files.some((file) => !file.id);
  const isEmpty = !writing.text.trim() && files.files.length === 0;
  const send = () => {
    if (isEmpty || isBusy) return;
    if (missing) return writing.select(missing.from, missing.to);
    const mediaIds = files.files.flatMap(({ id }) => id ?? []);
    const text = writing.text.trim() || undefined;
    onSend({ text, ...(mediaIds.length > 0 && { mediaIds }) });
    writing.write("");
    files.clear();
    writing.field?.focus();
  };
  return (
    <div
      className={classes.form}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropped(event, files)}
    >
      <SuggestionList id={writing.listId} suggestions={writing.suggestions} onTake={writing.take} />
      <FileChips files={files.files} onRemove={files.remove} />
      <Field writing={writing} files={files} onSend={send} onTyping={tellTyping} />
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={4} wrap="nowrap">
          <FileButton files={files} />
          <ToolButton label={t("desk.template.choose")} onClick={onTemplate}>
            <LayoutTemplate size={17} />
          </ToolButton>
          {tools}
        </Group>
        <Group gap="xs" wrap="nowrap">
          {missing && (
            <Text size="xs" c="var(--warn)" role="status">
              {t("desk.canned.missing", { name: missing.name })}
            </Text>
          )}
          <Button
            size="xs"
            rightSection={<SendHorizontal size={15} aria-hidden />}
            disabled={isEmpty || isBusy}
            onClick={send}
          >
            {t("desk.send")}
          </Button>
        </Group>
      </Group>
    </div>
  );
}

interface FieldProps {
  writing: Writing;
  files: AddedFiles;
  onSend: () => void;
  onTyping: () => void;
}

function Field({ writing, files, onSend, onTyping }: FieldProps) {
  const { t } = useTranslation();
  const { hold, text, suggestions, listId } = writing;
  const isListed = suggestions.items.length > 0;
  const keyed = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing || writing.keyedInList(event)) return;
    // Out of the text, back to the keys of the desk.
    if (event.key === "Escape") writing.field?.blur();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    onSend();
  };
  return (
    <Textarea
      ref={hold}
      aria-label={t("desk.write")}
      placeholder={t("desk.writeHint")}
      autosize
      minRows={2}
      maxRows={9}
      variant="unstyled"
      value={text}
      onChange={(event) => {
        writing.typed(event.currentTarget);
        if (event.currentTarget.value.trim()) onTyping();
      }}
      onSelect={(event) => writing.moved(event.currentTarget)}
      onKeyDown={keyed}
      onPaste={(event) => pasted(event, files)}
      aria-autocomplete="list"
      aria-controls={isListed ? listId : undefined}
      aria-activedescendant={isListed ? optionId(listId, suggestions.at) : undefined}
      classNames={{ input: classes.input }}
    />
  );
}

function dropped(event: React.DragEvent, files: AddedFiles) {
  if (event.dataTransfer.files.length === 0) return;
  event.preventDefault();
  files.add(event.dataTransfer.files);
}

function pasted(event: React.ClipboardEvent, files: AddedFiles) {
  if (event.clipboardData.files.length === 0) return;
  event.preventDefault();
  files.add(event.clipboardData.files);
}
