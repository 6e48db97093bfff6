// The desk: conversations, the open one, and what is known of its customer, side by side; on a
// phone one of them at a time.
import { useDocumentTitle } from "@mantine/hooks";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { Empty } from "@/components/Empty";
import { useSearchState } from "@/components/search";
import { ConversationPane } from "./ConversationPane";
import classes from "./DeskPage.module.css";
import { FactsPane } from "./FactsPane";
import { ListPane } from "./ListPane";
import { DeskKeys } from "./keys";

export function DeskPage() {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const userId = useSession()?.user.id ?? "";
  const listed = useRef<string[]>([]);
  const readRows = useCallback(() => listed.current, []);
  const keepRows = useCallback((ids: string[]) => {
    listed.current = ids;
  }, []);
  useDocumentTitle(`${t("areas.desk")} · Tidings`);
  const showsFacts = values.facts !== undefined;
  const pane = showsFacts ? "facts" : values.c ? "conversation" : "list";
  return (
    <div
      className={classes.desk}
      data-desk
      data-pane={pane}
      data-facts={showsFacts}
      data-open={!!values.c}
    >
      <DeskKeys userId={userId} listed={readRows} />
      <div className={classes.list}>
        <ListPane onRows={keepRows} />
      </div>
      <div className={classes.conversation}>
        {values.c ? (
          <ConversationPane
            key={values.c}
            id={values.c}
            onFacts={() => set({ facts: showsFacts ? undefined : "1" }, { push: true })}
          />
        ) : (
          <Empty text={t("desk.chooseOne")} />
        )}
      </div>
      <div className={classes.facts}>
        {values.c && <FactsPane id={values.c} onClose={() => set({ facts: undefined })} />}
      </div>
    </div>
  );
}
