// Asking a colleague to read along: whom, and what about. The customer is not told.
import { Button, Stack, Text, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { useConsult, type At } from "./deeds";
import { MemberPicker, QueuePicker } from "./TransferSheet";

const LONGEST_NOTE = 500;

interface Props {
  at: At;
  isOpen: boolean;
  onClose: () => void;
}

export function ConsultSheet({ at, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("desk.consult.title")} isOpen={isOpen} onClose={onClose}>
      <Form at={at} onDone={onClose} />
    </SideSheet>
  );
}

function Form({ at, onDone }: { at: At; onDone: () => void }) {
  const { t } = useTranslation();
  const [queueId, setQueue] = useState<string>();
  const [userId, setUser] = useState<string>();
  const [note, setNote] = useState("");
  const consult = useConsult(t("desk.consult.done"), onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (userId) consult.mutate({ where: at, userId, note: note.trim() });
  };
  const choose = (id: string | undefined) => {
    setQueue(id);
    setUser(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <QueuePicker value={queueId} onChange={choose} />
        {queueId && (
          <MemberPicker
            key={queueId}
            queueId={queueId}
            hint={t("desk.consult.personHint")}
            value={userId}
            onChange={setUser}
          />
        )}
        <Textarea
          label={t("desk.consult.note")}
          description={t("desk.consult.noteHint")}
          autosize
          minRows={2}
          maxLength={LONGEST_NOTE}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Text c="dimmed" size="xs">
          {t("desk.consult.explain")}
        </Text>
        <Button type="submit" disabled={!userId} loading={consult.isPending}>
          {t("desk.consult.ask")}
        </Button>
      </Stack>
    </form>
  );
}
