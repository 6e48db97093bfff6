// Numbers, dates and sizes in the person's language and time zone.
import { useTranslation } from "react-i18next";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export interface Figures {
  number: (value: number | undefined) => string;
  exact: (time: string | undefined) => string;
  clock: (time: string | undefined) => string;
  day: (time: string | undefined) => string;
  relative: (time: string, now?: number) => string;
  duration: (seconds: number | undefined) => string;
  bytes: (size: number) => string;
}

export function useFigures(): Figures {
  const { i18n } = useTranslation();
  return figuresIn(i18n.language);
}

export function figuresIn(language: string): Figures {
  const dated = (options: Intl.DateTimeFormatOptions) => (time: string | undefined) =>
    time ? new Intl.DateTimeFormat(language, options).format(new Date(time)) : "";
  return {
    number: (value) => (value === undefined ? "" : new Intl.NumberFormat(language).format(value)),
    exact: dated({ dateStyle: "medium", timeStyle: "medium" }),
    clock: dated({ timeStyle: "short" }),
    day: dated({ dateStyle: "medium" }),
    relative: (time, now = Date.now()) => relative(language, time, now),
    duration: (seconds) => (seconds === undefined ? "" : duration(language, seconds)),
    bytes: (size) => bytes(language, size),
  };
}

function relative(language: string, time: string, now: number): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "second");
}

function duration(language: string, seconds: number): string {
  const [unit, size] = STEPS.slice(3).find(([, step]) => seconds >= step) ?? ["second", 1];
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, style).format(seconds / size);
}

function bytes(language: string, size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  const style = { style: "unit", unit: units[power], unitDisplay: "short" } as const;
  const format = new Intl.NumberFormat(language, { ...style, maximumFractionDigits: 1 });
  return format.format(size / 1000 ** power);
}
