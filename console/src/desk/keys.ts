// The keys of the desk. They do nothing while somebody types or a sheet is open.
import { useHotkeys } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { may, useMay } from "@/api/permissions";
import { useSearchState } from "@/components/search";
import { useDecline } from "./deeds";
import { useEnd } from "./HeldActions";
import { useAcceptAndOpen } from "./accepting";
import { useOffers } from "./offers";
import { mayDesk } from "./permissions";
import { conversationKey } from "./queries";
import { ownPart, standingOf } from "./standing";
import type { Conversation } from "./types";

interface Props {
  userId: string;
  /** What is listed, in its order. */
  listed: () => string[];
}

/**
 * Listens to the keys and draws nothing. It is a part of its own because offers change with every
 * message that comes: the panes must not be drawn again with it.
 */
export function DeskKeys({ userId, listed }: Props): null {
  const { values, set } = useSearchState();
  const queries = useQueryClient();
  const offers = useOffers(userId);
  const offer = offers.find(({ at }) => at.conversationId === values.c) ?? offers[0];
  const accept = useAcceptAndOpen();
  const decline = useDecline();
  const end = useEnd();
  const move = (by: number) => {
    const ids = listed();
    const at = ids.indexOf(values.c ?? "");
    const next = ids[at < 0 ? 0 : Math.min(Math.max(at + by, 0), ids.length - 1)];
    if (next) set({ c: next, facts: undefined, sheet: undefined });
  };
  /** The open conversation, if it is the person's to work with. */
  const held = () => {
    const open = queries.getQueryData<Conversation>(conversationKey(values.c ?? ""));
    const part = open && ownPart(open, userId);
    if (!part || standingOf(part) !== "mine") return undefined;
    return { conversationId: open.id, partId: part.id };
  };
  const isAllowed = useMay();
  const mayNote = isAllowed(mayDesk.writeNotes);
  const mayConsult = isAllowed(mayDesk.consult) && isAllowed(mayDesk.seeMembers);
  const mayStart = isAllowed(mayDesk.write) && isAllowed(may.viewIntegrations);
  const isBusy = values.sheet !== undefined;
  const keys: Record<string, () => void> = {
    J: () => !isBusy && move(1),
    K: () => !isBusy && move(-1),
    A: () => offer && accept.mutate(offer.at),
    D: () => offer && decline.mutate(offer.at),
    R: () => document.querySelector<HTMLElement>("[data-desk] textarea")?.focus(),
    N: () => values.c && mayNote && set({ sheet: "note" }),
    C: () => !isBusy && mayConsult && held() && set({ sheet: "consult" }),
    T: () => held() && set({ sheet: "transfer" }),
    W: () => mayStart && !isBusy && set({ sheet: "new" }),
    E: () => {
      const at = held();
      if (at && !isBusy) end.mutate(at);
    },
  };
  useHotkeys(
    Object.entries(keys).map(([key, act]) => [
      key,
      (event) => {
        if (isTyping(event)) return;
        event.preventDefault();
        act();
      },
      { preventDefault: false },
    ]),
    [],
  );
  return null;
}

/** Letters belong to who writes; on a switch or a choice they are keys of the desk. */
function isTyping({ target }: KeyboardEvent): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
