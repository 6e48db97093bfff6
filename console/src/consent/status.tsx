// Agreed or not, in one word.
import type { ConsentState } from "@/api/types";
import { StateMark } from "@/components/StateMark";
import { useWord } from "@/components/words";

export function ConsentMark({ state }: { state: ConsentState }) {
  const word = useWord()("consentState", state);
  return <StateMark tone={state === "optedIn" ? "good" : "quiet"}>{word}</StateMark>;
}
