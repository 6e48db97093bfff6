// After sending: how far the message has come, live until the customer has read it.
import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AgentlessResponse, Message } from "@/api/types";
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

function Failure({ message }: { message: Message }) {
  if (message.status !== "failed") return null;
  return (
    <Alert color="red" role="alert" title={message.errorText ?? message.errorCode}>
      {message.errorMend}
    </Alert>
  );
}
