// What is being written, kept in this browser for each conversation until it is sent.
import { useState } from "react";

const nameOf = (conversationId: string) => `tidings-draft-${conversationId}`;

export function readDraft(conversationId: string): string {
  return localStorage.getItem(nameOf(conversationId)) ?? "";
}

export function useKeptDraft(conversationId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => readDraft(conversationId));
  const keep = (next: string) => {
    setText(next);
    if (next) localStorage.setItem(nameOf(conversationId), next);
    else localStorage.removeItem(nameOf(conversationId));
  };
  return [text, keep];
}
