// Choosing a division; with only one there is nothing to choose, so nothing is shown.
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { divisionsQuery } from "./queries";

interface Props {
  value?: string;
  onChange?: (id: string) => void;
  error?: string;
}

export function DivisionPicker({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  if (divisions.length < 2) return null;
  const home = divisions.find((division) => division.homeDivision)?.id;
  return (
    <Select
      label={t("people.division")}
      description={t("people.divisionHint")}
      data={divisions.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || home || null}
      onChange={(id) => onChange?.(id ?? "")}
      allowDeselect={false}
      searchable
      error={error}
    />
  );
}
