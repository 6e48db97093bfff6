// What a workstream says by itself, by occasion and language; and short texts for its people.
import {
  Button,
  CloseButton,
  Group,
  Input,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "../Routing.module.css";
import type { FieldsProps } from "./editor";
import { LanguageSelect } from "@/components/LanguageSelect";
import type { Message, QuickReply, Trigger } from "./values";

export const TRIGGERS = [
  "greeting",
  "out_of_hours",
  "waiting",
  "agent_joined",
  "closed",
  "overflow",
  "attachment_refused",
  "unsupported",
] as const satisfies Trigger[];
/** Placeholders of a text, which stand in our own words as they are. */
const PLACEHOLDERS = {
  customer: "{{customer}}",
  queue: "{{queue}}",
  agent: "{{agent}}",
  position: "{{position}}",
};
const FIRST_WAIT_SECONDS = 120;

export function MessageFields({ editor: { form, labels } }: FieldsProps) {
  const { t } = useTranslation();
  const { messages, quickReplies, language } = form.getValues();
  const put = (next: Message[]) => form.setFieldValue("messages", next);
  const putReplies = (next: QuickReply[]) => form.setFieldValue("quickReplies", next);
  return (
    <>
      <Input.Wrapper
        label={labels.messages}
        labelElement="div"
        description={t("workstreams.messagesHint", PLACEHOLDERS)}
        error={form.errors.messages}
      >
        {messages.map((message, at) => (
          <MessageRow
            key={at}
            message={message}
            onChange={(next) => put(messages.map((each, i) => (i === at ? next : each)))}
            onRemove={() => put(messages.filter((_, i) => i !== at))}
          />
        ))}
        <AddButton
          words={t("workstreams.addMessage")}
          onClick={() => put([...messages, { trigger: nextTrigger(messages), language, text: "" }])}
        />
      </Input.Wrapper>
      <Input.Wrapper
        label={labels.quickReplies}
        labelElement="div"
        description={t("workstreams.quickRepliesHint")}
        error={form.errors.quickReplies}
      >
        {quickReplies.map((reply, at) => (
          <ReplyRow
            key={at}
            reply={reply}
            onChange={(next) => putReplies(quickReplies.map((each, i) => (i === at ? next : each)))}
            onRemove={() => putReplies(quickReplies.filter((_, i) => i !== at))}
          />
        ))}
        <AddButton
          words={t("workstreams.addReply")}
          onClick={() => putReplies([...quickReplies, { name: "", text: "" }])}
        />
      </Input.Wrapper>
    </>
  );
}

/** The first occasion on which nothing is said yet. */
const nextTrigger = (messages: Message[]): Trigger =>
  TRIGGERS.find((each) => !messages.some(({ trigger }) => trigger === each)) ?? "waiting";

export function AddButton({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      mt="xs"
      leftSection={<Plus size={14} aria-hidden />}
      onClick={onClick}
    >
      {words}
    </Button>
  );
}

interface RowProps {
  message: Message;
  onChange: (message: Message) => void;
  onRemove: () => void;
}

function MessageRow({ message, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const isWaiting = message.trigger === "waiting";
  const choose = (trigger: Trigger) =>
    onChange({
      ...message,
      trigger,
      afterSeconds: trigger === "waiting" ? FIRST_WAIT_SECONDS : 0,
    });
  return (
    <Stack
      gap="xs"
      className={classes.row}
      role="group"
      aria-label={t(`workstreams.triggers.${message.trigger}`)}
    >
      <Group gap="xs" wrap="nowrap" align="start">
        <Select
          flex={1}
          aria-label={t("workstreams.occasion")}
          data={TRIGGERS.map((value) => ({ value, label: t(`workstreams.triggers.${value}`) }))}
          value={message.trigger}
          allowDeselect={false}
          onChange={(trigger) => trigger && choose(trigger)}
        />
        <LanguageSelect
          flex={1}
          aria-label={t("workstreams.language")}
          value={message.language}
          onChange={(language) => onChange({ ...message, language })}
        />
        <CloseButton mt={4} aria-label={t("workstreams.removeMessage")} onClick={onRemove} />
      </Group>
      {isWaiting && (
        <NumberInput
          label={t("workstreams.afterSeconds")}
          suffix={` ${t("queues.seconds")}`}
          allowDecimal={false}
          min={1}
          styles={{ wrapper: { maxWidth: 240 } }}
          value={message.afterSeconds ?? FIRST_WAIT_SECONDS}
          onChange={(seconds) => onChange({ ...message, afterSeconds: Number(seconds) })}
        />
      )}
      <Textarea
        aria-label={t("workstreams.text")}
        autosize
        maxLength={1000}
        value={message.text}
        onChange={(event) => onChange({ ...message, text: event.currentTarget.value })}
      />
    </Stack>
  );
}

interface ReplyProps {
  reply: QuickReply;
  onChange: (reply: QuickReply) => void;
  onRemove: () => void;
}

function ReplyRow({ reply, onChange, onRemove }: ReplyProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" className={classes.row}>
      <Group gap="xs" wrap="nowrap" align="start">
        <TextInput
          flex={1}
          aria-label={t("workstreams.replyName")}
          placeholder={t("workstreams.replyName")}
          value={reply.name}
          onChange={(event) => onChange({ ...reply, name: event.currentTarget.value })}
        />
        <CloseButton mt={4} aria-label={t("workstreams.removeReply")} onClick={onRemove} />
      </Group>
      <Textarea
        aria-label={t("workstreams.text")}
        placeholder={t("workstreams.text")}
        autosize
        maxLength={1000}
        value={reply.text}
        onChange={(event) => onChange({ ...reply, text: event.currentTarget.value })}
      />
    </Stack>
  );
}
