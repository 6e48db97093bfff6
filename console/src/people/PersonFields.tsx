// The fields of a person.
import { Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Editor } from "@/components/editor";
import { SecretInput } from "@/components/SecretInput";
import type { PersonValues } from "./personEditor";

export function PersonFields({
  editor,
  isNew = false,
}: {
  editor: Editor<PersonValues>;
  isNew?: boolean;
}) {
  const { t } = useTranslation();
  const { form, labels } = editor;
  const seesPassword = useMay()(may.setPassword) || isNew;
  return (
    <>
      <TextInput label={labels.name} autoFocus={isNew} {...form.getInputProps("name")} />
      <TextInput
        label={labels.email}
        type="email"
        autoComplete="off"
        {...form.getInputProps("email")}
      />
      {seesPassword && (
        <SecretInput
          label={labels.password}
          description={isNew ? t("people.passwordHint") : t("people.passwordChange")}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
      )}
      {!isNew && (
        <Switch
          label={labels.isActive}
          description={t("people.activeHint")}
          {...form.getInputProps("isActive", { type: "checkbox" })}
        />
      )}
    </>
  );
}
