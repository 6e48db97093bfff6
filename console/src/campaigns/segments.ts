// A campaign's figures as parts of one bar that add up to the whole. The API's counts climb
// (what was read was delivered and sent as well); here each contact stands in one part only.
import type { Progress } from "./types";

export const PARTS = [
  "read",
  "delivered",
  "sent",
  "failed",
  "unknown",
  "excluded",
  "queued",
  "left",
] as const;
export type PartId = (typeof PARTS)[number];
export type Segments = Record<PartId, number>;

export function segmentsOf(progress: Progress): Segments {
  const { sent, delivered, read, failed, unknown, excluded, queued, remaining } = progress;
  const parts = {
    read,
    delivered: delivered - read,
    sent: sent - delivered,
    failed,
    unknown,
    excluded,
    queued,
    left: remaining,
  };
  for (const part of PARTS) parts[part] = Math.max(0, parts[part]);
  return parts;
}

export function wholeOf(segments: Segments): number {
  return PARTS.reduce((sum, part) => sum + segments[part], 0);
}
