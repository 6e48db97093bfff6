// A choice in a list that opens: what cannot be chosen is there too, with the reason.
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
  /** Why it cannot be chosen, or what is worth knowing of it. */
  hint?: string;
}

export function renderChoice({ option }: { option: { label: string } }) {
  const { label, hint, disabled } = option as Choice;
  return (
    <Group gap={8} justify="space-between" wrap="nowrap" w="100%">
      <Text component="span" truncate>
        {label}
      </Text>
      {hint && (
        <Text component="span" size="xs" c={disabled ? "var(--bad)" : "dimmed"} ta="end">
          {hint}
        </Text>
      )}
    </Group>
  );
}

const REASONS = [
  "no.whatsapp.column",
  "empty",
  "import.running",
  "import.failed",
  "import.failed.partly",
  "not.phone",
] as const;

/** The words for why a list cannot be used; a code we do not know yet is shown as it came. */
export function useReasons(): (codes: string[]) => string {
  const { t } = useTranslation();
  return (codes) =>
    codes
      .map((code) => {
        const known = REASONS.find((each) => each === code);
        return known ? t(`campaigns.unusable.${REASON_KEYS[known]}`) : code;
      })
      .join(", ");
}

const REASON_KEYS = {
  "no.whatsapp.column": "noColumn",
  empty: "empty",
  "import.running": "importing",
  "import.failed": "importFailed",
  "import.failed.partly": "importPartly",
  "not.phone": "noNumbers",
} as const;
