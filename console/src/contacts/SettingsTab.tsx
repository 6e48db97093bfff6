// A contact list's name, division and reading of numbers; what uses it; and its end.
import { Checkbox, Group, List, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { Section } from "@/components/Section";
import { filtersQuery } from "@/filters/queries";
import { DivisionPicker } from "@/people/DivisionPicker";
import { mayContacts } from "./permissions";
import { campaignsQuery, changeList, clearList, deleteList, LISTS_KEY, readList } from "./queries";
import { RegionInput } from "./RegionInput";
import type { ContactList } from "./types";

type Values = { name: string; division: string; defaultRegion: string; trimWhitespace: boolean };

function valuesOf(list: ContactList): Stored<Values> {
  const { name, division, defaultRegion = "", trimWhitespace, version } = list;
  return { version, values: { name, division: division.id, defaultRegion, trimWhitespace } };
}

export function SettingsTab({ list }: { list: ContactList }) {
  const editor = useSettingsEditor(list);
  const { form, labels } = editor;
  const isAllowed = useMay();
  return (
    <Stack gap="xl" maw={640}>
      <EditorForm editor={editor} readOnly={!isAllowed(mayContacts.editList)}>
        <TextInput label={labels.name} {...form.getInputProps("name")} />
        <DivisionPicker {...form.getInputProps("division")} />
        <RegionInput label={labels.defaultRegion} {...form.getInputProps("defaultRegion")} />
        <Checkbox
          label={labels.trimWhitespace}
          {...form.getInputProps("trimWhitespace", { type: "checkbox" })}
        />
      </EditorForm>
      <Users list={list} />
      <Ends list={list} />
    </Stack>
  );
}

function useSettingsEditor(list: ContactList) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  return useEditor<Values>({
    initial: valuesOf(list).values,
    version: list.version,
    labels: {
      name: t("contacts.name"),
      division: t("contacts.division"),
      defaultRegion: t("contacts.region"),
      trimWhitespace: t("contacts.trim"),
    },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ division, defaultRegion, ...values }, version) => {
      const region = defaultRegion ? { defaultRegion: defaultRegion.toUpperCase() } : {};
      const body = { ...values, ...region, division: { id: division }, version };
      const stored = valuesOf(await changeList(list.id, body));
      notice(t("form.saved"));
      await queries.invalidateQueries({ queryKey: LISTS_KEY });
      return stored;
    },
    reread: async () => valuesOf(await readList(list.id)),
  });
}

/** What keeps the list from being deleted. */
function Users({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const mayFilters = isAllowed(mayContacts.viewFilters);
  const mayCampaigns = isAllowed(mayContacts.viewCampaigns);
  const filters = useQuery({ ...filtersQuery(list.id), enabled: mayFilters });
  const campaigns = useQuery({ ...campaignsQuery(list.id), enabled: mayCampaigns });
  if ((mayFilters && filters.isPending) || (mayCampaigns && campaigns.isPending))
    return <Skeleton h={60} />;
  const names = [
    ...(campaigns.data?.entities ?? []).map(({ name }) => t("contacts.campaignNamed", { name })),
    ...(filters.data?.entities ?? []).map(({ name }) => t("contacts.filterNamed", { name })),
  ];
  return (
    <Section title={t("contacts.usedBy")}>
      {names.length === 0 ? (
        <Text c="dimmed">{t("contacts.usedByNothing")}</Text>
      ) : (
        <>
          <List>
            {names.map((name) => (
              <List.Item key={name}>{name}</List.Item>
            ))}
          </List>
          <Text c="dimmed" mt="xs">
            {t("contacts.usedByHint")}
          </Text>
        </>
      )}
    </Section>
  );
}

function Ends({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const router = useRouter();
  const remove = useAction(() => deleteList(list.id), {
    renew: [[...LISTS_KEY, "list"]],
    after: () => router.history.push("/contacts/lists"),
  });
  const clear = useAction(() => clearList(list.id), {
    done: t("contacts.cleared"),
    renew: [LISTS_KEY],
  });
  const mayClear = isAllowed(mayContacts.deleteContact);
  const mayDelete = isAllowed(mayContacts.deleteList);
  if (!mayClear && !mayDelete) return null;
  const { name } = list;
  return (
    <Section title={t("contacts.danger")}>
      <Group gap="xs">
        {mayClear && (
          <Confirm
            question={t("contacts.clearAsk", { name })}
            verb={t("common.delete")}
            onConfirm={() => clear.mutate(undefined)}
          >
            {t("contacts.clear")}
          </Confirm>
        )}
        {mayDelete && (
          <Confirm
            question={t("contacts.deleteListAsk", { name })}
            verb={t("common.delete")}
            onConfirm={() => remove.mutate(undefined)}
          >
            {t("contacts.deleteList")}
          </Confirm>
        )}
      </Group>
    </Section>
  );
}
