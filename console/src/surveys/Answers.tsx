// Each survey: the stars, the words, and the conversation it was about.
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { FilterBar } from "@/components/FilterBar";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { RATINGS, readSurveys, SURVEYS_KEY, type Span, type Survey } from "./queries";
import classes from "./Surveys.module.css";

const STATES = ["asked", "rated", "done", "expired"] as const;
const idOf = (row: Survey) => row.id;

export function Answers({ span }: { span: Span }) {
  const { t } = useTranslation();
  const { values } = useSearchState();
  const { rating } = values;
  const list = useKeyset([...SURVEYS_KEY, "list", span, rating], readSurveys(span, rating));
  const choices = RATINGS.map((each) => ({
    value: String(each),
    label: t("surveys.stars", { count: each }),
  }));
  return (
    <section aria-label={t("surveys.each")}>
      <Group mb="xs">
        <FilterBar
          filters={[{ id: "rating", label: t("surveys.rating"), kind: "choice", choices }]}
        />
      </Group>
      <div className={classes.list}>
        <DataList
          name="surveys"
          label={t("surveys.each")}
          columns={useColumns()}
          list={list}
          idOf={idOf}
          hrefOf={(row) => `/interactions/${row.conversation.id}`}
          empty={<Empty text={rating ? t("list.nothingFound") : t("surveys.empty")} />}
        />
      </div>
    </section>
  );
}

function useColumns(): Column<Survey>[] {
  const { t } = useTranslation();
  return [
    {
      id: "rating",
      header: t("surveys.rating"),
      width: 150,
      narrow: true,
      render: (row) => <Rating survey={row} />,
    },
    {
      id: "comment",
      header: t("surveys.comment"),
      render: (row) => <span title={row.comment}>{row.comment}</span>,
    },
    {
      id: "agent",
      header: t("surveys.groups.agent"),
      width: 150,
      render: (row) => row.agent?.name,
    },
    {
      id: "queue",
      header: t("surveys.groups.queue"),
      width: 130,
      render: (row) => row.queue?.name,
    },
    {
      id: "workstream",
      header: t("surveys.groups.workstream"),
      width: 150,
      hidden: true,
      render: (row) => row.workstream.name,
    },
    {
      id: "asked",
      header: t("surveys.askedAt"),
      width: 130,
      narrow: 110,
      render: (row) => <RelativeTime time={row.dateAsked} />,
    },
  ];
}

function Rating({ survey }: { survey: Survey }) {
  const { t } = useTranslation();
  const { rating, state } = survey;
  if (rating === undefined) {
    const known = STATES.find((each) => each === state);
    return <span>{known ? t(`surveys.states.${known}`) : state}</span>;
  }
  return (
    <span role="img" aria-label={t("surveys.stars", { count: rating })}>
      {"★".repeat(rating)}
      {"☆".repeat(5 - rating)}
    </span>
  );
}
