// How an import of consents goes. Leaving the page does not stop it.
import { Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ConsentImport } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { DownloadLink } from "@/components/DownloadLink";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { useNow } from "@/components/RelativeTime";
import { StateMark } from "@/components/StateMark";
import { useWord } from "@/components/words";
import { importQuery } from "./queries";

const TONES = {
  queued: "warn",
  running: "warn",
  done: "good",
  failed: "bad",
  cancelled: "quiet",
} as const;

export function ImportPage() {
  const { t } = useTranslation();
  const word = useWord();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(importQuery(id));
  return (
    <DetailPage
      back={{ to: "/consent", label: t("consent.title") }}
      title={t("consent.importTitle")}
      status={
        data && <StateMark tone={TONES[data.state]}>{word("importState", data.state)}</StateMark>
      }
      isLoading={isPending}
      error={error}
    >
      {data && <Progressing job={data} />}
    </DetailPage>
  );
}

function Progressing({ job }: { job: ConsentImport }) {
  const { t } = useTranslation();
  const { accepted, rejected, total, percent } = figuresOf(job);
  const figures = useFigures();
  return (
    <Stack gap="lg" maw={640}>
      <Progress.Root size="lg" aria-label={t("consent.importTitle")}>
        <Progress.Section
          value={percent(accepted)}
          color="teal"
          aria-label={t("consent.accepted")}
        />
        <Progress.Section
          value={percent(rejected)}
          color="red.8"
          aria-label={t("consent.rejected")}
        />
      </Progress.Root>
      <Pace job={job} />
      <Facts
        facts={[
          [t("consent.accepted"), figures.number(accepted)],
          [t("consent.rejected"), figures.number(rejected)],
          [t("consent.total"), total ? figures.number(total) : undefined],
        ]}
      />
      {job.error && <Text c="var(--bad)">{job.error}</Text>}
      {rejected > 0 && (
        <div>
          <DownloadLink
            path={`/api/v2/consents/imports/${job.id}/rejects`}
            label={t("consent.rejects")}
          />
        </div>
      )}
    </Stack>
  );
}

function figuresOf(job: ConsentImport) {
  const accepted = job.acceptedRows ?? 0;
  const rejected = job.rejectedRows ?? 0;
  const total = job.totalRows ?? 0;
  const percent = (rows: number) => (total > 0 ? (rows / total) * 100 : 0);
  return { accepted, rejected, total, percent };
}

function Pace({ job }: { job: ConsentImport }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const now = useNow(1_000);
  const { accepted, rejected, total } = figuresOf(job);
  const seconds = job.startedTime ? (now - new Date(job.startedTime).getTime()) / 1000 : 0;
  const rate = seconds > 0 ? Math.round((accepted + rejected) / seconds) : 0;
  if (job.state !== "running" || rate === 0) return null;
  const left = Math.max(0, total - accepted - rejected) / rate;
  return (
    <Text c="dimmed" className="figures">
      {t("consent.pace", { rate: figures.number(rate), left: figures.duration(Math.ceil(left)) })}
    </Text>
  );
}
