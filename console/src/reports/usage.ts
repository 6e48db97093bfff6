// What a row of usage is called, by what it was grouped by.
import { useTranslation } from "react-i18next";
import type { UsageRow } from "@/api/types";
import { useFigures } from "@/components/figures";
import { useWord } from "@/components/words";

export type Group = "day" | "integration" | "category" | "country";

export function useGroupValue(): (row: UsageRow, group: Group) => string {
  const { i18n } = useTranslation();
  const figures = useFigures();
  const word = useWord();
  const countries = new Intl.DisplayNames(i18n.language, { type: "region", fallback: "code" });
  return (row, group) => {
    switch (group) {
      case "day":
        return figures.day(row.day);
      case "integration":
        return row.integration?.name ?? "";
      case "category":
        return word("category", row.category);
      case "country":
        return countryName(countries, row.country ?? "");
    }
  };
}

function countryName(names: Intl.DisplayNames, country: string): string {
  return /^[A-Za-z]{2}$/.test(country) ? (names.of(country.toUpperCase()) ?? country) : country;
}

export function useUsageLabel(groups: Group[]): (row: UsageRow) => string {
  const value = useGroupValue();
  return (row) => groups.map((group) => value(row, group)).join(" · ");
}
