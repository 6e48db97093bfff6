// Only the contacts that a filter lets through are messaged.
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CampaignEditor } from "./campaignEditor";
import { filterChoicesQuery } from "./queries";

export function FilterField({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const { values, set } = editor;
  const chosen = values.contactListFilters;
  const filters = useQuery(filterChoicesQuery(values.contactList?.id)).data?.entities ?? [];
  const known = chosen && !filters.some(({ id }) => id === chosen.id) ? [chosen] : [];
  return (
    <Select
      label={editor.labels.contactListFilters}
      description={t("campaigns.filterHint")}
      placeholder={t("campaigns.noFilter")}
      data={[...known, ...filters].map(({ id, name }) => ({ value: id, label: name ?? id }))}
      value={chosen?.id ?? null}
      onChange={(id) => {
        const filter = filters.find((each) => each.id === id);
        set({ contactListFilters: filter ? { id: filter.id, name: filter.name } : null });
      }}
      clearable
      searchable
      disabled={Boolean(editor.lock("contactListFilters"))}
      error={editor.errorAt("contactListFilters")}
    />
  );
}
