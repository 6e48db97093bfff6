// In which order contacts are messaged: up to four columns, the first has priority.
import { ActionIcon, Button, Checkbox, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Sort } from "../types";
import type { CampaignEditor } from "./campaignEditor";
import { useSample } from "./ContactPreview";
import { Locked } from "./Locked";
import { listChoiceQuery } from "./queries";
import classes from "./SortFields.module.css";
import { MOST_SORTS } from "./values";

export function SortFields({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const { values, set, lock } = editor;
  const columns = useQuery(listChoiceQuery(values.contactList?.id)).data?.columnNames ?? [];
  const sorts = values.contactSorts;
  const isLocked = Boolean(lock("contactSorts"));
  const free = columns.filter((name) => !sorts.some(({ fieldName }) => fieldName === name));
  const change = (contactSorts: Sort[]) => set({ contactSorts });
  const first = free[0];
  return (
    <Stack gap="xs" role="group" aria-label={editor.labels.contactSorts}>
      <div>
        <Text fw={500}>{editor.labels.contactSorts}</Text>
        <Text size="xs" c="dimmed">
          {t("campaigns.sortsHint")}
        </Text>
        <Locked reason={lock("contactSorts")} />
      </div>
      {sorts.map((sort, at) => (
        <SortRow
          key={sort.fieldName}
          {...{ sort, at, sorts, editor, isLocked }}
          columns={[sort.fieldName, ...free]}
          onChange={change}
        />
      ))}
      {editor.errorAt("contactSorts") && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {editor.errorAt("contactSorts")}
        </Text>
      )}
      {!isLocked && first && sorts.length < MOST_SORTS && (
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() =>
              change([...sorts, { fieldName: first, direction: "ASC", numeric: false }])
            }
          >
            {t("campaigns.addSort")}
          </Button>
        </div>
      )}
    </Stack>
  );
}

interface RowProps {
  sort: Sort;
  at: number;
  sorts: Sort[];
  columns: string[];
  isLocked: boolean;
  editor: CampaignEditor;
  onChange: (sorts: Sort[]) => void;
}

function SortRow({ sort, at, sorts, columns, isLocked, editor, onChange }: RowProps) {
  const { t } = useTranslation();
  const put = (changes: Partial<Sort>) =>
    onChange(sorts.map((each, place) => (place === at ? { ...each, ...changes } : each)));
  return (
    <div className={classes.row}>
      <Select
        aria-label={t("campaigns.sortColumn", { at: at + 1 })}
        data={columns}
        value={sort.fieldName}
        onChange={(fieldName) => fieldName && put({ fieldName })}
        allowDeselect={false}
        searchable
        disabled={isLocked}
        className={classes.column}
      />
      <Select
        aria-label={t("campaigns.direction", { at: at + 1 })}
        data={[
          { value: "ASC", label: t("campaigns.ascending") },
          { value: "DESC", label: t("campaigns.descending") },
        ]}
        value={sort.direction}
        onChange={(direction) => put({ direction: direction === "DESC" ? "DESC" : "ASC" })}
        allowDeselect={false}
        disabled={isLocked}
        className={classes.direction}
      />
      <Checkbox
        label={t("campaigns.numeric")}
        checked={sort.numeric}
        onChange={(event) => put({ numeric: event.currentTarget.checked })}
        disabled={isLocked}
      />
      {!isLocked && <Moves at={at} sorts={sorts} onChange={onChange} />}
      <DateWarning sort={sort} editor={editor} />
    </div>
  );
}

function Moves({ at, sorts, onChange }: Pick<RowProps, "at" | "sorts" | "onChange">) {
  const { t } = useTranslation();
  const move = (step: number) => {
    const next = [...sorts];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + step, 0, moved);
    onChange(next);
  };
  const button = (label: string, Sign: typeof ArrowUp, onClick: () => void, disabled = false) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Sign size={16} />
    </ActionIcon>
  );
  return (
    <Group gap={0} wrap="nowrap">
      {button(t("campaigns.moveUp"), ArrowUp, () => move(-1), at === 0)}
      {button(t("campaigns.moveDown"), ArrowDown, () => move(1), at === sorts.length - 1)}
      {button(t("common.remove"), Trash2, () => onChange(sorts.filter((_, place) => place !== at)))}
    </Group>
  );
}

const LIKE_A_DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|^\d{4}[./]\d{1,2}[./]\d{1,2}\b/;

/** Dates that are not written as 2026-01-31 sort as text, not by time. */
function DateWarning({ sort, editor }: { sort: Sort; editor: CampaignEditor }) {
  const { t } = useTranslation();
  const odd = useSample(editor)
    .map(({ data }) => data[sort.fieldName])
    .find((value) => value && LIKE_A_DATE.test(value));
  if (!odd || sort.numeric) return null;
  return (
    <Text size="xs" c="var(--warn)" className={classes.warning} role="status">
      {t("campaigns.oddDates", { value: odd })}
    </Text>
  );
}
