// The countries a browser has names for, by their two letters.
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
// Regions of more than one country, private use, and what is no country any more.
const NO_COUNTRY = new Set([
  ...["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"],
  ...["AN", "BU", "CS", "DD", "FX", "NT", "SU", "TP", "YD", "YU", "ZR", "UK"],
]);

export const COUNTRIES: string[] = LETTERS.flatMap((first) =>
  LETTERS.map((second) => first + second).filter(
    (code) => !NO_COUNTRY.has(code) && names.of(code) !== undefined,
  ),
);
