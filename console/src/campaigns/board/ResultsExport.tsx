// What became of a campaign's contacts as a file: ordered here, made by the server, fetched when
// it is ready.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useAction } from "@/components/action";
import { DownloadLink } from "@/components/DownloadLink";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RelativeTime } from "@/components/RelativeTime";
import { SideSheet } from "@/components/SideSheet";
import { StateMark } from "@/components/StateMark";
import type { Format } from "@/contacts/exports";
import { orderResults, resultsFileKey, resultsFileQuery } from "./queries";

export function ResultsExport({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation();
  const [isOpen, sheet] = useDisclosure(false);
  const label = t("campaigns.board.export");
  return (
    <>
      <Button variant="default" onClick={sheet.open}>
        {label}
      </Button>
      <SideSheet title={label} isOpen={isOpen} onClose={sheet.close}>
        <Orders campaignId={campaignId} />
      </SideSheet>
    </>
  );
}

function Orders({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation();
  const order = useAction((format: Format) => orderResults(campaignId, format), {
    renew: [resultsFileKey(campaignId)],
  });
  return (
    <Stack gap="lg">
      <Text c="dimmed">{t("contacts.export.hint")}</Text>
      <Group gap="xs">
        <Button loading={order.isPending} onClick={() => order.mutate("csv")}>
          {t("contacts.export.csv")}
        </Button>
        <Button variant="default" loading={order.isPending} onClick={() => order.mutate("xlsx")}>
          {t("contacts.export.xlsx")}
        </Button>
      </Group>
      <NewestFile campaignId={campaignId} />
    </Stack>
  );
}

function NewestFile({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery(resultsFileQuery(campaignId));
  if (error) return <ErrorNotice error={error} />;
  if (data === undefined) return null;
  if (data === "none") return <Text c="dimmed">{t("contacts.export.none")}</Text>;
  if (data === "making")
    return <StateMark tone="warn">{t("contacts.export.states.running")}</StateMark>;
  return (
    <Stack gap="xs" align="flex-start">
      <Text fw={500}>{data.fileName}</Text>
      <Group gap="md">
        <StateMark tone="good">{t("contacts.export.states.done")}</StateMark>
        <Text size="sm" c="dimmed" className="figures" component="span">
          {t("contacts.export.rows", { count: data.rows })}
        </Text>
        <Text size="sm" c="dimmed" component="span">
          <RelativeTime time={data.exportTimestamp} />
        </Text>
      </Group>
      <DownloadLink path={data.uri} label={t("contacts.export.download")} />
    </Stack>
  );
}
