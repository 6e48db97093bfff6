// Who waits in a queue, the longest first, and why; a supervisor may give one to somebody, or
// change what it asks for.
import { ActionIcon, Button, Text } from "@mantine/core";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiveKeyset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { useReasons } from "@/components/reasons";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { useTold } from "@/live";
import { AssignSheet } from "./AssignSheet";
import classes from "./Board.module.css";
import { EditSheet } from "./EditSheet";
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
  const edited = useKept(list.rows, values.edit);
  const close = () => set({ assign: undefined, edit: undefined });
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
      <SideSheet
        title={edited && t("board.editTitle", { customer: customerOf(edited) })}
        isOpen={edited !== undefined}
        onClose={close}
      >
        {edited && <EditSheet key={edited.conversationId} waiting={edited} onDone={close} />}
      </SideSheet>
    </section>
  );
}

/** A row as it was when it was chosen: what is typed stays though the row may leave the list. */
function useKept(rows: Waiting[], id: string | undefined): Waiting | undefined {
  const [kept, keep] = useState<Waiting>();
  const found = rows.find(({ conversationId }) => conversationId === id);
  const isKept = kept?.conversationId === id;
  if (!isKept && (found ?? kept)) keep(found);
  return isKept ? kept : undefined;
}

function useColumns(): Column<Waiting>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const isAllowed = useMay();
  const columns: Column<Waiting>[] = [
    {
      id: "customer",
      header: t("board.customer"),
      width: 170,
      narrow: true,
      render: (row) => <Customer row={row} />,
    },
    {
      id: "since",
      header: t("board.since"),
      width: 84,
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
  const edit: Column<Waiting> = {
    id: "edit",
    header: t("board.edit"),
    width: 64,
    narrow: 64,
    render: (row) => <EditButton row={row} />,
  };
  return [
    ...columns,
    ...(isAllowed(mayBoard.edit) ? [edit] : []),
    ...(isAllowed(mayBoard.assign) ? [give] : []),
  ];
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
  const reasons = useReasons();
  const words = row.offeredTo
    ? t("board.offeredTo", { name: row.offeredTo.name ?? "" })
    : reasons(row);
  return (
    <span className={classes.reason} title={words}>
      {words}
    </span>
  );
}

function EditButton({ row }: { row: Waiting }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const words = t("board.editNamed", { customer: customerOf(row) });
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={words}
      title={words}
      onClick={() => set({ edit: row.conversationId })}
    >
      <Pencil size={16} />
    </ActionIcon>
  );
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
