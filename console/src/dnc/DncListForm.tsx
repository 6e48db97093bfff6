// The form of a new do-not-contact list: a name, and its first numbers by file or pasted.
import { SegmentedControl, Switch, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { FileDrop, type Chosen } from "@/contacts/FileDrop";
import { sendFile } from "@/contacts/files";
import { mayContacts } from "@/contacts/permissions";
import { RegionInput } from "@/contacts/RegionInput";
import { DivisionPicker } from "@/people/DivisionPicker";
import { PhoneColumns } from "./PhoneColumns";
import { addDncList, changeNumbers, DNC_KEY, numbersIn, readDncList } from "./queries";
import { suggestPhoneColumns } from "./suggest";
import type { DncList } from "./types";

type Values = {
  name: string;
  division: string;
  collectsOptOuts: boolean;
  defaultRegion: string;
  numbers: string;
};
type Source = "file" | "pasted" | "later";

interface First {
  chosen: Chosen | null;
  phoneColumns: string[];
}

export function DncListForm({ onCreated }: { onCreated: (list: DncList) => void }) {
  const { t } = useTranslation();
  const sources = useSources();
  const [source, setSource] = useState<Source>(sources[0]?.value ?? "later");
  const [first, setFirst] = useState<First>({ chosen: null, phoneColumns: [] });
  const editor = useDncEditor(source, first, onCreated);
  const { form, labels } = editor;
  const { chosen, phoneColumns } = first;
  const choose = (next: Chosen | null) => {
    setFirst({ chosen: next, phoneColumns: suggestPhoneColumns(next?.seen) });
    if (next && !form.getValues().name)
      form.setFieldValue("name", next.file.name.replace(/\.[^.]+$/, ""));
  };
  return (
    <EditorForm editor={editor} inSheet verb={t("contacts.create")}>
      <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
      <DivisionPicker {...form.getInputProps("division")} />
      <Switch
        label={labels.collectsOptOuts}
        description={t("dnc.collectsHint")}
        {...form.getInputProps("collectsOptOuts", { type: "checkbox" })}
      />
      <SegmentedControl
        value={source}
        onChange={setSource}
        data={sources}
        aria-label={t("dnc.source")}
      />
      {source === "file" && <FileDrop chosen={chosen} onChange={choose} />}
      {source === "file" && chosen?.seen && (
        <PhoneColumns
          header={chosen.seen.header}
          value={phoneColumns}
          onChange={(next) => setFirst({ chosen, phoneColumns: next })}
        />
      )}
      {source === "pasted" && (
        <Textarea
          label={labels.numbers}
          description={t("dnc.numbersHint")}
          autosize
          minRows={4}
          maxRows={12}
          {...form.getInputProps("numbers")}
        />
      )}
      <RegionInput label={labels.defaultRegion} {...form.getInputProps("defaultRegion")} />
    </EditorForm>
  );
}

function useSources(): { value: Source; label: string }[] {
  const { t } = useTranslation();
  const isAllowed = useMay();
  return [
    ...(isAllowed(mayContacts.uploadDnc)
      ? [{ value: "file" as const, label: t("dnc.fromFile") }]
      : []),
    ...(isAllowed(mayContacts.editDnc)
      ? [{ value: "pasted" as const, label: t("dnc.pasted") }]
      : []),
    { value: "later", label: t("dnc.later") },
  ];
}

function useDncEditor(source: Source, first: First, onCreated: (list: DncList) => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  // Numbers that are refused do not undo the list: the words are shown, and they can be sent again.
  const fill = useAction(async ({ id, numbers }: { id: string; numbers: string[] }) => {
    if (source === "pasted" && numbers.length > 0) await changeNumbers(id, "Add", numbers);
    if (source === "file" && first.chosen) {
      const phoneColumns = first.phoneColumns.join(",");
      const query = phoneColumns ? { phoneColumns } : {};
      await sendFile({ kind: "dnclists", id }, first.chosen.file, query);
    }
  });
  return useEditor<Values>({
    initial: { name: "", division: "", collectsOptOuts: false, defaultRegion: "", numbers: "" },
    labels: {
      name: t("contacts.name"),
      division: t("contacts.division"),
      collectsOptOuts: t("dnc.collects"),
      defaultRegion: t("contacts.region"),
      numbers: t("dnc.numbers"),
    },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, division, collectsOptOuts, defaultRegion, numbers }) => {
      const made = await addDncList({
        name: name.trim(),
        dncSourceType: "rds",
        contactMethod: "WhatsApp",
        collectsOptOuts,
        ...(division && { division: { id: division } }),
        ...(defaultRegion && { defaultRegion: defaultRegion.toUpperCase() }),
      });
      await fill.mutateAsync({ id: made.id, numbers: numbersIn(numbers) }).catch(() => undefined);
      await queries.invalidateQueries({ queryKey: DNC_KEY });
      onCreated(await readDncList(made.id).catch(() => made));
    },
  });
}
