// Making a do-not-contact list in a sheet at the side, from a page or from a form that needs one.
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { DncListForm } from "./DncListForm";
import type { DncList } from "./types";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  /** The list that was made; its file, if it got one, is still being read. */
  onCreated: (list: DncList) => void;
}

export function DncListSheet({ isOpen, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("dnc.add")} isOpen={isOpen} onClose={onClose} size="lg">
      <DncListForm onCreated={onCreated} />
    </SideSheet>
  );
}
