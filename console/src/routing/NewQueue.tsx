// The form of a new queue: its name; what it is made like; everything else has a good default.
import { Select, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { DivisionPicker } from "@/people/DivisionPicker";
import { addQueue, queueNamesQuery, QUEUES_KEY } from "./queries";
import type { Queue } from "./types";

type Values = { name: string; description: string; division: string; source: string | null };

export function NewQueue({ onCreated }: { onCreated: (queue: Queue) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const others = useQuery(queueNamesQuery()).data?.entities ?? [];
  const { form, labels, ...rest } = useEditor<Values>({
    initial: { name: "", description: "", division: "", source: null },
    labels: {
      name: t("queues.name"),
      description: t("queues.description"),
      division: t("queues.division"),
      source: t("queues.source"),
    },
    also: { "division.id": "division", sourceQueueId: "source" },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name, description, division, source }) => {
      const made = await addQueue({
        name: name.trim(),
        description,
        ...(division && { division: { id: division } }),
        ...(source && { sourceQueueId: source }),
      });
      await queries.invalidateQueries({ queryKey: QUEUES_KEY });
      onCreated(made);
    },
  });
  return (
    <EditorForm editor={{ form, labels, ...rest }} inSheet verb={t("queues.create")}>
      <TextInput label={labels.name} data-autofocus {...form.getInputProps("name")} />
      <Textarea label={labels.description} autosize {...form.getInputProps("description")} />
      <DivisionPicker {...form.getInputProps("division")} />
      {others.length > 0 && (
        <Select
          label={labels.source}
          description={t("queues.sourceHint")}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          clearable
          searchable
          {...form.getInputProps("source")}
        />
      )}
    </EditorForm>
  );
}
