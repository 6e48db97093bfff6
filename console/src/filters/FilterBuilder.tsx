// Conditions over the columns of a list, in groups joined by and / or. It holds nothing itself.
import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ConditionRow } from "./ConditionRow";
import {
  newCondition,
  type Condition,
  type Conditions,
  type Group as ConditionGroup,
} from "./conditions";
import classes from "./FilterBuilder.module.css";
import type { FilteredList, Joint } from "./types";

interface Props {
  list: FilteredList;
  value: Conditions;
  onChange: (value: Conditions) => void;
  /** What the API said, by "group.condition". */
  errors?: Record<string, string>;
}

export function FilterBuilder({ list, value, onChange, errors = {} }: Props) {
  const { t } = useTranslation();
  const { joint, groups } = value;
  const change = (at: number, group: ConditionGroup) =>
    onChange({ joint, groups: groups.map((each, index) => (index === at ? group : each)) });
  const remove = (at: number) =>
    onChange({ joint, groups: groups.filter((_, index) => index !== at) });
  return (
    <Stack gap="sm">
      {groups.length > 1 && (
        <JointChoice
          label={t("filters.joinClauses")}
          words={[t("filters.allGroups"), t("filters.anyGroup")]}
          value={joint}
          onChange={(next) => onChange({ joint: next, groups })}
        />
      )}
      {groups.map((group, at) => (
        <GroupBox
          key={at}
          number={at + 1}
          list={list}
          group={group}
          onChange={(next) => change(at, next)}
          onRemove={groups.length > 1 ? () => remove(at) : undefined}
          errorOf={(condition) => errors[`${at}.${condition}`]}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Plus size={14} aria-hidden />}
        style={{ alignSelf: "flex-start" }}
        onClick={() =>
          onChange({
            joint,
            groups: [...groups, { joint: "AND", conditions: [newCondition(list)] }],
          })
        }
      >
        {t("filters.addGroup")}
      </Button>
    </Stack>
  );
}

interface GroupProps {
  number: number;
  list: FilteredList;
  group: ConditionGroup;
  onChange: (group: ConditionGroup) => void;
  onRemove?: () => void;
  errorOf: (at: number) => string | undefined;
}

function GroupBox({ number, list, group, onChange, onRemove, errorOf }: GroupProps) {
  const { t } = useTranslation();
  const { joint, conditions } = group;
  const change = (at: number, condition: Condition) =>
    onChange({
      joint,
      conditions: conditions.map((each, index) => (index === at ? condition : each)),
    });
  const remove = (at: number) =>
    onChange({ joint, conditions: conditions.filter((_, index) => index !== at) });
  const add = () => onChange({ joint, conditions: [...conditions, newCondition(list)] });
  return (
    <div className={classes.group} role="group" aria-label={t("filters.group", { number })}>
      <Stack gap="sm">
        {conditions.length > 1 && (
          <JointChoice
            label={t("filters.joinPredicates")}
            words={[t("filters.allHold"), t("filters.oneHolds")]}
            value={joint}
            onChange={(next) => onChange({ joint: next, conditions })}
          />
        )}
        {conditions.map((condition, at) => (
          <ConditionRow
            key={at}
            list={list}
            condition={condition}
            onChange={(next) => change(at, next)}
            onRemove={conditions.length > 1 ? () => remove(at) : undefined}
            error={errorOf(at)}
          />
        ))}
        <Group gap="xs">
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={add}
          >
            {t("filters.addCondition")}
          </Button>
          {onRemove && (
            <Button variant="subtle" color="gray" size="compact-sm" onClick={onRemove}>
              {t("filters.removeGroup")}
            </Button>
          )}
        </Group>
      </Stack>
    </div>
  );
}

interface JointProps {
  label: string;
  /** The words for AND and OR. */
  words: [string, string];
  value: Joint;
  onChange: (joint: Joint) => void;
}

function JointChoice({ label, words, value, onChange }: JointProps) {
  return (
    <Group gap="xs">
      <Text size="sm">{label}</Text>
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={[
          { value: "AND", label: words[0] },
          { value: "OR", label: words[1] },
        ]}
        value={value}
        onChange={(next) => onChange(next)}
      />
    </Group>
  );
}
