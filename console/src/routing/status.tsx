// Where a person stands for the router, in one word; who is off queue by what they are doing.
import { useTranslation } from "react-i18next";
import { StateMark, type Tone } from "@/components/StateMark";

const TONES: Record<string, Tone> = {
  IDLE: "good",
  INTERACTING: "good",
  COMMUNICATING: "good",
  NOT_RESPONDING: "bad",
};
const STATUSES = ["OFF_QUEUE", "IDLE", "INTERACTING", "NOT_RESPONDING"] as const;
export const PRESENCES = [
  "Available",
  "Away",
  "Break",
  "Busy",
  "Idle",
  "Meal",
  "Meeting",
  "Offline",
  "OnQueue",
  "Training",
] as const;

export function RoutingStatus({ status, presence }: { status: string; presence?: string }) {
  const { t } = useTranslation();
  const presenceWord = usePresenceWord();
  const known = STATUSES.find((each) => each === status);
  const word = known ? t(`routingStatus.${known}`) : status;
  const isOff = status === "OFF_QUEUE" && presence;
  return (
    <StateMark tone={TONES[status] ?? "quiet"}>{isOff ? presenceWord(presence) : word}</StateMark>
  );
}

/** The word for a presence of the system; one that is not known here is shown as it came. */
export function usePresenceWord(): (presence: string) => string {
  const { t } = useTranslation();
  return (presence) => {
    const known = PRESENCES.find((each) => each === presence);
    return known ? t(`presences.${known}`) : presence;
  };
}
