// The message templates of all numbers, as last read from Meta.
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Template } from "@/api/types";
import { integrationsQuery } from "@/channels/queries";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { useWord } from "@/components/words";
import { readTemplates, TEMPLATE_FILTERS } from "./queries";
import { TemplateStatus } from "./status";

const idOf = (row: Template) => row.id;

export function TemplatesPage() {
  const { t } = useTranslation();
  const filters = pick(useSearchState().values, TEMPLATE_FILTERS);
  const list = useKeyset(["templates", filters], readTemplates(filters));
  const isFiltered = Object.keys(filters).length > 0;
  const seesChannels = useMay()(may.viewIntegrations);
  return (
    <Page fill title={t("templates.title")} bar={<FilterBar filters={useFilters()} />}>
      <DataList
        name="templates"
        label={t("templates.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/templates/${row.id}`}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("templates.empty")}>
            {!isFiltered && seesChannels && (
              <Anchor component={Link} to="/channels">
                {t("templates.toChannels")}
              </Anchor>
            )}
          </Empty>
        }
      />
    </Page>
  );
}

const STATUSES = ["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"];
const CATEGORIES = ["UTILITY", "MARKETING", "AUTHENTICATION"];

function useFilters(): Filter[] {
  const { t } = useTranslation();
  const word = useWord();
  const integrations = useQuery({ ...integrationsQuery, enabled: useMay()(may.viewIntegrations) });
  const statuses = STATUSES.map((value) => ({ value, label: word("templateStatus", value) }));
  const categories = CATEGORIES.map((value) => ({ value, label: word("category", value) }));
  const numbers = integrations.data?.entities.map(({ id, name }) => ({ value: id, label: name }));
  return [
    { id: "name", label: t("templates.name"), kind: "text" },
    { id: "status", label: t("templates.status"), kind: "choice", choices: statuses },
    { id: "category", label: t("templates.category"), kind: "choice", choices: categories },
    { id: "language", label: t("templates.language"), kind: "text" },
    { id: "integrationId", label: t("templates.number"), kind: "choice", choices: numbers },
  ];
}

function useColumns(): Column<Template>[] {
  const { t } = useTranslation();
  const word = useWord();
  return [
    {
      id: "name",
      header: t("templates.name"),
      width: 240,
      narrow: true,
      render: (row) => row.name,
    },
    { id: "body", header: t("templates.text"), render: (row) => row.body },
    { id: "language", header: t("templates.language"), width: 100, render: (row) => row.language },
    {
      id: "category",
      header: t("templates.category"),
      width: 130,
      render: (row) => word("category", row.category),
    },
    {
      id: "status",
      header: t("templates.status"),
      width: 150,
      narrow: 140,
      render: (row) => <TemplateStatus template={row} />,
    },
    {
      id: "quality",
      header: t("templates.quality"),
      width: 100,
      hidden: true,
      render: (row) => word("quality", row.quality),
    },
    {
      id: "synced",
      header: t("templates.synced"),
      width: 130,
      render: (row) => <RelativeTime time={row.syncedAt} />,
    },
  ];
}
