// The columns of a new list: a name and a kind each; at least one should hold WhatsApp numbers.
import { Alert, Button, CloseButton, Input, Select, Stack, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "./ColumnsField.module.css";
import { COLUMN_KINDS, type ColumnKind, type ListColumn } from "./types";

interface Props {
  columns: ListColumn[];
  onChange: (columns: ListColumn[]) => void;
  /** The names come from a file's header and stay as they are. */
  fixedNames: boolean;
  error?: string;
}

export function ColumnsField({ columns, onChange, fixedNames, error }: Props) {
  const { t } = useTranslation();
  const change = (at: number, column: Partial<ListColumn>) =>
    onChange(columns.map((each, index) => (index === at ? { ...each, ...column } : each)));
  const hasWhatsApp = columns.some(({ kind }) => kind === "whatsApp");
  return (
    <Input.Wrapper
      label={t("contacts.columns")}
      description={t("contacts.columnsHint")}
      error={error}
      labelElement="div"
    >
      <Stack gap="xs" mt="xs">
        {columns.map((column, at) => (
          <ColumnRow
            key={at}
            column={column}
            fixedName={fixedNames}
            onChange={(changes) => change(at, changes)}
            onRemove={
              fixedNames || columns.length < 2
                ? undefined
                : () => onChange(columns.filter((_, index) => index !== at))
            }
          />
        ))}
        {!fixedNames && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            style={{ alignSelf: "flex-start" }}
            onClick={() => onChange([...columns, { name: "", kind: "text" }])}
          >
            {t("contacts.addColumn")}
          </Button>
        )}
        {!hasWhatsApp && columns.length > 0 && (
          <Alert color="yellow" p="xs">
            {t("contacts.needsWhatsApp")}
          </Alert>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

interface RowProps {
  column: ListColumn;
  fixedName: boolean;
  onChange: (changes: Partial<ListColumn>) => void;
  onRemove?: () => void;
}

function ColumnRow({ column, fixedName, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const kinds = COLUMN_KINDS.map((kind) => ({ value: kind, label: t(`contacts.kinds.${kind}`) }));
  return (
    <div className={classes.row} data-fixed={fixedName}>
      <TextInput
        aria-label={t("contacts.columnName")}
        placeholder={t("contacts.columnName")}
        value={column.name}
        maxLength={100}
        readOnly={fixedName}
        variant={fixedName ? "filled" : "default"}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Select
        aria-label={t("contacts.kindOf", { column: column.name })}
        data={kinds}
        value={column.kind}
        allowDeselect={false}
        onChange={(kind) => onChange({ kind: kind as ColumnKind })}
      />
      {onRemove && (
        <CloseButton
          mt={4}
          aria-label={t("contacts.removeColumn", { column: column.name })}
          onClick={onRemove}
        />
      )}
    </div>
  );
}
