// Why a conversation waits, in the person's language: from codes with counts and names.
import { useTranslation } from "react-i18next";

interface Reason {
  code: string;
  count?: number;
  name?: string;
}

export interface Waits {
  /** The same in English, for a code that this console does not know yet. */
  why?: string;
  reasons?: Reason[];
}

const COUNTED = [
  "skill",
  "language",
  "presence",
  "ring",
  "capacity",
  "declined",
  "notResponding",
  "offQueue",
] as const;

/** A function that says why something waits; nothing where nobody has looked yet. */
export function useReasons(): (waits: Waits | undefined) => string {
  const { t } = useTranslation();
  const wordsOf = ({ code, count = 0, name = "" }: Reason) => {
    if (code === "nobody" || code === "pick") return t(`reasons.${code}`);
    const known = COUNTED.find((each) => each === code);
    return known && t(`reasons.${known}`, { count, name });
  };
  return (waits) => {
    const words = waits?.reasons?.map(wordsOf) ?? [];
    if (words.length === 0 || words.includes(undefined)) return waits?.why ?? "";
    return `${words.join(", ")}.`;
  };
}
