// Words for closed sets the API sends. A value we do not know yet is shown as it came.
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

type Vocabulary =
  | "status"
  | "integrationStatus"
  | "templateStatus"
  | "category"
  | "consentState"
  | "consentSource"
  | "importState"
  | "direction"
  | "initiator"
  | "interactionState"
  | "quality"
  | "auditAction"
  | "entityType"
  | "userState"
  | "priority"
  | "kind";

export function useWord(): (vocabulary: Vocabulary, value: string | undefined) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (vocabulary, value) => {
      if (!value) return "";
      const key = `words.${vocabulary}.${value.toLowerCase()}`;
      return i18n.exists(key) ? t(key as never) : value;
    },
    [t, i18n],
  );
}
