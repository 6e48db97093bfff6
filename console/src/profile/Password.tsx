// Changing one's own password: it signs one out everywhere, here too.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { leave } from "@/api/session";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { SecretInput } from "@/components/SecretInput";
import { changePassword } from "./queries";

type Values = { oldPassword: string; newPassword: string };

export function Password() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const required = (value: string) => (value ? null : t("form.required"));
  const editor = useEditor<Values>({
    initial: { oldPassword: "", newPassword: "" },
    labels: { oldPassword: t("profile.oldPassword"), newPassword: t("profile.newPassword") },
    validate: { oldPassword: required, newPassword: required },
    save: async ({ oldPassword, newPassword }) => {
      await changePassword(oldPassword, newPassword);
      leave(queries);
    },
  });
  return (
    <EditorForm editor={editor} inSheet verb={t("profile.changePassword")}>
      <SecretInput
        label={editor.labels.oldPassword}
        autoComplete="current-password"
        {...editor.form.getInputProps("oldPassword")}
      />
      <SecretInput
        label={editor.labels.newPassword}
        description={t("profile.newPasswordHint")}
        autoComplete="new-password"
        {...editor.form.getInputProps("newPassword")}
      />
    </EditorForm>
  );
}
