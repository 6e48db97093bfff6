// Choosing the people who become members of a queue, by a part of their name.
import { Button, MultiSelect, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import { addMembers, peopleQuery, QUEUES_KEY } from "./queries";

const TYPING_MS = 250;

interface Chosen {
  value: string;
  label: string;
}

export function AddMembers({ queueId, onDone }: { queueId: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<Chosen[]>([]);
  const [name] = useDebouncedValue(typed.trim(), TYPING_MS);
  const people = useQuery(peopleQuery(name)).data?.results ?? [];
  const found = people.map((each) => ({ value: each.id, label: each.name }));
  const known = [...chosen, ...found.filter(({ value }) => !chosen.some((c) => c.value === value))];
  const add = useAction(
    () =>
      addMembers(
        queueId,
        chosen.map(({ value }) => value),
      ),
    {
      renew: [QUEUES_KEY],
      done: t("queues.membersAdded", { count: chosen.length }),
      after: onDone,
    },
  );
  return (
    <Stack gap="md">
      <MultiSelect
        label={t("queues.people")}
        description={t("queues.addMembersHint")}
        data-autofocus
        data={known}
        value={chosen.map(({ value }) => value)}
        onChange={(ids) => setChosen(known.filter(({ value }) => ids.includes(value)))}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        filter={({ options }) => options}
        nothingFoundMessage={t("list.nothingFound")}
        hidePickedOptions
        maxValues={100}
      />
      <Text c="dimmed">{t("queues.newMemberHint")}</Text>
      <Button
        disabled={chosen.length === 0}
        loading={add.isPending}
        onClick={() => add.mutate(undefined)}
      >
        {t("queues.addMembersVerb", { count: chosen.length })}
      </Button>
    </Stack>
  );
}
