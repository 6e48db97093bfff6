// Moments as date and time fields take them. A window that recurs is written without a zone.
import type { Interval, Recurrence } from "../types";

const pad = (number: number) => String(number).padStart(2, "0");

/** A moment as a field of local date and time shows it. */
export function localOf(moment: string): string {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return "";
  const { day, clock } = parts(time);
  return `${day}T${clock}`;
}

export function momentOf(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

export const dayOf = ({ start }: Recurrence): string => start.slice(0, 10);
export const timeOf = (local: string): string => local.slice(11, 16);

/** The first window of a recurrence; one that ends before it begins ends the next day. */
export function timesOf({ day, from, to }: Record<"day" | "from" | "to", string>) {
  const ends = to > from ? day : dayAfter(day);
  return { start: `${day}T${from}:00`, end: `${ends}T${to}:00` };
}

function dayAfter(day: string): string {
  const time = new Date(`${day}T12:00:00`);
  time.setDate(time.getDate() + 1);
  return parts(time).day;
}

/** Each day from nine to five, from today on. */
export function firstTime(): Recurrence {
  return {
    ...timesOf({ day: parts(new Date()).day, from: "09:00", to: "17:00" }),
    pattern: { type: "Daily", interval: 1 },
    range: { type: "NoEnd" },
  };
}

/** From now for an hour. */
export function nextHour(): Interval {
  const now = Date.now();
  return { start: new Date(now).toISOString(), end: new Date(now + 3_600_000).toISOString() };
}

function parts(time: Date): { day: string; clock: string } {
  return {
    day: `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`,
    clock: `${pad(time.getHours())}:${pad(time.getMinutes())}`,
  };
}
