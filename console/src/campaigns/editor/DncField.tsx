// Lists of numbers that are never messaged; those that would keep nobody away say why.
import { MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ref } from "@/api/types";
import { useMay } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import { useFigures } from "@/components/figures";
import type { CampaignEditor } from "./campaignEditor";
import { renderChoice, useReasons, type Choice } from "./Choice";
import { Maker } from "./Maker";
import { dncChoicesQuery } from "./queries";

const DncListSheet = lazy(async () => ({
  default: (await import("@/dnc/DncListSheet")).DncListSheet,
}));

export function DncField({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const has = useMay();
  const queries = useQueryClient();
  const { values, set } = editor;
  return (
    <div>
      <DncSelect editor={editor} />
      {has(mayContacts.addDncList) && (
        <Maker label={t("campaigns.newDncList")}>
          {(close) => (
            <DncListSheet
              isOpen
              onClose={close}
              onCreated={({ id, name }) => {
                close();
                set({ dncLists: [...values.dncLists, { id, name }] });
                void queries.invalidateQueries({ queryKey: ["dncLists"] });
              }}
            />
          )}
        </Maker>
      )}
    </div>
  );
}

function DncSelect({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [name] = useDebouncedValue(typed, 200);
  const { values, set } = editor;
  const choices = useChoices(name, values.dncLists);
  const nameOf = (id: string) =>
    choices.find(({ value }) => value === id)?.label ??
    values.dncLists.find((list) => list.id === id)?.name;
  return (
    <MultiSelect
      label={editor.labels.dncLists}
      description={t("campaigns.dncHint")}
      data={choices}
      renderOption={renderChoice}
      value={values.dncLists.map(({ id }) => id)}
      onChange={(ids) => set({ dncLists: ids.map((id) => ({ id, name: nameOf(id) })) })}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={t("list.nothingFound")}
      maxDropdownHeight={320}
      error={editor.errorAt("dncLists")}
    />
  );
}

function useChoices(name: string, chosen: Ref[]): Choice[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const reasons = useReasons();
  const found = useQuery(dncChoicesQuery(name)).data?.entities ?? [];
  const known = chosen.filter(({ id }) => !found.some((list) => list.id === id));
  return [
    ...known.map((list) => ({ value: list.id, label: list.name ?? list.id })),
    ...found.map(({ id, name: label, unusableReasons, size = 0 }) => ({
      value: id,
      label,
      disabled: unusableReasons.length > 0 && !chosen.some((list) => list.id === id),
      hint:
        unusableReasons.length > 0
          ? reasons(unusableReasons)
          : t("campaigns.entries", { count: size, number: figures.number(size) }),
    })),
  ];
}
