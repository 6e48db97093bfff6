// Every conversation, newest first, with its state of delivery live.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLiveKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import { DataList } from "@/components/DataList";
import { DownloadLink } from "@/components/DownloadLink";
import { Empty } from "@/components/Empty";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { pick, useSearchState } from "@/components/search";
import { ExportSheet } from "@/exports/ExportSheet";
import { useInteractionColumns } from "./columns";
import { useInteractionFilters } from "./filters";
import {
  idOfInteraction,
  INTERACTION_FILTERS,
  interactionExports,
  readInteractions,
} from "./queries";

export function InteractionsPage() {
  const { t } = useTranslation();
  const { values } = useSearchState();
  const filters = pick(values, INTERACTION_FILTERS);
  const list = useLiveKeyset(
    ["interactions", filters],
    readInteractions(filters),
    idOfInteraction,
    2_000,
    "v2.tidings.messages",
  );
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      fill
      title={t("interactions.title")}
      actions={<Actions filters={filters} />}
      bar={<FilterBar filters={useInteractionFilters()} />}
    >
      <DataList
        name="interactions"
        label={t("interactions.title")}
        columns={useInteractionColumns()}
        list={list}
        idOf={idOfInteraction}
        hrefOf={(row) => `/interactions/${row.conversationId}`}
        empty={
          <Empty text={isFiltered ? t("list.nothingFound") : t("interactions.empty")}>
            {!isFiltered && <SendLink />}
          </Empty>
        }
      />
    </Page>
  );
}

function Actions({ filters }: { filters: Record<string, string> }) {
  const { t } = useTranslation();
  return (
    <>
      <DownloadLink path="/api/v2/interactions/export" query={filters} />
      <ExportSheet source={interactionExports(filters)} label={t("contacts.export.xlsx")} />
      <SendLink />
    </>
  );
}

function SendLink() {
  const { t } = useTranslation();
  if (!useMay()(may.sendNotification)) return null;
  return (
    <Button component={Link} to="/interactions/send" leftSection={<Send size={16} aria-hidden />}>
      {t("interactions.send")}
    </Button>
  );
}
