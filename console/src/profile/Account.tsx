// One's own name, and the language the console greets one with on every device.
import { Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { meQuery, sessionQuery } from "@/api/session";
import type { Me } from "@/api/types";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { chooseLanguage, isLanguage, LANGUAGES } from "@/locales";
import { changeProfile, readProfile } from "./queries";

type Values = { name: string; locale: string };

const choices = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

function valuesOf({ name, locale, version }: Me): Stored<Values> {
  return { version, values: { name, locale } };
}

export function Account({ me }: { me: Me }) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const { values, version } = valuesOf(me);
  const editor = useEditor<Values>({
    initial: values,
    version,
    labels: { name: t("people.name"), locale: t("shell.language") },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    reread: async () => valuesOf(await readProfile()),
    save: async (edit, against) => {
      const stored = await changeProfile({ ...edit, version: against });
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      if (isLanguage(stored.locale)) await chooseLanguage(stored.locale);
      notice(t("form.saved"));
      return valuesOf(stored);
    },
  });
  return (
    <EditorForm editor={editor}>
      <TextInput
        label={editor.labels.name}
        autoComplete="name"
        {...editor.form.getInputProps("name")}
      />
      <Select
        label={editor.labels.locale}
        data={choices}
        allowDeselect={false}
        {...editor.form.getInputProps("locale")}
      />
    </EditorForm>
  );
}
