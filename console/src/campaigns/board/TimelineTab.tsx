// How fast it went, minute by minute, and every change of its status with who and when.
import { Button, Skeleton, Stack, Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { isMoving } from "../states";
import type { Campaign, Step } from "../types";
import { timelineQuery } from "./queries";
import { RateChart } from "./RateChart";
import { csvOf } from "./rates";
import { RateTable } from "./RateTable";

const LIVE_MS = 5_000;
const CALM_MS = 15_000;

interface Props {
  campaign: Campaign;
  status: string;
}

export function TimelineTab({ campaign, status }: Props) {
  const { t } = useTranslation();
  const everyMs = isMoving(status) ? LIVE_MS : CALM_MS;
  const { data, error } = useQuery(timelineQuery(campaign.id, everyMs));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <Skeleton h={240} />;
  return (
    <Stack gap="md">
      <Section
        title={t("campaigns.rate.title")}
        action={
          <Button
            component="a"
            size="xs"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
            href={`data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(data.minutes))}`}
            download={`${campaign.name}.csv`}
          >
            {t("common.exportCsv")}
          </Button>
        }
      >
        <RateChart minutes={data.minutes} />
        <RateTable minutes={data.minutes} />
      </Section>
      <Section title={t("campaigns.board.happened")}>
        <Steps steps={data.events} />
      </Section>
    </Stack>
  );
}

const COLOURS: Record<string, string> = { WARNING: "yellow", ERROR: "red" };

function Steps({ steps }: { steps: Step[] }) {
  const { t } = useTranslation();
  const figures = useFigures();
  if (steps.length === 0) return <Text c="dimmed">{t("campaigns.board.nothingYet")}</Text>;
  return (
    <Timeline bulletSize={12} lineWidth={2} active={steps.length}>
      {steps.map((step) => (
        <Timeline.Item
          key={`${step.time}${step.code}`}
          color={COLOURS[step.level] ?? "teal"}
          title={step.message}
        >
          <Text size="xs" c="dimmed">
            <RelativeTime time={step.time} /> · {figures.exact(step.time)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
