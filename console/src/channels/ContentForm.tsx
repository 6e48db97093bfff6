// One content profile: its name and types, whether it is the default, and which numbers it governs.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import {
  addContent,
  changeContent,
  chooseDefault,
  CONTENTS_KEY,
  deleteContent,
  governedQuery,
  mediaTypesOf,
  readContent,
  typesOf,
  type Content,
} from "./contents";
import { TypesField } from "./TypesField";

type Values = { name: string; inbound: string[]; outbound: string[] };

const NEW: Stored<Values> = { values: { name: "", inbound: [], outbound: [] } };

function valuesOf({ name, mediaTypes: { allow }, version }: Content): Stored<Values> {
  const { inbound, outbound } = allow;
  return { values: { name, inbound: typesOf(inbound), outbound: typesOf(outbound) }, version };
}

export function ContentForm({ content, onDone }: { content?: Content; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const isAllowed = useMay();
  const { values: initial, version } = content ? valuesOf(content) : NEW;
  const editor = useEditor<Values>({
    initial,
    version,
    labels: {
      name: t("contents.name"),
      inbound: t("contents.inbound"),
      outbound: t("contents.outbound"),
    },
    also: { "mediaTypes.allow.inbound": "inbound", "mediaTypes.allow.outbound": "outbound" },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, inbound, outbound }, version) => {
      const body = { name: name.trim(), mediaTypes: mediaTypesOf(inbound, outbound) };
      await (content ? changeContent(content.id, { ...body, version }) : addContent(body));
      await queries.invalidateQueries({ queryKey: CONTENTS_KEY });
      onDone();
    },
    reread: content && (async () => valuesOf(await readContent(content.id))),
  });
  const { form, labels } = editor;
  return (
    <>
      {content && <Use content={content} />}
      <EditorForm
        editor={editor}
        inSheet
        readOnly={!isAllowed(content ? may.editContent : may.addContent)}
      >
        <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
        <TypesField
          label={labels.inbound}
          hint={t("contents.inboundHint")}
          {...form.getInputProps("inbound")}
        />
        <TypesField
          label={labels.outbound}
          hint={t("contents.outboundHint")}
          {...form.getInputProps("outbound")}
        />
      </EditorForm>
      {content && <Deeds content={content} onDone={onDone} />}
    </>
  );
}

/** Which numbers a profile decides for, by their names. */
function Use({ content }: { content: Content }) {
  const { t } = useTranslation();
  const mayView = useMay()(may.viewIntegrations);
  const { data } = useQuery({ ...governedQuery(content.id), enabled: mayView });
  const names = (data?.entities ?? []).map(({ name }) => name).join(", ");
  const others = (data?.total ?? 0) - (data?.entities.length ?? 0);
  return (
    <Stack gap={4} mb="md">
      {content.isDefault && <Text size="sm">{t("contents.isDefault")}</Text>}
      {data && (
        <Text size="sm" c="dimmed">
          {names ? t("contents.usedBy", { names }) : t("contents.unused")}
          {others > 0 && ` ${t("contents.usedMore", { count: others })}`}
        </Text>
      )}
    </Stack>
  );
}

function Deeds({ content, onDone }: { content: Content; onDone: () => void }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const renew = [CONTENTS_KEY, ["integrations"]];
  const choose = useAction(chooseDefault, { done: t("contents.defaultChosen"), renew });
  const remove = useAction(deleteContent, { renew, after: onDone });
  return (
    <Group mt="xl">
      {!content.isDefault && isAllowed(may.editContent) && (
        <Button
          variant="default"
          loading={choose.isPending}
          onClick={() => choose.mutate(content.id)}
        >
          {t("contents.makeDefault")}
        </Button>
      )}
      {isAllowed(may.deleteContent) && (
        <Confirm
          question={t("contents.deleteAsk", { name: content.name })}
          verb={t("common.delete")}
          onConfirm={() => remove.mutate(content.id)}
        >
          {t("common.delete")}
        </Confirm>
      )}
    </Group>
  );
}
