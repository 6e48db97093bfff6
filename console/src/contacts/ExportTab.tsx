// Files of what is on a list: ordered here, made by the server, fetched when they are ready.
import { Button, Group, Select, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { DownloadLink } from "@/components/DownloadLink";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { StateMark } from "@/components/StateMark";
import { filtersQuery } from "@/filters/queries";
import { exportsQuery, orderExport, type FileExport, type Format } from "./exports";
import { keyOf, type Target } from "./files";
import classes from "./Imports.module.css";
import { mayContacts } from "./permissions";

export function ExportTab({ target }: { target: Target }) {
  const { t } = useTranslation();
  const [filterId, setFilterId] = useState("");
  const order = useAction(
    (format: Format) =>
      orderExport(target, { format, ...(filterId && { contactListFilterId: filterId }) }),
    { renew: [[...keyOf(target), "exports"]] },
  );
  return (
    <Stack maw={760} gap="xl">
      <Section title={t("contacts.export.title")} hint={t("contacts.export.hint")}>
        <Group align="flex-end" gap="xs">
          {target.kind === "contactlists" && (
            <FilterChoice listId={target.id} value={filterId} onChange={setFilterId} />
          )}
          <Button loading={order.isPending} onClick={() => order.mutate("csv")}>
            {t("contacts.export.csv")}
          </Button>
          <Button variant="default" loading={order.isPending} onClick={() => order.mutate("xlsx")}>
            {t("contacts.export.xlsx")}
          </Button>
        </Group>
      </Section>
      <Files target={target} />
    </Stack>
  );
}

interface ChoiceProps {
  listId: string;
  value: string;
  onChange: (id: string) => void;
}

function FilterChoice({ listId, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { data } = useQuery({
    ...filtersQuery(listId),
    enabled: isAllowed(mayContacts.viewFilters),
  });
  if (!data || data.entities.length === 0) return null;
  return (
    <Select
      label={t("contacts.export.which")}
      data={[
        { value: "", label: t("contacts.export.all") },
        ...data.entities.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={value}
      onChange={(next) => onChange(next ?? "")}
      allowDeselect={false}
    />
  );
}

function Files({ target }: { target: Target }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(exportsQuery(target));
  return (
    <Section title={t("contacts.export.files")}>
      <ErrorNotice error={error} />
      {isPending && <Skeleton h={60} />}
      {data?.entities.length === 0 && <Text c="dimmed">{t("contacts.export.none")}</Text>}
      {data?.entities.map((file) => (
        <File key={file.id} file={file} />
      ))}
    </Section>
  );
}

const TONES = { queued: "warn", running: "warn", done: "good", failed: "bad" } as const;

function File({ file }: { file: FileExport }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const state = file.state as keyof typeof TONES;
  return (
    <Group className={classes.job} justify="space-between" gap="xs">
      <div>
        <Text fw={500} className={classes.name}>
          {file.fileName}
        </Text>
        <Group gap="md">
          <StateMark tone={TONES[state]}>{t(`contacts.export.states.${state}`)}</StateMark>
          <Text size="sm" c="dimmed" className="figures" component="span">
            {t("contacts.export.rows", { count: file.rows })}
            {file.uri && ` · ${figures.bytes(file.totalBytes)}`}
          </Text>
          <Text size="sm" c="dimmed" component="span">
            <RelativeTime time={file.dateCreated} />
          </Text>
        </Group>
        {file.failure && <Text c="var(--bad)">{file.failure}</Text>}
      </div>
      {file.uri && <DownloadLink path={file.uri} label={t("contacts.export.download")} />}
    </Group>
  );
}
