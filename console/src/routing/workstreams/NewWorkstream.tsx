// A new workstream begins as a draft with a name; the rest is asked step by step on its own page,
// which can be left and come back to.
import { Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { DivisionPicker } from "@/people/DivisionPicker";
import { LanguageSelect } from "@/components/LanguageSelect";
import { addWorkstream, WORKSTREAMS_KEY } from "./queries";
import type { Workstream } from "./values";

type Values = { name: string; division: string; language: string };

export function NewWorkstream({ onCreated }: { onCreated: (made: Workstream) => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const editor = useEditor<Values>({
    initial: { name: "", division: "", language: i18n.language },
    labels: {
      name: t("workstreams.name"),
      division: t("queues.division"),
      language: t("workstreams.language"),
    },
    also: { "division.id": "division" },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, division, language }) => {
      const made = await addWorkstream({
        name: name.trim(),
        language,
        isDraft: true,
        ...(division && { division: { id: division } }),
      });
      await queries.invalidateQueries({ queryKey: WORKSTREAMS_KEY });
      onCreated(made);
    },
  });
  const { form, labels } = editor;
  return (
    <EditorForm editor={editor} inSheet verb={t("workstreams.begin")}>
      <Text c="dimmed">{t("workstreams.newHint")}</Text>
      <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
      <DivisionPicker {...form.getInputProps("division")} />
      <LanguageSelect
        label={labels.language}
        value={form.getValues().language}
        onChange={(language) => form.setFieldValue("language", language)}
        error={form.errors.language}
      />
    </EditorForm>
  );
}
