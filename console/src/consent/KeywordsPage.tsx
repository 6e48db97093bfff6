// The words by which customers opt out and in, for each language.
import { Button, Group, Select, Skeleton, TagsInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Keywords } from "@/api/types";
import { DetailPage } from "@/components/DetailPage";
import { useEditor, type Editor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { RemoveButton } from "@/components/RemoveButton";
import { keywordsQuery, saveKeywords } from "./queries";
import classes from "./KeywordsPage.module.css";

export function KeywordsPage() {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(keywordsQuery);
  return (
    <DetailPage
      back={{ to: "/consent", label: t("consent.title") }}
      title={t("consent.keywords")}
      error={error}
    >
      {isPending && <Skeleton h={240} />}
      {data && <KeywordsForm rows={data.entities} />}
    </DetailPage>
  );
}

type Values = { rows: Keywords[] };

function KeywordsForm({ rows }: { rows: Keywords[] }) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const editor = useEditor<Values>({
    initial: { rows },
    labels: { rows: t("consent.keywords") },
    save: async (values) => {
      const stored = await saveKeywords(values.rows);
      queries.setQueryData(keywordsQuery.queryKey, stored);
      notice(t("form.saved"));
      return { values: { rows: stored.entities } };
    },
  });
  const add = () =>
    editor.form.insertListItem("rows", {
      language: "",
      action: "optOut",
      category: "all",
      words: [],
    });
  return (
    <EditorForm editor={editor}>
      {t("consent.keywordsHint")}
      {editor.form.getValues().rows.map((_, at) => (
        <Row key={at} editor={editor} at={at} />
      ))}
      <div>
        <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={add}>
          {t("consent.addLanguage")}
        </Button>
      </div>
    </EditorForm>
  );
}

function Row({ editor: { form }, at }: { editor: Editor<Values>; at: number }) {
  const { t } = useTranslation();
  const field = (name: keyof Keywords) => form.getInputProps(`rows.${at}.${name}`) as object;
  return (
    <div className={classes.row}>
      <Group gap="xs" align="end" className={classes.head}>
        <TextInput label={t("consent.language")} {...field("language")} />
        <Select
          label={t("consent.action")}
          data={[
            { value: "optOut", label: t("consent.optOut") },
            { value: "optIn", label: t("consent.optIn") },
          ]}
          allowDeselect={false}
          {...field("action")}
        />
        <Select
          label={t("consent.about")}
          data={[
            { value: "all", label: t("consent.all") },
            { value: "marketing", label: t("words.category.marketing") },
          ]}
          allowDeselect={false}
          {...field("category")}
        />
        <RemoveButton size={36} onClick={() => form.removeListItem("rows", at)} />
      </Group>
      <TagsInput
        label={t("consent.words")}
        splitChars={[",", ";"]}
        acceptValueOnBlur
        {...field("words")}
      />
    </div>
  );
}
