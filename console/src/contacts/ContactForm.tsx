// One contact, or a new one: its values by column, and whether campaigns may write to it.
import { Group, Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useNotice } from "@/components/notice";
import { columnsOf } from "./listColumns";
import { mayContacts } from "./permissions";
import { addContact, changeContact, LISTS_KEY, removeContacts } from "./queries";
import type { ColumnKind, Contact, ContactList } from "./types";

interface Props {
  list: ContactList;
  contact?: Contact;
  onDone: () => void;
}

/** A value is kept at its column's place: a column's name may hold dots, a field's may not. */
type Values = { [column: `column${number}`]: string; id: string; callable: boolean };
const fieldOf = (at: number) => `column${at}` as const;
const INPUT_MODES: Partial<Record<ColumnKind, "tel" | "email" | "decimal">> = {
  whatsApp: "tel",
  phone: "tel",
  email: "email",
  number: "decimal",
};

export function ContactForm({ list, contact, onDone }: Props) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const editor = useContactEditor({ list, contact, onDone });
  const { form } = editor;
  const readOnly = !isAllowed(contact ? mayContacts.editContact : mayContacts.addContact);
  return (
    <>
      <EditorForm editor={editor} inSheet readOnly={readOnly}>
        {columnsOf(list).map(({ name, kind }, at) => (
          <TextInput
            key={name}
            label={name}
            description={kind === "text" ? undefined : t(`contacts.kinds.${kind}`)}
            inputMode={INPUT_MODES[kind]}
            data-autofocus={at === 0 || undefined}
            {...form.getInputProps(fieldOf(at))}
          />
        ))}
        {contact ? (
          <Switch
            label={t("contacts.callable")}
            description={t("contacts.callableHint")}
            {...form.getInputProps("callable", { type: "checkbox" })}
          />
        ) : (
          <TextInput
            label={t("contacts.newContactId")}
            description={t("contacts.newContactIdHint")}
            {...form.getInputProps("id")}
          />
        )}
      </EditorForm>
      {contact && <Delete list={list} contact={contact} onDone={onDone} />}
    </>
  );
}

function useContactEditor({ list, contact, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  const { columnNames } = list;
  const byField = <T,>(value: (name: string) => T) =>
    Object.fromEntries(columnNames.map((name, at) => [fieldOf(at), value(name)]));
  const also = Object.fromEntries(
    columnNames.flatMap((name, at) => [
      [`data.${name}`, fieldOf(at)],
      [`[0].data.${name}`, fieldOf(at)],
    ]),
  );
  return useEditor<Values>({
    initial: {
      ...byField((name) => contact?.data[name] ?? ""),
      id: contact?.id ?? "",
      callable: contact?.callable ?? true,
    },
    labels: {
      ...byField((name) => name),
      id: t("contacts.contactId"),
      callable: t("contacts.callable"),
    },
    also: { ...also, "[0].id": "id" },
    save: async (values) => {
      const data = Object.fromEntries(
        columnNames.map((name, at) => [name, values[fieldOf(at)] ?? ""]),
      );
      if (contact) await changeContact(list.id, contact.id, { data, callable: values.callable });
      else await addContact(list.id, data, values.id.trim() || undefined);
      await queries.invalidateQueries({ queryKey: LISTS_KEY });
      notice(t("contacts.saved"));
      onDone();
    },
  });
}

function Delete({ list, contact, onDone }: Required<Props>) {
  const { t } = useTranslation();
  const remove = useAction(() => removeContacts(list.id, [contact.id]), {
    done: t("contacts.deleted", { count: 1 }),
    renew: [LISTS_KEY],
    after: onDone,
  });
  if (!useMay()(mayContacts.deleteContact)) return null;
  return (
    <Group mt="xl">
      <Confirm
        question={t("contacts.deleteContactAsk")}
        verb={t("common.delete")}
        onConfirm={() => remove.mutate(undefined)}
      >
        {t("common.delete")}
      </Confirm>
    </Group>
  );
}
