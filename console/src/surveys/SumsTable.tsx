// The answers by workstream, queue or person: the figures behind the bars.
import { Button, Group, Table } from "@mantine/core";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { csvOf, saveAs } from "./csv";
import { RATINGS, type Group as GroupBy, type Sum } from "./queries";
import classes from "./Surveys.module.css";

interface Props {
  sums: Sum[];
  groupBy: GroupBy;
}

export function SumsTable({ sums, groupBy }: Props) {
  const { t } = useTranslation();
  const figures = useFigures();
  return (
    <div className={classes.scroll}>
      <Group justify="flex-end">
        <SaveButton sums={sums} groupBy={groupBy} />
      </Group>
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

function SaveButton({ sums, groupBy }: Props) {
  const { t } = useTranslation();
  const header = [
    t(`surveys.groups.${groupBy}`),
    t("surveys.average"),
    t("surveys.asked"),
    t("surveys.answers"),
    ...RATINGS.map((rating) => t("surveys.stars", { count: rating })),
  ];
  const rows = sums.map((sum) => [
    sum.group?.name,
    sum.averageRating,
    sum.asked,
    sum.answered,
    ...RATINGS.map((rating) => sum.ratings[rating] ?? 0),
  ]);
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      onClick={() => saveAs("surveys.csv", csvOf([header, ...rows]))}
    >
      {t("common.exportCsv")}
    </Button>
  );
}
