// The field in which a filter's value is set.
import { Button, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Filter } from "./FilterBar";

interface Props {
  filter: Filter;
  value: string | undefined;
  onApply: (value: string | undefined) => void;
}

export default function FilterValue({ filter, value, onApply }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value ?? "");
  if (filter.kind === "choice") {
    return (
      <Select
        label={filter.label}
        data={filter.choices}
        value={value ?? null}
        onChange={(next) => onApply(next ?? undefined)}
        searchable={(filter.choices?.length ?? 0) > 7}
        clearable
        data-autofocus
        comboboxProps={{ withinPortal: false }}
      />
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(typed.trim() || undefined);
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label={filter.label}
        type={filter.kind === "date" ? "date" : "text"}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-autofocus
      />
      <Button type="submit" size="xs" mt="xs" fullWidth>
        {t("filter.apply")}
      </Button>
    </form>
  );
}
