// Messages sent by minute, with the failed part hatched: readable in grey; figures on hover.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import type { Minute } from "../types";
import classes from "@/components/Bars.module.css";
import { amountOf, grouped } from "./rates";

const MOST_BARS = 60;

export function RateChart({ minutes }: { minutes: Minute[] }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const [pointed, setPointed] = useState<number | null>(null);
  const tallOf = (bar: Minute) => amountOf(bar, "sent") + amountOf(bar, "failed");
  const bars = grouped(minutes, MOST_BARS);
  if (!bars.some(tallOf)) return <Text c="dimmed">{t("campaigns.rate.nothing")}</Text>;
  const highest = Math.max(1, ...bars.map(tallOf));
  const words = (bar: Minute) =>
    t("campaigns.rate.sentence", {
      time: figures.exact(bar.minute),
      sent: figures.number(amountOf(bar, "sent")),
      failed: figures.number(amountOf(bar, "failed")),
    });
  const shown = pointed === null ? undefined : bars[pointed];
  return (
    <figure className={classes.figure} style={{ maxWidth: Math.max(240, bars.length * 50) }}>
      <figcaption className={classes.caption} aria-live="polite">
        {shown ? words(shown) : t("campaigns.rate.highest", { number: figures.number(highest) })}
      </figcaption>
      <div className={classes.bars} role="group" aria-label={t("campaigns.rate.title")}>
        {bars.map((bar, at) => (
          <button
            key={bar.minute}
            type="button"
            className={classes.column}
            aria-label={words(bar)}
            onMouseEnter={() => setPointed(at)}
            onMouseLeave={() => setPointed(null)}
            onFocus={() => setPointed(at)}
            onBlur={() => setPointed(null)}
          >
            <span className={classes.bar} style={{ height: `${(100 * tallOf(bar)) / highest}%` }}>
              <span
                className={classes.failed}
                style={{ height: `${(100 * amountOf(bar, "failed")) / Math.max(1, tallOf(bar))}%` }}
              />
            </span>
          </button>
        ))}
      </div>
      <div className={classes.axis}>
        <span>{figures.clock(bars[0]?.minute)}</span>
        <span>{bars.length > 1 && figures.clock(bars.at(-1)?.minute)}</span>
      </div>
    </figure>
  );
}
