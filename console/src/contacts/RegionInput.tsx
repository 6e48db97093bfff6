// The country whose numbers a list's numbers are read as when they name none.
import { TextInput, type TextInputProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function RegionInput(props: TextInputProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      description={t("contacts.regionHint")}
      maxLength={2}
      styles={{ input: { width: 96 } }}
      {...props}
    />
  );
}
