// When nobody is messaged: by the clock on the contact's own wall. Also the default of all.
import { Checkbox, Chip, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QuietHours } from "../types";
import { OWN_ZONE } from "./values";
import { ZoneSelect } from "./ZoneSelect";

const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export const USUAL: QuietHours = {
  from: "21:00",
  to: "08:00",
  days: [],
  timeZoneFromNumber: true,
  timeZone: OWN_ZONE,
};

interface Props {
  value: QuietHours;
  onChange: (value: QuietHours) => void;
  /** Columns of the list; one of them may hold each contact's time zone. */
  columns?: string[];
  error?: string;
}

export function QuietFields({ value, onChange, columns = [], error }: Props) {
  const { t } = useTranslation();
  const put = (changes: Partial<QuietHours>) => onChange(withoutGaps({ ...value, ...changes }));
  const time = (field: "from" | "to") => (
    <TextInput
      type="time"
      label={t(`campaigns.quiet.${field}`)}
      value={value[field] ?? ""}
      onChange={(event) => put({ [field]: event.currentTarget.value || undefined })}
      w={140}
    />
  );
  return (
    <Stack gap="sm">
      <Group gap="sm" align="end">
        {time("from")}
        {time("to")}
      </Group>
      <Days value={value.days ?? []} onChange={(days) => put({ days })} />
      <ZoneSelect
        label={t("campaigns.quiet.zone")}
        value={value.timeZone ?? OWN_ZONE}
        onChange={(timeZone) => put({ timeZone })}
      />
      <Checkbox
        label={t("campaigns.quiet.fromNumber")}
        description={t("campaigns.quiet.fromNumberHint")}
        checked={value.timeZoneFromNumber ?? true}
        onChange={(event) => put({ timeZoneFromNumber: event.currentTarget.checked })}
      />
      {columns.length > 0 && (
        <Select
          label={t("campaigns.quiet.column")}
          description={t("campaigns.quiet.columnHint")}
          data={columns}
          value={value.timeZoneColumn ?? null}
          onChange={(column) => put({ timeZoneColumn: column ?? undefined })}
          clearable
          searchable
        />
      )}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function withoutGaps(value: QuietHours): QuietHours {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

function Days({ value, onChange }: { value: string[]; onChange: (days: string[]) => void }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text fw={500} mb={4}>
        {t("campaigns.quiet.days")}
      </Text>
      <Chip.Group multiple value={value.length > 0 ? value : [...DAYS]} onChange={onChange}>
        <Group gap={6} role="group" aria-label={t("campaigns.quiet.days")}>
          {DAYS.map((day) => (
            <Chip key={day} value={day} size="xs">
              {t(`campaigns.days.${day}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </div>
  );
}
