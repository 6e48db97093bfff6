// The fields of a number, grouped: what it is, how we reach it, and what few need. Which number
// of which account it is stays as it was connected, so those fields are for a new one only.
import { Anchor, Collapse, Fieldset, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { DivisionPicker } from "@/people/DivisionPicker";
import type { Editor } from "@/components/editor";
import { SecretInput } from "@/components/SecretInput";
import { ContentPicker } from "./ContentPicker";
import type { IntegrationValues } from "./integrationEditor";

interface Props {
  editor: Editor<IntegrationValues>;
  isNew?: boolean;
}

export function IntegrationFields({ editor, isNew = false }: Props) {
  const { t } = useTranslation();
  const field = fieldOf(editor, t);
  const unchanged = isNew ? undefined : t("channels.unchanged");
  return (
    <>
      <TextInput {...field("name")} autoFocus={isNew} data-autofocus />
      <DivisionPicker {...editor.form.getInputProps("divisionId")} />
      <ContentPicker {...editor.form.getInputProps("contentId")} />
      <Fieldset legend={t("channels.meta")}>
        <Stack gap="md">
          {isNew && (
            <>
              <TextInput {...field("whatsAppBusinessAccountId")} inputMode="numeric" />
              <TextInput {...field("phoneNumberId")} inputMode="numeric" />
            </>
          )}
          <SecretInput {...secret(field("accessToken"), unchanged)} />
          <SecretInput {...secret(field("appSecret"), unchanged)} />
          <TextInput {...field("verifyToken")} autoComplete="off" />
        </Stack>
      </Fieldset>
      {isNew && <Advanced editor={editor} />}
    </>
  );
}

function fieldOf(editor: Editor<IntegrationValues>, t: TFunction) {
  return (name: keyof IntegrationValues) => ({
    label: editor.labels[name],
    description: t(`channels.hints.${name}`),
    ...(editor.form.getInputProps(name) as object),
  });
}

function secret<F extends object>(field: F, placeholder: string | undefined) {
  return { ...field, autoComplete: "new-password", placeholder };
}

function Advanced({ editor }: { editor: Editor<IntegrationValues> }) {
  const { t } = useTranslation();
  const [isOpen, { toggle }] = useDisclosure(editor.form.getValues().graphBaseUrl !== "");
  return (
    <div>
      <Anchor component="button" type="button" onClick={toggle} aria-expanded={isOpen}>
        {t("form.advanced")}
      </Anchor>
      <Collapse expanded={isOpen} mt="xs">
        <TextInput {...fieldOf(editor, t)("graphBaseUrl")} inputMode="url" />
      </Collapse>
    </div>
  );
}
