// What a person does with a campaign as a whole: start, stop, recycle, delete.
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import {
  CAMPAIGNS_KEY,
  deleteCampaign,
  recycleCampaign,
  startCampaign,
  stopCampaign,
} from "./queries";
import { canStart, canStop, isAtRest } from "./states";

export type Deed = "start" | "stop" | "recycle" | "delete";

const RUNS: Record<Deed, (id: string) => Promise<unknown>> = {
  start: startCampaign,
  stop: stopCampaign,
  recycle: recycleCampaign,
  delete: deleteCampaign,
};

interface Asked {
  id: string;
  deed: Deed;
}

export interface Deeds {
  run: (asked: Asked) => void;
  /** The deed under way. */
  pending: Deed | undefined;
}

export function useDeeds(): Deeds {
  const { t } = useTranslation();
  const router = useRouter();
  const action = useAction(
    async ({ id, deed }: Asked) => {
      await RUNS[deed](id);
      return deed;
    },
    {
      done: (deed) => t(`campaigns.done.${deed}`),
      renew: [CAMPAIGNS_KEY],
      after: (deed) => {
        const isHere = router.state.location.pathname !== "/campaigns";
        if (deed === "delete" && isHere) router.history.push("/campaigns");
      },
    },
  );
  return {
    run: action.mutate,
    pending: action.isPending ? action.variables.deed : undefined,
  };
}

/** Which deeds this person may do with a campaign in this status. */
export function useAllowed(): (status: string) => Record<Deed, boolean> {
  const has = useMay();
  return (status) => ({
    start: canStart(status) && has(may.startCampaign),
    stop: canStop(status) && has(may.stopCampaign),
    recycle: isAtRest(status) && has(may.recycleCampaign),
    delete: isAtRest(status) && has(may.deleteCampaign),
  });
}

export interface Outcome {
  done: number;
  failures: Error[];
}

/** Do one thing with several campaigns, one after the other; what fails does not stop the rest. */
export async function runForAll(ids: string[], deed: Deed): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failures: [] };
  for (const id of ids) {
    try {
      await RUNS[deed](id);
      outcome.done += 1;
    } catch (error) {
      outcome.failures.push(error as Error);
    }
  }
  return outcome;
}
