// What a start would come to: who gets the message, who does not and why, what it costs, and
// what still keeps the campaign from running.
import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, RefreshCw, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { inParts } from "@/api/errors";
import { may, useMay } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { Section } from "@/components/Section";
import type { Campaign, DryRun, Remark } from "../types";
import classes from "./BeforeStart.module.css";
import { Cost } from "./Cost";
import { Examples } from "./Examples";
import { dryRunQuery } from "./queries";
import { useReason } from "./reasons";
import { TestSend } from "./TestSend";

interface Props {
  campaign: Campaign;
  /** What is on screen is not what is stored, so trying it out would tell something else. */
  hasChanges?: boolean;
}

export function BeforeStart({ campaign, hasChanges = false }: Props) {
  const { t } = useTranslation();
  const has = useMay();
  if (!has(mayContacts.viewContacts)) return null;
  if (hasChanges)
    return (
      <Section title={t("campaigns.before.title")}>
        <Text c="dimmed">{t("campaigns.before.saveFirst")}</Text>
      </Section>
    );
  return (
    <>
      <Tried campaign={campaign} />
      <div className={classes.columns}>
        <Cost campaign={campaign} />
        {has(may.startCampaign) && <TestSend campaign={campaign} />}
      </div>
    </>
  );
}

function Tried({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { data, error, isFetching, refetch } = useQuery(dryRunQuery(campaign.id, campaign.version));
  return (
    <Section
      title={t("campaigns.before.title")}
      hint={t("campaigns.before.hint")}
      action={
        <Button
          variant="default"
          size="xs"
          loading={isFetching}
          leftSection={<RefreshCw size={14} aria-hidden />}
          onClick={() => void refetch()}
        >
          {t("campaigns.before.again")}
        </Button>
      }
    >
      <ErrorNotice error={error} retry={() => void refetch()} />
      {!data && !error && <Skeleton h={180} />}
      {data && (
        <Stack gap="md">
          <Remarks run={data} />
          <Outcome run={data} />
          <Examples run={data} />
        </Stack>
      )}
    </Section>
  );
}

function Remarks({ run }: { run: DryRun }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      {run.canStart && (
        <Group gap={8} wrap="nowrap">
          <CircleCheck size={18} color="var(--good)" aria-hidden />
          <Text>{t("campaigns.before.canStart")}</Text>
        </Group>
      )}
      {run.blocking.map((remark, at) => (
        <RemarkLine key={at} remark={remark} blocks />
      ))}
      {run.warnings.map((remark, at) => (
        <RemarkLine key={at} remark={remark} />
      ))}
    </Stack>
  );
}

function RemarkLine({ remark, blocks = false }: { remark: Remark; blocks?: boolean }) {
  const [what, mend] = inParts(remark.message);
  const Sign = blocks ? CircleAlert : TriangleAlert;
  return (
    <Alert color={blocks ? "red" : "yellow"} icon={<Sign size={18} />} title={what} p="sm">
      {mend}
    </Alert>
  );
}

/** Everybody of the list, divided: who gets the message, and who does not by which reason. */
function Outcome({ run }: { run: DryRun }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reason = useReason();
  const isSampled = Object.keys(run.estimated).length > 0 && run.sampled < run.asked;
  const rows: [string, number, boolean][] = [
    ...(run.filteredOut > 0
      ? [[t("campaigns.before.filteredOut"), run.filteredOut, false] as [string, number, boolean]]
      : []),
    ...Object.entries(run.excluded).map(
      ([code, count]) => [reason(code), count, false] as [string, number, boolean],
    ),
    ...Object.entries(run.estimated).map(
      ([code, count]) => [reason(code), count, isSampled] as [string, number, boolean],
    ),
  ];
  return (
    <div>
      <Text size="xl" fw={600} className="figures">
        {t(isSampled ? "campaigns.before.about" : "campaigns.before.exactly", {
          number: figures.number(run.wouldSend),
          total: figures.number(run.contacts),
        })}
      </Text>
      {rows.length > 0 && (
        <dl className={classes.reasons}>
          {rows.map(([words, count, isAbout]) => (
            <div key={words}>
              <dt>{words}</dt>
              <dd className="figures">
                {isAbout
                  ? t("campaigns.before.some", { number: figures.number(count) })
                  : figures.number(count)}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {isSampled && (
        <Text size="xs" c="dimmed" mt={4}>
          {t("campaigns.before.sampled", { number: figures.number(run.sampled) })}
        </Text>
      )}
    </div>
  );
}
