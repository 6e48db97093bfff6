// What a workstream could not say by itself: its reason in words, and saying it after all.
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import type { InteractionDetail } from "@/api/types";
import { useAction } from "./action";

export type Unsaid = NonNullable<InteractionDetail["unsaid"]>[number];
const RETRY = "/api/v2/conversations/messages/{conversation_id}/unsaid/{unsaid_id}";

const REASONS = {
  "window.closed": "windowClosed",
  "consent.withdrawn": "consentWithdrawn",
  "consent.required": "consentRequired",
  "recipient.suppressed": "recipientSuppressed",
  "integration.inactive": "numberOff",
  "integration.error": "numberOff",
  "automated.empty": "automatedEmpty",
  "automated.broken": "automatedBroken",
} as const;

const isKnown = (code: string): code is keyof typeof REASONS => Object.hasOwn(REASONS, code);

/** A reason in the person's language, else as the server says it. */
export function useReason(): (reason: { errorCode: string; errorText: string }) => string {
  const { t } = useTranslation();
  return ({ errorCode, errorText }) =>
    isKnown(errorCode) ? t(`unsaid.reasons.${REASONS[errorCode]}`) : errorText;
}

export function useSayAfterAll() {
  const { t } = useTranslation();
  return useAction(
    ({ conversationId, id }: Unsaid) =>
      answer(
        api.POST(RETRY, { params: { path: { conversation_id: conversationId, unsaid_id: id } } }),
      ),
    { done: t("unsaid.said"), renew: [["desk", "thread"], ["workstreams"], ["interaction"]] },
  );
}
