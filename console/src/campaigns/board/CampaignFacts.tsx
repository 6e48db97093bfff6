// What the campaign is made of, beside its figures.
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { scheduleQuery } from "../editor/queries";
import type { Campaign } from "../types";

interface Props {
  campaign: Campaign;
  run: number;
}

export const CampaignFacts = memo(function CampaignFacts({ campaign, run }: Props) {
  const { t } = useTranslation();
  const figures = useFigures();
  const sees = useMay()(may.viewSchedule);
  const next = useQuery({ ...scheduleQuery(campaign.id), enabled: sees }).data?.next;
  const { whatsAppConfig: config, contactListFilters: filters, contactSorts } = campaign;
  const time = (value: string | undefined) => value && <RelativeTime time={value} />;
  return (
    <Facts
      facts={[
        [t("campaigns.list"), campaign.contactList.name],
        [t("campaigns.filter"), filters[0]?.name],
        [t("campaigns.template"), config.contentTemplate.name],
        [t("campaigns.number"), config.whatsAppIntegration.name],
        [
          t("campaigns.pace"),
          t("campaigns.perMinute", { number: figures.number(campaign.messagesPerMinute) }),
        ],
        [t("campaigns.dncLists"), campaign.dncLists.map(({ name }) => name).join(", ")],
        [t("campaigns.sorts"), contactSorts.map(({ fieldName }) => fieldName).join(", ")],
        [t("campaigns.alwaysRunning"), campaign.alwaysRunning ? t("common.yes") : undefined],
        [t("people.division"), campaign.division.name],
        [t("campaigns.board.run"), figures.number(run + 1)],
        [t("campaigns.board.started"), time(campaign.dateStarted)],
        [t("campaigns.board.stopped"), time(campaign.dateStopped)],
        [t("campaigns.board.completed"), time(campaign.dateCompleted)],
        [
          t("campaigns.board.next"),
          next &&
            t(next.action === "start" ? "campaigns.board.startsAt" : "campaigns.board.stopsAt", {
              time: figures.exact(next.at),
            }),
        ],
      ]}
    />
  );
});
