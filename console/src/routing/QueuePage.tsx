// One queue: its members, the wrap-up codes it offers, and its settings, a tab each.
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DetailPage } from "@/components/DetailPage";
import { DetailTabs } from "@/components/DetailTabs";
import { CodesTab } from "./CodesTab";
import { MembersTab } from "./MembersTab";
import { mayRouting } from "./permissions";
import { deleteQueue, queueQuery, QUEUES_KEY } from "./queries";
import { QueueSettings } from "./QueueSettings";
import type { Queue } from "./types";

const LIST = "/administration/queues";
const TABS = ["members", "codes", "settings"] as const;
type Tab = (typeof TABS)[number];

export function QueuePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(queueQuery(id));
  return (
    <DetailPage
      back={{ to: LIST, label: t("queues.title") }}
      title={data?.name}
      actions={data && <Delete queue={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <QueueTabs queue={data} />}
    </DetailPage>
  );
}

function QueueTabs({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  return (
    <DetailTabs tabs={TABS} label={(tab) => t(`queues.tabs.${tab}`)} forget={["q", "sheet"]}>
      {(tab) => <Content tab={tab} queue={queue} />}
    </DetailTabs>
  );
}

function Content({ tab, queue }: { tab: Tab; queue: Queue }) {
  if (tab === "codes") return <CodesTab queueId={queue.id} />;
  if (tab === "settings") return <QueueSettings key={queue.id} queue={queue} />;
  return <MembersTab queue={queue} />;
}

function Delete({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const router = useRouter();
  const remove = useAction(deleteQueue, {
    renew: [[...QUEUES_KEY, "list"]],
    after: () => router.history.push(LIST),
  });
  if (!useMay()(mayRouting.deleteQueue)) return null;
  return (
    <Confirm
      question={t("queues.deleteAsk", { name: queue.name })}
      verb={t("common.delete")}
      loading={remove.isPending}
      onConfirm={() => remove.mutate(queue.id)}
    >
      {t("common.delete")}
    </Confirm>
  );
}
