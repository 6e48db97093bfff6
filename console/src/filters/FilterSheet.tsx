// Making or changing a filter in a sheet at the side, from its list or from a form that needs one.
import { Input, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import { useEditor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { SideSheet } from "@/components/SideSheet";
import { fromStored, isComplete, newConditions, toBody, type Conditions } from "./conditions";
import { FilterBuilder } from "./FilterBuilder";
import { conditionErrors, FilterPreview, usePreview } from "./FilterPreview";
import { addFilter, changeFilter, FILTERS_KEY, readFilter } from "./queries";
import type { Filter, FilteredList } from "./types";

interface FormProps {
  list: FilteredList;
  filter?: Filter;
  onSaved: (filter: Filter) => void;
}

interface Props extends FormProps {
  isOpen: boolean;
  onClose: () => void;
}

export function FilterSheet({ isOpen, onClose, list, filter, onSaved }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet
      title={filter ? t("filters.edit") : t("filters.add")}
      isOpen={isOpen}
      onClose={onClose}
      size="lg"
    >
      <FilterForm key={filter?.id} list={list} filter={filter} onSaved={onSaved} />
    </SideSheet>
  );
}

type Values = { name: string; conditions: Conditions };

const storedOf = (filter: Filter): Stored<Values> => ({
  version: filter.version,
  values: { name: filter.name, conditions: fromStored(filter) },
});

function FilterForm({ list, filter, onSaved }: FormProps) {
  const isAllowed = useMay();
  const editor = useFilterEditor({ list, filter, onSaved });
  const { form, labels } = editor;
  const { conditions } = form.getValues();
  const preview = usePreview(list, conditions);
  const mayView = isAllowed(mayContacts.viewContacts);
  const readOnly = !isAllowed(filter ? mayContacts.editFilter : mayContacts.addFilter);
  return (
    <EditorForm editor={editor} inSheet readOnly={readOnly}>
      <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
      <Input.Wrapper label={labels.conditions} labelElement="div" error={form.errors.conditions}>
        <FilterBuilder
          list={list}
          value={conditions}
          onChange={(next) => form.setFieldValue("conditions", next)}
          errors={conditionErrors(preview.error ?? editor.error)}
        />
      </Input.Wrapper>
      {mayView && <FilterPreview list={list} preview={preview} />}
    </EditorForm>
  );
}

function useFilterEditor({ list, filter, onSaved }: FormProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stored = filter && storedOf(filter);
  return useEditor<Values>({
    initial: stored?.values ?? { name: "", conditions: newConditions(list) },
    version: stored?.version,
    labels: { name: t("filters.name"), conditions: t("filters.conditions") },
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      conditions: (value) => (isComplete(value) ? null : t("filters.fillIn")),
    },
    save: async ({ name, conditions }, version) => {
      const body = { name: name.trim(), contactList: { id: list.id }, ...toBody(conditions) };
      const saved = filter
        ? await changeFilter(filter.id, { ...body, ...(version !== undefined && { version }) })
        : await addFilter(body);
      await queries.invalidateQueries({ queryKey: FILTERS_KEY });
      onSaved(saved);
    },
    reread: filter && (async () => storedOf(await readFilter(filter.id))),
  });
}
