// Sums of money and names of countries in the person's language.
import { useTranslation } from "react-i18next";

/** A price has up to four digits behind the point, a sum the usual two. */
export function useMoney(currency: string): (amount: number | undefined) => string {
  const { i18n } = useTranslation();
  return (amount) =>
    amount === undefined
      ? ""
      : new Intl.NumberFormat(i18n.language, {
          style: "currency",
          currency,
          maximumFractionDigits: amount < 1 ? 4 : 2,
        }).format(amount);
}

/** The name of a country by its two letters; `*` stands for all others. */
export function useCountry(): (code: string) => string {
  const { t, i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "region", fallback: "code" });
  return (code) =>
    code === "*"
      ? t("campaigns.cost.others")
      : /^[A-Z]{2}$/.test(code)
        ? (names.of(code) ?? code)
        : code;
}
