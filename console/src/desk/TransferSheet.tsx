// Passing a conversation on: to a queue, or to somebody of it.
import { Button, Select, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useMay } from "@/api/permissions";
import { useSession } from "@/api/session";
import { SideSheet } from "@/components/SideSheet";
import { queueNamesQuery } from "@/routing/queries";
import { useTransfer, type At } from "./deeds";
import { mayDesk } from "./permissions";
import { usePresenceWord } from "./presences";

interface Props {
  at: At;
  isOpen: boolean;
  onClose: () => void;
  /** It is passed on. */
  onDone: () => void;
}

export function TransferSheet({ at, isOpen, onClose, onDone }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("desk.transfer.title")} isOpen={isOpen} onClose={onClose}>
      <Form at={at} onDone={onDone} />
    </SideSheet>
  );
}

function Form({ at, onDone }: { at: At; onDone: () => void }) {
  const { t } = useTranslation();
  const [queueId, setQueue] = useState<string>();
  const [userId, setUser] = useState<string>();
  const transfer = useTransfer(t("desk.transfer.done"), onDone);
  const seesMembers = useMay()(mayDesk.seeMembers);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (userId) transfer.mutate({ where: at, userId });
    else if (queueId) transfer.mutate({ where: at, queueId });
  };
  const choose = (id: string | undefined) => {
    setQueue(id);
    setUser(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <QueuePicker value={queueId} onChange={choose} />
        {queueId && seesMembers && (
          <MemberPicker
            key={queueId}
            queueId={queueId}
            hint={t("desk.transfer.personHint")}
            value={userId}
            onChange={setUser}
          />
        )}
        <Text c="dimmed" size="xs">
          {userId ? t("desk.transfer.toPerson") : t("desk.transfer.toQueue")}
        </Text>
        <Button type="submit" disabled={!queueId} loading={transfer.isPending}>
          {t("desk.transfer.verb")}
        </Button>
      </Stack>
    </form>
  );
}

interface PickerProps {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
  error?: string;
}
interface MemberPickerProps extends PickerProps {
  queueId: string;
  hint: string;
}

export function QueuePicker({ value, onChange, error }: PickerProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [name] = useDebouncedValue(typed, 200);
  const queues = useQuery(queueNamesQuery(value ? "" : name)).data?.entities ?? [];
  return (
    <Select
      label={t("desk.transfer.queue")}
      error={error}
      data-autofocus
      data={queues.map((each) => ({ value: each.id, label: each.name }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t("list.nothingFound")}
    />
  );
}

export function MemberPicker({ queueId, hint, value, onChange }: MemberPickerProps) {
  const { t } = useTranslation();
  const me = useSession()?.user.id;
  const presence = usePresenceWord();
  const [typed, setTyped] = useState("");
  const [name] = useDebouncedValue(typed, 200);
  const found = useQuery(membersQuery(queueId, value ? "" : name)).data?.entities ?? [];
  const others = found.filter((member) => member.id !== me);
  return (
    <Select
      label={t("desk.transfer.person")}
      description={hint}
      data={others.map((member) => ({
        value: member.id,
        label: `${member.name} · ${presence(member.presence)}`,
      }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      clearable
      clearButtonProps={{ "aria-label": t("common.cancel") }}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t("list.nothingFound")}
    />
  );
}

const MEMBERS_FOUND = 50;
const membersQuery = (queue_id: string, typed: string) => {
  const name = typed.split(" · ")[0] ?? "";
  return {
    queryKey: ["desk", "members", queue_id, name],
    queryFn: () =>
      answer(
        api.GET("/api/v2/routing/queues/{queue_id}/members", {
          params: {
            path: { queue_id },
            query: { joined: true, pageSize: MEMBERS_FOUND, ...(name && { name }) },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  };
};
