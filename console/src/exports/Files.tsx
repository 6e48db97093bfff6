// The files that were ordered: how far each is, and a link to those that are ready.
import { Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DownloadLink } from "@/components/DownloadLink";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { StateMark } from "@/components/StateMark";
import classes from "./Files.module.css";
import { filesQuery, type ExportSource, type FileExport } from "./source";

export function Files({ source }: { source: ExportSource }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(filesQuery(source));
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
    <Group className={classes.file} justify="space-between" gap="xs">
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
