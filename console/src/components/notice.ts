// A word that something worked: said politely, so that it interrupts nobody's reading.
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

export function useNotice(): (message: string) => void {
  const { t } = useTranslation();
  const closeButtonProps = { "aria-label": t("common.close") };
  return (message) => notifications.show({ message, role: "status", closeButtonProps });
}
