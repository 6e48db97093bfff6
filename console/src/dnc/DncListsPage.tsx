// The do-not-contact lists: how many numbers, whether they collect opt-outs, whether they can be
// relied on.
import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { useListFilters, useRenewal } from "@/contacts/ListsPage";
import { mayContacts } from "@/contacts/permissions";
import { hasImport, isImporting } from "@/contacts/queries";
import { Usability } from "@/contacts/unusable";
import { DncListSheet } from "./DncListSheet";
import { DNC_FILTERS, DNC_KEY, readDncLists } from "./queries";
import type { DncList } from "./types";
import { useHeld } from "./held";

const idOf = (row: DncList) => row.id;

export function DncListsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const router = useRouter();
  const { values, set } = useSearchState();
  const filters = pick(values, DNC_FILTERS);
  const list = useOffset([...DNC_KEY, "list", filters], readDncLists(filters));
  useRenewal(list.rows.some(isImporting), list.reload);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      fill
      title={t("dnc.title")}
      count={figures.number(list.total)}
      actions={<AddButton />}
      bar={<FilterBar filters={useListFilters()} />}
    >
      <DataList
        name="dnc-lists"
        label={t("dnc.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/contacts/dnc/${row.id}`}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("dnc.empty")}>
            {!isFiltered && <AddButton />}
          </Empty>
        }
      />
      <DncListSheet
        isOpen={values.sheet === "new"}
        onClose={() => set({ sheet: undefined })}
        onCreated={({ id, importStatus }) => {
          const tab = hasImport(importStatus) ? "?tab=uploads" : "";
          router.history.push(`/contacts/dnc/${id}${tab}`);
        }}
      />
    </Page>
  );
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayContacts.addDncList)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "new" })}>
      {t("dnc.add")}
    </Button>
  );
}

function useColumns(): Column<DncList>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const held = useHeld();
  return [
    { id: "name", header: t("contacts.name"), narrow: true, render: (row) => row.name },
    {
      id: "size",
      header: t("dnc.size"),
      width: 130,
      narrow: 90,
      align: "end",
      render: (row) => figures.number(row.size ?? 0),
    },
    {
      id: "state",
      header: t("contacts.state"),
      width: 190,
      narrow: 130,
      render: (row) => <Usability list={row} />,
    },
    {
      id: "collects",
      header: t("dnc.collects"),
      width: 150,
      render: (row) => row.collectsOptOuts && t("common.yes"),
    },
    { id: "holds", header: t("dnc.holds"), width: 170, hidden: true, render: held },
    {
      id: "division",
      header: t("contacts.division"),
      width: 150,
      render: (row) => row.division.name,
    },
    {
      id: "changed",
      header: t("contacts.changed"),
      width: 130,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
