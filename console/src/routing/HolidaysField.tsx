// The days on which the week does not count: closed, or open at other times.
import { Button, Checkbox, CloseButton, Group, Input, Stack, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Holiday } from "./hours";
import classes from "./Routing.module.css";
import { SpanFields } from "./WeekField";

const NEW: Holiday = { date: "", name: "", from: "", to: "" };

interface Props {
  label: string;
  value: Holiday[];
  onChange: (holidays: Holiday[]) => void;
  error?: ReactNode;
}

export function HolidaysField({ label, value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      description={t("hours.holidaysHint")}
      error={error}
    >
      <Stack gap={0} mt={4} role="group" aria-label={label}>
        {value.map((holiday, at) => (
          <HolidayRow
            key={at}
            number={at + 1}
            holiday={holiday}
            onChange={(next) => onChange(value.map((each, index) => (index === at ? next : each)))}
            onRemove={() => onChange(value.filter((_, index) => index !== at))}
          />
        ))}
      </Stack>
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...value, NEW])}
      >
        {t("hours.addHoliday")}
      </Button>
    </Input.Wrapper>
  );
}

interface RowProps {
  number: number;
  holiday: Holiday;
  onChange: (holiday: Holiday) => void;
  onRemove: () => void;
}

function HolidayRow({ number, holiday, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const name = holiday.name || t("hours.holidayNumber", { number });
  const isOpen = Boolean(holiday.from || holiday.to);
  return (
    <div className={classes.row} role="group" aria-label={name}>
      <Group gap="xs" wrap="nowrap" align="start">
        <TextInput
          type="date"
          aria-label={t("hours.date")}
          value={holiday.date}
          onChange={(event) => onChange({ ...holiday, date: event.currentTarget.value })}
        />
        <TextInput
          aria-label={t("hours.holidayName")}
          placeholder={t("hours.holidayName")}
          value={holiday.name}
          onChange={(event) => onChange({ ...holiday, name: event.currentTarget.value })}
          style={{ flex: 1 }}
        />
        <CloseButton mt={4} aria-label={t("hours.removeHoliday", { name })} onClick={onRemove} />
      </Group>
      <Group gap="xs" mt={6} mih={36}>
        <Checkbox
          label={t("hours.openBetween")}
          checked={isOpen}
          onChange={(event) =>
            onChange({
              ...holiday,
              ...(event.currentTarget.checked
                ? { from: "10:00", to: "14:00" }
                : { from: "", to: "" }),
            })
          }
        />
        {isOpen && (
          <SpanFields
            of={name}
            value={holiday}
            onChange={({ from, to }) => onChange({ ...holiday, from, to })}
          />
        )}
      </Group>
    </div>
  );
}
