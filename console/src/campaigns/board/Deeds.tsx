// Start, stop, recycle and retry: what fits the status stands in front, the rest in the menu.
import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Play, RotateCcw, Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { useAllowed, useDeeds } from "../actions";
import { CampaignMenu } from "../CampaignMenu";
import { CAMPAIGNS_KEY, retryFailed } from "../queries";
import type { StandingProps } from "./BoardPage";
import { retriableQuery } from "./queries";

export function Deeds({ campaign, status, hasFailed }: StandingProps) {
  const { t } = useTranslation();
  const { id, name } = campaign;
  const deeds = useDeeds();
  const allowed = useAllowed()(status);
  return (
    <Group gap="xs">
      {hasFailed && <Retry id={id} />}
      {allowed.stop && (
        <Button
          variant={allowed.start ? "default" : "filled"}
          leftSection={<Square size={16} aria-hidden />}
          loading={deeds.pending === "stop"}
          onClick={() => deeds.run({ id, deed: "stop" })}
        >
          {t("campaigns.do.stop")}
        </Button>
      )}
      {allowed.start && (
        <Button
          leftSection={<Play size={16} aria-hidden />}
          loading={deeds.pending === "start"}
          onClick={() => deeds.run({ id, deed: "start" })}
        >
          {t("campaigns.do.start")}
        </Button>
      )}
      <CampaignMenu id={id} name={name} status={status} />
    </Group>
  );
}

function Retry({ id }: { id: string }) {
  const { t } = useTranslation();
  const mayStart = useMay()(may.startCampaign);
  const retry = useAction(retryFailed, {
    done: ({ contacts }) => t("campaigns.done.retry", { count: contacts }),
    renew: [CAMPAIGNS_KEY],
  });
  if (!mayStart) return null;
  return (
    <Confirm
      question={<Retriable id={id} />}
      verb={t("campaigns.do.retry")}
      leftSection={<RotateCcw size={16} aria-hidden />}
      loading={retry.isPending}
      onConfirm={() => retry.mutate(id)}
    >
      {t("campaigns.do.retry")}
    </Confirm>
  );
}

/** How many contacts would be tried again, counted when it is asked. */
function Retriable({ id }: { id: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { data, error } = useQuery(retriableQuery(id));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <Skeleton h={40} />;
  const { contacts: count, more } = data;
  if (count === 0) return <Text>{t("campaigns.retriable.none")}</Text>;
  const number = figures.number(count);
  const words = t(more ? "campaigns.retriable.more" : "campaigns.retriable.some", {
    count,
    number,
  });
  return (
    <>
      <Text>{words}</Text>
      <Text c="dimmed">{t("campaigns.ask.retry")}</Text>
    </>
  );
}
