// The programs that may call the API.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { OAuthClient } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { StateMark } from "@/components/StateMark";
import { useWord } from "@/components/words";
import { readClients } from "./queries";

const idOf = (row: OAuthClient) => row.id;

export function ClientsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const list = useOffset(["oauth", "list"], readClients);
  return (
    <Page fill title={t("oauth.title")} count={figures.number(list.total)} actions={<AddLink />}>
      <DataList
        name="oauth"
        label={t("oauth.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/administration/oauth/${row.id}`}
        empty={
          <Empty text={t("oauth.empty")}>
            <AddLink />
          </Empty>
        }
      />
    </Page>
  );
}

function AddLink() {
  const { t } = useTranslation();
  if (!useMay()(may.addClient)) return null;
  return (
    <Button
      component={Link}
      to="/administration/oauth/new"
      leftSection={<Plus size={16} aria-hidden />}
    >
      {t("oauth.add")}
    </Button>
  );
}

function useColumns(): Column<OAuthClient>[] {
  const { t } = useTranslation();
  const word = useWord();
  const figures = useFigures();
  return [
    { id: "name", header: t("oauth.name"), width: 220, narrow: true, render: (row) => row.name },
    { id: "description", header: t("oauth.description"), render: (row) => row.description },
    {
      id: "state",
      header: t("oauth.state"),
      width: 120,
      narrow: 100,
      render: (row) => (
        <StateMark tone={row.state === "inactive" ? "quiet" : "good"}>
          {word("userState", row.state ?? "active")}
        </StateMark>
      ),
    },
    {
      id: "lifetime",
      header: t("oauth.lifetime"),
      width: 140,
      align: "end",
      render: (row) => figures.duration(row.accessTokenValiditySeconds),
    },
    {
      id: "modified",
      header: t("oauth.modified"),
      width: 130,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
