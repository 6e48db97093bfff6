// How conversations come to people: given out or picked, what they weigh, and who is asked again.
import { MultiSelect, NumberInput, Radio, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PRESENCES, usePresenceWord } from "../status";
import type { FieldsProps } from "./editor";

const WAYS = ["push", "pick"] as const;

export function DistributionFields({ editor: { form, labels } }: FieldsProps) {
  const { t } = useTranslation();
  const word = usePresenceWord();
  const presences = PRESENCES.filter((each) => each !== "Offline");
  return (
    <>
      <Radio.Group label={labels.distribution} {...form.getInputProps("distribution")}>
        <Stack gap="xs" mt="xs">
          {WAYS.map((way) => (
            <Radio
              key={way}
              value={way}
              label={t(`workstreams.ways.${way}`)}
              description={t(`workstreams.wayHints.${way}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <NumberInput
        label={labels.capacityUnits}
        description={t("workstreams.capacityHint")}
        allowDecimal={false}
        min={1}
        max={100}
        styles={{ wrapper: { maxWidth: 240 } }}
        {...form.getInputProps("capacityUnits")}
      />
      <Switch
        label={labels.wrapupBlocks}
        {...form.getInputProps("wrapupBlocks", { type: "checkbox" })}
      />
      <MultiSelect
        label={labels.allowedPresences}
        description={t("workstreams.presencesHint")}
        data={presences.map((value) => ({ value, label: word(value) }))}
        {...form.getInputProps("allowedPresences")}
      />
      <Switch
        label={labels.keepSameAgent}
        description={t("workstreams.sameAgentHint")}
        {...form.getInputProps("keepSameAgent", { type: "checkbox" })}
      />
      <NumberInput
        label={labels.declineLimit}
        description={t("workstreams.declineLimitHint")}
        allowDecimal={false}
        min={1}
        max={5}
        styles={{ wrapper: { maxWidth: 240 } }}
        {...form.getInputProps("declineLimit")}
      />
      <AwayField form={form} label={labels.agentAwayMinutes} />
    </>
  );
}

/** After how many minutes without its agent a conversation goes back to its queue. */
function AwayField({ form, label }: Pick<FieldsProps["editor"], "form"> & { label: string }) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      description={t("workstreams.awayHint")}
      suffix={` ${t("workstreams.minutes")}`}
      allowDecimal={false}
      min={0}
      max={1440}
      styles={{ wrapper: { maxWidth: 240 } }}
      {...form.getInputProps("agentAwayMinutes")}
    />
  );
}
