// Bars of messages with the failed part hatched: readable in grey; figures on hover or focus.
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { UsageRow } from "@/api/types";
import { useFigures } from "@/components/figures";
import classes from "@/components/Bars.module.css";

interface Props {
  rows: UsageRow[];
  label: (row: UsageRow) => string;
}

const MOST_BARS = 62;

export function Bars({ rows, label }: Props) {
  const { t } = useTranslation();
  const figures = useFigures();
  const [at, setAt] = useState<number | null>(null);
  const shown = rows.slice(0, MOST_BARS);
  const highest = Math.max(1, ...shown.map((row) => row.messages));
  const pointed = at === null ? undefined : shown[at];
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption} aria-live="polite">
        {pointed ? `${label(pointed)}: ${sentence(pointed, t, figures.number)}` : t("usage.chart")}
      </figcaption>
      <div className={classes.bars} role="group" aria-label={t("usage.chart")}>
        {shown.map((row, index) => (
          <button
            key={index}
            type="button"
            className={classes.column}
            aria-label={`${label(row)}: ${sentence(row, t, figures.number)}`}
            onMouseEnter={() => setAt(index)}
            onMouseLeave={() => setAt(null)}
            onFocus={() => setAt(index)}
            onBlur={() => setAt(null)}
          >
            <span className={classes.bar} style={{ height: `${(row.messages / highest) * 100}%` }}>
              <span
                className={classes.failed}
                style={{ height: `${(row.failed / Math.max(1, row.messages)) * 100}%` }}
              />
            </span>
          </button>
        ))}
      </div>
      <div className={classes.axis}>
        <span>{shown[0] && label(shown[0])}</span>
        <span>{t("usage.highest", { number: figures.number(highest) })}</span>
        <span>{shown.length > 1 && label(shown[shown.length - 1] as UsageRow)}</span>
      </div>
    </figure>
  );
}

function sentence(row: UsageRow, t: TFunction, number: (value: number) => string): string {
  return t("usage.sentence", {
    messages: number(row.messages),
    delivered: number(row.delivered),
    failed: number(row.failed),
  });
}
