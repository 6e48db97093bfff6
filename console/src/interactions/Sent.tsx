// After sending: how far the message has come, live until the customer has read it.
import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AgentlessResponse, InteractionDetail, Message } from "@/api/types";
import { Facts } from "@/components/Facts";
import { StatusTick } from "@/components/StatusTick";
import { MessageTimeline } from "./MessageTimeline";
import { sendingQuery } from "./queries";

interface Props {
  sent: AgentlessResponse;
  onAgain: () => void;
}

export function Sent({ sent, onAgain }: Props) {
  const { t } = useTranslation();
  const interaction = useQuery(sendingQuery(sent.conversationId, sent.id)).data;
  const message = interaction?.messages.find(({ id }) => id === sent.id);
  return (
    <Stack gap="lg" maw={480}>
      {interaction && message && <WhomAndWhat interaction={interaction} message={message} />}
      <div aria-live="polite">
        <StatusTick status={message?.status ?? "queued"} withWord />
      </div>
      {message && <MessageTimeline message={message} />}
      {message && <Failure message={message} />}
      <Group gap="xs">
        <Button component={Link} to={`/interactions/${sent.conversationId}`}>
          {t("send.open")}
        </Button>
        <Button variant="default" onClick={onAgain}>
          {t("send.again")}
        </Button>
      </Group>
    </Stack>
  );
}

function WhomAndWhat({
  interaction,
  message,
}: {
  interaction: InteractionDetail;
  message: Message;
}) {
  const { t } = useTranslation();
  const { name, address } = interaction.customer;
  return (
    <Facts
      facts={[
        [t("send.toAddress"), [name, message.toAddress ?? address].filter(Boolean).join(" · ")],
        [t("send.number"), interaction.integration.name],
        [t("send.template"), message.template?.name],
        [t("send.text"), message.text],
      ]}
    />
  );
}

function Failure({ message }: { message: Message }) {
  if (message.status !== "failed") return null;
  return (
    <Alert color="red" role="alert" title={message.errorText ?? message.errorCode}>
      {message.errorMend}
    </Alert>
  );
}
