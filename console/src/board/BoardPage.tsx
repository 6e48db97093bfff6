// The supervisor's board: queues now; who waits in one and why; agents and what they hold.
import { Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Page } from "@/components/Page";
import { useSearchState } from "@/components/search";
import { AgentsNow } from "./AgentsNow";
import classes from "./Board.module.css";
import { useLiveOffset } from "./live";
import { mayBoard } from "./permissions";
import { BOARD_KEY, readQueuesNow, type QueueNow } from "./queries";
import { QueuesNow } from "./QueuesNow";
import { WaitingNow } from "./WaitingNow";

export function BoardPage() {
  const { t } = useTranslation();
  const list = useLiveOffset([...BOARD_KEY, "queues"], readQueuesNow);
  return (
    <Page title={t("board.title")}>
      {list.isLoading && <Skeleton h={160} />}
      <ErrorNotice error={list.error} retry={list.reload} />
      {!list.isLoading && !list.error && list.rows.length === 0 && (
        <Empty text={t("queues.empty")} />
      )}
      {list.rows.length > 0 && <Board queues={list.rows} />}
    </Page>
  );
}

/** Which queue is looked at: the chosen one, else the one where somebody has waited longest. */
function lookedAt(queues: QueueNow[], chosen: string | undefined): QueueNow | undefined {
  const waiting = queues
    .filter(({ longestWaitingSince }) => longestWaitingSince)
    .sort((one, other) =>
      (one.longestWaitingSince ?? "").localeCompare(other.longestWaitingSince ?? ""),
    );
  return queues.find(({ id }) => id === chosen) ?? waiting[0] ?? queues[0];
}

function Board({ queues }: { queues: QueueNow[] }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const seesAgents = useMay()(mayBoard.viewAgents);
  const queue = lookedAt(queues, values.queue);
  return (
    <>
      <QueuesNow queues={queues} openId={queue?.id} onOpen={(id) => set({ queue: id })} />
      <Text size="xs" c="dimmed" mt={4}>
        {t("board.today")}
      </Text>
      <div className={classes.panels}>
        {queue && <WaitingNow key={queue.id} queue={queue} />}
        {seesAgents && <AgentsNow key={values.queue} queueId={values.queue} />}
      </div>
    </>
  );
}
