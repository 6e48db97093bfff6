// The agents: where they are, how much they hold of what they can; a row opens what they hold.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { RoutingStatus } from "@/routing/status";
import classes from "./Board.module.css";
import { HeldConversations } from "./HeldConversations";
import { Load } from "./Load";
import { useLiveOffset } from "./live";
import { BOARD_KEY, readAgents, type Agent } from "./queries";
import { useSecondsSince } from "./QueuesNow";

const idOf = (row: Agent) => row.id;

export function AgentsNow({ queueId }: { queueId: string | undefined }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const list = useLiveOffset([...BOARD_KEY, "agents", queueId ?? "all"], readAgents(queueId));
  const open = list.rows.find(({ id }) => id === values.agent);
  return (
    <section className={classes.panel} aria-label={t("board.agents")}>
      <h2 className={classes.title}>{queueId ? t("board.agentsOfQueue") : t("board.agents")}</h2>
      <DataList
        name="board-agents"
        label={t("board.agents")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ agent: row.id }, { push: true })}
        empty={<Empty text={t("board.noAgents")} />}
      />
      <SideSheet
        title={open?.name}
        isOpen={open !== undefined}
        onClose={() => set({ agent: undefined })}
      >
        {open && <HeldConversations agent={open} />}
      </SideSheet>
    </section>
  );
}

function useColumns(): Column<Agent>[] {
  const { t } = useTranslation();
  return [
    { id: "name", header: t("queues.person"), narrow: true, render: (row) => row.name },
    {
      id: "status",
      header: t("routingStatus.title"),
      width: 195,
      narrow: 185,
      render: (row) => (
        <>
          <RoutingStatus status={row.routingStatus} presence={row.presence} />{" "}
          <Since time={row.routingStatusTime} />
        </>
      ),
    },
    {
      id: "load",
      header: t("board.load"),
      width: 95,
      narrow: 65,
      render: (row) => <Load agent={row} />,
    },
  ];
}

function Since({ time }: { time: string }) {
  const figures = useFigures();
  return (
    <Text component="time" size="sm" c="dimmed" dateTime={time}>
      {figures.duration(useSecondsSince(time))}
    </Text>
  );
}
