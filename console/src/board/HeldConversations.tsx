// What an agent holds now, each to be looked into, and taken over by who may.
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { Facts } from "@/components/Facts";
import { RelativeTime } from "@/components/RelativeTime";
import { RoutingStatus, usePresenceWord } from "@/routing/status";
import classes from "./Board.module.css";
import { Load } from "./Load";
import { mayBoard } from "./permissions";
import { BOARD_KEY, takeOver, type Agent, type Held } from "./queries";

const STATES = ["alerting", "connected", "parked", "wrapup"] as const;
const READING = ["consult", "monitor"] as const;
const TAKEN_FROM = ["connected", "parked"];

export function HeldConversations({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const presence = usePresenceWord();
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          [t("routingStatus.title"), <RoutingStatus key="s" status={agent.routingStatus} />],
          [t("board.presence"), presence(agent.presence)],
          [t("board.message"), agent.presenceMessage],
          [t("board.load"), <Load key="l" agent={agent} />],
        ]}
      />
      {agent.conversations.length === 0 && <Text c="dimmed">{t("board.holdsNothing")}</Text>}
      <div>
        {agent.conversations.map((held) => (
          <HeldRow key={held.participantId} held={held} agent={agent} />
        ))}
      </div>
    </Stack>
  );
}

function HeldRow({ held, agent }: { held: Held; agent: Agent }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const known = STATES.find((state) => state === held.state);
  const word = known ? t(`board.states.${known}`) : held.state;
  const how = READING.find((mode) => mode === held.mode);
  const take = useAction(takeOver, { done: t("board.takenOver"), renew: [BOARD_KEY] });
  const isTakeable = held.mode === "primary" && TAKEN_FROM.includes(held.state);
  return (
    <Group className={classes.held} justify="space-between" wrap="nowrap">
      <div>
        {isAllowed(mayBoard.viewConversation) ? (
          <Anchor component={Link} to={`/interactions/${held.conversationId}`}>
            {word}
          </Anchor>
        ) : (
          <Text>{word}</Text>
        )}
        <Text size="sm" c="dimmed" component="div">
          {how && `${t(`board.modes.${how}`)} · `}
          <RelativeTime time={held.since} />
        </Text>
      </div>
      {isTakeable && isAllowed(mayBoard.takeOver) && (
        <Confirm
          size="xs"
          question={t("board.takeOverAsk", { name: agent.name })}
          verb={t("board.takeOver")}
          loading={take.isPending}
          onConfirm={() => take.mutate(held)}
        >
          {t("board.takeOver")}
        </Confirm>
      )}
    </Group>
  );
}
