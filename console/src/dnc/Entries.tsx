// What stands on a list: looked up by any part of it, and taken off one by one.
import {
  Button,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
  VisuallyHidden,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { Section } from "@/components/Section";
import { mayContacts } from "@/contacts/permissions";
import { kindsOf, readEntries, removeEntry, type DncEntry, type Kind } from "./lookUp";
import { DNC_KEY } from "./queries";
import type { DncList } from "./types";

const TYPING_MS = 300;

export function Entries({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const kinds = kindsOf(list);
  const [kind, setKind] = useState<Kind>(kinds[0] ?? "phone");
  const [typed, setTyped] = useState("");
  const [value] = useDebouncedValue(typed.trim(), TYPING_MS);
  return (
    <Section title={t("dnc.entries.title")}>
      <Stack gap="sm">
        {kinds.length > 1 && (
          <SegmentedControl
            style={{ alignSelf: "flex-start" }}
            aria-label={t("dnc.holds")}
            data={kinds.map((each) => ({ value: each, label: t(`dnc.entries.kinds.${each}`) }))}
            value={kind}
            onChange={setKind}
          />
        )}
        <TextInput
          label={t("dnc.entries.search")}
          description={kind === "phone" ? t("dnc.entries.searchHint") : undefined}
          type="search"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Found key={`${kind} ${value}`} list={list} kind={kind} value={value} />
      </Stack>
    </Section>
  );
}

interface FoundProps {
  list: DncList;
  kind: Kind;
  value: string;
}

function Found({ list, kind, value }: FoundProps) {
  const { t } = useTranslation();
  const found = useKeyset(
    [...DNC_KEY, list.id, "entries", kind, value],
    readEntries(list.id, kind, value),
  );
  if (found.error && found.rows.length === 0) return <ErrorNotice error={found.error} />;
  const isEmpty = !found.isLoading && found.rows.length === 0 && !found.hasMore;
  if (isEmpty)
    return <Text c="dimmed">{t(value ? "dnc.entries.notFound" : "dnc.entries.none")}</Text>;
  return (
    <>
      <Table aria-label={t("dnc.entries.title")} aria-busy={found.isLoading}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`dnc.entries.one.${kind}`)}</Table.Th>
            <Table.Th>{t("dnc.entries.added")}</Table.Th>
            <Table.Th>{t("dnc.entries.until")}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t("common.remove")}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.rows.map((entry) => (
            <Entry key={entry.value} list={list} entry={entry} />
          ))}
        </Table.Tbody>
      </Table>
      {found.hasMore && (
        <Button
          variant="subtle"
          size="xs"
          loading={found.isLoadingMore}
          onClick={found.loadMore}
          style={{ alignSelf: "center" }}
        >
          {t("list.more")}
        </Button>
      )}
    </>
  );
}

function Entry({ list, entry }: { list: DncList; entry: DncEntry }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const mayEdit = useMay()(mayContacts.editDnc);
  const { value, dateAdded, expirationDateTime } = entry;
  const remove = useAction(() => removeEntry(list.id, entry), {
    done: t("dnc.removed", { count: 1 }),
    renew: [DNC_KEY],
  });
  return (
    <Table.Tr>
      <Table.Td className="figures">{value}</Table.Td>
      <Table.Td>{figures.day(dateAdded)}</Table.Td>
      <Table.Td>
        {expirationDateTime ? figures.day(expirationDateTime) : t("dnc.entries.forEver")}
      </Table.Td>
      <Table.Td ta="end">
        {mayEdit && (
          <Confirm
            size="compact-xs"
            question={t("dnc.entries.removeAsk", { value })}
            verb={t("common.remove")}
            loading={remove.isPending}
            onConfirm={() => remove.mutate(undefined)}
          >
            {t("common.remove")}
            <VisuallyHidden>{` ${value}`}</VisuallyHidden>
          </Confirm>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
