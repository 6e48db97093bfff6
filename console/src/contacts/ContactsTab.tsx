// The contacts of a list by column: found by text or a saved filter, sorted, changed, deleted.
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DataList, type Column, type Selection } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { useSearchState, type Search } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { StateMark } from "@/components/StateMark";
import { filtersQuery } from "@/filters/queries";
import { ContactForm } from "./ContactForm";
import classes from "./ContactsTab.module.css";
import { DeleteFound } from "./DeleteFound";
import { columnsOf } from "./listColumns";
import { mayContacts } from "./permissions";
import { findContacts, LISTS_KEY, MOST_PAGES, PAGE_SIZE, removeContacts } from "./queries";
import type { Contact, ContactList, ContactSearch } from "./types";

const COLUMNS_SHOWN = 6;
const idOf = (row: Contact) => row.id;
type Found = Omit<ContactSearch, "pageNumber" | "pageSize">;

export function ContactsTab({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const search = searchOf(values, list);
  const found = useOffset(
    [...LISTS_KEY, list.id, "contacts", search],
    findContacts(list.id, search),
  );
  const isAllowed = useMay();
  const selection: Selection = { ids, onChange: setIds };
  const mayDelete = isAllowed(mayContacts.deleteContact);
  const isFiltered = Boolean(values.q ?? values.filter);
  const close = () => set({ open: undefined });
  const open = found.rows.find(({ id }) => id === values.open);
  return (
    <Stack gap="sm" className={classes.tab}>
      <Group justify="space-between" gap="xs">
        <FilterBar filters={useContactFilters(list)} />
        <Group gap="xs">
          {ids.size > 0 && (
            <DeleteSelected list={list} ids={[...ids]} onDone={() => setIds(new Set())} />
          )}
          {isFiltered && mayDelete && (
            <DeleteFound list={list} search={search} total={found.total} />
          )}
          <AddButton />
        </Group>
      </Group>
      <Total total={found.total} size={list.size} isFiltered={isFiltered} />
      <DataList
        name={`contacts-${list.id}`}
        label={t("contacts.tabs.contacts")}
        columns={useColumns(list)}
        list={found}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        selection={mayDelete ? selection : undefined}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("contacts.noContacts")}>
            {!isFiltered && <FirstSteps />}
          </Empty>
        }
      />
      <SideSheet
        title={open ? t("contacts.editContact") : t("contacts.addContact")}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
      >
        <ContactForm key={open?.id} list={list} contact={open} onDone={close} />
      </SideSheet>
    </Stack>
  );
}

/** The question to the API: a saved filter, or a text that any column contains. */
function searchOf({ q, filter, sort }: Search, list: ContactList): Found {
  const [, direction, fieldName] = /^(asc|desc):(.*)$/s.exec(sort ?? "") ?? [];
  const numeric = columnsOf(list).some(({ name, kind }) => name === fieldName && kind === "number");
  const contactSorts = fieldName
    ? [
        {
          fieldName,
          direction: direction === "desc" ? ("DESC" as const) : ("ASC" as const),
          numeric,
        },
      ]
    : undefined;
  if (filter) return { contactListFilterId: filter, contactSorts };
  if (!q) return { contactSorts };
  const predicates = list.columnNames.map((column) => ({
    column,
    operator: "CONTAINS" as const,
    value: q,
  }));
  return { criteria: { clauses: [{ filterType: "OR", predicates }] }, contactSorts };
}

function useContactFilters(list: ContactList): Filter[] {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const saved = useQuery({ ...filtersQuery(list.id), enabled: isAllowed(mayContacts.viewFilters) });
  const { values } = useSearchState();
  const filters = saved.data?.entities.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const sorts = list.columnNames.flatMap((column) => [
    { value: `asc:${column}`, label: column },
    { value: `desc:${column}`, label: t("contacts.descending", { column }) },
  ]);
  return [
    // A filter and a text cannot be asked for together.
    ...(values.filter ? [] : [{ id: "q", label: t("contacts.search"), kind: "text" as const }]),
    ...(filters.length > 0 && !values.q
      ? [{ id: "filter", label: t("contacts.filter"), kind: "choice" as const, choices: filters }]
      : []),
    { id: "sort", label: t("contacts.sort"), kind: "choice", choices: sorts },
  ];
}

function Total({
  total,
  size,
  isFiltered,
}: {
  total?: number;
  size?: number;
  isFiltered: boolean;
}) {
  const { t } = useTranslation();
  const figures = useFigures();
  const most = MOST_PAGES * PAGE_SIZE;
  if (total === undefined || total === 0) return null;
  return (
    <>
      <Text size="sm" c="dimmed" className="figures" aria-live="polite">
        {isFiltered
          ? t("filters.count", { chosen: figures.number(total), total: figures.number(size ?? 0) })
          : t("contacts.total", { count: total })}
      </Text>
      {total > most && (
        <Alert p="xs">{t("contacts.tooMany", { shown: figures.number(most) })}</Alert>
      )}
    </>
  );
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayContacts.addContact)) return null;
  return (
    <Button
      variant="default"
      leftSection={<Plus size={16} aria-hidden />}
      onClick={() => set({ open: "new" })}
    >
      {t("contacts.addContact")}
    </Button>
  );
}

function FirstSteps() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayContacts.upload)) return null;
  return <Button onClick={() => set({ tab: "uploads" })}>{t("contacts.upload.title")}</Button>;
}

interface DeleteProps {
  list: ContactList;
  ids: string[];
  onDone: () => void;
}

function DeleteSelected({ list, ids, onDone }: DeleteProps) {
  const { t } = useTranslation();
  const count = ids.length;
  const remove = useAction(() => removeContacts(list.id, ids), {
    done: t("contacts.deleted", { count }),
    renew: [LISTS_KEY],
    after: onDone,
  });
  return (
    <Confirm
      question={t("contacts.deleteSelectedAsk")}
      verb={t("common.delete")}
      onConfirm={() => remove.mutate(undefined)}
      loading={remove.isPending}
    >
      {t("contacts.deleteSelected", { count })}
    </Confirm>
  );
}

function useColumns(list: ContactList): Column<Contact>[] {
  const { t } = useTranslation();
  const kinds = columnsOf(list);
  const columns = kinds.map(({ name, kind }, at): Column<Contact> => ({
    id: name,
    header: name,
    width: at === 0 ? undefined : 160,
    narrow: at === 0 || (at === 1 && 140),
    align: kind === "number" ? "end" : undefined,
    hidden: at >= COLUMNS_SHOWN,
    render: (row) => row.data[name] || (at === 0 ? row.id : ""),
  }));
  return [
    ...columns,
    {
      id: "callable",
      header: t("contacts.state"),
      width: 160,
      render: (row) =>
        !row.callable && <StateMark tone="quiet">{t("contacts.notCallable")}</StateMark>,
    },
    {
      id: "id",
      header: t("contacts.contactId"),
      width: 200,
      hidden: true,
      render: (row) => row.id,
    },
  ];
}
