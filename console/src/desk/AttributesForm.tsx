// Changing what is known of a conversation: its attributes, and what another system calls it.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useDescribe } from "./describing";
import { mayDesk } from "./permissions";
import type { Conversation } from "./types";

const LONGEST_NAME = 128;
const LONGEST_VALUE = 4_000;
const LONGEST_TAG = 200;

interface Props {
  conversation: Conversation;
  onDone: () => void;
}

export function AttributesForm({ conversation, onDone }: Props) {
  const { t } = useTranslation();
  const stored = conversation.attributes ?? {};
  const [values, setValues] = useState<Record<string, string>>({});
  const [added, setAdded] = useState<Added>({ name: "", value: "" });
  const [tag, setTag] = useState<string>();
  const mayTag = useMay()(mayDesk.tag);
  const describe = useDescribe(onDone);
  const isNameless = added.value.trim() !== "" && added.name.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = added.name.trim();
    const attributes = { ...changedOf(values, stored), ...(name && { [name]: added.value }) };
    const externalTag = tag === conversation.externalTag ? undefined : tag;
    if (!isNameless) describe.mutate({ conversation, attributes, externalTag });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xs">
        {mayTag && (
          <TextInput
            label={t("desk.facts.tag")}
            maxLength={LONGEST_TAG}
            value={tag ?? conversation.externalTag ?? ""}
            onChange={(event) => setTag(event.currentTarget.value)}
          />
        )}
        {Object.entries(stored).map(([name, value]) => (
          <TextInput
            key={name}
            label={name}
            description={values[name] === "" ? t("desk.facts.goes") : undefined}
            maxLength={LONGEST_VALUE}
            value={values[name] ?? value}
            onChange={({ currentTarget }) => setValues({ ...values, [name]: currentTarget.value })}
          />
        ))}
        <NewAttribute added={added} onChange={setAdded} isNameless={isNameless} />
        <Group gap="xs">
          <Button type="submit" size="xs" loading={describe.isPending}>
            {t("common.save")}
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface Added {
  name: string;
  value: string;
}
interface NewProps {
  added: Added;
  onChange: (added: Added) => void;
  isNameless: boolean;
}

function NewAttribute({ added, onChange, isNameless }: NewProps) {
  const { t } = useTranslation();
  return (
    <Group grow gap="xs" align="start">
      <TextInput
        label={t("desk.facts.newName")}
        maxLength={LONGEST_NAME}
        value={added.name}
        onChange={(event) => onChange({ ...added, name: event.currentTarget.value })}
        error={isNameless ? t("form.required") : undefined}
      />
      <TextInput
        label={t("desk.facts.newValue")}
        maxLength={LONGEST_VALUE}
        value={added.value}
        onChange={(event) => onChange({ ...added, value: event.currentTarget.value })}
      />
    </Group>
  );
}

/** Only what was typed anew: the rest may have been changed by others meanwhile. */
function changedOf(values: Record<string, string>, stored: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== stored[name]),
  );
}
