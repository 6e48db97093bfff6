// The do-not-contact lists: how many numbers, whether they collect opt-outs, whether they can be
// relied on.
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import type { Column } from "@/components/DataList";
import { ListsView, useListColumns } from "@/contacts/ListsView";
import { mayContacts } from "@/contacts/permissions";
import { DncListSheet } from "./DncListSheet";
import { useHeld } from "./held";
import { DNC_KEY, readDncLists } from "./queries";
import type { DncList } from "./types";

export function DncListsPage() {
  const { t } = useTranslation();
  const own: Column<DncList>[] = [
    {
      id: "collects",
      header: t("dnc.collects"),
      width: 150,
      render: (row) => row.collectsOptOuts && t("common.yes"),
    },
    { id: "holds", header: t("dnc.holds"), width: 170, hidden: true, render: useHeld() },
  ];
  return (
    <ListsView
      name="dnc-lists"
      path="/contacts/dnc"
      queryKey={DNC_KEY}
      read={readDncLists}
      columns={useListColumns(t("dnc.size"), own)}
      words={{ title: t("dnc.title"), empty: t("dnc.empty"), add: t("dnc.add") }}
      mayAdd={useMay()(mayContacts.addDncList)}
      Sheet={DncListSheet}
    />
  );
}
