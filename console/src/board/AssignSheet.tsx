// Giving a waiting conversation to somebody: the people of its queue, those with room first.
import { Group, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useReasons } from "@/components/reasons";
import { RoutingStatus } from "@/routing/status";
import classes from "./Board.module.css";
import { Load } from "./Load";
import { useLiveOffset } from "./live";
import { assign, BOARD_KEY, readAgents, type Agent, type Waiting } from "./queries";

const OFF = "OFF_QUEUE";
const roomOf = ({ capacity, load }: Agent) => capacity - load;

interface Props {
  waiting: Waiting;
  onDone: () => void;
}

export function AssignSheet({ waiting, onDone }: Props) {
  const { t } = useTranslation();
  const reasons = useReasons();
  const { id } = waiting.queue;
  const list = useLiveOffset([...BOARD_KEY, "agents", id], readAgents(id));
  const give = useAction((agent: Agent) => assign(waiting.conversationId, agent.id), {
    done: t("board.assigned"),
    renew: [BOARD_KEY],
    after: onDone,
  });
  const there = list.rows
    .filter(({ routingStatus }) => routingStatus !== OFF)
    .sort((one, other) => roomOf(other) - roomOf(one));
  return (
    <Stack gap="sm">
      {waiting.lastText && <Text>{waiting.lastText}</Text>}
      {waiting.why && <Text c="dimmed">{reasons(waiting)}</Text>}
      <ErrorNotice error={list.error} />
      {list.isLoading && <Skeleton h={80} />}
      {!list.isLoading && there.length === 0 && <Text>{t("board.nobodyOnQueue")}</Text>}
      <div>
        {there.map((agent) => (
          <UnstyledButton
            key={agent.id}
            className={classes.choice}
            disabled={give.isPending}
            onClick={() => give.mutate(agent)}
          >
            <Text fw={500}>{agent.name}</Text>
            <Group gap="md" wrap="nowrap">
              <RoutingStatus status={agent.routingStatus} presence={agent.presence} />
              <Load agent={agent} />
            </Group>
          </UnstyledButton>
        ))}
      </div>
      <Text size="sm" c="dimmed">
        {t("board.assignHint")}
      </Text>
    </Stack>
  );
}
