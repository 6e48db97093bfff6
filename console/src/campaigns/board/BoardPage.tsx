// One campaign: how far it is, how fast, why it is as it is, and what became of each contact.
import { Button, Group, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { DetailPage } from "@/components/DetailPage";
import { useSearchState } from "@/components/search";
import { mayContacts } from "@/contacts/permissions";
import { ExportSheet } from "@/exports";
import { useTold } from "@/live";
import { BeforeStart } from "../before/BeforeStart";
import { campaignQuery, progressQuery } from "../queries";
import { canStart } from "../states";
import { CampaignStatus } from "../status";
import type { Campaign, Progress } from "../types";
import { CampaignFacts } from "./CampaignFacts";
import { Deeds } from "./Deeds";
import { resultsExports } from "./queries";
import { Reasons } from "./Reasons";
import { Results } from "./Results";
import { Standing } from "./Standing";
import { TimelineTab } from "./TimelineTab";

const LIVE_MS = 5_000;

export function CampaignPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const known = campaignQuery(id);
  const lookMs = useTold(`v2.outbound.whatsappcampaigns.${id}`, known.queryKey, LIVE_MS);
  const campaign = useQuery({ ...known, refetchInterval: lookMs });
  const progress = useQuery(progressQuery(id));
  const isReady = campaign.data && progress.data;
  return (
    <DetailPage
      back={{ to: "/campaigns", label: t("campaigns.title") }}
      title={campaign.data?.name}
      status={
        progress.data && (
          <CampaignStatus
            status={progress.data.campaignStatus}
            phase={progress.data.phase}
            reason={progress.data.statusReason}
          />
        )
      }
      actions={isReady && <Actions {...standing(campaign.data, progress.data)} />}
      facts={isReady && <CampaignFacts campaign={campaign.data} run={progress.data.run} />}
      isLoading={!isReady && !campaign.error}
      error={campaign.error ?? progress.error}
    >
      {isReady && (
        <>
          <Standing progress={progress.data} campaign={campaign.data} />
          <Reasons progress={progress.data} />
          <Parts {...standing(campaign.data, progress.data)} />
        </>
      )}
    </DetailPage>
  );
}

export interface BoardProps {
  campaign: Campaign;
  progress: Progress;
}

/**
 * What of the progress does not change from second to second: what needs only this is drawn
 * again only when it changes.
 */
export interface StandingProps {
  campaign: Campaign;
  status: string;
  hasContacts: boolean;
  hasFailed: boolean;
}

const standing = (campaign: Campaign, progress: Progress): StandingProps => ({
  campaign,
  status: progress.campaignStatus,
  hasContacts: progress.totalNumberOfContacts > 0,
  hasFailed: progress.failed > 0,
});

const Actions = memo(function Actions(props: StandingProps) {
  const { campaign, hasContacts } = props;
  const { t } = useTranslation();
  const has = useMay();
  return (
    <Group gap="xs">
      {hasContacts && has(mayContacts.viewContacts) && (
        <ExportSheet source={resultsExports(campaign.id)} label={t("campaigns.board.export")} />
      )}
      {has(may.editCampaign) && (
        <Button
          component={Link}
          to={`/campaigns/${campaign.id}/edit`}
          variant="default"
          leftSection={<Pencil size={16} aria-hidden />}
        >
          {t("campaigns.do.edit")}
        </Button>
      )}
      <Deeds {...props} />
    </Group>
  );
});

const Parts = memo(function Parts({ campaign, status, hasContacts }: StandingProps) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const tab = values.tab ?? (!hasContacts && canStart(status) ? "before" : "contacts");
  return (
    <Tabs value={tab} onChange={(next) => set({ tab: next ?? undefined })} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="contacts">{t("campaigns.board.contacts")}</Tabs.Tab>
        <Tabs.Tab value="time">{t("campaigns.board.time")}</Tabs.Tab>
        {canStart(status) && <Tabs.Tab value="before">{t("campaigns.before.title")}</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="contacts">
        <Results campaignId={campaign.id} status={status} />
      </Tabs.Panel>
      <Tabs.Panel value="time">
        <TimelineTab campaign={campaign} status={status} />
      </Tabs.Panel>
      <Tabs.Panel value="before">
        <BeforeStart campaign={campaign} />
      </Tabs.Panel>
    </Tabs>
  );
});
