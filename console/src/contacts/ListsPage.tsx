// The contact lists: how large, whether a file is being read, and whether a campaign can use them.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { divisionsQuery } from "@/people/queries";
import { ContactListSheet } from "./ContactListSheet";
import { mayContacts } from "./permissions";
import { hasImport, isImporting, LIST_FILTERS, LISTS_KEY, readLists } from "./queries";
import type { ContactList } from "./types";
import { Usability } from "./unusable";

const idOf = (row: ContactList) => row.id;

export function ListsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const router = useRouter();
  const { values, set } = useSearchState();
  const filters = pick(values, LIST_FILTERS);
  const list = useOffset([...LISTS_KEY, "list", filters], readLists(filters));
  useRenewal(list.rows.some(isImporting), list.reload);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      fill
      title={t("contacts.title")}
      count={figures.number(list.total)}
      actions={<AddButton />}
      bar={<FilterBar filters={useListFilters()} />}
    >
      <DataList
        name="contact-lists"
        label={t("contacts.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/contacts/lists/${row.id}`}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("contacts.empty")}>
            {!isFiltered && <AddButton />}
          </Empty>
        }
      />
      <ContactListSheet
        isOpen={values.sheet === "new"}
        onClose={() => set({ sheet: undefined })}
        onCreated={({ id, importStatus }) => {
          const tab = hasImport(importStatus) ? "?tab=uploads" : "";
          router.history.push(`/contacts/lists/${id}${tab}`);
        }}
      />
    </Page>
  );
}

/** While a file is read the list is read again, so that its progress is seen. */
export function useRenewal(isNeeded: boolean, reload: () => void): void {
  useQuery({
    queryKey: ["renewal"],
    queryFn: () => {
      reload();
      return null;
    },
    enabled: isNeeded,
    refetchInterval: 2_000,
  });
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayContacts.addList)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "new" })}>
      {t("contacts.add")}
    </Button>
  );
}

/** Lists are found by a part of their name and, where there are several, by division. */
export function useListFilters(): Filter[] {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const name: Filter = { id: "name", label: t("contacts.name"), kind: "text" };
  if (divisions.length < 2) return [name];
  const choices = divisions.map(({ id, name }) => ({ value: id, label: name }));
  return [name, { id: "divisionId", label: t("contacts.division"), kind: "choice", choices }];
}

function useColumns(): Column<ContactList>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  return [
    { id: "name", header: t("contacts.name"), narrow: true, render: (row) => row.name },
    {
      id: "size",
      header: t("contacts.size"),
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
