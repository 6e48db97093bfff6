// How much of the customer-service window is left, as a thin ring that empties.
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { useNow } from "@/components/now";
import classes from "./WindowRing.module.css";

const WINDOW_MS = 24 * 60 * 60_000;
const SOON_MS = 2 * 60 * 60_000;
const RING_MS = 10_000;
const RADIUS = 7;
const ROUND = 2 * Math.PI * RADIUS;

export interface WindowLeft {
  isOpen: boolean;
  leftMs: number;
}

/** What is left of the window now; it closes by itself while it is looked at. */
export function useWindowLeft(closes: string | undefined, everyMs = 1_000): WindowLeft {
  const now = useNow(everyMs);
  const leftMs = closes ? Math.max(0, new Date(closes).getTime() - now) : 0;
  return { isOpen: leftMs > 0, leftMs };
}

export function WindowRing({ closes }: { closes: string | undefined }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { isOpen, leftMs } = useWindowLeft(closes, RING_MS);
  const label = isOpen
    ? t("desk.window.until", { time: figures.exact(closes) })
    : t("desk.window.closed");
  const shown = Math.min(1, leftMs / WINDOW_MS) * ROUND;
  return (
    <svg
      className={classes.ring}
      data-soon={leftMs < SOON_MS}
      viewBox="0 0 18 18"
      width={18}
      height={18}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <circle cx={9} cy={9} r={RADIUS} className={classes.track} />
      <circle
        cx={9}
        cy={9}
        r={RADIUS}
        className={classes.left}
        strokeDasharray={`${shown} ${ROUND}`}
        transform="rotate(-90 9 9)"
      />
    </svg>
  );
}
