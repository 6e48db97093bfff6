// One role, or a new one: its name and what it allows.
import { Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Role } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DetailPage } from "@/components/DetailPage";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { PermissionPicker } from "./PermissionPicker";
import { addRole, changeRole, deleteRole, readRole, roleQuery } from "./queries";

const LIST = "/administration/roles";
type Values = { name: string; description: string; permissions: string[] };

export function RolePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const isNew = id === "new";
  const { data, error, isPending } = useQuery({ ...roleQuery(id), enabled: !isNew });
  return (
    <DetailPage
      back={{ to: LIST, label: t("roles.title") }}
      title={isNew ? t("roles.add") : data?.name}
      actions={data && !data.default && <Delete role={data} />}
      isLoading={!isNew && isPending}
      error={error}
    >
      {(isNew || data) && <RoleForm key={id} role={data} />}
    </DetailPage>
  );
}

function valuesOf(role: Role | undefined): Stored<Values> {
  const { name = "", description = "", permissions = [], version } = role ?? {};
  return { version, values: { name, description, permissions: [...permissions].sort() } };
}

function useRoleEditor(role: Role | undefined) {
  const { t } = useTranslation();
  const notice = useNotice();
  const router = useRouter();
  const queries = useQueryClient();
  const { values, version } = valuesOf(role);
  return useEditor<Values>({
    initial: values,
    version,
    labels: {
      name: t("roles.name"),
      description: t("roles.description"),
      permissions: t("roles.permissions"),
    },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async (edit, against) => {
      const body = { ...edit, ...(against !== undefined && { version: against }) };
      const stored = role ? await changeRole(role.id, body) : await addRole(body);
      await queries.invalidateQueries({ queryKey: ["roles"] });
      notice(t("form.saved"));
      if (role) return valuesOf(stored);
      router.history.push(`${LIST}/${stored.id}`, { ignoreBlocker: true });
    },
    reread: role && (async () => valuesOf(await readRole(role.id))),
  });
}

function RoleForm({ role }: { role?: Role }) {
  const editor = useRoleEditor(role);
  const isAllowed = useMay();
  const readOnly = role ? role.default === true || !isAllowed(may.editRole) : false;
  const { form, labels } = editor;
  return (
    <EditorForm editor={editor} readOnly={readOnly}>
      <TextInput label={labels.name} autoFocus={!role} {...form.getInputProps("name")} />
      <Textarea label={labels.description} autosize {...form.getInputProps("description")} />
      <PermissionPicker
        value={form.getValues().permissions}
        onChange={(permissions) => form.setFieldValue("permissions", permissions)}
        error={form.errors.permissions}
      />
    </EditorForm>
  );
}

function Delete({ role }: { role: Role }) {
  const { t } = useTranslation();
  const router = useRouter();
  const remove = useAction(deleteRole, {
    renew: [["roles", "list"]],
    after: () => router.history.push(LIST),
  });
  if (!useMay()(may.deleteRole)) return null;
  return (
    <Confirm
      question={t("roles.deleteAsk", { name: role.name })}
      verb={t("common.delete")}
      onConfirm={() => remove.mutate(role.id)}
    >
      {t("common.delete")}
    </Confirm>
  );
}
