// Which columns of a list are shown; the choice is kept in this browser.
import { ActionIcon, Checkbox, Popover, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { Columns3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Column } from "./DataList";

interface Chosen<T> {
  all: Column<T>[];
  visible: Column<T>[];
  toggle: (id: string) => void;
}

export function useColumns<T>(name: string, all: Column<T>[]): Chosen<T> {
  const [off, setOff] = useLocalStorage<string[]>({
    key: `tidings-columns-${name}`,
    defaultValue: all.filter((column) => column.hidden).map((column) => column.id),
  });
  const visible = all.filter((column, at) => at === 0 || !off.includes(column.id));
  const toggle = (id: string) =>
    setOff(off.includes(id) ? off.filter((other) => other !== id) : [...off, id]);
  return { all, visible, toggle };
}

export function ColumnChooser<T>({ chosen }: { chosen: Chosen<T> }) {
  const { t } = useTranslation();
  const shown = new Set(chosen.visible.map((column) => column.id));
  return (
    <Popover position="bottom-end" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          ml="auto"
          aria-label={t("list.columns")}
        >
          <Columns3 size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {chosen.all.slice(1).map((column) => (
            <Checkbox
              key={column.id}
              size="xs"
              label={column.header}
              checked={shown.has(column.id)}
              onChange={() => chosen.toggle(column.id)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
