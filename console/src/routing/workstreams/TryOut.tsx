// Trying the rules as they are saved: where a message would go, and why not by the other rules.
import { Button, Checkbox, Group, List, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Section } from "@/components/Section";
import { useConditionWords } from "./conditionWords";
import { LanguageSelect } from "@/components/LanguageSelect";
import { tryMessage, type Tried } from "./queries";
import type { Workstream } from "./values";

interface Props {
  workstream: Workstream;
  /** Whether the rules on screen are those that are saved. */
  isSaved: boolean;
}

export function TryOut({ workstream, isSaved }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [language, setLanguage] = useState(workstream.language);
  const [moment, setMoment] = useState("");
  const [isFirst, setFirst] = useState(true);
  const trial = useMutation({
    mutationFn: () =>
      tryMessage(workstream.id, {
        text,
        language,
        firstMessage: isFirst,
        ...(moment && { dateTime: new Date(moment).toISOString() }),
      }),
  });
  return (
    <div style={{ maxWidth: 640, marginTop: 32 }}>
      <Section title={t("workstreams.try")} hint={t("workstreams.tryHint")}>
        <Stack gap="sm">
          <Textarea
            label={t("workstreams.tryText")}
            autosize
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group grow align="end">
            <LanguageSelect
              label={t("workstreams.tryLanguage")}
              value={language}
              onChange={setLanguage}
            />
            <TextInput
              type="datetime-local"
              label={t("workstreams.tryAt")}
              value={moment}
              onChange={(event) => setMoment(event.currentTarget.value)}
            />
          </Group>
          <Checkbox
            label={t("workstreams.tryFirst")}
            checked={isFirst}
            onChange={(event) => setFirst(event.currentTarget.checked)}
          />
          {!isSaved && <Text c="var(--warn)">{t("workstreams.trySaved")}</Text>}
          <Group>
            <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate()}>
              {t("workstreams.tryVerb")}
            </Button>
          </Group>
          <ErrorNotice error={trial.error} />
          <div aria-live="polite">{trial.data && <Outcome tried={trial.data} />}</div>
        </Stack>
      </Section>
    </div>
  );
}

function Outcome({ tried }: { tried: Tried }) {
  const { t } = useTranslation();
  const conditionWords = useConditionWords();
  const { queue, ruleName, skills = [], language, priority = 0 } = tried;
  const asked = [...skills, ...(language ? [language] : [])].map(({ name }) => name).join(", ");
  return (
    <Stack gap="xs">
      <Text fw={500}>
        {queue
          ? t("workstreams.goesTo", { queue: queue.name ?? queue.id })
          : t("workstreams.goesNowhere")}
      </Text>
      {queue && (
        <Text>
          {ruleName ? t("workstreams.byRule", { rule: ruleName }) : t("workstreams.byNoRule")}
        </Text>
      )}
      {asked && <Text>{t("workstreams.asksFor", { asked })}</Text>}
      {priority !== 0 && <Text>{t("workstreams.withPriority", { priority })}</Text>}
      <List spacing={4} listStyleType="none" withPadding={false}>
        {tried.rules.map(({ name, fits, failed }) => (
          <List.Item
            key={name}
            icon={
              fits ? (
                <Check size={16} color="var(--good)" aria-label={t("workstreams.fits")} />
              ) : (
                <X size={16} color="var(--quiet)" aria-label={t("workstreams.fitsNot")} />
              )
            }
          >
            {name}
            {failed && (
              <Text size="sm" c="dimmed">
                {t("workstreams.notSo", { condition: conditionWords(failed) })}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
