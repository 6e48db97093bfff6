// A page of lists: contact lists and do-not-contact lists are found, shown and added in one way.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import type { Listing } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { divisionsQuery } from "@/people/queries";
import { hasImport, isImporting } from "./queries";
import type { ContactList } from "./types";
import { Usability } from "./unusable";

/** What both kinds of lists have. */
type AnyList = Pick<
  ContactList,
  "id" | "name" | "size" | "division" | "dateModified" | "importStatus" | "unusableReasons"
>;

interface SheetProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (list: AnyList) => void;
}

interface Props<Row extends AnyList> {
  /** Under which name the browser remembers the columns. */
  name: string;
  /** The page's own address; a list's stands below it. */
  path: string;
  queryKey: readonly string[];
  read: (filters: Record<string, string>) => (page: number) => Promise<Listing<Row>>;
  columns: Column<Row>[];
  words: { title: string; empty: string; add: string };
  mayAdd: boolean;
  Sheet: ComponentType<SheetProps>;
}

const FILTERS = ["name", "divisionId"];

export function ListsView<Row extends AnyList>(props: Props<Row>) {
  const { name, path, queryKey, read, columns, words, mayAdd, Sheet } = props;
  const { t } = useTranslation();
  const figures = useFigures();
  const router = useRouter();
  const { values, set } = useSearchState();
  const filters = pick(values, FILTERS);
  const list = useOffset([...queryKey, "list", filters], read(filters));
  useRenewal(list.rows.some(isImporting), list.reload);
  const isFiltered = Object.keys(filters).length > 0;
  const addButton = mayAdd && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "new" })}>
      {words.add}
    </Button>
  );
  return (
    <Page
      fill
      title={words.title}
      count={figures.number(list.total)}
      actions={addButton}
      bar={<FilterBar filters={useListFilters()} />}
    >
      <DataList
        name={name}
        label={words.title}
        columns={columns}
        list={list}
        idOf={(row) => row.id}
        hrefOf={(row) => `${path}/${row.id}`}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : words.empty}>
            {!isFiltered && addButton}
          </Empty>
        }
      />
      <Sheet
        isOpen={values.sheet === "new"}
        onClose={() => set({ sheet: undefined })}
        onCreated={({ id, importStatus }) => {
          const tab = hasImport(importStatus) ? "?tab=uploads" : "";
          router.history.push(`${path}/${id}${tab}`);
        }}
      />
    </Page>
  );
}

/** While a file is read the list is read again, so that its progress is seen. */
function useRenewal(isNeeded: boolean, reload: () => void): void {
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

/** Lists are found by a part of their name and, where there are several, by division. */
function useListFilters(): Filter[] {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const name: Filter = { id: "name", label: t("contacts.name"), kind: "text" };
  if (divisions.length < 2) return [name];
  const choices = divisions.map(({ id, name }) => ({ value: id, label: name }));
  return [name, { id: "divisionId", label: t("contacts.division"), kind: "choice", choices }];
}

/** The columns of both kinds of lists; a kind's own ones stand behind the state. */
export function useListColumns<Row extends AnyList>(
  sizeLabel: string,
  own: Column<Row>[] = [],
): Column<Row>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  return [
    { id: "name", header: t("contacts.name"), narrow: true, render: (row) => row.name },
    {
      id: "size",
      header: sizeLabel,
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
    ...own,
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
