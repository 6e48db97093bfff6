// Making or changing a division.
import { Group, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Division } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { addDivision, changeDivision, deleteDivision } from "./queries";

interface Props {
  division?: Division;
  onDone: () => void;
}

type Values = { name: string; description: string };

export function DivisionForm({ division, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const isAllowed = useMay();
  const editor = useEditor<Values>({
    initial: { name: division?.name ?? "", description: division?.description ?? "" },
    labels: { name: t("divisions.name"), description: t("divisions.description") },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async (values) => {
      await (division ? changeDivision(division.id, values) : addDivision(values));
      await queries.invalidateQueries({ queryKey: ["divisions"] });
      onDone();
    },
  });
  const readOnly = !isAllowed(division ? may.editDivision : may.addDivision);
  return (
    <>
      <EditorForm editor={editor} inSheet readOnly={readOnly}>
        <TextInput
          label={editor.labels.name}
          data-autofocus
          {...editor.form.getInputProps("name")}
        />
        <Textarea
          label={editor.labels.description}
          autosize
          {...editor.form.getInputProps("description")}
        />
      </EditorForm>
      {division && !division.homeDivision && <Delete division={division} onDone={onDone} />}
    </>
  );
}

function Delete({ division, onDone }: { division: Division; onDone: () => void }) {
  const { t } = useTranslation();
  const remove = useAction(deleteDivision, { renew: [["divisions"]], after: onDone });
  if (!useMay()(may.deleteDivision)) return null;
  return (
    <Group mt="xl">
      <Confirm
        question={t("divisions.deleteAsk", { name: division.name })}
        verb={t("common.delete")}
        onConfirm={() => remove.mutate(division.id)}
      >
        {t("common.delete")}
      </Confirm>
    </Group>
  );
}
