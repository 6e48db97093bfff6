// One contact list: its contacts, files, filters, exports and settings, a tab each.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { DetailPage } from "@/components/DetailPage";
import { DetailTabs } from "@/components/DetailTabs";
import { FiltersTab } from "@/filters/FiltersTab";
import { ContactsTab } from "./ContactsTab";
import { ExportTab } from "./ExportTab";
import { mayContacts } from "./permissions";
import { listQuery } from "./queries";
import { SettingsTab } from "./SettingsTab";
import type { ContactList } from "./types";
import { Usability } from "./unusable";
import { UploadsTab } from "./UploadsTab";

const TABS = ["contacts", "uploads", "filters", "export", "settings"] as const;
type Tab = (typeof TABS)[number];

/** What the address holds of one tab is of no use in another. */
const OF_ONE_TAB = ["open", "q", "sort", "filter"];

export function ListPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(listQuery(id));
  return (
    <DetailPage
      back={{ to: "/contacts/lists", label: t("contacts.title") }}
      title={data?.name}
      status={data && <Usability list={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <ListTabs list={data} />}
    </DetailPage>
  );
}

function ListTabs({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const shown = TABS.filter((tab) => {
    if (tab === "filters") return isAllowed(mayContacts.viewFilters);
    if (tab === "contacts" || tab === "export") return isAllowed(mayContacts.viewContacts);
    return true;
  });
  return (
    <DetailTabs tabs={shown} label={(tab) => t(`contacts.tabs.${tab}`)} forget={OF_ONE_TAB}>
      {(tab) => <Content tab={tab} list={list} />}
    </DetailTabs>
  );
}

function Content({ tab, list }: { tab: Tab; list: ContactList }) {
  if (tab === "contacts") return <ContactsTab list={list} />;
  if (tab === "uploads") return <UploadsTab list={list} />;
  if (tab === "filters") return <FiltersTab list={list} />;
  if (tab === "export") return <ExportTab target={{ kind: "contactlists", id: list.id }} />;
  return <SettingsTab key={list.version} list={list} />;
}
