// The filters of a contact list: made, changed, used to see the contacts, deleted.
import { Button, Group, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { mayContacts } from "@/contacts/permissions";
import type { ContactList } from "@/contacts/types";
import { FilterSheet } from "./FilterSheet";
import classes from "./FiltersTab.module.css";
import { deleteFilter, FILTERS_KEY, filtersQuery } from "./queries";
import type { Filter } from "./types";

export function FiltersTab({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const { data, error, isPending } = useQuery(filtersQuery(list.id));
  const filters = data?.entities ?? [];
  const open = filters.find(({ id }) => id === values.open);
  const close = () => set({ open: undefined });
  return (
    <Stack gap="sm" maw={760}>
      <ErrorNotice error={error} />
      {isPending && <Skeleton h={80} />}
      {data && filters.length === 0 && (
        <Empty text={t("filters.empty")}>
          <AddButton />
        </Empty>
      )}
      {filters.length > 0 && (
        <Group justify="flex-end">
          <AddButton />
        </Group>
      )}
      <div>
        {filters.map((filter) => (
          <FilterRow key={filter.id} filter={filter} />
        ))}
      </div>
      <FilterSheet
        list={list}
        filter={open}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
        onSaved={close}
      />
    </Stack>
  );
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayContacts.addFilter)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ open: "new" })}>
      {t("filters.add")}
    </Button>
  );
}

function FilterRow({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const isAllowed = useMay();
  const remove = useAction(deleteFilter, { renew: [FILTERS_KEY] });
  return (
    <Group className={classes.row} justify="space-between" gap="xs">
      <UnstyledButton
        className={classes.name}
        onClick={() => set({ open: filter.id }, { push: true })}
      >
        <Text fw={500}>{filter.name}</Text>
        <Text size="sm" c="dimmed" component="div">
          <RelativeTime time={filter.dateModified} />
        </Text>
      </UnstyledButton>
      <Group gap="xs">
        {isAllowed(mayContacts.viewContacts) && (
          <Button
            variant="default"
            size="xs"
            onClick={() => set({ tab: "contacts", filter: filter.id }, { push: true })}
          >
            {t("filters.showContacts")}
          </Button>
        )}
        {isAllowed(mayContacts.deleteFilter) && (
          <Confirm
            size="xs"
            question={t("filters.deleteAsk", { name: filter.name })}
            verb={t("common.delete")}
            onConfirm={() => remove.mutate(filter.id)}
          >
            {t("common.delete")}
          </Confirm>
        )}
      </Group>
    </Group>
  );
}
