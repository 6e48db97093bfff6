// What holds for all campaigns: how fast at most, what a message costs, when nobody is messaged.
import { NumberInput, Skeleton, Switch, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useEditor, type Editor, type Stored } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useNotice } from "@/components/notice";
import { Page } from "@/components/Page";
import { settingsQuery } from "../editor/queries";
import { QuietFields, USUAL } from "../editor/QuietFields";
import { ZoneSelect } from "../editor/ZoneSelect";
import type { OutboundSettings, Price, QuietHours } from "../types";
import { PriceFields } from "./PriceFields";
import { atOurFields, changeSettings } from "./queries";

export type SettingsValues = {
  maxMessagesPerMinute: number;
  priceCurrency: string;
  prices: Price[];
  quietHours: QuietHours | null;
  timeZone: string;
};

/** The field is narrow, its words are not. */
const NARROW = { wrapper: { maxWidth: 220 } };

export function CampaignSettingsPage() {
  const { t } = useTranslation();
  const { data, error } = useQuery(settingsQuery);
  return (
    <Page title={t("pages.campaignSettings")}>
      <ErrorNotice error={error} />
      {!data && !error && <Skeleton h={320} maw={640} />}
      {data && <SettingsForm settings={data} />}
    </Page>
  );
}

function SettingsForm({ settings }: { settings: OutboundSettings }) {
  const { t } = useTranslation();
  const editor = useSettingsEditor(settings);
  const { form, labels } = editor;
  const { quietHours, prices, timeZone, maxMessagesPerMinute } = form.getValues();
  const mayEdit = useMay()(may.editOutboundSettings);
  return (
    <EditorForm editor={editor} readOnly={!mayEdit}>
      <NumberInput
        label={labels.maxMessagesPerMinute}
        description={t("campaigns.settings.mostHint")}
        min={1}
        value={maxMessagesPerMinute}
        onChange={(value) => form.setFieldValue("maxMessagesPerMinute", Number(value) || 0)}
        thousandSeparator=" "
        allowDecimal={false}
        styles={NARROW}
        error={form.errors.maxMessagesPerMinute}
      />
      <TextInput
        label={labels.priceCurrency}
        description={t("campaigns.settings.currencyHint")}
        maxLength={3}
        w={220}
        {...form.getInputProps("priceCurrency")}
      />
      <PriceFields
        label={labels.prices}
        value={prices}
        onChange={(next) => form.setFieldValue("prices", next)}
        error={form.errors.prices as string | undefined}
      />
      <ZoneSelect
        label={labels.timeZone}
        description={t("campaigns.settings.zoneHint")}
        value={timeZone}
        onChange={(zone) => form.setFieldValue("timeZone", zone)}
      />
      <Switch
        label={labels.quietHours}
        description={t("campaigns.settings.quietHint")}
        checked={quietHours !== null}
        onChange={(event) =>
          form.setFieldValue("quietHours", event.currentTarget.checked ? USUAL : null)
        }
      />
      {quietHours && (
        <QuietFields
          value={quietHours}
          onChange={(next) => form.setFieldValue("quietHours", next)}
          error={form.errors.quietHours as string | undefined}
        />
      )}
    </EditorForm>
  );
}

function storedOf(settings: OutboundSettings): Stored<SettingsValues> {
  const { maxMessagesPerMinute, priceCurrency, prices, quietHours = null, timeZone } = settings;
  const values = { maxMessagesPerMinute, priceCurrency, prices, quietHours, timeZone };
  return { values, version: settings.version };
}

function useSettingsEditor(settings: OutboundSettings): Editor<SettingsValues> {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  const { values, version } = storedOf(settings);
  return useEditor<SettingsValues>({
    initial: values,
    version,
    labels: {
      maxMessagesPerMinute: t("campaigns.settings.most"),
      priceCurrency: t("campaigns.settings.currency"),
      prices: t("campaigns.settings.prices"),
      quietHours: t("campaigns.quietHours"),
      timeZone: t("campaigns.settings.zone"),
    },
    save: async (wanted, against) => {
      const stored = await changeSettings(wanted, against).catch(atOurFields);
      queries.setQueryData(settingsQuery.queryKey, stored);
      notice(t("form.saved"));
      return storedOf(stored);
    },
    reread: async () => storedOf(await queries.fetchQuery({ ...settingsQuery, staleTime: 0 })),
  });
}
