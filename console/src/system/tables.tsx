// The tables of the system page.
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SystemStatus } from "@/api/types";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { useWord } from "@/components/words";

interface PlainProps {
  title: string;
  hint: string;
  heads: string[];
  /** How many of the last columns are figures. */
  figures: number;
  rows: ReactNode[][];
}

function Plain({ title, hint, heads, figures, rows }: PlainProps) {
  const { t } = useTranslation();
  const align = (at: number) => (at >= heads.length - figures ? "end" : undefined);
  return (
    <Section title={title} hint={hint}>
      {rows.length === 0 && <Text c="dimmed">{t("system.none")}</Text>}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={480}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {heads.map((head, at) => (
                  <Table.Th key={head} ta={align(at)}>
                    {head}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((cells, row) => (
                <Table.Tr key={row}>
                  {cells.map((cell, at) => (
                    <Table.Td key={at} ta={align(at)}>
                      {cell}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

export function Queues({ rows }: { rows: SystemStatus["queues"] }) {
  const { t } = useTranslation();
  const { number, duration } = useFigures();
  const word = useWord();
  return (
    <Plain
      title={t("system.queues")}
      hint={t("system.queuesHint")}
      heads={[
        t("system.integration"),
        t("system.priority"),
        t("system.queued"),
        t("system.sending"),
        t("system.unknown"),
        t("system.oldest"),
      ]}
      figures={4}
      rows={rows.map((row) => [
        row.integration.name,
        word("priority", String(row.priority)),
        number(row.queued),
        number(row.sending),
        number(row.unknown),
        duration(row.oldestSeconds),
      ])}
    />
  );
}

export function Lanes({ rows }: { rows: SystemStatus["lanes"] }) {
  const { t } = useTranslation();
  const { number, duration } = useFigures();
  return (
    <Plain
      title={t("system.lanes")}
      hint={t("system.lanesHint")}
      heads={[t("system.lane"), t("system.waiting"), t("system.oldest")]}
      figures={2}
      rows={rows.map((row) => [row.lane, number(row.waiting), duration(row.oldestSeconds)])}
    />
  );
}

export function Workers({ rows }: { rows: SystemStatus["workers"] }) {
  const { t } = useTranslation();
  const { number } = useFigures();
  return (
    <Plain
      title={t("system.workers")}
      hint={t("system.workersHint")}
      heads={[t("system.host"), t("system.started"), t("system.seen"), t("system.leaseCount")]}
      figures={1}
      rows={rows.map((row) => [
        row.host,
        <RelativeTime key="started" time={row.startedTime} />,
        <RelativeTime key="seen" time={row.seenTime} />,
        number(row.leases),
      ])}
    />
  );
}

export function Leases({ rows }: { rows: SystemStatus["leases"] }) {
  const { t } = useTranslation();
  const { number } = useFigures();
  return (
    <Plain
      title={t("system.leases")}
      hint={t("system.leasesHint")}
      heads={[
        t("system.kind"),
        t("system.key"),
        t("system.holder"),
        t("system.expires"),
        t("system.epoch"),
      ]}
      figures={1}
      rows={rows.map((row) => [
        row.kind,
        row.key,
        row.holder,
        <RelativeTime key="expires" time={row.expiresTime} />,
        number(row.epoch),
      ])}
    />
  );
}
