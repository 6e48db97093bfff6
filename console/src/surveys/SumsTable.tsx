// The answers by workstream, queue or person: the figures behind the bars.
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { RATINGS, type Group, type Sum } from "./queries";
import classes from "./Surveys.module.css";

export function SumsTable({ sums, groupBy }: { sums: Sum[]; groupBy: Group }) {
  const { t } = useTranslation();
  const figures = useFigures();
  return (
    <div className={classes.scroll}>
      <Table aria-label={t("surveys.table")} miw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`surveys.groups.${groupBy}`)}</Table.Th>
            <Table.Th ta="end">{t("surveys.average")}</Table.Th>
            <Table.Th ta="end">{t("surveys.asked")}</Table.Th>
            <Table.Th ta="end">{t("surveys.answers")}</Table.Th>
            {RATINGS.map((rating) => (
              <Table.Th key={rating} ta="end">
                {rating} ★
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sums.map((sum) => (
            <Table.Tr key={sum.group?.id ?? ""}>
              <Table.Td>{sum.group?.name ?? t("surveys.nobody")}</Table.Td>
              <Table.Td ta="end">{figures.number(sum.averageRating)}</Table.Td>
              <Table.Td ta="end">{figures.number(sum.asked)}</Table.Td>
              <Table.Td ta="end">{figures.number(sum.answered)}</Table.Td>
              {RATINGS.map((rating) => (
                <Table.Td key={rating} ta="end">
                  {figures.number(sum.ratings[rating] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
