// Where the run stands: the bar with its parts, the pace against what is allowed, and the end.
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { ProgressBar } from "../ProgressBar";
import type { BoardProps } from "./BoardPage";
import classes from "./Standing.module.css";

export function Standing({ campaign, progress }: BoardProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const end = useEnd(progress);
  const facts: [string, string][] = [
    [
      t("campaigns.board.total"),
      t("campaigns.contacts", {
        count: progress.totalNumberOfContacts,
        number: figures.number(progress.totalNumberOfContacts),
      }),
    ],
    [t("campaigns.board.done"), `${progress.percentage} %`],
    [
      t("campaigns.board.rate"),
      t("campaigns.board.rateOf", {
        now: figures.number(progress.ratePerMinute),
        most: figures.number(campaign.messagesPerMinute),
      }),
    ],
    [t("campaigns.board.end"), end],
  ];
  return (
    <section className={classes.standing} aria-label={t("campaigns.progress")}>
      <ProgressBar progress={progress} withLegend />
      <dl className={classes.facts}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="figures">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function useEnd({
  campaignStatus,
  expectedCompletion,
  secondsLeft,
}: BoardProps["progress"]): string {
  const { t } = useTranslation();
  const figures = useFigures();
  if (campaignStatus !== "on") return t("campaigns.board.notRunning");
  if (secondsLeft === undefined) return t("campaigns.board.noEnd");
  return t("campaigns.board.endAt", {
    time: figures.clock(expectedCompletion),
    left: figures.duration(secondsLeft),
  });
}
