// When the campaign runs by itself: single spans, and windows that recur.
import { Button, Fieldset, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { RemoveButton } from "@/components/RemoveButton";
import type { Interval } from "../types";
import type { CampaignEditor } from "./campaignEditor";
import { RecurrenceFields } from "./RecurrenceFields";
import { firstTime, localOf, momentOf, nextHour } from "./times";
import { OWN_ZONE, type ScheduleValues } from "./values";
import { ZoneSelect } from "./ZoneSelect";

export function ScheduleFields({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const mayEdit = useMay()(may.editSchedule);
  const { schedule } = editor.values;
  const error = editor.errorAt("schedule");
  const put = (next: ScheduleValues | null) => editor.set({ schedule: next });
  return (
    <Stack gap="sm">
      <Switch
        label={editor.labels.schedule}
        description={t("campaigns.scheduleHint")}
        checked={schedule !== null}
        disabled={!mayEdit}
        onChange={(event) =>
          put(
            event.currentTarget.checked
              ? { timeZone: OWN_ZONE, intervals: [], recurrences: [firstTime()] }
              : null,
          )
        }
      />
      {schedule && <Windows schedule={schedule} onChange={put} />}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

interface WindowsProps {
  schedule: ScheduleValues;
  onChange: (schedule: ScheduleValues) => void;
}

function Windows({ schedule, onChange }: WindowsProps) {
  const { t } = useTranslation();
  const { intervals, recurrences } = schedule;
  const add = (label: string, changes: () => Partial<ScheduleValues>) => (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<Plus size={14} aria-hidden />}
      onClick={() => onChange({ ...schedule, ...changes() })}
    >
      {label}
    </Button>
  );
  return (
    <Stack gap="sm">
      <ZoneSelect
        label={t("campaigns.plan.zone")}
        value={schedule.timeZone}
        onChange={(timeZone) => onChange({ ...schedule, timeZone })}
      />
      {recurrences.map((recurrence, at) => (
        <RecurrenceFields
          key={at}
          value={recurrence}
          onChange={(next) =>
            onChange({ ...schedule, recurrences: replaced(recurrences, at, next) })
          }
        />
      ))}
      {intervals.map((interval, at) => (
        <IntervalFields
          key={at}
          value={interval}
          onChange={(next) => onChange({ ...schedule, intervals: replaced(intervals, at, next) })}
        />
      ))}
      <Group gap="xs">
        {add(t("campaigns.plan.addRecurrence"), () => ({
          recurrences: [...recurrences, firstTime()],
        }))}
        {add(t("campaigns.plan.addInterval"), () => ({
          intervals: [...intervals, nextHour()],
        }))}
      </Group>
    </Stack>
  );
}

function replaced<T>(all: T[], at: number, next: T | undefined): T[] {
  return next === undefined
    ? all.filter((_, place) => place !== at)
    : all.map((each, place) => (place === at ? next : each));
}

interface IntervalProps {
  value: Interval;
  /** undefined takes it out. */
  onChange: (value: Interval | undefined) => void;
}

function IntervalFields({ value, onChange }: IntervalProps) {
  const { t } = useTranslation();
  const field = (name: "start" | "end") => (
    <TextInput
      type="datetime-local"
      label={t(`campaigns.plan.${name}`)}
      value={localOf(value[name])}
      onChange={(event) => onChange({ ...value, [name]: momentOf(event.currentTarget.value) })}
    />
  );
  return (
    <Fieldset legend={t("campaigns.plan.interval")}>
      <Group gap="sm" align="end">
        {field("start")}
        {field("end")}
        <RemoveButton size={36} onClick={() => onChange(undefined)} />
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t("campaigns.plan.ownZone", { zone: OWN_ZONE })}
      </Text>
    </Fieldset>
  );
}
