// A do-not-contact list's name, division and whether it collects opt-outs; and its end.
import { Group, Stack, Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { mayContacts } from "@/contacts/permissions";
import { RegionInput } from "@/contacts/RegionInput";
import { DivisionPicker } from "@/people/DivisionPicker";
import { holdsNumbers } from "./held";
import { changeDncList, deleteDncList, DNC_KEY, readDncList } from "./queries";
import type { DncList } from "./types";

type Values = { name: string; division: string; collectsOptOuts: boolean; defaultRegion: string };

function valuesOf(list: DncList): Stored<Values> {
  const { name, division, collectsOptOuts, defaultRegion = "", version } = list;
  return { version, values: { name, division: division.id, collectsOptOuts, defaultRegion } };
}

export function DncSettingsTab({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const editor = useSettingsEditor(list);
  const { form, labels } = editor;
  return (
    <Stack gap="xl" maw={640}>
      <EditorForm editor={editor} readOnly={!isAllowed(mayContacts.editDncList)}>
        <TextInput label={labels.name} {...form.getInputProps("name")} />
        <DivisionPicker {...form.getInputProps("division")} />
        {holdsNumbers(list) && (
          <Switch
            label={labels.collectsOptOuts}
            description={t("dnc.collectsHint")}
            {...form.getInputProps("collectsOptOuts", { type: "checkbox" })}
          />
        )}
        <RegionInput label={labels.defaultRegion} {...form.getInputProps("defaultRegion")} />
      </EditorForm>
      {isAllowed(mayContacts.deleteDncList) && <Delete list={list} />}
    </Stack>
  );
}

function useSettingsEditor(list: DncList) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  return useEditor<Values>({
    initial: valuesOf(list).values,
    version: list.version,
    labels: {
      name: t("contacts.name"),
      division: t("contacts.division"),
      collectsOptOuts: t("dnc.collects"),
      defaultRegion: t("contacts.region"),
    },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, division, collectsOptOuts, defaultRegion }, version) => {
      const region = defaultRegion ? { defaultRegion: defaultRegion.toUpperCase() } : {};
      const body = { name, collectsOptOuts, ...region, division: { id: division }, version };
      const stored = valuesOf(await changeDncList(list.id, body));
      notice(t("form.saved"));
      await queries.invalidateQueries({ queryKey: DNC_KEY });
      return stored;
    },
    reread: async () => valuesOf(await readDncList(list.id)),
  });
}

function Delete({ list }: { list: DncList }) {
  const { t } = useTranslation();
  const router = useRouter();
  const remove = useAction(() => deleteDncList(list.id), {
    renew: [[...DNC_KEY, "list"]],
    after: () => router.history.push("/contacts/dnc"),
  });
  return (
    <Group>
      <Confirm
        question={t("dnc.deleteListAsk", { name: list.name })}
        verb={t("common.delete")}
        onConfirm={() => remove.mutate(undefined)}
        loading={remove.isPending}
      >
        {t("dnc.deleteList")}
      </Confirm>
    </Group>
  );
}
