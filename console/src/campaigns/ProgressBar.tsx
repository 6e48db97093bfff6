// How far a campaign is, as one bar in parts: told apart by colour, by pattern and by words.
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import classes from "./ProgressBar.module.css";
import { PARTS, segmentsOf, wholeOf } from "./segments";
import type { Progress } from "./types";

interface Props {
  progress: Progress;
  /** With the figures in words below; else they are there for screen readers and on hover. */
  withLegend?: boolean;
}

export function ProgressBar({ progress, withLegend = false }: Props) {
  const { t } = useTranslation();
  const figures = useFigures();
  const segments = segmentsOf(progress);
  const whole = wholeOf(segments);
  const shown = PARTS.filter((part) => segments[part] > 0);
  const words = shown
    .map((part) => `${t(`campaigns.parts.${part}`)} ${figures.number(segments[part])}`)
    .join(", ");
  return (
    <div>
      <div
        className={classes.bar}
        data-large={withLegend}
        role="img"
        aria-label={words || t("campaigns.notBegun")}
        title={words || t("campaigns.notBegun")}
      >
        {shown.map((part) => (
          <span
            key={part}
            className={classes.part}
            data-part={part}
            style={{ flexGrow: segments[part] }}
          />
        ))}
      </div>
      {withLegend && (
        <ul className={classes.legend}>
          {PARTS.filter((part) => part !== "unknown" || segments.unknown > 0).map((part) => (
            <li key={part} className={classes.entry}>
              <span className={classes.key} data-part={part} aria-hidden />
              <span>{t(`campaigns.parts.${part}`)}</span>
              <b className="figures">{figures.number(segments[part])}</b>
              <span className={classes.share}>{share(segments[part], whole)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function share(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "";
  const percent = (100 * part) / whole;
  return percent < 1 ? "<1 %" : `${Math.round(percent)} %`;
}
