// One rule: its conditions, and where a conversation goes that fits them all.
import { Button, Group, MultiSelect, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayRouting } from "../permissions";
import { skillChoicesQuery } from "../skills";
import type { SkillKind } from "../types";
import { newTest, type Condition } from "./conditions";
import { ConditionRow } from "./ConditionRow";
import { useQueueChoices } from "./RulesFields";
import type { Rule } from "./values";

interface Props {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

export function RuleForm({ rule, onChange }: Props) {
  const { t } = useTranslation();
  const put = (changes: Partial<Rule>) => onChange({ ...rule, ...changes });
  return (
    <>
      <TextInput
        label={t("workstreams.ruleName")}
        value={rule.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <Conditions conditions={rule.conditions} onChange={(conditions) => put({ conditions })} />
      <Then rule={rule} put={put} />
    </>
  );
}

interface ConditionsProps {
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
}

function Conditions({ conditions, onChange }: ConditionsProps) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t("workstreams.conditions")}>
      <Text fw={500}>{t("workstreams.conditions")}</Text>
      {conditions.length === 0 && <Text c="dimmed">{t("workstreams.noConditions")}</Text>}
      {conditions.map((condition, at) => (
        <ConditionRow
          key={at}
          condition={condition}
          onChange={(next) => onChange(conditions.map((each, i) => (i === at ? next : each)))}
          onRemove={() => onChange(conditions.filter((_, i) => i !== at))}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...conditions, newTest("text")])}
      >
        {t("workstreams.addCondition")}
      </Button>
    </div>
  );
}

function useChoices(kind: SkillKind) {
  const maySee = useMay()(mayRouting.viewSkills) || kind === "languages";
  const found = useQuery({ ...skillChoicesQuery(kind), enabled: maySee }).data?.entities ?? [];
  return found.map(({ id, name }) => ({ value: id, label: name }));
}

/** Where the conversation goes, what it asks of people, and how urgent it is. */
function Then({ rule, put }: { rule: Rule; put: (changes: Partial<Rule>) => void }) {
  const { t } = useTranslation();
  const queues = useQueueChoices();
  return (
    <>
      <Select
        label={t("workstreams.toQueue")}
        data={queues}
        value={rule.queue}
        onChange={(queue) => put({ queue })}
        searchable
      />
      <MultiSelect
        label={t("workstreams.askSkills")}
        data={useChoices("skills")}
        value={rule.skills}
        onChange={(skills) => put({ skills })}
        searchable
      />
      <Group grow align="start">
        <Select
          label={t("workstreams.askLanguage")}
          data={useChoices("languages")}
          value={rule.language}
          onChange={(language) => put({ language })}
          clearable
        />
        <NumberInput
          label={t("workstreams.priority")}
          description={t("workstreams.priorityHint")}
          inputWrapperOrder={["label", "input", "description"]}
          allowDecimal={false}
          value={rule.priority}
          onChange={(priority) => put({ priority })}
        />
      </Group>
    </>
  );
}
