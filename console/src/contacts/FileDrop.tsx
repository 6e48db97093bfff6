// A place to drop a CSV or Excel file, or to choose one; and what was recognised at its start.
import { Button, CloseButton, FileButton, Stack, Table, Text } from "@mantine/core";
import { FileSpreadsheet } from "lucide-react";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { glance, type Glance } from "@/consent/csv";
import classes from "./FileDrop.module.css";
import { isExcel } from "./files";
import { glanceWorkbook } from "./workbook";

const EXCEL = ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV = ".csv,.tsv,.txt,text/csv,text/plain";

export interface Chosen {
  file: File;
  /** Its first rows; null for an Excel file that only the server can open. */
  seen: Glance | null;
}

interface Props {
  chosen: Chosen | null;
  onChange: (chosen: Chosen | null) => void;
}

export function FileDrop({ chosen, onChange }: Props) {
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    onChange({ file, seen: await (isExcel(file) ? glanceWorkbook(file) : glance(file)) });
  };
  if (chosen) return <ChosenFile chosen={chosen} onRemove={() => onChange(null)} />;
  return <DropZone onFile={(file) => void take(file)} />;
}

interface DropProps {
  onFile: (file: File | null | undefined) => void;
}

function DropZone({ onFile }: DropProps) {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes.drop}
      data-over={isOver}
      onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
    >
      <Stack align="center" gap="xs">
        <FileSpreadsheet size={22} aria-hidden />
        <Text>{t("contacts.file.drop")}</Text>
        <FileButton onChange={onFile} accept={`${CSV},${EXCEL}`}>
          {(props) => (
            <Button {...props} variant="default" size="xs">
              {t("contacts.file.choose")}
            </Button>
          )}
        </FileButton>
      </Stack>
    </div>
  );
}

function ChosenFile({ chosen, onRemove }: { chosen: Chosen; onRemove: () => void }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { file, seen } = chosen;
  const separator = seen?.separator === "\t" ? t("contacts.file.tab") : seen?.separator;
  return (
    <Stack gap="xs">
      <div className={classes.file}>
        <FileSpreadsheet size={18} aria-hidden />
        <span className={classes.name}>{file.name}</span>
        <Text size="xs" c="dimmed" className="figures">
          {figures.bytes(file.size)}
        </Text>
        <CloseButton aria-label={t("contacts.file.remove")} onClick={onRemove} />
      </div>
      {seen ? (
        <>
          <Text size="xs" c="dimmed">
            {isExcel(file)
              ? t("contacts.file.sheet")
              : t("contacts.file.recognised", { encoding: seen.encoding, separator })}
          </Text>
          <FirstRows seen={seen} />
        </>
      ) : (
        <Text size="xs" c="dimmed">
          {t("contacts.file.excel")}
        </Text>
      )}
    </Stack>
  );
}

function FirstRows({ seen }: { seen: Glance }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer
      minWidth={320}
      className={classes.rows}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("contacts.file.first") } }}
    >
      <Table fz="xs" aria-label={t("contacts.file.first")}>
        <Table.Thead>
          <Table.Tr>
            {seen.header.map((name, at) => (
              <Table.Th key={at}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {seen.rows.map((row, at) => (
            <Table.Tr key={at}>
              {row.map((value, column) => (
                <Table.Td key={column} title={value}>
                  {value}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
