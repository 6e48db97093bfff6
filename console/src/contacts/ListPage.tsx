// One contact list: its contacts, files, filters, exports and settings, a tab each.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { DetailPage } from "@/components/DetailPage";
import { useSearchState } from "@/components/search";
import { FiltersTab } from "@/filters/FiltersTab";
import { ContactsTab } from "./ContactsTab";
import { ExportTab } from "./ExportTab";
import classes from "./ListPage.module.css";
import { mayContacts } from "./permissions";
import { listQuery } from "./queries";
import { SettingsTab } from "./SettingsTab";
import type { ContactList } from "./types";
import { Usability } from "./unusable";
import { UploadsTab } from "./UploadsTab";

const TABS = ["contacts", "uploads", "filters", "export", "settings"] as const;
type Tab = (typeof TABS)[number];

/** What the address holds of one tab is of no use in another. */
const NOTHING_OPEN = { open: undefined, q: undefined, sort: undefined, filter: undefined };

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
  const { values, set } = useSearchState();
  const isAllowed = useMay();
  const shown = TABS.filter((tab) => {
    if (tab === "filters") return isAllowed(mayContacts.viewFilters);
    if (tab === "contacts" || tab === "export") return isAllowed(mayContacts.viewContacts);
    return true;
  });
  const tab = shown.find((each) => each === values.tab) ?? shown[0] ?? "settings";
  return (
    <Tabs
      value={tab}
      onChange={(next) => set({ ...NOTHING_OPEN, tab: next ?? undefined })}
      keepMounted={false}
    >
      <Tabs.List mb="md" className={classes.tabs}>
        {shown.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`contacts.tabs.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab}>
        <Content tab={tab} list={list} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Content({ tab, list }: { tab: Tab; list: ContactList }) {
  if (tab === "contacts") return <ContactsTab list={list} />;
  if (tab === "uploads") return <UploadsTab list={list} />;
  if (tab === "filters") return <FiltersTab list={list} />;
  if (tab === "export") return <ExportTab target={{ kind: "contactlists", id: list.id }} />;
  return <SettingsTab key={list.version} list={list} />;
}
