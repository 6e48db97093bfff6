// The rules of a workstream in their order, the first that fits decides; and the queue for the rest.
import { Accordion, Button, Group, Input, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queueNamesQuery } from "../queries";
import type { FieldsProps } from "./editor";
import { RuleForm } from "./RuleForm";
import { newRule, type Rule } from "./values";

export function RulesFields({ editor: { form, labels } }: FieldsProps) {
  const { t } = useTranslation();
  const { rules } = form.getValues();
  const queues = useQueueChoices();
  const put = (next: Rule[]) => form.setFieldValue("rules", next);
  const [open, setOpen] = useState<string | null>(null);
  const add = () => {
    put([...rules, newRule()]);
    setOpen(String(rules.length));
  };
  return (
    <>
      <Input.Wrapper
        label={labels.rules}
        labelElement="div"
        description={t("workstreams.rulesHint")}
        error={form.errors.rules}
      >
        <Accordion variant="separated" mt="xs" value={open} onChange={setOpen}>
          {rules.map((rule, at) => (
            <RuleItem
              key={at}
              at={at}
              rules={rules}
              rule={rule}
              onChange={put}
              onMoved={(to) => setOpen(to === null ? null : String(to))}
            />
          ))}
        </Accordion>
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={add}
        >
          {t("workstreams.addRule")}
        </Button>
      </Input.Wrapper>
      <Select
        label={labels.fallbackQueue}
        description={t("workstreams.fallbackHint")}
        data={queues}
        searchable
        {...form.getInputProps("fallbackQueue")}
      />
    </>
  );
}

/** The queues that conversations can be sent to. */
export function useQueueChoices() {
  const found = useQuery(queueNamesQuery()).data?.entities ?? [];
  return found.map(({ id, name }) => ({ value: id, label: name }));
}

interface ItemProps {
  at: number;
  rule: Rule;
  rules: Rule[];
  onChange: (rules: Rule[]) => void;
  /** The rule stands elsewhere now, or nowhere. */
  onMoved: (to: number | null) => void;
}

function RuleItem({ at, rule, rules, onChange, onMoved }: ItemProps) {
  const { t } = useTranslation();
  const queue = useQueueChoices().find(({ value }) => value === rule.queue);
  const name = rule.name || t("workstreams.ruleNumber", { number: at + 1 });
  const move = (to: number) => {
    const others = rules.filter((_, index) => index !== at);
    onChange([...others.slice(0, to), rule, ...others.slice(to)]);
    onMoved(to);
  };
  return (
    <Accordion.Item value={String(at)}>
      <Accordion.Control>
        <Group gap="xs">
          <Text fw={500}>
            {at + 1}. {name}
          </Text>
          {queue && <Text c="dimmed">→ {queue.label}</Text>}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="md">
          <RuleForm
            rule={rule}
            onChange={(next) => onChange(rules.map((each, i) => (i === at ? next : each)))}
          />
          <Group gap="xs">
            {at > 0 && (
              <Button size="xs" variant="default" onClick={() => move(at - 1)}>
                {t("workstreams.earlier")}
              </Button>
            )}
            {at < rules.length - 1 && (
              <Button size="xs" variant="default" onClick={() => move(at + 1)}>
                {t("workstreams.later")}
              </Button>
            )}
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onChange(rules.filter((_, index) => index !== at));
                onMoved(null);
              }}
            >
              {t("workstreams.removeRule")}
            </Button>
          </Group>
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
