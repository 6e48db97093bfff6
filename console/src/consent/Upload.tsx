// Choosing or dropping a CSV file; its header and first rows are shown before it starts.
import { Button, FileInput, Stack, Table, Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { UploadIcon } from "lucide-react";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import { useFigures } from "@/components/figures";
import { glance, type Glance } from "./csv";
import { importConsents } from "./queries";

export function Upload() {
  const { t } = useTranslation();
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [seen, setSeen] = useState<Glance | null>(null);
  const start = useAction(importConsents, {
    after: ({ id }) => router.history.push(`/consent/imports/${id}`),
  });
  const choose = async (chosen: File | null) => {
    setFile(chosen);
    setSeen(chosen && (await glance(chosen)));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void choose(event.dataTransfer.files[0] ?? null);
  };
  return (
    <Stack gap="md" onDrop={drop} onDragOver={(event: DragEvent) => event.preventDefault()}>
      <Text>{t("consent.importHint")}</Text>
      <FileInput
        label={t("consent.file")}
        description={t("consent.choose")}
        accept=".csv,text/csv"
        leftSection={<UploadIcon size={16} aria-hidden />}
        value={file}
        onChange={(chosen) => void choose(chosen)}
      />
      {seen && file && <FirstRows seen={seen} size={file.size} />}
      {file && (
        <Button loading={start.isPending} onClick={() => start.mutate(file)}>
          {t("consent.start")}
        </Button>
      )}
    </Stack>
  );
}

function FirstRows({ seen, size }: { seen: Glance; size: number }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const separator = seen.separator === "\t" ? t("consent.tab") : seen.separator;
  return (
    <div>
      <Text size="xs" c="dimmed" mb="xs">
        {t("consent.recognised", { encoding: seen.encoding, separator, size: figures.bytes(size) })}
      </Text>
      <Table.ScrollContainer minWidth={320}>
        <Table fz="xs">
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
                  <Table.Td key={column}>{value}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
