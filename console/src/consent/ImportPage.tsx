// How an import of consents goes. Leaving the page does not stop it.
import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ConsentImport } from "@/api/types";
import { useAction } from "@/components/action";
import { DetailPage } from "@/components/DetailPage";
import { DownloadLink } from "@/components/DownloadLink";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { useNow } from "@/components/now";
import { StateMark } from "@/components/StateMark";
import { useWord } from "@/components/words";
import { cancelImport, importQuery } from "./queries";

const TONES = {
  queued: "warn",
  running: "warn",
  done: "good",
  failed: "bad",
  cancelled: "quiet",
} as const;
type State = keyof typeof TONES;

export function ImportState({ job }: { job: ConsentImport }) {
  const word = useWord();
  return <StateMark tone={TONES[job.state as State]}>{word("importState", job.state)}</StateMark>;
}

export function ImportPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(importQuery(id));
  return (
    <DetailPage
      back={{ to: "/consent/imports", label: t("pages.imports") }}
      title={t("consent.importTitle")}
      status={data && <ImportState job={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <Progressing job={data} />}
    </DetailPage>
  );
}

function Progressing({ job }: { job: ConsentImport }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const isDone = job.state === "done";
  return (
    <Stack gap="lg" maw={640}>
      <Progress
        size="lg"
        value={isDone ? 100 : (job.percentComplete ?? 0)}
        animated={job.state === "running"}
        aria-label={t("consent.importTitle")}
      />
      <Pace job={job} />
      <Facts
        facts={[
          [t("consent.file"), job.fileName],
          [t("consent.accepted"), figures.number(job.acceptedRows ?? 0)],
          [t("consent.rejected"), figures.number(job.rejectedRows ?? 0)],
        ]}
      />
      {job.failure && <Text c="var(--bad)">{job.failure}</Text>}
      <Group gap="xs">
        {job.rejectsExpired && <Text c="dimmed">{t("contacts.upload.rejectsExpired")}</Text>}
        {(job.rejectedRows ?? 0) > 0 && !job.rejectsExpired && (
          <DownloadLink
            path={`/api/v2/consents/imports/${job.id}/rejects`}
            label={t("consent.rejects")}
          />
        )}
        <Cancel job={job} />
      </Group>
    </Stack>
  );
}

function Cancel({ job }: { job: ConsentImport }) {
  const { t } = useTranslation();
  const cancel = useAction(cancelImport, { renew: [["consents", "import", job.id]] });
  if (job.state !== "running" && job.state !== "queued") return null;
  return (
    <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(job.id)}>
      {t("consent.cancelImport")}
    </Button>
  );
}

function Pace({ job }: { job: ConsentImport }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const now = useNow(1_000);
  const percent = job.percentComplete ?? 0;
  const seconds = job.startedTime ? (now - new Date(job.startedTime).getTime()) / 1000 : 0;
  const rate = seconds > 0 ? Math.round((job.totalRows ?? 0) / seconds) : 0;
  if (job.state !== "running" || rate === 0 || percent === 0) return null;
  const left = Math.ceil((seconds * (100 - percent)) / percent);
  return (
    <Text c="dimmed" className="figures">
      {t("consent.pace", { rate: figures.number(rate), left: figures.duration(left) })}
    </Text>
  );
}
