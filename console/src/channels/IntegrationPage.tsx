// One number: how it is, what it is allowed, and its settings.
import { Alert, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Integration } from "@/api/types";
import { CopyOnce } from "@/components/CopyOnce";
import { DetailPage } from "@/components/DetailPage";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { useSearchState } from "@/components/search";
import { useWord } from "@/components/words";
import { Breaker } from "./Breaker";
import { Check } from "./Check";
import { IntegrationActions } from "./IntegrationActions";
import { limitUse } from "./IntegrationsPage";
import { integrationQuery } from "./queries";
import { Settings } from "./Settings";
import { IntegrationStatus, isPaused } from "./status";

export function IntegrationPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const { data, error, isPending } = useQuery(integrationQuery(id));
  return (
    <DetailPage
      back={{ to: "/channels", label: t("channels.title") }}
      title={data?.name}
      status={data && <IntegrationStatus integration={data} />}
      actions={data && <IntegrationActions integration={data} />}
      facts={data && <NumberFacts integration={data} />}
      isLoading={isPending}
      error={error}
    >
      {data && <Content integration={data} />}
    </DetailPage>
  );
}

function Content({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  return (
    <Tabs value={values.tab ?? "state"} onChange={(tab) => set({ tab: tab ?? undefined })}>
      <Tabs.List mb="lg">
        <Tabs.Tab value="state">{t("channels.state")}</Tabs.Tab>
        <Tabs.Tab value="settings">{t("channels.settings")}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="state">
        <Trouble integration={integration} />
        <Breaker integration={integration} />
        <Check integration={integration} />
        <Webhook url={integration.webhookUrl} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <Settings key={integration.id} integration={integration} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Trouble({ integration }: { integration: Integration }) {
  const { statusReason } = integration;
  if (!statusReason || isPaused(integration)) return null;
  return (
    <Alert color="red" title={statusReason.message} mb="lg">
      {statusReason.mend !== statusReason.message && statusReason.mend}{" "}
      <RelativeTime time={statusReason.since} />
    </Alert>
  );
}

function Webhook({ url }: { url: string | undefined }) {
  const { t } = useTranslation();
  if (!url) return null;
  return (
    <Section title={t("channels.webhook")} hint={t("channels.webhookHint")}>
      <CopyOnce label={t("channels.webhookUrl")} value={url} />
    </Section>
  );
}

function NumberFacts({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const word = useWord();
  return (
    <Facts
      facts={[
        [t("channels.phoneNumber"), integration.phoneNumber],
        [t("channels.verifiedName"), integration.verifiedName],
        [t("channels.quality"), word("quality", integration.qualityRating)],
        [t("channels.limitUse"), limitUse(integration, figures.number)],
        [t("channels.throughput"), figures.number(integration.throughput)],
        [t("channels.fields.whatsAppBusinessAccountId"), integration.whatsAppBusinessAccountId],
        [t("channels.fields.phoneNumberId"), integration.phoneNumberId],
        [t("channels.division"), integration.division?.name],
        [t("channels.fields.contentId"), integration.supportedContent?.name],
        [
          t("channels.checked"),
          integration.checkedAt && <RelativeTime time={integration.checkedAt} />,
        ],
        [
          t("channels.templatesSynced"),
          integration.templatesSyncedAt && <RelativeTime time={integration.templatesSyncedAt} />,
        ],
      ]}
    />
  );
}
