// One do-not-contact list: its numbers, files, exports and settings, a tab each.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { DetailPage } from "@/components/DetailPage";
import { DetailTabs } from "@/components/DetailTabs";
import { ExportTab } from "@/contacts/ExportTab";
import { mayContacts } from "@/contacts/permissions";
import { Usability } from "@/contacts/unusable";
import { DncSettingsTab } from "./DncSettingsTab";
import { DncUploadsTab } from "./DncUploadsTab";
import { NumbersTab } from "./NumbersTab";
import { dncListQuery } from "./queries";
import type { DncList } from "./types";

const TABS = ["numbers", "uploads", "export", "settings"] as const;
type Tab = (typeof TABS)[number];

export function DncListPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(dncListQuery(id));
  return (
    <DetailPage
      back={{ to: "/contacts/dnc", label: t("dnc.title") }}
      title={data?.name}
      status={data && <Usability list={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <ListTabs list={data} />}
    </DetailPage>
  );
}

function ListTabs({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const shown = TABS.filter((tab) => tab !== "export" || isAllowed(mayContacts.viewDnc));
  return (
    <DetailTabs tabs={shown} label={(tab) => t(`contacts.tabs.${tab}`)}>
      {(tab) => <Content tab={tab} list={list} />}
    </DetailTabs>
  );
}

function Content({ tab, list }: { tab: Tab; list: DncList }) {
  if (tab === "uploads") return <DncUploadsTab list={list} />;
  if (tab === "export") return <ExportTab target={{ kind: "dnclists", id: list.id }} />;
  if (tab === "settings") return <DncSettingsTab key={list.version} list={list} />;
  return <NumbersTab list={list} />;
}
