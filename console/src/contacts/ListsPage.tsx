// The contact lists: how large, whether a file is being read, and whether a campaign can use them.
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { ContactListSheet } from "./ContactListSheet";
import { ListsView, useListColumns } from "./ListsView";
import { mayContacts } from "./permissions";
import { LISTS_KEY, readLists } from "./queries";
import type { ContactList } from "./types";

export function ListsPage() {
  const { t } = useTranslation();
  return (
    <ListsView
      name="contact-lists"
      path="/contacts/lists"
      queryKey={LISTS_KEY}
      read={readLists}
      columns={useListColumns<ContactList>(t("contacts.size"))}
      words={{ title: t("contacts.title"), empty: t("contacts.empty"), add: t("contacts.add") }}
      mayAdd={useMay()(mayContacts.addList)}
      Sheet={ContactListSheet}
    />
  );
}
