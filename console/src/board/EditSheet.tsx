// What a waiting conversation asks for: how urgent it is, the skills and the language it needs.
import { MultiSelect, NumberInput, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import type { Ref } from "@/api/types";
import { isSame, useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { mayRouting } from "@/routing/permissions";
import { skillChoicesQuery } from "@/routing/skills";
import type { SkillKind } from "@/routing/types";
import { BOARD_KEY, changeAsked, type AskedChange, type Waiting } from "./queries";

const MOST = 25_000_000;

type Values = { priority: number | string; skills: string[]; language: string | null };

const valuesOf = ({ priority, skills, language }: Waiting): Values => ({
  priority,
  skills: skills.map(({ id }) => id),
  language: language?.id ?? null,
});

interface Props {
  waiting: Waiting;
  onDone: () => void;
}

export function EditSheet({ waiting, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  const before = valuesOf(waiting);
  const editor = useEditor<Values>({
    initial: before,
    labels: {
      priority: t("workstreams.priority"),
      skills: t("workstreams.askSkills"),
      language: t("workstreams.askLanguage"),
    },
    also: { skillIds: "skills", languageId: "language" },
    validate: { priority: (value) => (value === "" ? t("form.required") : null) },
    save: async (values) => {
      await changeAsked(waiting.conversationId, changeOf(before, values));
      notice(t("board.edited"));
      await queries.invalidateQueries({ queryKey: BOARD_KEY });
      onDone();
    },
  });
  const { form, labels } = editor;
  const skills = useChoices("skills", waiting.skills);
  const languages = useChoices("languages", waiting.language ? [waiting.language] : []);
  return (
    <Stack gap="sm">
      {waiting.lastText && <Text>{waiting.lastText}</Text>}
      <EditorForm editor={editor} inSheet onCancel={onDone}>
        <NumberInput
          label={labels.priority}
          description={t("board.priorityHint")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          allowDecimal={false}
          min={-MOST}
          max={MOST}
          data-autofocus
          {...form.getInputProps("priority")}
        />
        <MultiSelect
          label={labels.skills}
          data={skills}
          searchable
          {...form.getInputProps("skills")}
        />
        <Select
          label={labels.language}
          data={languages}
          placeholder={t("board.anyLanguage")}
          searchable
          clearable
          {...form.getInputProps("language")}
        />
      </EditorForm>
      <Text size="sm" c="dimmed">
        {t("board.editHint")}
      </Text>
    </Stack>
  );
}

/** Only what was changed is written: somebody else may have changed the rest meanwhile. */
function changeOf(before: Values, { priority, skills, language }: Values): AskedChange {
  return {
    ...(priority !== before.priority && { priority: Number(priority) }),
    ...(!isSame(skills, before.skills) && { skillIds: skills }),
    ...(language !== before.language && { languageId: language ?? "" }),
  };
}

/** All there are, and what is asked for already, though it may be out of use. */
function useChoices(kind: SkillKind, asked: Ref[]) {
  const maySee = useMay()(mayRouting.viewSkills) || kind === "languages";
  const choices = useQuery({ ...skillChoicesQuery(kind), enabled: maySee });
  const found: Ref[] = choices.data?.entities ?? [];
  const known = new Map([...asked, ...found].map(({ id, name }) => [id, name ?? id]));
  return [...known].map(([value, label]) => ({ value, label }));
}
