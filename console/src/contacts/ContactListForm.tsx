// The form of a new contact list: a name, and columns named by hand or by a dropped file.
import { Alert, Select, SegmentedControl, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { useEditor, type Editor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { DivisionPicker } from "@/people/DivisionPicker";
import { ColumnsField } from "./ColumnsField";
import { FileDrop, type Chosen } from "./FileDrop";
import { sendFile } from "./files";
import { columnsBody, suggestColumns } from "./listColumns";
import { mayContacts } from "./permissions";
import { addList, LISTS_KEY, readList } from "./queries";
import { RegionInput } from "./RegionInput";
import type { ContactList, ListColumn } from "./types";

type Values = {
  name: string;
  division: string;
  columns: ListColumn[];
  contactId: string;
  defaultRegion: string;
};
type Source = "file" | "hand";

const BY_HAND: ListColumn[] = [{ name: "Phone", kind: "whatsApp" }];
const MOST_COLUMNS = 50;
/** The API names each column; the form shows all words about them in one place. */
const COLUMN_FIELDS = Object.fromEntries(
  ["columnNames", "whatsAppColumns", "phoneColumns", "emailColumns"].flatMap((field) => [
    [field, "columns"],
    ...Array.from({ length: MOST_COLUMNS }, (_, at) => [`${field}[${at}]`, "columns"]),
  ]),
) as Record<string, "columns">;

export function ContactListForm({ onCreated }: { onCreated: (list: ContactList) => void }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const mayUpload = isAllowed(mayContacts.upload);
  const [source, setSource] = useState<Source>(mayUpload ? "file" : "hand");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const editor = useListEditor(mayUpload ? [] : BY_HAND, chosen, onCreated);
  const { form } = editor;
  const choose = (next: Chosen | null) => {
    setChosen(next);
    const { header, rows } = next?.seen ?? { header: [], rows: [] };
    form.setFieldValue("columns", suggestColumns(header, rows));
    form.setFieldValue("contactId", "");
    if (next && !form.getValues().name) form.setFieldValue("name", withoutEnding(next.file.name));
  };
  const turn = (next: Source) => {
    setSource(next);
    setChosen(null);
    form.setFieldValue("columns", next === "hand" ? BY_HAND : []);
  };
  return (
    <EditorForm editor={editor} inSheet verb={t("contacts.create")}>
      {mayUpload && (
        <SegmentedControl
          value={source}
          onChange={turn}
          data={[
            { value: "file", label: t("contacts.fromFile") },
            { value: "hand", label: t("contacts.byHand") },
          ]}
          aria-label={t("contacts.source")}
        />
      )}
      {source === "file" && chosen && !chosen.seen && (
        <Alert color="yellow">{t("contacts.file.unreadable")}</Alert>
      )}
      {source === "file" && <FileDrop chosen={chosen} onChange={choose} />}
      <TextInput label={editor.labels.name} data-autofocus {...form.getInputProps("name")} />
      <DivisionPicker {...form.getInputProps("division")} />
      <Columns editor={editor} fromFile={source === "file"} />
    </EditorForm>
  );
}

function Columns({ editor, fromFile }: { editor: Editor<Values>; fromFile: boolean }) {
  const { form, labels } = editor;
  const { columns } = form.getValues();
  if (fromFile && columns.length === 0) return null;
  const error = form.errors.columns;
  return (
    <>
      <ColumnsField
        columns={columns}
        onChange={(next) => form.setFieldValue("columns", next)}
        fixedNames={fromFile}
        error={typeof error === "string" ? error : undefined}
      />
      {fromFile && (
        <ContactIdPicker
          columns={columns.map(({ name }) => name)}
          {...form.getInputProps("contactId")}
        />
      )}
      <RegionInput label={labels.defaultRegion} {...form.getInputProps("defaultRegion")} />
    </>
  );
}

interface PickerProps {
  columns: string[];
  value?: string;
  onChange?: (value: string) => void;
}

/** Which column of a file tells its contacts apart. */
export function ContactIdPicker({ columns, value, onChange }: PickerProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("contacts.contactId")}
      description={t("contacts.contactIdHint")}
      placeholder={t("contacts.noContactId")}
      data={[...new Set(columns)]}
      value={value || null}
      onChange={(next) => onChange?.(next ?? "")}
      clearable
    />
  );
}

function useListEditor(
  columns: ListColumn[],
  chosen: Chosen | null,
  onCreated: (list: ContactList) => void,
) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  // A file that is refused does not undo the list: its words are shown, and it can be sent again.
  const upload = useAction(({ id, idName }: { id: string; idName: string }) => {
    const query = idName ? { contactIdName: idName } : {};
    return sendFile({ kind: "contactlists", id }, chosen!.file, query);
  });
  return useEditor<Values>({
    initial: { name: "", division: "", columns, contactId: "", defaultRegion: "" },
    labels: {
      name: t("contacts.name"),
      division: t("contacts.division"),
      columns: t("contacts.columns"),
      contactId: t("contacts.contactId"),
      defaultRegion: t("contacts.region"),
    },
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      columns: (columns) => (columns.length > 0 ? null : t("contacts.chooseFile")),
    },
    also: COLUMN_FIELDS,
    save: async (values) => {
      const made = await addList(bodyOf(values));
      if (chosen)
        await upload.mutateAsync({ id: made.id, idName: values.contactId }).catch(() => undefined);
      await queries.invalidateQueries({ queryKey: LISTS_KEY });
      onCreated(await readList(made.id).catch(() => made));
    },
  });
}

function bodyOf({ name, division, columns, defaultRegion }: Values) {
  return {
    name: name.trim(),
    ...columnsBody(columns),
    ...(division && { division: { id: division } }),
    ...(defaultRegion && { defaultRegion: defaultRegion.toUpperCase() }),
  };
}

const withoutEnding = (name: string) => name.replace(/\.[^.]+$/, "").slice(0, 100);
