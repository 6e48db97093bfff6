// A conversation that waits in one's queue but lies in another division: it can be taken, and is
// read from then on.
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import { useMay } from "@/api/permissions";
import { useSession } from "@/api/session";
import { useSearchState } from "@/components/search";
import classes from "./ConversationPane.module.css";
import { usePick } from "./deeds";
import { mayDesk } from "./permissions";

/** Whether an open conversation cannot be read because it is not yet one's own. */
export function useIsUntaken(error: Error | null): boolean {
  const { values } = useSearchState();
  const mayPick = useMay()(mayDesk.pick);
  const isHidden = error instanceof ApiError && error.status === 404;
  return isHidden && mayPick && values.tab === "waiting";
}

export function Untaken({ id }: { id: string }) {
  const { t } = useTranslation();
  const userId = useSession()?.user.id ?? "";
  const pick = usePick();
  return (
    <div className={classes.bar}>
      <Text className={classes.words}>{t("desk.elsewhere")}</Text>
      <Button loading={pick.isPending} onClick={() => pick.mutate({ conversationId: id, userId })}>
        {t("desk.take")}
      </Button>
    </div>
  );
}
