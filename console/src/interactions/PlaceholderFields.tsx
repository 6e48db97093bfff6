// One field for each variable of the chosen template.
import { Fieldset, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Placeholder } from "@/api/types";
import { placeholderKey, type Draft } from "./draft";

export function PlaceholderFields({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const placeholders = draft.template?.placeholders ?? [];
  if (placeholders.length === 0) return null;
  return (
    <Fieldset legend={t("send.values")}>
      <Stack gap="sm">
        {placeholders.map((placeholder) => (
          <Field key={placeholderKey(placeholder)} placeholder={placeholder} draft={draft} />
        ))}
      </Stack>
    </Fieldset>
  );
}

function Field({ placeholder, draft }: { placeholder: Placeholder; draft: Draft }) {
  const { t } = useTranslation();
  const key = placeholderKey(placeholder);
  const isMedia = ["image", "video", "document"].includes(placeholder.kind?.toLowerCase() ?? "");
  return (
    <TextInput
      label={t(`send.parts.${placeholder.part}`, { key: placeholder.key })}
      description={isMedia ? t("send.mediaHint") : undefined}
      placeholder={placeholder.example}
      value={draft.parameters[key] ?? ""}
      onChange={(event) =>
        draft.change({ parameters: { ...draft.parameters, [key]: event.currentTarget.value } })
      }
      error={draft.errorAt(placeholder.key)}
    />
  );
}
