// When the campaign runs by itself: single spans, and windows that recur.
import {
  ActionIcon,
  Button,
  Chip,
  Fieldset,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Interval, Recurrence } from "../types";
import type { CampaignEditor } from "./campaignEditor";
import { dayOf, firstTime, localOf, momentOf, nextHour, timeOf, timesOf } from "./times";
import { OWN_ZONE, type ScheduleValues } from "./values";
import { ZoneSelect } from "./ZoneSelect";

const DAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

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

function RemoveButton({ onRemove }: { onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={36}
      aria-label={t("common.remove")}
      onClick={onRemove}
    >
      <Trash2 size={16} />
    </ActionIcon>
  );
}

interface FieldsProps<T> {
  value: T;
  /** undefined takes it out. */
  onChange: (value: T | undefined) => void;
}

function IntervalFields({ value, onChange }: FieldsProps<Interval>) {
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
        <RemoveButton onRemove={() => onChange(undefined)} />
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t("campaigns.plan.ownZone", { zone: OWN_ZONE })}
      </Text>
    </Fieldset>
  );
}

function RecurrenceFields({ value, onChange }: FieldsProps<Recurrence>) {
  const { t } = useTranslation();
  const { pattern } = value;
  const put = (changes: Partial<Recurrence>) => onChange({ ...value, ...changes });
  const times = (changes: Partial<Record<"day" | "from" | "to", string>>) =>
    put(
      timesOf({ day: dayOf(value), from: timeOf(value.start), to: timeOf(value.end), ...changes }),
    );
  const clock = (name: "from" | "to", time: string) => (
    <TextInput
      type="time"
      label={t(`campaigns.plan.${name}`)}
      value={timeOf(time)}
      onChange={(event) => times({ [name]: event.currentTarget.value })}
      w={130}
    />
  );
  return (
    <Fieldset legend={t("campaigns.plan.recurrence")}>
      <Stack gap="sm">
        <Group gap="sm" align="end">
          <TextInput
            type="date"
            label={t("campaigns.plan.firstDay")}
            value={dayOf(value)}
            onChange={(event) => times({ day: event.currentTarget.value })}
            w={160}
          />
          {clock("from", value.start)}
          {clock("to", value.end)}
          <RemoveButton onRemove={() => onChange(undefined)} />
        </Group>
        <PatternFields pattern={pattern} onChange={(next) => put({ pattern: next })} />
        <RangeFields range={value.range} onChange={(range) => put({ range })} />
      </Stack>
    </Fieldset>
  );
}

interface PatternProps {
  pattern: Recurrence["pattern"];
  onChange: (pattern: Recurrence["pattern"]) => void;
}

function PatternFields({ pattern, onChange }: PatternProps) {
  const { t } = useTranslation();
  const isWeekly = pattern.type === "Weekly";
  const days = pattern.daysOfWeek ?? [];
  return (
    <>
      <Group gap="sm" align="end">
        <NumberInput
          label={t("campaigns.plan.every")}
          min={1}
          max={99}
          value={pattern.interval ?? 1}
          onChange={(interval) => onChange({ ...pattern, interval: Number(interval) || 1 })}
          w={90}
        />
        <Select
          aria-label={t("campaigns.plan.unit")}
          data={[
            { value: "Daily", label: t("campaigns.plan.daily") },
            { value: "Weekly", label: t("campaigns.plan.weekly") },
          ]}
          value={pattern.type}
          onChange={(type) =>
            onChange(
              type === "Weekly"
                ? { type, interval: pattern.interval, daysOfWeek: [...DAYS.slice(0, 5)] }
                : { type: "Daily", interval: pattern.interval },
            )
          }
          allowDeselect={false}
          w={140}
        />
      </Group>
      {isWeekly && (
        <Chip.Group
          multiple
          value={days}
          onChange={(daysOfWeek) => onChange({ ...pattern, daysOfWeek })}
        >
          <Group gap={6} role="group" aria-label={t("campaigns.plan.days")}>
            {DAYS.map((day) => (
              <Chip key={day} value={day} size="xs">
                {t(`campaigns.days.${day.toLowerCase() as Lowercase<typeof day>}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
    </>
  );
}

interface RangeProps {
  range: Recurrence["range"];
  onChange: (range: Recurrence["range"]) => void;
}

function RangeFields({ range, onChange }: RangeProps) {
  const { t } = useTranslation();
  const choose = (type: string | null) => {
    if (type === "EndDate") onChange({ type, end: dayOf(firstTime()) });
    else if (type === "Numbered") onChange({ type, numberOfOccurrences: 10 });
    else onChange({ type: "NoEnd" });
  };
  return (
    <Group gap="sm" align="end">
      <Select
        label={t("campaigns.plan.until")}
        data={[
          { value: "NoEnd", label: t("campaigns.plan.noEnd") },
          { value: "EndDate", label: t("campaigns.plan.endDate") },
          { value: "Numbered", label: t("campaigns.plan.numbered") },
        ]}
        value={range.type}
        onChange={choose}
        allowDeselect={false}
        w={200}
      />
      {range.type === "EndDate" && (
        <TextInput
          type="date"
          aria-label={t("campaigns.plan.endDate")}
          value={(range.end ?? "").slice(0, 10)}
          onChange={(event) => onChange({ ...range, end: event.currentTarget.value })}
        />
      )}
      {range.type === "Numbered" && (
        <NumberInput
          aria-label={t("campaigns.plan.numbered")}
          min={1}
          value={range.numberOfOccurrences ?? 1}
          onChange={(number) => onChange({ ...range, numberOfOccurrences: Number(number) || 1 })}
          w={90}
        />
      )}
    </Group>
  );
}
