// All campaigns: how far each is, live, and what may be done with it.
import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { pick, useSearchState } from "@/components/search";
import { CampaignMenu } from "./CampaignMenu";
import { useProgresses } from "./progresses";
import { ProgressBar } from "./ProgressBar";
import { CAMPAIGN_FILTERS, CAMPAIGNS_KEY, readCampaigns } from "./queries";
import { STATUSES } from "./states";
import { CampaignStatus } from "./status";
import type { Campaign, Progress } from "./types";

const BulkBar = lazy(async () => ({ default: (await import("./BulkBar")).BulkBar }));
const idOf = (row: Campaign) => row.id;

export function CampaignsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const has = useMay();
  const queries = useQueryClient();
  const filters = pick(useSearchState().values, CAMPAIGN_FILTERS);
  const list = useOffset([...CAMPAIGNS_KEY, "list", filters], readCampaigns(filters));
  const progressOf = useProgresses(list.rows);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const isFiltered = Object.keys(filters).length > 0;
  const mayAdd = has(may.addCampaign);
  const done = () => {
    setChosen(new Set());
    void queries.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
  };
  return (
    <Page
      fill
      title={t("campaigns.title")}
      count={list.total === undefined ? undefined : figures.number(list.total)}
      actions={mayAdd && <NewCampaign />}
      bar={
        <Group justify="space-between" gap="xs">
          <FilterBar filters={useFilters()} />
          {chosen.size > 0 && (
            <Suspense fallback={null}>
              <BulkBar ids={chosen} onDone={done} />
            </Suspense>
          )}
        </Group>
      }
    >
      <DataList
        name="campaigns"
        label={t("campaigns.title")}
        columns={useColumns(progressOf)}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/campaigns/${row.id}`}
        selection={
          has([...may.startCampaign, ...may.stopCampaign])
            ? { ids: chosen, onChange: setChosen }
            : undefined
        }
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("campaigns.empty")}>
            {!isFiltered && mayAdd && <NewCampaign />}
          </Empty>
        }
      />
    </Page>
  );
}

function NewCampaign() {
  const { t } = useTranslation();
  return (
    <Button component={Link} to="/campaigns/new" leftSection={<Plus size={16} aria-hidden />}>
      {t("campaigns.new")}
    </Button>
  );
}

function useFilters(): Filter[] {
  const { t } = useTranslation();
  const choices = STATUSES.map((value) => ({ value, label: t(`campaigns.statuses.${value}`) }));
  return [
    { id: "name", label: t("campaigns.name"), kind: "text" },
    { id: "campaignStatus", label: t("campaigns.status"), kind: "choice", choices },
  ];
}

function useColumns(progressOf: (id: string) => Progress | undefined): Column<Campaign>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const statusOf = (row: Campaign) => progressOf(row.id)?.campaignStatus ?? row.campaignStatus;
  return [
    { id: "name", header: t("campaigns.name"), narrow: true, render: (row) => row.name },
    {
      id: "status",
      header: t("campaigns.status"),
      width: 150,
      narrow: 116,
      render: (row) => {
        const progress = progressOf(row.id);
        const reason = progress ? progress.statusReason : row.statusReason;
        return <CampaignStatus status={statusOf(row)} phase={progress?.phase} reason={reason} />;
      },
    },
    {
      id: "progress",
      header: t("campaigns.progress"),
      width: 170,
      render: (row) => <Cell progress={progressOf(row.id)} />,
    },
    {
      id: "list",
      header: t("campaigns.list"),
      width: 150,
      render: (row) => row.contactList.name,
    },
    {
      id: "number",
      header: t("campaigns.number"),
      width: 130,
      render: (row) => row.whatsAppConfig.whatsAppIntegration.name,
    },
    {
      id: "pace",
      header: t("campaigns.pace"),
      width: 100,
      align: "end",
      render: (row) => t("campaigns.perMinute", { number: figures.number(row.messagesPerMinute) }),
    },
    {
      id: "actions",
      header: t("campaigns.actions"),
      width: 104,
      narrow: 92,
      align: "end",
      render: (row) => <CampaignMenu id={row.id} name={row.name} status={statusOf(row)} />,
    },
  ];
}

function Cell({ progress }: { progress: Progress | undefined }) {
  const { t } = useTranslation();
  const figures = useFigures();
  if (!progress) return <Skeleton h={8} />;
  const { sent, totalNumberOfContacts: total } = progress;
  return (
    <>
      <ProgressBar progress={progress} />
      <Text size="xs" c="dimmed" mt={2} className="figures">
        {total === 0
          ? t("campaigns.notBegun")
          : t("campaigns.sentOf", { sent: figures.number(sent), total: figures.number(total) })}
      </Text>
    </>
  );
}
