// Asking a colleague to read along: whom, and what about. The customer is not told.
import { Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConsult, type At } from "./deeds";
import { WhomSheet } from "./WhomSheet";

const LONGEST_NOTE = 500;

interface Props {
  at: At;
  isOpen: boolean;
  onClose: () => void;
}

export function ConsultSheet({ at, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const close = () => {
    setNote("");
    onClose();
  };
  const consult = useConsult(t("desk.consult.done"), close);
  return (
    <WhomSheet
      title={t("desk.consult.title")}
      isOpen={isOpen}
      onClose={close}
      personHint={t("desk.consult.personHint")}
      needsPerson
      verb={t("desk.consult.ask")}
      isSending={consult.isPending}
      onSend={({ userId }) => userId && consult.mutate({ where: at, userId, note: note.trim() })}
    >
      {() => (
        <>
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
        </>
      )}
    </WhomSheet>
  );
}
