// How many contacts the conditions choose now, and the first of them; asked again as they change.
import { Skeleton, Stack, Table, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import { useMay } from "@/api/permissions";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { mayContacts } from "@/contacts/permissions";
import { isComplete, placeOf, toBody, type Conditions } from "./conditions";
import { previewQuery } from "./queries";
import type { FilteredList, Preview } from "./types";

const PAUSE_MS = 400;
const COLUMNS_SHOWN = 4;

export function usePreview(list: FilteredList, conditions: Conditions) {
  const [settled] = useDebouncedValue(conditions, PAUSE_MS);
  const body = { contactList: { id: list.id }, ...toBody(settled) };
  const asks = isComplete(settled);
  const mayView = useMay()(mayContacts.viewContacts);
  const query = useQuery({ ...previewQuery(body), enabled: asks && mayView });
  return { ...query, asks };
}

/** What the API said about single conditions, by "group.condition". */
export function conditionErrors(error: Error | null): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const found = error.details.flatMap(({ fieldName, message }) => {
    const place = placeOf(fieldName);
    return place ? [[place, message ?? error.message] as const] : [];
  });
  return Object.fromEntries(found);
}

interface Props {
  list: FilteredList;
  preview: ReturnType<typeof usePreview>;
}

export function FilterPreview({ list, preview }: Props) {
  const { t } = useTranslation();
  const { data, error, asks, isFetching } = preview;
  if (!asks) return <Text c="dimmed">{t("filters.previewWaits")}</Text>;
  if (error) {
    const isAtCondition = Object.keys(conditionErrors(error)).length > 0;
    return isAtCondition ? null : <ErrorNotice error={error} />;
  }
  if (!data) return <Skeleton h={80} />;
  return (
    <Stack gap="xs" style={{ opacity: isFetching ? 0.6 : 1 }} aria-busy={isFetching}>
      <Count preview={data} />
      {data.preview.length > 0 && <Sample list={list} preview={data} />}
    </Stack>
  );
}

function Count({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const chosen = figures.number(preview.filteredContacts);
  const total = figures.number(preview.totalContacts);
  return (
    <Text fw={500} className="figures" aria-live="polite">
      {preview.estimated
        ? t("filters.estimate", { chosen, total })
        : t("filters.count", { chosen, total })}
      {preview.filteredContacts === 0 && ` · ${t("filters.noneChosen")}`}
    </Text>
  );
}

function Sample({ list, preview }: { list: FilteredList; preview: Preview }) {
  const { t } = useTranslation();
  const columns = list.columnNames.slice(0, COLUMNS_SHOWN);
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table fz="xs" aria-label={t("filters.firstOnes")}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.preview.map((contact) => (
            <Table.Tr key={contact.id}>
              {columns.map((name) => (
                <Table.Td key={name}>{contact.data[name]}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
