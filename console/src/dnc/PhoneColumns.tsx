// The columns of a file that hold the numbers; the others are not read.
import { MultiSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  header: string[];
  value: string[];
  onChange: (columns: string[]) => void;
}

export function PhoneColumns({ header, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <MultiSelect
      label={t("dnc.phoneColumns")}
      description={t("dnc.phoneColumnsHint")}
      data={[...new Set(header.map((name) => name.trim()).filter(Boolean))]}
      value={value}
      onChange={onChange}
    />
  );
}
