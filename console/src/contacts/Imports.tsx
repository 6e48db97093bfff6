// The files of a list so far: how each goes, what was not taken and why. It survives a reload.
import { Button, Group, Progress, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, type Permission } from "@/api/permissions";
import { useAction } from "@/components/action";
import { DownloadLink } from "@/components/DownloadLink";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { useNow } from "@/components/now";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { SideSheet } from "@/components/SideSheet";
import { StateMark, type Tone } from "@/components/StateMark";
import { useWord } from "@/components/words";
import { cancelImport, importsQuery, keyOf, pathOf, rejectsQuery, type Target } from "./files";
import classes from "./Imports.module.css";
import type { FileImport } from "./types";

const TONES: Record<string, Tone> = {
  uploading: "warn",
  queued: "warn",
  running: "warn",
  done: "good",
  failed: "bad",
  cancelled: "quiet",
};

interface Props {
  target: Target;
  mayCancel: Permission;
}

export function Imports({ target, mayCancel }: Props) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(importsQuery(target));
  const [rejectsOf, setRejectsOf] = useState<FileImport | null>(null);
  return (
    <Section title={t("contacts.upload.history")}>
      <ErrorNotice error={error} />
      {isPending && <Skeleton h={60} />}
      {data?.entities.length === 0 && <Text c="dimmed">{t("contacts.upload.none")}</Text>}
      <Stack gap={0}>
        {data?.entities.map((job) => (
          <Job
            key={job.id}
            job={job}
            target={target}
            mayCancel={mayCancel}
            onRejects={() => setRejectsOf(job)}
          />
        ))}
      </Stack>
      <SideSheet
        title={t("contacts.upload.rejects")}
        isOpen={rejectsOf !== null}
        onClose={() => setRejectsOf(null)}
        size="lg"
      >
        {rejectsOf && <Rejects target={target} job={rejectsOf} />}
      </SideSheet>
    </Section>
  );
}

interface JobProps extends Props {
  job: FileImport;
  onRejects: () => void;
}

function Job({ job, target, mayCancel, onRejects }: JobProps) {
  const { t } = useTranslation();
  const word = useWord();
  const isRunning = job.state === "running" || job.state === "queued";
  return (
    <div className={classes.job}>
      <Group justify="space-between" gap="xs">
        <Text fw={500} className={classes.name}>
          {job.fileName}
        </Text>
        <Group gap="md">
          <StateMark tone={TONES[job.state] ?? "quiet"}>{word("importState", job.state)}</StateMark>
          <Text size="xs" c="dimmed" component="span">
            <RelativeTime time={job.startedTime} />
          </Text>
        </Group>
      </Group>
      {isRunning && (
        <Progress
          my={6}
          value={job.percentComplete}
          animated={job.state === "running"}
          aria-label={t("contacts.upload.progress", { file: job.fileName })}
        />
      )}
      <Group gap="md">
        <Counts job={job} onRejects={onRejects} />
        {job.state === "running" && <Pace job={job} />}
        {isRunning && <Cancel job={job} target={target} mayCancel={mayCancel} />}
      </Group>
      {job.failure && (
        <Text c="var(--bad)" size="sm">
          {job.failure}
        </Text>
      )}
    </div>
  );
}

function Counts({ job, onRejects }: { job: FileImport; onRejects: () => void }) {
  const { t } = useTranslation();
  const { acceptedRows, rejectedRows } = job;
  return (
    <>
      <Text size="sm" c="dimmed" className="figures">
        {t("contacts.upload.accepted", { count: acceptedRows })}
      </Text>
      {rejectedRows > 0 && (
        <Group gap={6}>
          <Text size="sm" c="var(--bad)" className="figures">
            {t("contacts.upload.rejected", { count: rejectedRows })}
          </Text>
          {job.rejectsExpired ? (
            <Text size="sm" c="dimmed">
              {t("contacts.upload.rejectsExpired")}
            </Text>
          ) : (
            <Button size="compact-xs" variant="default" onClick={onRejects}>
              {t("contacts.upload.showRejects")}
            </Button>
          )}
        </Group>
      )}
    </>
  );
}

function Pace({ job }: { job: FileImport }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const now = useNow(1_000);
  const percent = job.percentComplete;
  const seconds = (now - new Date(job.startedTime).getTime()) / 1000;
  const rate = seconds > 0 ? Math.round(job.totalRows / seconds) : 0;
  if (rate === 0 || percent === 0) return null;
  const left = Math.ceil((seconds * (100 - percent)) / percent);
  return (
    <Text size="sm" c="dimmed" className="figures">
      {t("contacts.upload.pace", { rate: figures.number(rate), left: figures.duration(left) })}
    </Text>
  );
}

function Cancel({ job, target, mayCancel }: Props & { job: FileImport }) {
  const { t } = useTranslation();
  const cancel = useAction(() => cancelImport(target, job.id), { renew: [keyOf(target)] });
  if (!useMay()(mayCancel)) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={cancel.isPending}
      onClick={() => cancel.mutate(undefined)}
    >
      {t("contacts.upload.cancel")}
    </Button>
  );
}

function Rejects({ target, job }: { target: Target; job: FileImport }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(rejectsQuery(target, job.id));
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Text className="figures">
          {t("contacts.upload.rejected", { count: job.rejectedRows })}
        </Text>
        <DownloadLink
          path={`${pathOf(target)}/imports/${job.id}/rejects`}
          label={t("contacts.upload.download")}
        />
      </Group>
      <ErrorNotice error={error} />
      {isPending && <Skeleton h={120} />}
      {data && (
        <Table fz="sm" verticalSpacing="xs" className={classes.rejects}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={60}>{t("contacts.upload.line")}</Table.Th>
              <Table.Th>{t("contacts.upload.reason")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((reject, at) => (
              <Table.Tr key={at}>
                <Table.Td className="figures">{reject.line}</Table.Td>
                <Table.Td>
                  {reject.reason}
                  <Text size="xs" c="dimmed">
                    {reject.content}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
