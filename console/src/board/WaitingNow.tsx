// Who waits in a queue, the longest first, and why; a supervisor may give one to somebody.
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLiveKeyset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { useTold } from "@/live";
import { AssignSheet } from "./AssignSheet";
import classes from "./Board.module.css";
import { mayBoard } from "./permissions";
import {
  BOARD_KEY,
  LOOK_MS,
  readWaiting,
  ROUTING_TOPIC,
  type QueueNow,
  type Waiting,
} from "./queries";
import { useSecondsSince } from "./QueuesNow";

const idOf = (row: Waiting) => row.conversationId;
/** Somebody without a name is called by their number. */
export const customerOf = ({ customer, address }: Waiting) => customer.name ?? address;

export function WaitingNow({ queue }: { queue: QueueNow }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const key = [...BOARD_KEY, "waiting", queue.id];
  // Why something waits is written without a word to anybody, so it is looked for besides.
  const list = useLiveKeyset(key, readWaiting(queue.id), idOf, LOOK_MS);
  useTold(ROUTING_TOPIC, [...key, "newest"], LOOK_MS);
  const chosen = list.rows.find(({ conversationId }) => conversationId === values.assign);
  const close = () => set({ assign: undefined });
  return (
    <section className={classes.panel} aria-label={t("board.waitingIn", { queue: queue.name })}>
      <h2 className={classes.title}>{t("board.waitingIn", { queue: queue.name })}</h2>
      <DataList
        name="board-waiting"
        label={t("board.waitingIn", { queue: queue.name })}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        empty={<Empty text={t("board.nobodyWaits")} />}
      />
      <SideSheet
        title={chosen && t("board.assignTitle", { customer: customerOf(chosen) })}
        isOpen={chosen !== undefined}
        onClose={close}
      >
        {chosen && <AssignSheet waiting={chosen} onDone={close} />}
      </SideSheet>
    </section>
  );
}

function useColumns(): Column<Waiting>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const mayAssign = useMay()(mayBoard.assign);
  const columns: Column<Waiting>[] = [
    {
      id: "customer",
      header: t("board.customer"),
      width: 210,
      narrow: true,
      render: (row) => <Customer row={row} />,
    },
    {
      id: "since",
      header: t("board.since"),
      width: 90,
      narrow: 80,
      render: (row) => <Since time={row.since} />,
    },
    { id: "why", header: t("board.why"), render: (row) => <Reason row={row} /> },
    {
      id: "priority",
      header: t("workstreams.priority"),
      width: 80,
      align: "end",
      hidden: true,
      render: (row) => figures.number(row.priority),
    },
    {
      id: "skills",
      header: t("board.asks"),
      width: 140,
      hidden: true,
      render: ({ skills, language }) =>
        [...skills, ...(language ? [language] : [])].map(({ name }) => name).join(", "),
    },
  ];
  const give: Column<Waiting> = {
    id: "assign",
    header: t("board.assign"),
    width: 90,
    narrow: 90,
    render: (row) => <AssignButton row={row} />,
  };
  return mayAssign ? [...columns, give] : columns;
}

function Customer({ row }: { row: Waiting }) {
  return (
    <span title={row.lastText}>
      {customerOf(row)}
      {row.lastText && (
        <Text component="span" size="sm" c="dimmed">
          {" "}
          {row.lastText}
        </Text>
      )}
    </span>
  );
}

function Since({ time }: { time: string }) {
  const figures = useFigures();
  const seconds = useSecondsSince(time);
  return <time dateTime={time}>{figures.duration(seconds)}</time>;
}

function Reason({ row }: { row: Waiting }) {
  const { t } = useTranslation();
  const words = row.offeredTo
    ? t("board.offeredTo", { name: row.offeredTo.name ?? "" })
    : (row.why ?? "");
  return <span title={words}>{words}</span>;
}

function AssignButton({ row }: { row: Waiting }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={t("board.assignNamed", { customer: customerOf(row) })}
      onClick={() => set({ assign: row.conversationId })}
    >
      {t("board.assign")}
    </Button>
  );
}
