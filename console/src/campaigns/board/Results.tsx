// Each contact of the run: whether its turn came, what became of its message, and why not.
import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLiveKeyset } from "@/api/keyset";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { StatusTick } from "@/components/StatusTick";
import { Why } from "@/components/Why";
import { useWord } from "@/components/words";
import { useReason } from "../before/reasons";
import { isMoving } from "../states";
import type { Result } from "../types";
import { readResults, RESULT_FILTERS } from "./queries";
import classes from "./Results.module.css";

const idOf = (row: Result) => String(row.sequence);

interface Props {
  campaignId: string;
  status: string;
}

export function Results({ campaignId, status }: Props) {
  const { t } = useTranslation();
  const filters = pick(useSearchState().values, RESULT_FILTERS);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <div className={classes.results}>
      <FilterBar filters={useFilters()} />
      <Found
        {...{ campaignId, filters }}
        everyMs={isMoving(status) ? LIVE_MS : CALM_MS}
        empty={<Empty text={t(isFiltered ? "list.nothingFound" : "campaigns.board.noContacts")} />}
      />
    </div>
  );
}

interface FoundProps {
  campaignId: string;
  filters: Record<string, string>;
  everyMs: number;
  empty: ReactNode;
}

const LIVE_MS = 3_000;
// Messages of a campaign that is complete are still delivered and read.
const CALM_MS = 6_000;

function Found({ campaignId, filters, everyMs, empty }: FoundProps) {
  const { t } = useTranslation();
  const key = ["campaigns", "one", campaignId, "contacts", filters];
  const list = useLiveKeyset(key, readResults(campaignId, filters), idOf, everyMs);
  return (
    <div className={classes.table}>
      <DataList
        name="campaign-contacts"
        label={t("campaigns.board.contacts")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        empty={empty}
      />
    </div>
  );
}

const STATES = ["waiting", "put_off", "taken", "excluded"] as const;
const DELIVERIES = ["queued", "sent", "delivered", "read", "failed", "unknown"];

function useFilters(): Filter[] {
  const { t } = useTranslation();
  const word = useWord();
  const states = STATES.map((value) => ({ value, label: t(`campaigns.states.${value}`) }));
  const deliveries = DELIVERIES.map((value) => ({ value, label: word("status", value) }));
  return [
    { id: "search", label: t("campaigns.board.search"), kind: "text" },
    { id: "contactState", label: t("campaigns.board.state"), kind: "choice", choices: states },
    {
      id: "deliveryStatus",
      label: t("campaigns.board.delivery"),
      kind: "choice",
      choices: deliveries,
    },
  ];
}

function useColumns(): Column<Result>[] {
  const { t } = useTranslation();
  return [
    {
      id: "address",
      header: t("campaigns.board.address"),
      width: 140,
      narrow: true,
      render: (row) => row.address ?? row.contactId ?? "",
    },
    {
      id: "state",
      header: t("campaigns.board.state"),
      width: 130,
      narrow: 140,
      render: (row) => <Standing row={row} />,
    },
    {
      id: "outcome",
      header: t("campaigns.board.why"),
      render: (row) => <Outcome row={row} />,
    },
    {
      id: "contact",
      header: t("campaigns.board.contact"),
      width: 150,
      hidden: true,
      render: (row) => row.contactId,
    },
    {
      id: "changed",
      header: t("campaigns.board.changed"),
      width: 100,
      render: (row) => <RelativeTime time={row.dateChanged} />,
    },
    {
      id: "conversation",
      header: t("campaigns.board.conversation"),
      width: 130,
      render: (row) =>
        row.conversationId && (
          <Anchor component={Link} to={`/interactions/${row.conversationId}`}>
            {t("campaigns.board.open")}
          </Anchor>
        ),
    },
  ];
}

function Standing({ row }: { row: Result }) {
  const { t } = useTranslation();
  if (row.deliveryStatus) return <StatusTick status={row.deliveryStatus} withWord />;
  const state = STATES.find((each) => each === row.state);
  return <Text c="dimmed">{state ? t(`campaigns.states.${state}`) : row.state}</Text>;
}

function Outcome({ row }: { row: Result }) {
  const reason = useReason();
  if (row.errorCode)
    return (
      <>
        {row.errorText} <Why code={row.errorCode} message={row.errorText} mend={row.errorMend} />
      </>
    );
  return row.reason ? reason(row.reason) : null;
}
