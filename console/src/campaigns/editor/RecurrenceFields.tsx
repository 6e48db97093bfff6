// A window that recurs: its first day and times, how often it comes, and until when.
import { Chip, Fieldset, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { RemoveButton } from "@/components/RemoveButton";
import type { Recurrence } from "../types";
import { dayOf, firstTime, timeOf, timesOf } from "./times";

const DAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

interface Props {
  value: Recurrence;
  /** undefined takes it out. */
  onChange: (value: Recurrence | undefined) => void;
}

export function RecurrenceFields({ value, onChange }: Props) {
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
          <RemoveButton size={36} onClick={() => onChange(undefined)} />
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
