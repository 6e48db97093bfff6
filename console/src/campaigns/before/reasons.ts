// Why a contact is left out, in words. A code we do not know yet is shown as it came.
import { useTranslation } from "react-i18next";

const KEYS = {
  "address.missing": "noAddress",
  "address.invalid": "badAddress",
  "address.repeated": "repeated",
  "contact.not_callable": "notCallable",
  "contact.deleted": "deleted",
  "dnc.listed": "dnc",
  "consent.required": "noConsent",
  "consent.withdrawn": "withdrawn",
  "template.parameter.missing": "noValue",
  "template.parameter.invalid": "badValue",
  "template.parameter.not_allowed": "badValue",
  "template.parameter.too_long": "longValue",
  "recipient.suppressed": "suppressed",
  "conversation.connected": "connected",
} as const;

export function useReason(): (code: string) => string {
  const { t } = useTranslation();
  return (code) => {
    const key = Object.hasOwn(KEYS, code) ? KEYS[code as keyof typeof KEYS] : undefined;
    return key ? t(`campaigns.reasons.${key}`) : code;
  };
}
