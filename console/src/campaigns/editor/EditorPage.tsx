// Making a campaign anew or from another one, and changing one.
import { Alert, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DetailPage } from "@/components/DetailPage";
import { useNotice } from "@/components/notice";
import { useSearchState } from "@/components/search";
import { may, useMay } from "@/api/permissions";
import { BeforeStart } from "../before/BeforeStart";
import { campaignQuery, progressQuery } from "../queries";
import { canEditAll } from "../states";
import { CampaignStatus } from "../status";
import type { Campaign, Progress, Schedule } from "../types";
import { useCampaignEditor } from "./campaignEditor";
import { CampaignForm } from "./CampaignForm";
import { scheduleQuery } from "./queries";
import { NEW_CAMPAIGN, valuesOf } from "./values";

const LIST = "/campaigns";

export function NewCampaignPage() {
  const { t } = useTranslation();
  const copied = useSearchState().values.copy ?? "";
  const { data, error } = useQuery(campaignQuery(copied));
  return (
    <DetailPage
      back={{ to: LIST, label: t("campaigns.title") }}
      title={t("campaigns.new")}
      error={error}
    >
      {copied && !data && !error && <Skeleton h={320} />}
      {(!copied || data) && <NewForm copied={data} />}
    </DetailPage>
  );
}

function NewForm({ copied }: { copied: Campaign | undefined }) {
  const { t } = useTranslation();
  const router = useRouter();
  const initial = copied
    ? { ...valuesOf(copied, null), name: t("campaigns.copyOf", { name: copied.name }) }
    : NEW_CAMPAIGN;
  const editor = useCampaignEditor({
    initial,
    onSaved: ({ id }) => router.history.push(`${LIST}/${id}`, { ignoreBlocker: true }),
  });
  return <CampaignForm editor={editor} verb={t("campaigns.makeVerb")} />;
}

export function EditCampaignPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const sees = useMay()(may.viewSchedule);
  const campaign = useQuery(campaignQuery(id));
  const progress = useQuery({ ...progressQuery(id), refetchInterval: 3_000 });
  const schedule = useQuery({ ...scheduleQuery(id), enabled: sees });
  const isReady = campaign.data && progress.data && (schedule.isSuccess || !sees);
  return (
    <DetailPage
      back={{ to: `${LIST}/${id}`, label: campaign.data?.name ?? t("campaigns.title") }}
      title={campaign.data && t("campaigns.edit", { name: campaign.data.name })}
      status={
        progress.data && (
          <CampaignStatus
            status={progress.data.campaignStatus}
            phase={progress.data.phase}
            reason={progress.data.statusReason}
          />
        )
      }
      isLoading={!isReady && !campaign.error}
      error={campaign.error ?? progress.error ?? schedule.error}
    >
      {isReady && (
        <EditForm
          campaign={campaign.data}
          progress={progress.data}
          schedule={schedule.data ?? null}
        />
      )}
    </DetailPage>
  );
}

interface EditProps {
  campaign: Campaign;
  progress: Progress;
  schedule: Schedule | null;
}

function EditForm({ campaign, progress, schedule }: EditProps) {
  const { t } = useTranslation();
  const notice = useNotice();
  const isRunning = !canEditAll(progress.campaignStatus);
  const isLaidOut = progress.phase === "ready";
  const editor = useCampaignEditor({
    initial: valuesOf(campaign, schedule),
    campaign,
    schedule,
    isRunning,
    isLaidOut,
    onSaved: () => notice(t("form.saved")),
  });
  return (
    <>
      {(isRunning || isLaidOut) && (
        <Alert color="yellow" mb="md">
          {t(isRunning ? "campaigns.lockedRunning" : "campaigns.lockedLaidOut")}
        </Alert>
      )}
      <CampaignForm editor={editor} />
      {!isRunning && <BeforeStart campaign={campaign} hasChanges={editor.changed.length > 0} />}
    </>
  );
}
