// Which files pass one way: everything, whole families, or single types.
import { Checkbox, Fieldset, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { EVERYTHING, FAMILIES, holds, toggled, unlisted, wordOf } from "./contents";

interface Props {
  label: string;
  hint: string;
  value?: string[];
  onChange?: (types: string[]) => void;
  error?: React.ReactNode;
}

export function TypesField({ label, hint, value = [], onChange, error }: Props) {
  const { t } = useTranslation();
  const box = (type: string, wider: string[] = []) => (
    <Checkbox
      key={type}
      label={wordOf(type, t)}
      checked={value.some((each) => holds(each, type))}
      disabled={wider.some((each) => value.includes(each))}
      onChange={({ currentTarget }) => onChange?.(toggled(value, type, currentTarget.checked))}
    />
  );
  const others = unlisted(value);
  return (
    <Fieldset legend={label}>
      <Stack gap="sm">
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
        {box(EVERYTHING)}
        {FAMILIES.map(({ family, types }) => (
          <Stack key={family} gap={6}>
            {box(family, [EVERYTHING])}
            <Group gap="md" ml="lg">
              {types.map((type) => box(type, [EVERYTHING, family]))}
            </Group>
          </Stack>
        ))}
        {others.length > 0 && <Group gap="md">{others.map((type) => box(type))}</Group>}
        {error && (
          <Text size="xs" c="var(--bad)" role="alert">
            {error}
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
