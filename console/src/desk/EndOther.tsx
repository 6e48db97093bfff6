// Ending a conversation that is not one's own, asked once more: one that waits, or a colleague's.
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { ALL, of } from "./deeds";
import { mayDesk } from "./permissions";
import type { Conversation } from "./types";

export function EndOther({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const end = useAction(
    () =>
      answer(api.POST("/api/v2/conversations/{conversation_id}/disconnect", of(conversation.id))),
    { renew: ALL },
  );
  const isOthers = conversation.owner !== undefined;
  if (!isAllowed(mayDesk.end) || (isOthers && !isAllowed(mayDesk.takeOver))) return null;
  return (
    <Confirm
      question={t("desk.endOther", { name: conversation.owner?.name ?? t("desk.nobody") })}
      verb={t("desk.end")}
      loading={end.isPending}
      onConfirm={() => end.mutate(undefined)}
    >
      {t("desk.end")}
    </Confirm>
  );
}
