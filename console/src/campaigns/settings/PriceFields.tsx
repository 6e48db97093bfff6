// What one message costs, by country and category; a price for all other countries may be set.
import { Button, NumberInput, Select, Text } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useWord } from "@/components/words";
import { RemoveButton } from "@/components/RemoveButton";
import { useCountry } from "../money";
import type { Price } from "../types";
import { COUNTRIES } from "./countries";
import classes from "./PriceFields.module.css";

const CATEGORIES = ["marketing", "utility", "authentication"];

interface Props {
  label: string;
  value: Price[];
  onChange: (prices: Price[]) => void;
  error?: string;
}

export function PriceFields({ label, value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={label}>
      <Text fw={500}>{label}</Text>
      <Text size="xs" c="dimmed" mb="xs">
        {t("campaigns.settings.pricesHint")}
      </Text>
      {value.map((price, at) => (
        <PriceRow
          key={at}
          price={price}
          at={at}
          onChange={(next) =>
            onChange(
              next
                ? value.map((each, place) => (place === at ? next : each))
                : value.filter((_, place) => place !== at),
            )
          }
        />
      ))}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert" mb="xs">
          {error}
        </Text>
      )}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...value, { country: "*", category: "marketing", price: 0 }])}
      >
        {t("campaigns.settings.addPrice")}
      </Button>
    </div>
  );
}

interface RowProps {
  price: Price;
  at: number;
  onChange: (price: Price | undefined) => void;
}

function PriceRow({ price, at, onChange }: RowProps) {
  const { t } = useTranslation();
  const word = useWord();
  const country = useCountry();
  const codes = COUNTRIES.includes(price.country) ? COUNTRIES : [price.country, ...COUNTRIES];
  return (
    <div className={classes.row}>
      <Select
        aria-label={t("campaigns.settings.countryOf", { at: at + 1 })}
        data={["*", ...codes.filter((code) => code !== "*")].map((code) => ({
          value: code,
          label: country(code),
        }))}
        value={price.country}
        onChange={(code) => code && onChange({ ...price, country: code })}
        allowDeselect={false}
        searchable
        limit={60}
        className={classes.country}
      />
      <Select
        aria-label={t("campaigns.settings.categoryOf", { at: at + 1 })}
        data={CATEGORIES.map((value) => ({ value, label: word("category", value) }))}
        value={price.category}
        onChange={(category) => category && onChange({ ...price, category })}
        allowDeselect={false}
        className={classes.category}
      />
      <NumberInput
        aria-label={t("campaigns.settings.priceOf", { at: at + 1 })}
        min={0}
        step={0.01}
        decimalScale={5}
        value={price.price}
        onChange={(next) => onChange({ ...price, price: Number(next) || 0 })}
        className={classes.price}
      />
      <RemoveButton size={36} onClick={() => onChange(undefined)} />
    </div>
  );
}
