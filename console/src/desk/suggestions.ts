// What the composer offers while somebody types: `/` finds canned texts, `:` finds emoji.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/api/permissions";
import { findEmoji } from "./emoji";
import { mayDesk } from "./permissions";
import { responsesQuery } from "./queries";
import { repliesQuery } from "./replies";
import type { CannedResponse, QuickReply } from "./types";

export interface Suggestion {
  id: string;
  label: string;
  hint?: string;
  /** What stands in the text afterwards. */
  insert: string;
}

interface Asked {
  sign: "/" | ":";
  phrase: string;
  /** Where in the text it begins. */
  from: number;
}

const SLASH = /(?:^|\s)\/([^\n/]{0,40})$/;
const REPLIES_SHOWN = 8;
const COLON = /(?:^|\s):([a-z]{1,20})$/i;

/** What is asked for at the end of what stands before the caret. */
export function askedIn(before: string): Asked | undefined {
  for (const [sign, pattern] of [
    ["/", SLASH],
    [":", COLON],
  ] as const) {
    const phrase = pattern.exec(before)?.[1];
    if (phrase !== undefined) return { sign, phrase, from: before.length - phrase.length - 1 };
  }
  return undefined;
}

/** A canned text with what is known filled in; what is not stays as {{name}} for the person. */
export function filledText(response: CannedResponse, known: Record<string, string>): string {
  const text = response.texts.find(isPlain) ?? response.texts[0];
  const content = (text as { content?: string } | undefined)?.content ?? "";
  const defaults = new Map(
    response.substitutions.map((each) => {
      const { id, defaultValue } = each as { id: string; defaultValue?: string };
      return [id, defaultValue];
    }),
  );
  return filled(content, (id) => known[id.toLowerCase()] ?? defaults.get(id));
}

function filled(text: string, valueOf: (id: string) => string | undefined): string {
  return text.replace(
    /\{\{\s*([^}]+?)\s*\}\}/g,
    (placeholder, id: string) => valueOf(id) ?? placeholder,
  );
}

/** A workstream's quick replies that have these words in their name or text, filled in. */
export function matchingReplies(
  replies: QuickReply[],
  phrase: string,
  known: Record<string, string>,
): Suggestion[] {
  const words = phrase.toLowerCase().trim();
  return replies
    .map(({ name, text }, place) => {
      const insert = filled(text, (id) => known[id.toLowerCase()]);
      return { id: `reply-${place}`, label: name, hint: insert, insert };
    })
    .filter(({ label, insert }) => `${label}\n${insert}`.toLowerCase().includes(words))
    .slice(0, REPLIES_SHOWN);
}

const isPlain = (text: object) => (text as { contentType?: string }).contentType !== "text/html";

/** The first placeholder that is still to be filled in, by its place in the text. */
export function openPlaceholder(text: string): { from: number; to: number; name: string } | null {
  const found = /\{\{\s*([^}]+?)\s*\}\}/.exec(text);
  if (!found) return null;
  return { from: found.index, to: found.index + found[0].length, name: found[1] ?? "" };
}

export interface Suggestions {
  items: Suggestion[];
  /** Which one Enter would take. */
  at: number;
  move: (by: number) => void;
  close: () => void;
  asked: Asked | undefined;
}

/** What fits the text before the caret: the workstream's quick replies come before canned texts. */
export function useSuggestions(
  before: string,
  known: Record<string, string>,
  workstreamId: string | undefined,
): Suggestions {
  const asked = askedIn(before);
  const [closed, setClosed] = useState<string>();
  const [chosen, setChosen] = useState({ of: "", at: 0 });
  const isClosed = asked === undefined || closed === before.slice(0, asked.from + 1);
  const isAllowed = useMay();
  const wanted = !isClosed && asked.sign === "/" ? asked.phrase : undefined;
  const [phrase] = useDebouncedValue(wanted, 120, { leading: true });
  const mayFind = wanted !== undefined && isAllowed(mayDesk.seeResponses);
  const responses = useQuery(responsesQuery(mayFind ? phrase : undefined)).data;
  const mayReply = wanted !== undefined && isAllowed(mayDesk.seeReplies);
  const replies = useQuery(repliesQuery(mayReply ? workstreamId : undefined)).data;
  let items: Suggestion[] = [];
  if (!isClosed && asked.sign === ":") {
    items = findEmoji(asked.phrase).map(({ name, sign }) => ({
      id: name,
      label: `${sign} ${name}`,
      insert: sign,
    }));
  } else if (wanted !== undefined) {
    const canned = (responses ?? []).map((each) => {
      const insert = filledText(each, known);
      return { id: each.id, label: each.name, hint: insert, insert };
    });
    items = [...matchingReplies(replies ?? [], wanted, known), ...canned];
  }
  const at = chosen.of === before ? Math.min(chosen.at, items.length - 1) : 0;
  return {
    items,
    at,
    move: (by) => setChosen({ of: before, at: (at + by + items.length) % items.length }),
    close: () => setClosed(asked && before.slice(0, asked.from + 1)),
    asked: isClosed ? undefined : asked,
  };
}
