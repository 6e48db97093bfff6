// Writing a note for colleagues, in the notes' own colour so that nobody takes it for a message.
import { ActionIcon, Button, Group, Textarea, Tooltip } from "@mantine/core";
import { StickyNote } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useSearchState } from "@/components/search";
import classes from "./Composer.module.css";
import { newKey, useAddNote } from "./deeds";
import { mayDesk } from "./permissions";

interface Props {
  conversationId: string;
  onDone: () => void;
}

export function NoteForm({ conversationId, onDone }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const key = useRef<string>(undefined);
  const add = useAddNote(conversationId, onDone);
  const save = () => {
    if (text.trim()) add.mutate({ text, key: (key.current ??= newKey()) });
  };
  const keyed = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") onDone();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    save();
  };
  return (
    <div className={classes.composer}>
      <div className={classes.form} data-note="true">
        <Textarea
          autoFocus
          aria-label={t("desk.note.label")}
          placeholder={t("desk.note.hint")}
          autosize
          minRows={2}
          maxRows={9}
          variant="unstyled"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={keyed}
          classNames={{ input: classes.input }}
        />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onDone}>
            {t("common.cancel")}
          </Button>
          <Button size="xs" disabled={!text.trim()} loading={add.isPending} onClick={save}>
            {t("desk.note.save")}
          </Button>
        </Group>
      </div>
    </div>
  );
}

/** Opens the note in the place of the composer. */
export function NoteButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayDesk.writeNotes)) return null;
  return (
    <Tooltip label={t("desk.note.add")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("desk.note.add")}
        onClick={() => set({ sheet: "note" })}
      >
        <StickyNote size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
