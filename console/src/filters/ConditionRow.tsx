// One condition: a column, a comparison, and what it is compared with.
import { Checkbox, CloseButton, Group, Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import {
  comparedAs,
  COMPARISONS,
  isRange,
  newCondition,
  type ComparedAs,
  type Comparison,
  type Condition,
} from "./conditions";
import classes from "./FilterBuilder.module.css";
import type { FilteredList } from "./types";

interface Props {
  list: FilteredList;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove?: () => void;
  error?: string;
}

export function ConditionRow({ list, condition, onChange, onRemove, error }: Props) {
  const { t } = useTranslation();
  const { column, comparison, isInverted } = condition;
  const take = (next: string) => {
    const fresh = newCondition(list, next);
    const isSameKind = comparedAs(list, next) === comparedAs(list, column);
    onChange(isSameKind ? { ...condition, column: next } : fresh);
  };
  return (
    <div className={classes.condition}>
      <Select
        aria-label={t("filters.column")}
        data={list.columnNames}
        value={column}
        searchable={list.columnNames.length > 7}
        allowDeselect={false}
        onChange={(next) => take(next ?? column)}
      />
      <Select
        aria-label={t("filters.operator")}
        data={useComparisons(comparedAs(list, column))}
        value={comparison}
        allowDeselect={false}
        onChange={(next) => onChange({ ...condition, comparison: next as Comparison })}
      />
      <div className={classes.value}>
        <ValueFields condition={condition} onChange={onChange} error={error} />
      </div>
      <Checkbox
        className={classes.not}
        label={t("filters.not")}
        checked={isInverted}
        onChange={(event) => onChange({ ...condition, isInverted: event.currentTarget.checked })}
      />
      {onRemove ? (
        <CloseButton mt={4} aria-label={t("filters.removeCondition")} onClick={onRemove} />
      ) : (
        <span />
      )}
    </div>
  );
}

/** All comparisons by what they compare; those that fit the column's type come first. */
function useComparisons(first: ComparedAs) {
  const { t } = useTranslation();
  const kinds: ComparedAs[] = ["text", "number", "date"];
  const ordered = [first, ...kinds.filter((kind) => kind !== first)];
  const names = Object.keys(COMPARISONS) as Comparison[];
  return ordered.map((kind) => ({
    group: t(`filters.as.${kind}`),
    items: names
      .filter((name) => COMPARISONS[name].as === kind)
      .map((name) => ({ value: name, label: t(`filters.operators.${name}`) })),
  }));
}

type FieldProps = Pick<Props, "condition" | "onChange" | "error">;

function ValueFields({ condition, onChange, error }: FieldProps) {
  const { t } = useTranslation();
  const { comparison, value, values } = condition;
  if (comparison === "empty") return null;
  if (isRange(comparison)) return <RangeFields {...{ condition, onChange, error }} />;
  if (comparison === "oneOf") {
    return (
      <TagsInput
        aria-label={t("filters.values")}
        placeholder={values.length === 0 ? t("filters.valuesHint") : undefined}
        value={values}
        onChange={(next) => onChange({ ...condition, values: next })}
        acceptValueOnBlur
        error={error}
      />
    );
  }
  const isDate = COMPARISONS[comparison].as === "date";
  return (
    <TextInput
      aria-label={t("filters.value")}
      placeholder={isDate ? t("filters.dateHint") : undefined}
      inputMode={COMPARISONS[comparison].as === "number" ? "decimal" : undefined}
      value={value}
      onChange={(event) => onChange({ ...condition, value: event.currentTarget.value })}
      error={error}
    />
  );
}

function RangeFields({ condition, onChange, error }: FieldProps) {
  const { t } = useTranslation();
  const isDate = COMPARISONS[condition.comparison].as === "date";
  const bounds = [
    ["min", "minInclusive"],
    ["max", "maxInclusive"],
  ] as const;
  return (
    <Group gap="xs" wrap="nowrap" align="start" grow>
      {bounds.map(([bound, inclusive]) => (
        <div key={bound}>
          <TextInput
            aria-label={t(`filters.${bound}`)}
            placeholder={t(`filters.${bound}`)}
            title={isDate ? t("filters.dateHint") : undefined}
            value={condition[bound]}
            onChange={(event) => onChange({ ...condition, [bound]: event.currentTarget.value })}
            error={bound === "min" ? error : Boolean(error)}
          />
          <Checkbox
            mt={4}
            size="xs"
            label={t("filters.including")}
            checked={condition[inclusive]}
            onChange={(event) =>
              onChange({ ...condition, [inclusive]: event.currentTarget.checked })
            }
          />
        </div>
      ))}
    </Group>
  );
}
