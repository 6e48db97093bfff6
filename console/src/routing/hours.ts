// Operating hours: as the form holds them, a list of open times for each day; reading and writing.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Asked, Row } from "@/api/types";

const HOURS = "/api/v2/routing/operatinghours";
const OF_HOURS = `${HOURS}/{hours_id}` as const;
export const HOURS_KEY = ["operatingHours"];
export const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export type Hours = Row<"/api/v2/routing/operatinghours">;
export type HoursEdit = Asked<"/api/v2/routing/operatinghours">;
type ApiHoliday = NonNullable<HoursEdit["holidays"]>[number];
export type Day = (typeof DAYS)[number];

export interface Span {
  from: string;
  to: string;
}
export interface Holiday extends Span {
  date: string;
  name: string;
}
export type Week = Record<Day, Span[]>;

const MIDNIGHT = "00:00";
const END_OF_DAY = "24:00";
/** The end of a day as a field for times of day can show it. */
const shown = (time: string) => (time === END_OF_DAY ? MIDNIGHT : time);
const told = (time: string) => (time === MIDNIGHT ? END_OF_DAY : time);

/** The open times of each day. */
export function weekOf(intervals: Hours["week"]): Week {
  const of = (day: Day) =>
    intervals.filter((each) => each.day === day).map(({ from, to }) => ({ from, to: shown(to) }));
  return Object.fromEntries(DAYS.map((day) => [day, of(day)])) as Week;
}

export const intervalsOf = (week: Week): Hours["week"] =>
  DAYS.flatMap((day) => week[day].map(({ from, to }) => ({ day, from, to: told(to) })));

/** Holidays in the order of their dates; one without times is closed all day. */
export const holidaysOf = (holidays: Hours["holidays"]): Holiday[] =>
  holidays
    .map(({ date, name, from, to }) => ({
      date,
      name: name ?? "",
      from: from ?? "",
      to: shown(to ?? ""),
    }))
    .sort((one, other) => one.date.localeCompare(other.date));

export const toHolidays = (holidays: Holiday[]): ApiHoliday[] =>
  holidays.map(({ date, name, from, to }) => ({
    date,
    name: name.trim(),
    ...(from && { from }),
    ...(to && { to: told(to) }),
  }));

/** Whether the API can be asked: every time and date is filled in. */
export const isWeekFilled = (week: Week) =>
  DAYS.every((day) => week[day].every(({ from, to }) => from && to));
export const areHolidaysFilled = (holidays: Holiday[]) =>
  holidays.every(({ date, from, to }) => date && Boolean(from) === Boolean(to));

const A_MONDAY = 5;
/** The name of a day in a language. */
export function dayName(day: Day, language: string): string {
  const date = new Date(Date.UTC(2026, 0, A_MONDAY + DAYS.indexOf(day)));
  return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(date);
}

const at = (hours_id: string) => ({ params: { path: { hours_id } } });

export const readHoursList = (name: string | undefined) => (pageNumber: number) =>
  answer(
    api.GET(HOURS, { params: { query: { pageSize: 100, pageNumber, ...(name && { name }) } } }),
  );
export const readHours = (id: string) => answer(api.GET(OF_HOURS, at(id)));
export const addHours = (body: HoursEdit) => answer(api.POST(HOURS, { body }));
export const changeHours = (id: string, body: HoursEdit) =>
  answer(api.PUT(OF_HOURS, { ...at(id), body }));
export const deleteHours = (id: string) => answer(api.DELETE(OF_HOURS, at(id)));

export const hoursQuery = (id: string) =>
  queryOptions({ queryKey: [...HOURS_KEY, id], queryFn: () => readHours(id) });

/** What the hours say of now; looked at again every half minute. */
export const evaluationQuery = (id: string) =>
  queryOptions({
    queryKey: [...HOURS_KEY, id, "now"],
    queryFn: () => answer(api.GET(`${OF_HOURS}/evaluate`, at(id))),
    refetchInterval: 30_000,
  });

/** The operating hours to choose from; the first hundred, by name. */
export const hoursChoicesQuery = queryOptions({
  queryKey: [...HOURS_KEY, "choices"],
  queryFn: () => readHoursList(undefined)(1),
});
