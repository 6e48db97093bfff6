// The numbers we send from.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Integration } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { useWord } from "@/components/words";
import { readIntegrations } from "./queries";
import { IntegrationStatus } from "./status";

const idOf = (row: Integration) => row.id;

export function IntegrationsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const list = useOffset(["integrations", "list"], readIntegrations);
  return (
    <Page
      fill
      title={t("channels.title")}
      count={figures.number(list.total)}
      actions={<ConnectLink />}
    >
      <DataList
        name="integrations"
        label={t("channels.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/channels/whatsapp/${row.id}`}
        empty={
          <Empty text={t("channels.empty")}>
            <ConnectLink />
          </Empty>
        }
      />
    </Page>
  );
}

function ConnectLink() {
  const { t } = useTranslation();
  if (!useMay()(may.addIntegration)) return null;
  return (
    <Button
      component={Link}
      to="/channels/whatsapp/new"
      leftSection={<Plus size={16} aria-hidden />}
    >
      {t("channels.connect")}
    </Button>
  );
}

function useColumns(): Column<Integration>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const word = useWord();
  return [
    { id: "name", header: t("channels.name"), narrow: true, render: (row) => row.name },
    {
      id: "phone",
      header: t("channels.phoneNumber"),
      width: 170,
      render: (row) => row.phoneNumber,
    },
    {
      id: "status",
      header: t("channels.status"),
      width: 150,
      narrow: 130,
      render: (row) => <IntegrationStatus integration={row} />,
    },
    {
      id: "quality",
      header: t("channels.quality"),
      width: 110,
      render: (row) => word("quality", row.qualityRating),
    },
    {
      id: "limit",
      header: t("channels.limitUse"),
      width: 170,
      align: "end",
      render: (row) => limitUse(row, figures.number),
    },
    {
      id: "throughput",
      header: t("channels.throughput"),
      width: 130,
      align: "end",
      hidden: true,
      render: (row) => figures.number(row.throughput),
    },
    {
      id: "division",
      header: t("channels.division"),
      width: 140,
      render: (row) => row.division?.name,
    },
    {
      id: "checked",
      header: t("channels.checked"),
      width: 130,
      render: (row) => <RelativeTime time={row.checkedAt} />,
    },
  ];
}

/** "120 / 1,000": how many customers were reached in 24 hours, of how many may be. */
export function limitUse(row: Integration, number: (value: number | undefined) => string): string {
  const limit = limitOf(row.messagingLimit);
  const used = number(row.recipientsLast24h ?? 0);
  return limit === undefined ? used : `${used} / ${limit === Infinity ? "∞" : number(limit)}`;
}

/** Meta's spelling as a number: TIER_1K is 1000; unknown spellings are not shown. */
export function limitOf(spelled: string | undefined): number | undefined {
  if (spelled?.includes("UNLIMITED")) return Infinity;
  const found = /^(?:TIER_)?(\d+)(K?)$/.exec(spelled ?? "");
  return found ? Number(found[1]) * (found[2] ? 1000 : 1) : undefined;
}
