// Who may send files, when a conversation ends by itself, and until when it comes back.
import { NumberInput, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FieldsProps } from "./editor";

export function BehaviourFields({ editor: { form, labels } }: FieldsProps) {
  const { t } = useTranslation();
  const hours = {
    suffix: ` ${t("workstreams.hours")}`,
    allowDecimal: false,
    styles: { wrapper: { maxWidth: 240 } },
  };
  const ends = ["openHours", "connectedHours", "parkedHours"] as const;
  return (
    <>
      <Switch
        label={labels.customerFiles}
        description={t("workstreams.customerFilesHint")}
        {...form.getInputProps("customerFiles", { type: "checkbox" })}
      />
      <Switch
        label={labels.agentFiles}
        {...form.getInputProps("agentFiles", { type: "checkbox" })}
      />
      <NumberInput
        label={labels.threadingHours}
        description={t("workstreams.threadingHint")}
        {...hours}
        min={0}
        max={72}
        {...form.getInputProps("threadingHours")}
      />
      {ends.map((field) => (
        <NumberInput
          key={field}
          label={labels[field]}
          description={field === "openHours" ? t("workstreams.closeHint") : undefined}
          {...hours}
          min={1}
          max={8760}
          {...form.getInputProps(field)}
        />
      ))}
    </>
  );
}
