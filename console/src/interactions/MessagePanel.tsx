// One message from close by: how it went, and what we and the provider said to each other.
import { Stack, Tabs, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Message } from "@/api/types";
import { Facts } from "@/components/Facts";
import { SideSheet } from "@/components/SideSheet";
import { StatusTick } from "@/components/StatusTick";
import { useSearchState } from "@/components/search";
import { useWord } from "@/components/words";
import { ExchangeLog } from "./ExchangeLog";
import { MessageTimeline } from "./MessageTimeline";

interface Props {
  message: Message;
  onClose: () => void;
}

export function MessagePanel({ message, onClose }: Props) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const seesLog = useMay()(may.viewExchanges);
  return (
    <SideSheet
      isOpen
      onClose={onClose}
      size="lg"
      title={<StatusTick status={message.status} withWord />}
    >
      <Tabs value={values.tab ?? "timeline"} onChange={(tab) => set({ tab: tab ?? undefined })}>
        <Tabs.List>
          <Tabs.Tab value="timeline">{t("interactions.timeline")}</Tabs.Tab>
          {seesLog && <Tabs.Tab value="log">{t("interactions.log")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="timeline" pt="md">
          <Stack gap="lg">
            <MessageTimeline message={message} />
            <Failure message={message} />
            <MessageFacts message={message} />
          </Stack>
        </Tabs.Panel>
        {seesLog && (
          <Tabs.Panel value="log" pt="md">
            <ExchangeLog messageId={message.id} />
          </Tabs.Panel>
        )}
      </Tabs>
    </SideSheet>
  );
}

function Failure({ message }: { message: Message }) {
  if (!message.errorText && !message.errorCode) return null;
  return (
    <div>
      <Text fw={500} c="var(--bad)">
        {message.errorText ?? message.errorCode}
      </Text>
      {message.errorMend && <Text>{message.errorMend}</Text>}
    </div>
  );
}

function MessageFacts({ message }: { message: Message }) {
  const { t } = useTranslation();
  const word = useWord();
  const { template } = message;
  return (
    <Facts
      facts={[
        [t("interactions.template"), template && `${template.name} (${template.language})`],
        [t("interactions.category"), word("category", message.category)],
        [t("interactions.from"), message.fromAddress],
        [t("interactions.to"), message.toAddress],
        [t("interactions.errorCode"), message.errorCode],
        [t("interactions.providerMessageId"), message.providerMessageId],
        [t("interactions.messageId"), message.id],
      ]}
    />
  );
}
