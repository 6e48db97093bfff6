// The fields of an OAuth client: name, lifetime of its tokens, roles in divisions.
import { NumberInput, Switch, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { OAuthClient } from "@/api/types";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { addClient, changeClient, clientQuery, readClient } from "./queries";
import { RoleDivisions, type RoleDivision } from "./RoleDivisions";

interface Props {
  client?: OAuthClient;
  onCreated: (client: OAuthClient) => void;
}

type Values = {
  name: string;
  description: string;
  accessTokenValiditySeconds: number;
  roleDivisions: RoleDivision[];
  isActive: boolean;
};

const DAY = 86_400;

function valuesOf(client: OAuthClient | undefined): Stored<Values> {
  return {
    version: client?.version,
    values: {
      name: client?.name ?? "",
      description: client?.description ?? "",
      accessTokenValiditySeconds: client?.accessTokenValiditySeconds ?? DAY,
      roleDivisions: client?.roleDivisions ?? [],
      isActive: client?.state !== "inactive",
    },
  };
}

export function ClientForm({ client, onCreated }: Props) {
  const { t } = useTranslation();
  const editor = useClientEditor({ client, onCreated });
  const isAllowed = useMay();
  const { form, labels } = editor;
  return (
    <EditorForm
      editor={editor}
      verb={client ? undefined : t("oauth.create")}
      readOnly={!isAllowed(client ? may.editClient : may.addClient)}
    >
      {client && <TextInput label={t("oauth.clientId")} value={client.id} readOnly />}
      <TextInput label={labels.name} autoFocus={!client} {...form.getInputProps("name")} />
      <Textarea label={labels.description} autosize {...form.getInputProps("description")} />
      <NumberInput
        label={labels.accessTokenValiditySeconds}
        description={t("oauth.lifetimeHint")}
        min={300}
        max={2 * DAY}
        {...form.getInputProps("accessTokenValiditySeconds")}
      />
      <RoleDivisions
        value={form.getValues().roleDivisions}
        onChange={(grants) => form.setFieldValue("roleDivisions", grants)}
        error={form.errors.roleDivisions}
      />
      {client && (
        <Switch
          label={labels.isActive}
          description={t("oauth.activeHint")}
          {...form.getInputProps("isActive", { type: "checkbox" })}
        />
      )}
    </EditorForm>
  );
}

function useClientEditor({ client, onCreated }: Props) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const { values, version } = valuesOf(client);
  return useEditor<Values>({
    initial: values,
    version,
    labels: {
      name: t("oauth.name"),
      description: t("oauth.description"),
      accessTokenValiditySeconds: t("oauth.lifetimeSeconds"),
      roleDivisions: t("oauth.roles"),
      isActive: t("oauth.active"),
    },
    also: { roleId: "roleDivisions", divisionId: "roleDivisions" },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async (edit, against) => {
      const { isActive, ...fields } = edit;
      const state = isActive ? "active" : "inactive";
      const kind = { authorizedGrantType: "CLIENT-CREDENTIALS", version: against };
      const body = { ...fields, ...kind, ...(client && { state }) };
      const stored = client ? await changeClient(client.id, body) : await addClient(body);
      await queries.invalidateQueries({ queryKey: ["oauth", "list"] });
      if (!client) return onCreated(stored);
      queries.setQueryData(clientQuery(client.id).queryKey, stored);
      notice(t("form.saved"));
      return valuesOf(stored);
    },
    reread: client && (async () => valuesOf(await readClient(client.id))),
  });
}
