// What the workstream could not say by itself lately: how often for which reason, and the latest.
import { Anchor, Button, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useFigures } from "@/components/figures";
import { RelativeTime } from "@/components/RelativeTime";
import { Section } from "@/components/Section";
import { useReason, useSayAfterAll, type Unsaid } from "@/components/unsaid";
import classes from "../Routing.module.css";
import { TRIGGERS } from "./MessageFields";
import { unsaidQuery } from "./queries";
import type { Trigger } from "./values";

const MAY_WRITE = ["conversation:message:create"];

export function NotSaid({ workstreamId }: { workstreamId: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reason = useReason();
  const { data } = useQuery(unsaidQuery(workstreamId));
  if (!data?.total) return null;
  return (
    <div style={{ maxWidth: 640, marginTop: 32 }}>
      <Section
        title={`${t("unsaid.title")}: ${t("unsaid.total", { count: data.total })}`}
        hint={t("unsaid.hint")}
      >
        <List mb="md">
          {data.reasons.map((each) => (
            <List.Item key={each.errorCode}>
              {figures.number(each.count)} · {reason(each)}
            </List.Item>
          ))}
        </List>
        {data.entities.map((unsaid) => (
          <NotSaidRow key={unsaid.id} unsaid={unsaid} />
        ))}
      </Section>
    </div>
  );
}

const isTrigger = (word: string): word is Trigger => TRIGGERS.some((each) => each === word);

function NotSaidRow({ unsaid }: { unsaid: Unsaid }) {
  const { t } = useTranslation();
  const reason = useReason();
  const mayWrite = useMay()(MAY_WRITE);
  const again = useSayAfterAll();
  const occasion = isTrigger(unsaid.trigger)
    ? t(`workstreams.triggers.${unsaid.trigger}`)
    : t("workstreams.survey");
  return (
    <Stack gap={4} className={classes.row}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {occasion} ·{" "}
          <Anchor component={Link} to={`/interactions/${unsaid.conversationId}`}>
            {unsaid.customerName ?? unsaid.address}
          </Anchor>{" "}
          · <RelativeTime time={unsaid.time} />
        </Text>
        {unsaid.canRetry && mayWrite && (
          <Button
            size="compact-xs"
            variant="default"
            loading={again.isPending}
            onClick={() => again.mutate(unsaid)}
          >
            {t("common.retry")}
          </Button>
        )}
      </Group>
      <Text size="sm">{unsaid.text || t("unsaid.noWords")}</Text>
      <Text size="sm" c="dimmed">
        {reason(unsaid)}
      </Text>
    </Stack>
  );
}
