// The whole of a campaign on one page: who, what, how fast and when, with the message beside it.
import {
  NumberInput,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { integrationsQuery } from "@/channels/queries";
import { EditorForm } from "@/components/EditorForm";
import { useFigures } from "@/components/figures";
import { DivisionPicker } from "@/people/DivisionPicker";
import type { CampaignEditor } from "./campaignEditor";
import classes from "./CampaignForm.module.css";
import { ContactPreview } from "./ContactPreview";
import { DncField } from "./DncField";
import { ListFields } from "./ListFields";
import { MessageFields } from "./MessageFields";
import { listChoiceQuery, settingsQuery } from "./queries";
import { EffectiveQuiet } from "./EffectiveQuiet";
import { QuietFields, USUAL } from "./QuietFields";
import { ScheduleFields } from "./ScheduleFields";
import { SortFields } from "./SortFields";

interface Props {
  editor: CampaignEditor;
  verb?: string;
}

/** The field is narrow, its words are not. */
const NARROW = { wrapper: { maxWidth: 220 } };

export function CampaignForm({ editor, verb }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.columns}>
      <EditorForm editor={editor} verb={verb}>
        <TextInput
          label={editor.labels.name}
          maxLength={200}
          {...editor.form.getInputProps("name")}
        />
        <DivisionPicker
          value={editor.values.division}
          onChange={(division) => editor.set({ division })}
          error={editor.errorAt("division")}
        />
        <Part title={t("campaigns.who")}>
          <ListFields editor={editor} />
          <DncField editor={editor} />
        </Part>
        <Part title={t("campaigns.what")}>
          <MessageFields editor={editor} />
        </Part>
        <Part title={t("campaigns.how")}>
          <PaceField editor={editor} />
          {editor.values.contactList && <SortFields editor={editor} />}
          <Switch
            label={editor.labels.alwaysRunning}
            description={t("campaigns.alwaysRunningHint")}
            checked={editor.values.alwaysRunning}
            onChange={(event) => editor.set({ alwaysRunning: event.currentTarget.checked })}
          />
        </Part>
        <Part title={t("campaigns.when")}>
          <QuietChoice editor={editor} />
          <ScheduleFields editor={editor} />
        </Part>
      </EditorForm>
      <aside className={classes.preview} aria-label={t("campaigns.preview")}>
        <ContactPreview editor={editor} />
      </aside>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part} aria-label={title}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <Stack gap="md">{children}</Stack>
    </section>
  );
}

const SECONDS = 60;

/** What the number can send and what the organization allows, as far as this person sees them. */
function useMost(editor: CampaignEditor): number | undefined {
  const sees = useMay();
  const integrations = useQuery(integrationsQuery).data?.entities;
  const settings = useQuery({ ...settingsQuery, enabled: sees(may.viewOutboundSettings) }).data;
  const id = editor.values.whatsAppIntegration?.id;
  const number = integrations?.find((each) => each.id === id);
  const limits = [
    ...(number ? [number.throughput * SECONDS] : []),
    ...(settings ? [settings.maxMessagesPerMinute] : []),
  ];
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

function PaceField({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const most = useMost(editor);
  const pace = editor.values.messagesPerMinute;
  const tooFast = most !== undefined && pace > most;
  const words = { most: figures.number(most) };
  return (
    <NumberInput
      label={editor.labels.messagesPerMinute}
      description={most === undefined ? t("campaigns.paceHint") : t("campaigns.paceMost", words)}
      min={1}
      value={pace}
      onChange={(value) => editor.set({ messagesPerMinute: Number(value) || 0 })}
      thousandSeparator=" "
      allowDecimal={false}
      styles={NARROW}
      error={editor.errorAt("messagesPerMinute") ?? (tooFast && t("campaigns.tooFast", words))}
    />
  );
}

type QuietMode = "default" | "own" | "none";

function QuietChoice({ editor }: { editor: CampaignEditor }) {
  const { t } = useTranslation();
  const { quietHours, contactList } = editor.values;
  const columns = useQuery(listChoiceQuery(contactList?.id)).data?.columnNames ?? [];
  const isNone = quietHours !== null && !quietHours.from && !quietHours.days?.length;
  const mode: QuietMode = quietHours === null ? "default" : isNone ? "none" : "own";
  const choose = (next: string) =>
    editor.set({ quietHours: next === "default" ? null : next === "own" ? USUAL : {} });
  return (
    <Stack gap="sm">
      <div>
        <Text fw={500} mb={4}>
          {editor.labels.quietHours}
        </Text>
        <SegmentedControl
          aria-label={editor.labels.quietHours}
          data={(["default", "own", "none"] as const).map((value) => ({
            value,
            label: t(`campaigns.quiet.modes.${value}`),
          }))}
          value={mode}
          onChange={choose}
        />
      </div>
      {mode === "default" && <EffectiveQuiet />}
      {quietHours !== null && mode === "own" && (
        <QuietFields
          value={quietHours}
          onChange={(next) => editor.set({ quietHours: next })}
          columns={columns}
          error={editor.errorAt("quietHours")}
        />
      )}
    </Stack>
  );
}
