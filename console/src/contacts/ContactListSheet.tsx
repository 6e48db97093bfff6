// Making a contact list in a sheet at the side, from a page of lists or from a form that needs one.
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { ContactListForm } from "./ContactListForm";
import type { ContactList } from "./types";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  /** The list that was made; its file, if it got one, is still being read. */
  onCreated: (list: ContactList) => void;
}

export function ContactListSheet({ isOpen, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("contacts.add")} isOpen={isOpen} onClose={onClose} size="lg">
      <ContactListForm onCreated={onCreated} />
    </SideSheet>
  );
}
