// One change: who and when, and each field before and after.
import { Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AuditRow } from "@/api/types";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { useWord } from "@/components/words";
import { changesOf, shown, type Change } from "./changes";

export function AuditEntry({ entry }: { entry: AuditRow }) {
  const { t } = useTranslation();
  const word = useWord();
  const figures = useFigures();
  const changes = changesOf(entry.before, entry.after);
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          [t("audit.action"), word("auditAction", entry.action)],
          [t("audit.entityType"), word("entityType", entry.entity.type)],
          [t("audit.name"), entry.entity.name],
          [t("audit.actor"), entry.actor?.name],
          [t("audit.time"), figures.exact(entry.time)],
          [t("audit.division"), entry.division?.name],
          [t("audit.contextId"), entry.contextId],
        ]}
      />
      {changes.length > 0 ? (
        <Changes changes={changes} />
      ) : (
        <Text c="dimmed">{t("audit.noChanges")}</Text>
      )}
    </Stack>
  );
}

function Changes({ changes }: { changes: Change[] }) {
  const { t } = useTranslation();
  return (
    <Table layout="fixed" style={{ overflowWrap: "anywhere" }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("audit.field")}</Table.Th>
          <Table.Th>{t("audit.before")}</Table.Th>
          <Table.Th>{t("audit.after")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ field, before, after }) => (
          <Table.Tr key={field}>
            <Table.Td>{field}</Table.Td>
            <Table.Td>{before !== undefined && <del>{shown(before)}</del>}</Table.Td>
            <Table.Td>
              {after !== undefined && <ins style={{ textDecoration: "none" }}>{shown(after)}</ins>}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
