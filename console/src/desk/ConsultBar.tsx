// Whom the person consults in their conversation: asked or reading along, to be ended, or to be
// handed the conversation.
import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import classes from "./ConversationPane.module.css";
import { clockOf, useSecondsLeft } from "./countdown";
import { useChangePart, useHandOver, type At } from "./deeds";
import { mayDesk } from "./permissions";
import { consultedIn } from "./standing";
import type { Conversation, Part } from "./types";

interface Props {
  conversation: Conversation;
  /** The person's own participant, which has the conversation. */
  at: At;
  onHandedOver: () => void;
}

export function ConsultBar({ conversation, at, onHandedOver }: Props) {
  return consultedIn(conversation).map((part) => (
    <Consulted key={part.id} part={part} at={at} onHandedOver={onHandedOver} />
  ));
}

function Consulted({ part, at, onHandedOver }: { part: Part } & Omit<Props, "conversation">) {
  const { t } = useTranslation();
  const name = part.user?.name ?? t("desk.somebody");
  const isAsked = part.state === "alerting";
  const end = useChangePart({ state: "disconnected" });
  const handOver = useHandOver(t("desk.consult.handedOver"), onHandedOver);
  const mayHandOver = useMay()(mayDesk.consult);
  return (
    <section className={classes.bar} aria-label={t("desk.consult.with", { name })}>
      <Text className={classes.words}>
        {isAsked ? t("desk.consult.asked", { name }) : t("desk.steps.readsAlong", { who: name })}
        {isAsked && part.alertingExpiresTime && <Left until={part.alertingExpiresTime} />}
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate({ conversationId: at.conversationId, partId: part.id })}
        >
          {isAsked ? t("desk.consult.withdraw") : t("desk.consult.end")}
        </Button>
        {!isAsked && mayHandOver && part.user && (
          <Button
            size="xs"
            loading={handOver.isPending}
            onClick={() => handOver.mutate({ where: at, userId: part.user?.id ?? "" })}
          >
            {t("desk.consult.handOver", { name })}
          </Button>
        )}
      </Group>
    </section>
  );
}

function Left({ until }: { until: string }) {
  const seconds = useSecondsLeft(until);
  return (
    <Text span c="dimmed" className="figures">
      {` · ${clockOf(seconds)}`}
    </Text>
  );
}
