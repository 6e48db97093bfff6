// Only the contacts that a filter lets through are messaged.
import { Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import type { ListChoice } from "../types";
import type { CampaignEditor } from "./campaignEditor";
import { Locked } from "./Locked";
import { Maker } from "./Maker";
import { filterChoicesQuery } from "./queries";

const FilterSheet = lazy(async () => ({
  default: (await import("@/filters/FilterSheet")).FilterSheet,
}));

interface Props {
  editor: CampaignEditor;
  list: ListChoice;
}

export function FilterField({ editor, list }: Props) {
  const { t } = useTranslation();
  const has = useMay();
  const queries = useQueryClient();
  return (
    <div>
      <FilterSelect editor={editor} />
      <Locked reason={editor.lock("contactListFilters")} />
      {has(mayContacts.addFilter) && !editor.lock("contactListFilters") && (
        <Maker label={t("campaigns.newFilter")}>
          {(close) => (
            <FilterSheet
              isOpen
              list={list}
              onClose={close}
              onSaved={({ id, name }) => {
                close();
                editor.set({ contactListFilters: { id, name } });
                void queries.invalidateQueries({ queryKey: ["contactListFilters"] });
              }}
            />
          )}
        </Maker>
      )}
    </div>
  );
}

function FilterSelect({ editor }: Pick<Props, "editor">) {
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
