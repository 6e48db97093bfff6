// All queues in one table: a row opens who waits in it.
import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { useNow } from "@/components/now";
import classes from "./Board.module.css";
import type { QueueNow } from "./queries";

interface Props {
  queues: QueueNow[];
  openId: string | undefined;
  onOpen: (id: string) => void;
}

export function QueuesNow({ queues, openId, onOpen }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.queues}>
      <table className={classes.table} aria-label={t("queues.title")}>
        <thead>
          <tr>
            <th scope="col">{t("board.queue")}</th>
            <th scope="col">{t("board.waiting")}</th>
            <th scope="col">{t("board.longest")}</th>
            <th scope="col">{t("board.level")}</th>
            <th scope="col">{t("board.onQueue")}</th>
            <th scope="col" data-wide>
              {t("board.interacting")}
            </th>
            <th scope="col" data-wide>
              {t("board.answered")}
            </th>
            <th scope="col" data-wide>
              {t("board.abandoned")}
            </th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <QueueRow
              key={queue.id}
              queue={queue}
              isOpen={queue.id === openId}
              onOpen={() => onOpen(queue.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  queue: QueueNow;
  isOpen: boolean;
  onOpen: () => void;
}

function QueueRow({ queue, isOpen, onOpen }: RowProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { serviceLevel, longestWaitingSince } = queue;
  return (
    <tr data-open={isOpen}>
      <th scope="row">
        <UnstyledButton className={classes.open} aria-pressed={isOpen} onClick={onOpen}>
          {queue.name}
        </UnstyledButton>
      </th>
      <td data-tone={queue.waiting > 0 && queue.onQueue === 0 ? "bad" : undefined}>
        {figures.number(queue.waiting)}
      </td>
      <td>{longestWaitingSince && <Wait since={longestWaitingSince} queue={queue} />}</td>
      <td>
        <Level level={serviceLevel} />
      </td>
      <td>
        {t("board.onQueueOf", {
          idle: figures.number(queue.idle),
          onQueue: figures.number(queue.onQueue),
        })}
        {queue.notResponding > 0 && (
          <span data-tone="bad" data-wide>
            {" "}
            {t("board.notResponding", { count: queue.notResponding })}
          </span>
        )}
      </td>
      <td data-wide>{figures.number(queue.interacting)}</td>
      <td data-wide>{figures.number(serviceLevel.answered)}</td>
      <td data-wide>{figures.number(serviceLevel.abandoned)}</td>
    </tr>
  );
}

/** How long the first has waited; longer than the aim stands out. */
function Wait({ since, queue }: { since: string; queue: QueueNow }) {
  const seconds = useSecondsSince(since);
  const isLate = seconds > queue.serviceLevel.seconds;
  return <span data-tone={isLate ? "bad" : undefined}>{useFigures().duration(seconds)}</span>;
}

/** Whole seconds since a time, counting on. */
export function useSecondsSince(time: string): number {
  const now = useNow(1_000);
  return Math.max(0, Math.floor((now - new Date(time).getTime()) / 1000));
}

function Level({ level }: { level: QueueNow["serviceLevel"] }) {
  const { t } = useTranslation();
  const figures = useFigures();
  if (level.ratio === undefined) return <span data-tone="quiet">–</span>;
  const percent = (share: number) => figures.number(Math.round(share * 100));
  const isMet = level.ratio >= level.target;
  return (
    <span
      data-tone={isMet ? "good" : "bad"}
      title={t("board.levelAim", {
        percent: percent(level.target),
        time: figures.duration(level.seconds),
      })}
    >
      {t("board.percent", { percent: percent(level.ratio) })}{" "}
      {isMet ? t("board.met") : t("board.missed")}
    </span>
  );
}
