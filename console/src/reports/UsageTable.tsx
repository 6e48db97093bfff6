// The chart's figures.
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Usage } from "@/api/types";
import { useFigures } from "@/components/figures";
import { useGroupValue, type Group } from "./usage";

const COUNTS = ["conversations", "messages", "delivered", "read", "failed", "received"] as const;

export function UsageTable({ usage, groups }: { usage: Usage; groups: Group[] }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const value = useGroupValue();
  const { total } = usage;
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {groups.map((group) => (
              <Table.Th key={group}>{t(`usage.groups.${group}`)}</Table.Th>
            ))}
            {COUNTS.map((count) => (
              <Table.Th key={count} ta="end">
                {t(`usage.counts.${count}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.entities.map((row, at) => (
            <Table.Tr key={at}>
              {groups.map((group) => (
                <Table.Td key={group}>{value(row, group)}</Table.Td>
              ))}
              {COUNTS.map((count) => (
                <Table.Td key={count} ta="end">
                  {figures.number(row[count])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        {total && (
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th colSpan={groups.length}>{t("usage.total")}</Table.Th>
              {COUNTS.map((count) => (
                <Table.Th key={count} ta="end">
                  {figures.number(total[count])}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Tfoot>
        )}
      </Table>
    </Table.ScrollContainer>
  );
}
