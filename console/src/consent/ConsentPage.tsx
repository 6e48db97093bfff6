// Who agreed to be messaged, about what, since when, and by which evidence.
import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Consent } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { DownloadLink } from "@/components/DownloadLink";
import { Empty } from "@/components/Empty";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { useWord } from "@/components/words";
import { ConsentSheets } from "./ConsentSheets";
import { CONSENT_FILTERS, readConsents } from "./queries";
import { ConsentMark } from "./status";

const idOf = (row: Consent) => row.id;

export function ConsentPage() {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const filters = pick(values, CONSENT_FILTERS);
  const list = useKeyset(["consents", filters], readConsents(filters));
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      fill
      title={t("consent.title")}
      actions={<Actions filters={filters} />}
      bar={<FilterBar filters={useFilters()} />}
    >
      <DataList
        name="consents"
        label={t("consent.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.address }, { push: true })}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("consent.empty")}>
            {!isFiltered && <RecordButton />}
          </Empty>
        }
      />
      <ConsentSheets />
    </Page>
  );
}

function Actions({ filters }: { filters: Record<string, string> }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const { set } = useSearchState();
  return (
    <>
      {isAllowed(may.importConsent) && (
        <Button variant="default" onClick={() => set({ sheet: "import" })}>
          {t("consent.import")}
        </Button>
      )}
      {isAllowed(may.exportConsent) && (
        <DownloadLink path="/api/v2/consents/export" query={filters} />
      )}
      <RecordButton />
    </>
  );
}

function RecordButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(may.addConsent)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "record" })}>
      {t("consent.record")}
    </Button>
  );
}

function useFilters(): Filter[] {
  const { t } = useTranslation();
  const word = useWord();
  const categories = ["utility", "marketing"].map((value) => ({
    value,
    label: word("category", value),
  }));
  const states = ["optedIn", "optedOut"].map((value) => ({
    value,
    label: word("consentState", value),
  }));
  return [
    { id: "address", label: t("consent.address"), kind: "text" },
    { id: "category", label: t("consent.category"), kind: "choice", choices: categories },
    { id: "state", label: t("consent.state"), kind: "choice", choices: states },
  ];
}

function useColumns(): Column<Consent>[] {
  const { t } = useTranslation();
  const word = useWord();
  return [
    {
      id: "address",
      header: t("consent.address"),
      width: 170,
      narrow: true,
      render: (row) => row.address,
    },
    { id: "customer", header: t("consent.customer"), render: (row) => row.customer?.name },
    {
      id: "category",
      header: t("consent.category"),
      width: 120,
      render: (row) => word("category", row.category),
    },
    {
      id: "state",
      header: t("consent.state"),
      width: 150,
      narrow: 120,
      render: (row) => <ConsentMark state={row.state} />,
    },
    {
      id: "source",
      header: t("consent.source"),
      width: 150,
      render: (row) => word("consentSource", row.source),
    },
    { id: "evidence", header: t("consent.evidence"), hidden: true, render: (row) => row.evidence },
    {
      id: "changed",
      header: t("consent.changed"),
      width: 130,
      render: (row) => <RelativeTime time={row.changedTime} />,
    },
  ];
}
