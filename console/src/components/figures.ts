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

const made = new Map<string, Figures>();

/** The same figures again for the same language: making what writes them takes long. */
export function figuresIn(language: string): Figures {
  const figures = made.get(language) ?? makeFigures(language);
  made.set(language, figures);
  return figures;
}

function makeFigures(language: string): Figures {
  const number = once(() => new Intl.NumberFormat(language));
  const words = once(
    () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }),
  );
  const dated = (options: Intl.DateTimeFormatOptions) => {
    const format = once(() => new Intl.DateTimeFormat(language, options));
    return (time: string | undefined) => (time ? format().format(new Date(time)) : "");
  };
  return {
    number: (value) => (value === undefined ? "" : number().format(value)),
    exact: dated({ dateStyle: "medium", timeStyle: "medium" }),
    clock: dated({ timeStyle: "short" }),
    day: dated({ dateStyle: "medium" }),
    relative: (time, now = Date.now()) => relative(words(), time, now),
    duration: (seconds) => (seconds === undefined ? "" : duration(language, seconds)),
    bytes: (size) => bytes(language, size),
  };
}

/** Makes a thing when it is first asked for, and keeps it. */
function once<T>(make: () => T): () => T {
  let kept: T | undefined;
  return () => (kept ??= make());
}

function relative(words: Intl.RelativeTimeFormat, time: string, now: number): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
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
