// The text that is being written: where the caret is, what is suggested there, and taking it.
import { useEffect, useId, useState } from "react";
import { useSession } from "@/api/session";
import { useKeptDraft } from "./drafts";
import { takesFocus } from "./focus";
import { openPlaceholder, useSuggestions, type Suggestion } from "./suggestions";
import type { Conversation } from "./types";

export type Writing = ReturnType<typeof useWriting>;

/** The text with its caret, what is suggested there, and taking a suggestion. */
export function useWriting(conversation: Conversation) {
  const listId = useId();
  const [field, hold] = useState<HTMLTextAreaElement | null>(null);
  const agent = useSession()?.user.name ?? "";
  useEffect(() => {
    if (field && takesFocus(conversation.id)) field.focus();
  }, [field, conversation.id]);
  const [text, write] = useKeptDraft(conversation.id);
  const [caret, setCaret] = useState(text.length);
  const suggestions = useSuggestions(
    text.slice(0, caret),
    knownOf(conversation, agent),
    conversation.workstreamId,
  );
  const select = (from: number, to: number) => {
    // After React has put the new text into the field.
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(from, to);
    });
  };
  const take = ({ insert }: Suggestion) => {
    const from = suggestions.asked?.from ?? caret;
    const next = text.slice(0, from) + insert + text.slice(caret);
    const open = openPlaceholder(insert);
    const end = from + insert.length;
    write(next);
    setCaret(end);
    if (open) select(from + open.from, from + open.to);
    else select(end, end);
  };
  const keyedInList = (event: React.KeyboardEvent): boolean => {
    const { items, at, move, close } = suggestions;
    if (items.length === 0) return false;
    const item = items[at];
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && item) take(item);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const moved = ({ selectionStart }: HTMLTextAreaElement) => setCaret(selectionStart);
  const typed = (area: HTMLTextAreaElement) => {
    write(area.value);
    moved(area);
  };
  return { listId, field, hold, text, write, typed, moved, select, suggestions, take, keyedInList };
}

/** What canned texts may name, by the names people give their placeholders. */
function knownOf(conversation: Conversation, agent: string): Record<string, string> {
  const { name } = conversation.customer;
  const queue = conversation.queue?.name;
  return {
    agent,
    "agent.name": agent,
    ...(name && { customer: name, name, "customer.name": name }),
    ...(queue && { queue, "queue.name": queue }),
    ...Object.fromEntries(
      Object.entries(conversation.attributes ?? {}).map(([key, value]) => [
        key.toLowerCase(),
        String(value),
      ]),
    ),
  };
}
