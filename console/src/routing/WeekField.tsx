// A week of open times: a row for each day, with as many times as it has.
import { Button, CloseButton, Group, Input, Stack, Text, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DAYS, dayName, type Day, type Span, type Week } from "./hours";
import classes from "./Routing.module.css";

const USUAL: Span = { from: "09:00", to: "17:00" };
const WORKDAYS: readonly Day[] = DAYS.slice(0, 5);

interface Props {
  label: string;
  value: Week;
  onChange: (week: Week) => void;
  error?: ReactNode;
}

export function WeekField({ label, value, onChange, error }: Props) {
  const { t } = useTranslation();
  const fill = (days: readonly Day[]) =>
    onChange({ ...value, ...Object.fromEntries(days.map((day) => [day, value.monday])) });
  const isEmpty = DAYS.every((day) => value[day].length === 0);
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      description={isEmpty ? t("hours.always") : t("hours.overMidnight")}
      error={error}
    >
      <Stack gap={0} mt={4} role="group" aria-label={label}>
        {DAYS.map((day) => (
          <DayRow
            key={day}
            day={day}
            spans={value[day]}
            onChange={(spans) => onChange({ ...value, [day]: spans })}
          />
        ))}
      </Stack>
      {value.monday.length > 0 && (
        <Group gap="xs" mt="xs">
          <Button variant="subtle" size="compact-sm" onClick={() => fill(WORKDAYS)}>
            {t("hours.likeMondayWork")}
          </Button>
          <Button variant="subtle" size="compact-sm" onClick={() => fill(DAYS)}>
            {t("hours.likeMondayAll")}
          </Button>
        </Group>
      )}
    </Input.Wrapper>
  );
}

interface DayProps {
  day: Day;
  spans: Span[];
  onChange: (spans: Span[]) => void;
}

function DayRow({ day, spans, onChange }: DayProps) {
  const { t, i18n } = useTranslation();
  const name = dayName(day, i18n.language);
  return (
    <div className={classes.day} role="group" aria-label={name}>
      <Text fw={500} className={classes.dayName}>
        {name}
      </Text>
      <Stack gap={6}>
        {spans.length === 0 && (
          <Text c="dimmed" className={classes.dayName}>
            {t("hours.closed")}
          </Text>
        )}
        {spans.map((span, at) => (
          <Group key={at} gap={6} wrap="nowrap">
            <SpanFields
              of={name}
              value={span}
              onChange={(next) =>
                onChange(spans.map((each, index) => (index === at ? next : each)))
              }
            />
            <CloseButton
              aria-label={t("hours.removeTime", { day: name })}
              onClick={() => onChange(spans.filter((_, index) => index !== at))}
            />
          </Group>
        ))}
      </Stack>
      <Button
        variant="subtle"
        size="compact-sm"
        mt={4}
        leftSection={<Plus size={14} aria-hidden />}
        aria-label={t("hours.addTime", { day: name })}
        onClick={() => onChange([...spans, USUAL])}
      >
        {t("hours.time")}
      </Button>
    </div>
  );
}

interface SpanProps {
  /** Of which day, for who hears the fields rather than sees them. */
  of: string;
  value: Span;
  onChange: (span: Span) => void;
}

export function SpanFields({ of, value, onChange }: SpanProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        type="time"
        aria-label={`${of}: ${t("filter.from")}`}
        value={value.from}
        onChange={(event) => onChange({ ...value, from: event.currentTarget.value })}
      />
      –
      <TextInput
        type="time"
        aria-label={`${of}: ${t("filter.to")}`}
        value={value.to}
        onChange={(event) => onChange({ ...value, to: event.currentTarget.value })}
      />
    </>
  );
}
