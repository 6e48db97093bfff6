// What a do-not-contact list holds, in words.
import { useTranslation } from "react-i18next";
import type { DncList } from "./types";

const METHODS = {
  WhatsApp: "dnc.methods.whatsApp",
  Phone: "dnc.methods.phone",
  Email: "dnc.methods.email",
  Any: "dnc.methods.any",
} as const;

export function useHeld(): (list: DncList) => string {
  const { t } = useTranslation();
  return ({ contactMethod = "", customExclusionColumn }) => {
    if (customExclusionColumn) return t("dnc.methods.custom", { column: customExclusionColumn });
    if (contactMethod in METHODS) return t(METHODS[contactMethod as keyof typeof METHODS]);
    return contactMethod;
  };
}

/** Whether numbers can be put on the list. */
export const holdsNumbers = ({ contactMethod }: DncList) =>
  contactMethod !== undefined && contactMethod !== "Email";
