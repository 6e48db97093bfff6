// How much messaging work people hold at once, where nothing else is said of them.
import { NumberInput, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useNotice } from "@/components/notice";
import { mayRouting } from "./permissions";
import { CAPACITY_KEY, capacityQuery, setCapacity } from "./skills";

export function DefaultCapacity({ onDone }: { onDone: () => void }) {
  const { data, error, isPending } = useQuery(capacityQuery);
  const units = data?.utilization.message?.maximumCapacity;
  if (isPending) return <Skeleton h={80} />;
  if (units === undefined) return <ErrorNotice error={error} />;
  return <CapacityForm units={units} onDone={onDone} />;
}

function CapacityForm({ units, onDone }: { units: number; onDone: () => void }) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const mayManage = useMay()(mayRouting.manageCapacity);
  const editor = useEditor<{ units: number | string }>({
    initial: { units },
    labels: { units: t("capacity.units") },
    also: { "utilization.message.maximumCapacity": "units" },
    validate: { units: (value) => (value === "" ? t("form.required") : null) },
    save: async (values) => {
      await setCapacity(Number(values.units));
      await queries.invalidateQueries({ queryKey: CAPACITY_KEY });
      notice(t("form.saved"));
      onDone();
    },
  });
  return (
    <EditorForm editor={editor} inSheet readOnly={!mayManage}>
      <NumberInput
        label={editor.labels.units}
        description={t("capacity.defaultHint")}
        allowDecimal={false}
        min={0}
        max={100}
        data-autofocus
        {...editor.form.getInputProps("units")}
      />
    </EditorForm>
  );
}
