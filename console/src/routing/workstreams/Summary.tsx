// The wizard's end: what was chosen in short, and the button that puts the workstream to work.
import { Button, Group, List, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import { useMay } from "@/api/permissions";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Facts, type Fact } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { useNotice } from "@/components/notice";
import { Section } from "@/components/Section";
import { mayRouting } from "../permissions";
import { useLanguageName } from "@/components/LanguageSelect";
import { changeWorkstream, WORKSTREAMS_KEY } from "./queries";
import { useQueueChoices } from "./RulesFields";
import { editOf, type Values, type Workstream } from "./values";

interface Props {
  workstream: Workstream;
  values: Values;
}

export function Summary({ workstream, values }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay()(mayRouting.editWorkstream);
  const finish = useMutation({
    mutationFn: () =>
      changeWorkstream(workstream.id, { ...editOf(values, workstream.version), isDraft: false }),
    onSuccess: async () => {
      notice(t("workstreams.works"));
      await queries.invalidateQueries({ queryKey: WORKSTREAMS_KEY });
    },
  });
  return (
    <Section title={t("workstreams.parts.summary")} hint={t("workstreams.summaryHint")}>
      <Facts facts={useFacts(workstream, values)} />
      <ErrorNotice error={finish.error} />
      <Faults error={finish.error} />
      {mayEdit && (
        <Group mt="lg">
          <Button loading={finish.isPending} onClick={() => finish.mutate()}>
            {t("workstreams.finish")}
          </Button>
        </Group>
      )}
    </Section>
  );
}

function useFacts({ numbers }: Workstream, values: Values): Fact[] {
  const { t } = useTranslation();
  const figures = useFigures();
  const languageOf = useLanguageName();
  const queue = useQueueChoices().find(({ value }) => value === values.fallbackQueue);
  const way = values.distribution === "pick" ? "pick" : "push";
  const yes = (isSo: boolean) => (isSo ? t("workstreams.yes") : t("workstreams.no"));
  return [
    [t("workstreams.name"), values.name],
    [t("workstreams.numbers"), numbers.map(({ name }) => name).join(", ") || t("workstreams.none")],
    [t("workstreams.language"), languageOf(values.language)],
    [t("workstreams.rules"), figures.number(values.rules.length)],
    [t("workstreams.fallback"), queue?.label ?? t("workstreams.none")],
    [t("workstreams.distribution"), t(`workstreams.ways.${way}`)],
    [t("workstreams.customerFiles"), yes(values.customerFiles)],
    [t("workstreams.agentFiles"), yes(values.agentFiles)],
    [t("workstreams.messages"), figures.number(values.messages.length)],
    [t("workstreams.survey"), yes(values.survey.enabled)],
  ];
}

/** What the API named of single fields, where the first sentence does not say it already. */
function Faults({ error }: { error: Error | null }) {
  const details = error instanceof ApiError ? error.details : [];
  const words = details.map(({ message }) => message).filter((each) => each !== error?.message);
  if (words.length === 0) return null;
  return (
    <List>
      {words.map((each) => (
        <List.Item key={each}>
          <Text>{each}</Text>
        </List.Item>
      ))}
    </List>
  );
}
