// The settings of a queue, in groups: who is asked, for how long, and what follows.
import { NumberInput, Select, Switch, Textarea, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import type { Editor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { DivisionPicker } from "@/people/DivisionPicker";
import { mayRouting } from "./permissions";
import { queueNamesQuery } from "./queries";
import { useQueueEditor, type QueueValues } from "./queueEditor";
import { RingsField } from "./RingsField";
import type { Queue } from "./types";

const ASSIGNMENTS = ["longest_idle", "free_capacity", "round_robin", "best_skills"] as const;
const SCORINGS = ["TimestampAndPriority", "PriorityOnly"] as const;
const SKILLS = ["ALL", "BEST", "NONE"] as const;
const LAST_AGENT = ["Disabled", "QueueMembersOnly", "AnyAgent"] as const;
const WRAPUPS = [
  "OPTIONAL",
  "MANDATORY",
  "MANDATORY_TIMEOUT",
  "MANDATORY_FORCED_TIMEOUT",
  "AGENT_REQUESTED",
] as const;
const OVERFLOWS = ["none", "transfer", "disconnect"] as const;
const TIMED = ["MANDATORY_TIMEOUT", "MANDATORY_FORCED_TIMEOUT"];

interface Props {
  editor: Editor<QueueValues>;
}

export function QueueSettings({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const editor = useQueueEditor(queue);
  const mayEdit = useMay()(mayRouting.editQueue);
  const { form, labels } = editor;
  return (
    <EditorForm editor={editor} readOnly={!mayEdit}>
      <TextInput label={labels.name} {...form.getInputProps("name")} />
      <Textarea label={labels.description} autosize {...form.getInputProps("description")} />
      <DivisionPicker {...form.getInputProps("division")} />
      <Part title={t("queues.groupAsk")}>
        <AskFields editor={editor} />
      </Part>
      <Part title={labels.rings}>
        <RingsField
          value={form.getValues().rings}
          onChange={(rings) => form.setFieldValue("rings", rings)}
          error={form.errors.rings}
        />
      </Part>
      <Part title={t("queues.level")}>
        <LevelFields editor={editor} />
      </Part>
      <Part title={labels.acwMode}>
        <WrapupFields editor={editor} />
      </Part>
      <Part title={labels.overflow}>
        <OverflowFields editor={editor} queueId={queue.id} />
      </Part>
    </EditorForm>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Title order={2} mt="lg">
        {title}
      </Title>
      {children}
    </>
  );
}

function AskFields({ editor: { form, labels } }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={labels.assignment}
        data={ASSIGNMENTS.map((value) => ({ value, label: t(`queues.assignments.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("assignment")}
      />
      <Select
        label={labels.skills}
        description={t("queues.skillsAskedHint")}
        data={SKILLS.map((value) => ({ value, label: t(`queues.skillsAre.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("skills")}
      />
      <Select
        label={labels.scoring}
        data={SCORINGS.map((value) => ({ value, label: t(`queues.scorings.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("scoring")}
      />
      <Select
        label={labels.lastAgent}
        data={LAST_AGENT.map((value) => ({ value, label: t(`queues.lastAgents.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("lastAgent")}
      />
      <NumberInput
        label={labels.alertingSeconds}
        {...seconds(t("queues.seconds"))}
        description={t("queues.alertingHint")}
        min={7}
        max={900}
        {...form.getInputProps("alertingSeconds")}
      />
      <Switch
        label={labels.autoAnswer}
        description={t("queues.autoAnswerHint")}
        {...form.getInputProps("autoAnswer", { type: "checkbox" })}
      />
      <Switch
        label={labels.manual}
        description={t("queues.manualHint")}
        {...form.getInputProps("manual", { type: "checkbox" })}
      />
    </>
  );
}

/** How a number of seconds looks. */
const seconds = (word: string) => ({
  suffix: ` ${word}`,
  allowDecimal: false,
  styles: { wrapper: { maxWidth: 240 } },
});

function LevelFields({ editor: { form, labels } }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <NumberInput
        label={labels.levelPercent}
        description={t("queues.levelHint")}
        suffix=" %"
        decimalScale={1}
        min={0}
        max={100}
        styles={{ wrapper: { maxWidth: 240 } }}
        {...form.getInputProps("levelPercent")}
      />
      <NumberInput
        label={labels.levelSeconds}
        {...seconds(t("queues.seconds"))}
        min={1}
        {...form.getInputProps("levelSeconds")}
      />
    </>
  );
}

function WrapupFields({ editor: { form, labels } }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("queues.acwMode")}
        data={WRAPUPS.map((value) => ({ value, label: t(`queues.acws.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("acwMode")}
      />
      {TIMED.includes(form.getValues().acwMode) && (
        <NumberInput
          label={labels.acwSeconds}
          {...seconds(t("queues.seconds"))}
          min={1}
          max={3600}
          {...form.getInputProps("acwSeconds")}
        />
      )}
    </>
  );
}

function OverflowFields({ editor: { form, labels }, queueId }: Props & { queueId: string }) {
  const { t } = useTranslation();
  const { overflow } = form.getValues();
  const others = useQuery(queueNamesQuery()).data?.entities ?? [];
  return (
    <>
      <Select
        label={t("queues.overflowAction")}
        data={OVERFLOWS.map((value) => ({ value, label: t(`queues.overflows.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps("overflow")}
      />
      {overflow !== "none" && (
        <NumberInput
          label={labels.overflowSeconds}
          {...seconds(t("queues.seconds"))}
          min={1}
          {...form.getInputProps("overflowSeconds")}
        />
      )}
      {overflow === "transfer" && (
        <Select
          label={labels.overflowQueue}
          data={others
            .filter(({ id }) => id !== queueId)
            .map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          {...form.getInputProps("overflowQueue")}
        />
      )}
    </>
  );
}
