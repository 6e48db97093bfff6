// The progress of the campaigns of a list: of those that move every two seconds, of the rest
// rarely, so that a thousand campaigns at rest cost nothing.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { progressesQuery } from "./queries";
import { isMoving } from "./states";
import type { Campaign, Progress } from "./types";

const LIVE_MS = 2_000;
const RARELY_MS = 20_000;

export function useProgresses(rows: Campaign[]): (id: string) => Progress | undefined {
  const all = useQuery(
    progressesQuery(
      useMemo(() => rows.map(({ id }) => id), [rows]),
      RARELY_MS,
    ),
  );
  const moving = useMemo(
    () =>
      (all.data ?? [])
        .filter(({ campaignStatus }) => isMoving(campaignStatus))
        .map(({ campaign }) => campaign.id),
    [all.data],
  );
  const live = useQuery(progressesQuery(moving, LIVE_MS));
  const byId = useMemo(() => {
    const found = new Map((all.data ?? []).map((each) => [each.campaign.id, each]));
    if (live.dataUpdatedAt >= all.dataUpdatedAt) {
      for (const each of live.data ?? []) found.set(each.campaign.id, each);
    }
    return found;
  }, [all.data, all.dataUpdatedAt, live.data, live.dataUpdatedAt]);
  return (id) => byId.get(id);
}
