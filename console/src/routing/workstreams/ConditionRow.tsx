// One condition of a rule: a field, a test, and the values it is tested with.
import { CloseButton, Group, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dayName, DAYS } from "../hours";
import classes from "../Routing.module.css";
import {
  attributeOf,
  fieldOfAttribute,
  FIELDS,
  HOURS_STATES,
  kindOf,
  newTest,
  TESTS,
  type Condition,
  type FieldKind,
} from "./conditions";

interface Props {
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

export function ConditionRow({ condition, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const kind = kindOf(condition.field);
  const fields = FIELDS.map((value) => ({ value, label: t(`workstreams.fields.${value}`) }));
  const unknown = kind ? [] : [{ value: condition.field, label: condition.field }];
  return (
    <div className={classes.condition}>
      <Select
        aria-label={t("workstreams.field")}
        data={[...fields, ...unknown]}
        value={kind ?? condition.field}
        allowDeselect={false}
        onChange={(next) => next && next !== kind && onChange(newTest(next as FieldKind))}
      />
      <TestSelect kind={kind} condition={condition} onChange={onChange} />
      <Group gap="xs" wrap="nowrap" className={classes.values}>
        {kind === "attribute" && (
          <TextInput
            aria-label={t("workstreams.attributeName")}
            placeholder={t("workstreams.attributeName")}
            value={attributeOf(condition.field)}
            onChange={(event) =>
              onChange({ ...condition, field: fieldOfAttribute(event.currentTarget.value) })
            }
          />
        )}
        {condition.test !== "exists" && (
          <ValuesField kind={kind} condition={condition} onChange={onChange} />
        )}
      </Group>
      <CloseButton mt={4} aria-label={t("workstreams.removeCondition")} onClick={onRemove} />
    </div>
  );
}

interface FieldProps {
  kind: FieldKind | undefined;
  condition: Condition;
  onChange: (condition: Condition) => void;
}

function TestSelect({ kind, condition, onChange }: FieldProps) {
  const { t } = useTranslation();
  const tests = kind ? TESTS[kind] : [];
  const data = tests.map((value) => ({
    value: value,
    label: t(`workstreams.tests.${value}`),
  }));
  const isKnown = data.some(({ value }) => value === condition.test);
  return (
    <Select
      aria-label={t("workstreams.test")}
      data={isKnown ? data : [...data, { value: condition.test, label: condition.test }]}
      value={condition.test}
      allowDeselect={false}
      onChange={(test) => test && onChange({ ...condition, test })}
    />
  );
}

function ValuesField({ kind, condition, onChange }: FieldProps) {
  const { t, i18n } = useTranslation();
  const { values } = condition;
  const put = (next: string[]) => onChange({ ...condition, values: next });
  const label = t("workstreams.values");
  if (kind === "time") return <Times values={values} onChange={put} />;
  if (kind === "firstMessage") {
    const answers = [
      { value: "true", label: t("workstreams.yes") },
      { value: "false", label: t("workstreams.no") },
    ];
    return (
      <Select
        aria-label={label}
        data={answers}
        value={values[0] ?? "true"}
        allowDeselect={false}
        onChange={(value) => value && put([value])}
      />
    );
  }
  const closed = {
    day: DAYS.map((value) => ({ value: value, label: dayName(value, i18n.language) })),
    hours: HOURS_STATES.map((value) => ({
      value: value,
      label: t(`workstreams.states.${value}`),
    })),
  };
  if (kind === "day" || kind === "hours") {
    return (
      <MultiSelect aria-label={label} data={closed[kind]} value={values} onChange={put} flex={1} />
    );
  }
  return (
    <TagsInput
      aria-label={label}
      placeholder={values.length === 0 ? t("workstreams.valuesHint") : undefined}
      value={values}
      onChange={put}
      acceptValueOnBlur
      flex={1}
    />
  );
}

function Times({ values, onChange }: { values: string[]; onChange: (values: string[]) => void }) {
  const { t } = useTranslation();
  const [from = "", to = ""] = values;
  return (
    <>
      <TextInput
        type="time"
        aria-label={t("filter.from")}
        value={from}
        onChange={(event) => onChange([event.currentTarget.value, to])}
      />
      –
      <TextInput
        type="time"
        aria-label={t("filter.to")}
        value={to}
        onChange={(event) => onChange([from, event.currentTarget.value])}
      />
    </>
  );
}
