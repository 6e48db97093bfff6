// The language a customer speaks: what somebody said, else the guess by their number's country.
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { LanguageSelect, useLanguageName } from "@/components/LanguageSelect";
import { mayDesk } from "./permissions";
import { threadKey, useThread } from "./queries";

export function CustomerLanguage({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const nameOf = useLanguageName();
  const mayWrite = useMay()(mayDesk.write);
  const customer = useThread(conversationId).data?.customer;
  const say = useAction(
    (language: string | null) =>
      answer(
        api.PUT("/api/v2/conversations/messages/{conversation_id}/customer", {
          params: { path: { conversation_id: conversationId } },
          body: { language },
        }),
      ),
    { renew: [threadKey(conversationId)] },
  );
  if (!customer) return null;
  const { language, likelyLanguage } = customer;
  const guess = likelyLanguage
    ? t("desk.facts.likely", { language: nameOf(likelyLanguage) })
    : t("desk.facts.unknown");
  if (!mayWrite) return language ? nameOf(language) : guess;
  return (
    <LanguageSelect
      aria-label={t("desk.facts.language")}
      size="xs"
      placeholder={guess}
      value={language ?? ""}
      onChange={(chosen) => say.mutate(chosen)}
      onClear={() => say.mutate(null)}
      clearButtonProps={{ "aria-label": t("desk.facts.forget") }}
      disabled={say.isPending}
    />
  );
}
