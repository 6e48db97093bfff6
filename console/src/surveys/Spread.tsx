// How the ratings spread: a bar for each number of stars, with its figures beside it.
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { RATINGS, type Total } from "./queries";
import classes from "./Surveys.module.css";

export function Spread({ total }: { total: Total }) {
  const { t } = useTranslation();
  return (
    <Group gap={48} align="start">
      <Headline total={total} />
      <dl className={classes.spread} aria-label={t("surveys.spread")}>
        {RATINGS.map((rating) => (
          <Bar key={rating} rating={rating} total={total} />
        ))}
      </dl>
    </Group>
  );
}

function Headline({ total }: { total: Total }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { average, asked, answered, commented } = total;
  const share = asked > 0 ? Math.round((answered / asked) * 100) : 0;
  return (
    <div>
      <Text className={classes.average}>
        {average === undefined ? "–" : figures.number(Math.round(average * 100) / 100)}
        <Text component="span" c="dimmed">
          {" "}
          {t("surveys.ofFive")}
        </Text>
      </Text>
      <Text>
        {t("surveys.answered", {
          answered: figures.number(answered),
          asked: figures.number(asked),
          share: figures.number(share),
        })}
      </Text>
      <Text c="dimmed">{t("surveys.commented", { count: commented })}</Text>
    </div>
  );
}

function Bar({ rating, total }: { rating: number; total: Total }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const count = total.ratings[rating] ?? 0;
  const share = total.answered > 0 ? count / total.answered : 0;
  return (
    <div className={classes.rating}>
      <dt>{t("surveys.stars", { count: rating })}</dt>
      <dd>
        <span className={classes.track} aria-hidden="true">
          <span className={classes.filled} style={{ width: `${share * 100}%` }} />
        </span>
        <span className={classes.count}>
          {t("surveys.countShare", {
            number: figures.number(count),
            share: figures.number(Math.round(share * 100)),
          })}
        </span>
      </dd>
    </div>
  );
}
