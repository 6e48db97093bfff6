// A calm word while the server cannot be reached. Whatever a page shows stays, is asked for again
// until it comes, and the word goes by itself.
import { useQueryClient, type Query } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import classes from "./Connection.module.css";

const AGAIN_MS = 3_000;

export function Connection() {
  const { t } = useTranslation();
  const isCut = useIsCut();
  return (
    <div role="status">
      {isCut && (
        <div className={classes.bar}>
          <CloudOff size={16} aria-hidden />
          {t("shell.noConnection")}
        </div>
      )}
    </div>
  );
}

/** Whether anything on screen waits for a server that does not answer; it is asked again. */
function useIsCut(): boolean {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const isCut = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => cache.findAll({ type: "active", predicate: isUnanswered }).length > 0,
  );
  useEffect(() => {
    if (!isCut) return;
    const again = () =>
      void queries.refetchQueries({
        type: "active",
        predicate: (query) => isUnanswered(query) && query.state.fetchStatus === "idle",
      });
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isCut, queries]);
  return isCut;
}

function isUnanswered({ state }: Query): boolean {
  const failure = state.fetchFailureReason ?? state.error;
  return failure instanceof ApiError && (failure.status === 0 || failure.status >= 502);
}
