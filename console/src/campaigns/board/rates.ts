// What a run came to, minute by minute, from the API's differences.
import type { Minute } from "../types";

export const MEASURES = ["sent", "delivered", "read", "failed"] as const;
export type Measure = (typeof MEASURES)[number];

/** A measure may fall again in a minute; a bar does not stand below the line. */
export const amountOf = (minute: Minute, measure: Measure): number =>
  Math.max(0, minute.measures[measure] ?? 0);

/** Minutes together, so that a long run fits into so many bars. */
export function grouped(minutes: Minute[], most: number): Minute[] {
  const ordered = [...minutes].sort((one, other) => one.minute.localeCompare(other.minute));
  const size = Math.max(1, Math.ceil(ordered.length / most));
  const groups: Minute[] = [];
  for (let from = 0; from < ordered.length; from += size) {
    const part = ordered.slice(from, from + size);
    const measures: Record<string, number> = {};
    for (const each of part)
      for (const [name, amount] of Object.entries(each.measures))
        measures[name] = (measures[name] ?? 0) + amount;
    groups.push({ minute: part[0]?.minute ?? "", measures });
  }
  return groups;
}

export function csvOf(minutes: Minute[]): string {
  const rows = grouped(minutes, Infinity).map((each) =>
    [each.minute, ...MEASURES.map((measure) => each.measures[measure] ?? 0)].join(","),
  );
  return [["minute", ...MEASURES].join(","), ...rows].join("\r\n") + "\r\n";
}
