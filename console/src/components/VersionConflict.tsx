// Somebody else saved first: both versions side by side, and the choice between them.
import { Alert, Button, Group, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isSame, type Editor, type Values } from "./editor";

export function VersionConflict<V extends Values>({ editor }: { editor: Editor<V> }) {
  const { t } = useTranslation();
  const { conflict, form, labels } = editor;
  if (!conflict) return null;
  const mine = form.getValues();
  const fields = Object.keys(labels).filter(
    (field) => !isSame(mine[field], conflict.values[field]),
  );
  return (
    <Alert color="yellow" title={t("form.conflict")} role="alert" my="md">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("form.field")}</Table.Th>
            <Table.Th>{t("form.theirs")}</Table.Th>
            <Table.Th>{t("form.mine")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map((field) => (
            <Table.Tr key={field}>
              <Table.Td>{labels[field as keyof V & string]}</Table.Td>
              <Table.Td>{shown(conflict.values[field])}</Table.Td>
              <Table.Td>{shown(mine[field])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group gap="xs" mt="sm">
        <Button size="xs" onClick={() => void editor.keepMine()}>
          {t("form.keepMine")}
        </Button>
        <Button size="xs" variant="default" onClick={editor.takeTheirs}>
          {t("form.takeTheirs")}
        </Button>
      </Group>
    </Alert>
  );
}

/** A value in words; a thing that is referred to by its name. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "object" && "name" in value) return shown(value.name);
  return JSON.stringify(value);
}
