// The numbers a refusal taught us are not on WhatsApp; they are not tried until their time is up.
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Suppression } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { liftSuppression, readSuppressions } from "./queries";

const idOf = (row: Suppression) => row.id;

export function SuppressionsPage() {
  const { t } = useTranslation();
  const filters = pick(useSearchState().values, ["address"]);
  const list = useKeyset(["suppressions", filters], readSuppressions(filters));
  const isFiltered = filters.address !== undefined;
  return (
    <Page
      fill
      title={t("pages.suppressions")}
      bar={<FilterBar filters={[{ id: "address", label: t("consent.address"), kind: "text" }]} />}
    >
      <DataList
        name="suppressions"
        label={t("pages.suppressions")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        empty={<Empty text={isFiltered ? t("list.nothingFound") : t("suppressions.empty")} />}
      />
    </Page>
  );
}

function useColumns(): Column<Suppression>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const mayLift = useMay()(may.editConsent);
  const columns: Column<Suppression>[] = [
    {
      id: "address",
      header: t("consent.address"),
      narrow: true,
      render: (row) => row.address,
    },
    { id: "code", header: t("suppressions.reason"), width: 260, render: (row) => row.code },
    {
      id: "learnt",
      header: t("suppressions.learnt"),
      width: 150,
      render: (row) => <RelativeTime time={row.learntTime} />,
    },
    {
      id: "until",
      header: t("suppressions.until"),
      width: 140,
      narrow: 112,
      render: (row) => figures.day(row.untilTime),
    },
  ];
  if (!mayLift) return columns;
  const lift: Column<Suppression> = {
    id: "lift",
    header: t("suppressions.lift"),
    width: 140,
    narrow: 84,
    render: (row) => <Lift address={row.address} />,
  };
  return [...columns, lift];
}

export function Lift({ address }: { address: string }) {
  const { t } = useTranslation();
  const lift = useAction(liftSuppression, {
    renew: [["suppressions"]],
    done: t("suppressions.lifted", { address }),
  });
  return (
    <Confirm
      size="compact-sm"
      question={t("suppressions.liftAsk", { address })}
      verb={t("suppressions.liftVerb")}
      loading={lift.isPending}
      onConfirm={() => lift.mutate(address)}
    >
      {t("suppressions.liftVerb")}
    </Confirm>
  );
}
