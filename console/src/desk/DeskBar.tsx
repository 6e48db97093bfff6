// What an agent has on every page: their presence, the switch to go on queue, and new offers.
import { Button, Menu, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { StateMark } from "@/components/StateMark";
import classes from "./DeskBar.module.css";
import { useOffers } from "./offers";
import {
  labelIn,
  ON_QUEUE,
  presencesQuery,
  useGoOnQueue,
  usePresence,
  useRoutingStatus,
  useSetPresence,
} from "./presences";
import { useFlush } from "./useOutbox";

const OfferBar = lazy(() => import("./OfferBar"));

/** `offers` is the place at the top of the page where offers appear. */
export function DeskBar({ offers }: { offers: HTMLElement | null }) {
  const userId = useSession()?.user.id;
  useFlush(userId);
  if (!userId) return null;
  return (
    <>
      <Presence userId={userId} />
      {offers && createPortal(<Offers userId={userId} />, offers)}
    </>
  );
}

/** What is drawn for offers comes with the first one; that there is a new one is always heard. */
function Offers({ userId }: { userId: string }) {
  const offers = useOffers(userId);
  const [isWanted, setWanted] = useState(false);
  if (offers.length > 0 && !isWanted) setWanted(true);
  return <Suspense>{isWanted && <OfferBar offers={offers} />}</Suspense>;
}

function Presence({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const status = useRoutingStatus(userId)?.status;
  const goOnQueue = useGoOnQueue(userId);
  const isOn = status !== undefined && status !== "OFF_QUEUE";
  if (status === undefined) return null;
  return (
    <div className={classes.presence}>
      {status === "NOT_RESPONDING" ? (
        <Button size="compact-sm" color="red.8" onClick={() => goOnQueue.mutate(true)}>
          {t("deskBar.respond")}
        </Button>
      ) : (
        <PresenceMenu userId={userId} status={isOn ? wordOf(status) : undefined} />
      )}
      <label className={classes.switch}>
        <input
          type="checkbox"
          role="switch"
          checked={goOnQueue.isPending ? goOnQueue.variables : isOn}
          onChange={(event) => goOnQueue.mutate(event.currentTarget.checked)}
        />
        <span className={classes.label}>{t("deskBar.onQueue")}</span>
      </label>
    </div>
  );
}

type OnQueue = "free" | "busy";
const wordOf = (status: string): OnQueue => (status === "IDLE" ? "free" : "busy");

/** `status`: how it is on queue; without, the presence is shown. */
function PresenceMenu({ userId, status }: { userId: string; status?: OnQueue }) {
  const { t, i18n } = useTranslation();
  const own = usePresence(userId)?.presenceDefinition;
  const all = useQuery(presencesQuery).data?.entities ?? [];
  const set = useSetPresence(userId);
  const chosen = all.find(({ id }) => id === own?.id);
  const word = chosen && labelIn(chosen.languageLabels, i18n.language);
  const isQuiet = own?.systemPresence === "Offline";
  return (
    <Menu position="bottom-end" shadow="md" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.chosen} aria-label={t("deskBar.presence")}>
          <StateMark tone={status ? "good" : isQuiet ? "quiet" : "warn"}>
            {status ? t(`deskBar.${status}`) : (word ?? own?.systemPresence ?? "")}
          </StateMark>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("deskBar.presence")}</Menu.Label>
        {all
          .filter(({ systemPresence }) => systemPresence !== ON_QUEUE)
          .map((each) => (
            <Menu.Item
              key={each.id}
              rightSection={each.id === own?.id && <Check size={14} />}
              onClick={() => set.mutate(each.id)}
            >
              {labelIn(each.languageLabels, i18n.language) ?? each.name}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
