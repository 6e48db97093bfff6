// How much of their capacity somebody holds: a figure, and a thin bar beside it.
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import classes from "./Board.module.css";
import type { Agent } from "./queries";

export function Load({ agent: { load, capacity } }: { agent: Agent }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const share = capacity > 0 ? Math.min(1, load / capacity) : 0;
  return (
    <span className={classes.load} title={t("board.loadHint")}>
      <span className={classes.meter} aria-hidden="true">
        <span className={classes.filled} style={{ width: `${share * 100}%` }} />
      </span>
      {figures.number(load)} / {figures.number(capacity)}
    </span>
  );
}
