// What may be done with a campaign in which status, as the API decides it.
export const STATUSES = [
  "on",
  "stopping",
  "off",
  "complete",
  "invalid",
  "forced_off",
  "forced_stopping",
] as const;
export type Status = (typeof STATUSES)[number];

export const isKnown = (status: string): status is Status =>
  (STATUSES as readonly string[]).includes(status);
const among =
  (...statuses: Status[]) =>
  (status: string) =>
    (statuses as string[]).includes(status);

export const canStart = among("off", "complete", "invalid", "forced_off");
export const canStop = among("on", "forced_off", "forced_stopping");
/** Deleting and recycling are for a campaign that is at rest. */
export const isAtRest = among("off", "complete", "invalid");
/** Everything of the campaign can be edited; else only what needs no stop. */
export const canEditAll = among("off", "complete", "invalid", "forced_off");
/** Its figures move, or may begin to by themselves. */
export const isMoving = among("on", "stopping", "forced_off", "forced_stopping");
