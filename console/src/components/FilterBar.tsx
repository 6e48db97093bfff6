// Filters as chips bound to the address bar: a chip opens to set its value, and shows it then.
import { Button, CloseButton, Group, Popover, Skeleton } from "@mantine/core";
import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./FilterBar.module.css";
import { useSearchState } from "./search";

const FilterValue = lazy(() => import("./FilterValue"));

export interface Choice {
  value: string;
  label: string;
}

export interface Filter {
  id: string;
  label: string;
  kind: "text" | "date" | "choice";
  choices?: Choice[];
}

export function FilterBar({ filters }: { filters: Filter[] }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const isSet = filters.some((filter) => values[filter.id]);
  const clear = () => set(Object.fromEntries(filters.map((filter) => [filter.id, undefined])));
  return (
    <Group gap={6} className={classes.bar} role="group" aria-label={t("filter.label")}>
      {filters.map((filter) => (
        <Chip
          key={filter.id}
          filter={filter}
          value={values[filter.id]}
          onChange={(value) => set({ [filter.id]: value })}
        />
      ))}
      {isSet && (
        <Button variant="subtle" size="compact-sm" onClick={clear}>
          {t("filter.clear")}
        </Button>
      )}
    </Group>
  );
}

interface ChipProps {
  filter: Filter;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Chip({ filter, value, onChange }: ChipProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const apply = (next: string | undefined) => {
    onChange(next);
    setOpen(false);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" shadow="md" trapFocus>
      <span className={classes.chip} data-set={Boolean(value)}>
        <Popover.Target>
          <button type="button" className={classes.open} onClick={() => setOpen(!isOpen)}>
            {!value && <Plus size={13} aria-hidden />}
            {filter.label}
            {value && <b className={classes.value}>{wordOf(filter, value)}</b>}
          </button>
        </Popover.Target>
        {value && (
          <CloseButton
            size={24}
            iconSize={12}
            aria-label={t("filter.remove", { filter: filter.label })}
            onClick={() => onChange(undefined)}
          />
        )}
      </span>
      <Popover.Dropdown>
        <Suspense fallback={<Skeleton w={200} h={60} />}>
          <FilterValue filter={filter} value={value} onApply={apply} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

function wordOf(filter: Filter, value: string): string {
  return filter.choices?.find((choice) => choice.value === value)?.label ?? value;
}
