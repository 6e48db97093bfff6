// One field for each variable of the chosen template.
import { Fieldset, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Part, Placeholder } from "@/api/types";
import { placeholderKey, type Draft } from "./draft";

/** What is filled in here: a notification's draft, or any other with a template and its values. */
type Fillable = Pick<Draft, "template" | "parameters" | "change" | "errorAt">;

export function PlaceholderFields({ draft }: { draft: Fillable }) {
  const { t } = useTranslation();
  const placeholders = draft.template?.placeholders.filter(isAsked) ?? [];
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

/** What a quick reply sends back is ours to leave out; people are not asked for it. */
function isAsked({ kind, required }: Placeholder): boolean {
  return kind !== "payload" || required === true;
}

function nameOf({ part, key, index }: Placeholder, draft: Fillable): string {
  return (part === "button" && draft.template?.buttons?.[index ?? 0]?.text) || key;
}

function Field({ placeholder, draft }: { placeholder: Placeholder; draft: Fillable }) {
  const { t } = useTranslation();
  const key = placeholderKey(placeholder);
  const { example } = placeholder;
  const hint = example ? t("send.example", { example }) : undefined;
  const isMedia = ["image", "video", "document"].includes(placeholder.kind?.toLowerCase() ?? "");
  return (
    <TextInput
      label={t(`send.parts.${placeholder.part as Part}`, { key: nameOf(placeholder, draft) })}
      required={placeholder.required !== false}
      withAsterisk={false}
      description={isMedia ? t("send.mediaHint") : hint}
      value={draft.parameters[key] ?? ""}
      onChange={(event) =>
        draft.change({ parameters: { ...draft.parameters, [key]: event.currentTarget.value } })
      }
      error={draft.errorAt(placeholder.key)}
    />
  );
}
