// What the conversation came to: a code and notes, with the time that is left for it.
import { Button, Group, Select, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchState } from "@/components/search";
import { clockOf, useSecondsLeft } from "./countdown";
import { useChangePart, useWrapUp, type At } from "./deeds";
import { codesQuery } from "./queries";
import classes from "./WrapupPanel.module.css";
import type { Part } from "./types";

export function WrapupPanel({ at, part }: { at: At; part: Part }) {
  const { t } = useTranslation();
  const [code, setCode] = useState<string>();
  const [notes, setNotes] = useState("");
  const codes = useQuery(codesQuery(at.conversationId, at.partId)).data ?? [];
  const { set } = useSearchState();
  const leave = () => set({ c: undefined });
  const wrapUp = useWrapUp(leave);
  const skip = useChangePart({ wrapupSkipped: true }, leave);
  const save = () => wrapUp.mutate({ where: at, wrapup: { code, ...(notes && { notes }) } });
  return (
    <section className={classes.panel} aria-label={t("desk.wrapup.title")}>
      <Group justify="space-between" gap="xs">
        <Text fw={600}>{t("desk.wrapup.title")}</Text>
        {part.wrapupExpiresTime && <Left until={part.wrapupExpiresTime} />}
      </Group>
      <Select
        label={t("desk.wrapup.code")}
        data-autofocus
        autoFocus
        searchable
        data={codes.map((each) => ({ value: each.id, label: each.name }))}
        value={code ?? null}
        onChange={(id) => setCode(id ?? undefined)}
        nothingFoundMessage={t("list.nothingFound")}
        comboboxProps={{ position: "top", withinPortal: false }}
      />
      <Textarea
        label={t("desk.wrapup.notes")}
        autosize
        minRows={1}
        maxRows={5}
        value={notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
      />
      <Group justify="flex-end" gap="xs">
        {!part.wrapupRequired && (
          <Button variant="default" loading={skip.isPending} onClick={() => skip.mutate(at)}>
            {t("desk.wrapup.skip")}
          </Button>
        )}
        <Button disabled={!code} loading={wrapUp.isPending} onClick={save}>
          {t("desk.wrapup.save")}
        </Button>
      </Group>
    </section>
  );
}

function Left({ until }: { until: string }) {
  const { t } = useTranslation();
  const seconds = useSecondsLeft(until);
  return (
    <Text size="xs" c="dimmed" className="figures">
      {t("desk.wrapup.left", { time: clockOf(seconds) })}
    </Text>
  );
}
