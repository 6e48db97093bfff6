// Past and running imports of consents; each opens with its figures and its rejected rows.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useLiveKeyset } from "@/api/keyset";
import type { ConsentImport } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { ImportState } from "./ImportPage";
import { readImports } from "./queries";

const idOf = (row: ConsentImport) => row.id;

export function ImportsPage() {
  const { t } = useTranslation();
  const list = useLiveKeyset(
    ["consents", "imports"],
    readImports,
    idOf,
    2_000,
    "v2.tidings.consents",
  );
  const start = (
    <Button component={Link} to="/consent?sheet=import">
      {t("consent.import")}
    </Button>
  );
  return (
    <Page fill title={t("pages.imports")} actions={start}>
      <DataList
        name="consent-imports"
        label={t("pages.imports")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/consent/imports/${row.id}`}
        empty={<Empty text={t("consent.noImports")} />}
      />
    </Page>
  );
}

function useColumns(): Column<ConsentImport>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  return [
    {
      id: "file",
      header: t("consent.file"),
      narrow: true,
      render: (row) => row.fileName || t("consent.unnamed"),
    },
    {
      id: "state",
      header: t("consent.state"),
      width: 150,
      narrow: 120,
      render: (row) => <ImportState job={row} />,
    },
    {
      id: "accepted",
      header: t("consent.accepted"),
      width: 120,
      align: "end",
      render: (row) => figures.number(row.acceptedRows),
    },
    {
      id: "rejected",
      header: t("consent.rejected"),
      width: 120,
      align: "end",
      render: (row) => figures.number(row.rejectedRows),
    },
    {
      id: "started",
      header: t("consent.started"),
      width: 140,
      render: (row) => <RelativeTime time={row.startedTime} />,
    },
  ];
}
