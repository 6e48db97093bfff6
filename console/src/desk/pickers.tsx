// Choosing a queue, and somebody who works in it.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useSession } from "@/api/session";
import { queueNamesQuery } from "@/routing/queries";
import { usePresenceWord } from "./presences";

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
