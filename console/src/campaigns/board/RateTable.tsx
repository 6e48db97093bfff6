// The chart's figures.
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import type { Minute } from "../types";
import { grouped, MEASURES } from "./rates";

const MOST_ROWS = 60;

export function RateTable({ minutes }: { minutes: Minute[] }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const rows = grouped(minutes, MOST_ROWS).reverse();
  if (rows.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={420} mah={320} mt="md">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("campaigns.rate.minute")}</Table.Th>
            {MEASURES.map((measure) => (
              <Table.Th key={measure} ta="end">
                {t(`campaigns.parts.${measure}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.minute}>
              <Table.Td>{figures.exact(row.minute)}</Table.Td>
              {MEASURES.map((measure) => (
                <Table.Td key={measure} ta="end">
                  {figures.number(row.measures[measure] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
