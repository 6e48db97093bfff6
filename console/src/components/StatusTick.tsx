// Where a message is on its way, in the signs people know from WhatsApp, each with its word.
import { CircleAlert, CircleHelp, CircleSlash, Clock3, Inbox } from "lucide-react";
import classes from "./StatusTick.module.css";
import { useWord } from "./words";

interface Props {
  /** A message status of the API. */
  status: string;
  /** Show the word beside the sign; otherwise it is there for screen readers and on hover. */
  withWord?: boolean;
}

export function StatusTick({ status, withWord = false }: Props) {
  const word = useWord()("status", status);
  return (
    <span className={classes.tick} data-status={status} title={withWord ? undefined : word}>
      <Sign status={status} />
      <span className={withWord ? undefined : classes.hidden}>{word}</span>
    </span>
  );
}

function Sign({ status }: { status: string }) {
  const shared = { size: 16, "aria-hidden": true, strokeWidth: 2 } as const;
  switch (status) {
    case "queued":
      return <Clock3 {...shared} />;
    case "unknown":
      return <CircleHelp {...shared} />;
    case "failed":
      return <CircleAlert {...shared} />;
    case "removed":
      return <CircleSlash {...shared} />;
    case "received":
      return <Inbox {...shared} />;
    default:
      return <Ticks two={status !== "sent"} />;
  }
}

function Ticks({ two }: { two: boolean }) {
  return (
    <svg width="18" height="16" viewBox="0 0 18 16" fill="none" aria-hidden="true">
      <path d="M1.5 8.5l3.5 3.5 7-8" stroke="currentColor" strokeWidth="1.8" />
      {two && <path d="M8.5 11l1 1 7-8" stroke="currentColor" strokeWidth="1.8" />}
    </svg>
  );
}
