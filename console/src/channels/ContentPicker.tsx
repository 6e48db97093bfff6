// Choosing a number's content profile, or none of its own; only for who may see the profiles.
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { contentChoicesQuery } from "./contents";

interface Props {
  value?: string;
  onChange?: (id: string) => void;
  error?: React.ReactNode;
}

export function ContentPicker({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const mayView = useMay()(may.viewContents);
  const { data } = useQuery({ ...contentChoicesQuery, enabled: mayView });
  if (!mayView) return null;
  const contents = data?.entities ?? [];
  const preset = contents.find(({ isDefault }) => isDefault)?.name ?? "";
  return (
    <Select
      label={t("channels.fields.contentId")}
      description={t("channels.hints.contentId")}
      placeholder={t("contents.follows", { name: preset })}
      data={contents.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange?.(id ?? "")}
      clearable
      searchable
      error={error}
    />
  );
}
