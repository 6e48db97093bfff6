// A time zone by its IANA name.
import { Select } from "@mantine/core";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

interface Props {
  label: string;
  description?: string;
  value: string;
  onChange: (zone: string) => void;
}

export function ZoneSelect({ value, onChange, ...words }: Props) {
  return (
    <Select
      {...words}
      data={ZONES.includes(value) ? ZONES : [value, ...ZONES]}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      allowDeselect={false}
      searchable
      limit={60}
      maw={320}
    />
  );
}
