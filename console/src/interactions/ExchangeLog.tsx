// What went over the wire for one message, each call with its answer.
import { Badge, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowDownLeft, ArrowUpRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Exchange } from "@/api/types";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { JsonView } from "@/components/JsonView";
import { exchangesQuery } from "./queries";

export function ExchangeLog({ messageId }: { messageId: string }) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(exchangesQuery(messageId));
  if (isPending) return <Skeleton h={200} />;
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data.entities.length === 0) return <Empty text={t("interactions.noExchanges")} />;
  return (
    <Stack gap="xl">
      {data.entities.map((exchange) => (
        <OneExchange key={exchange.id} exchange={exchange} />
      ))}
    </Stack>
  );
}

function OneExchange({ exchange }: { exchange: Exchange }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const Arrow = exchange.direction === "in" ? ArrowDownLeft : ArrowUpRight;
  const isGood = exchange.status !== undefined && exchange.status < 400;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Arrow size={16} aria-label={t(`words.exchange.${exchange.direction as "in" | "out"}`)} />
        <Badge variant="light" color={isGood ? "teal" : "red"} className="figures">
          {exchange.status ?? t("interactions.noAnswer")}
        </Badge>
        <Text size="xs" c="dimmed" className="figures">
          {figures.exact(exchange.time)}
          {exchange.durationMs !== undefined && ` · ${figures.number(exchange.durationMs)} ms`}
        </Text>
      </Group>
      <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
        {exchange.method} {exchange.url}
      </Text>
      {exchange.error && <Text c="var(--bad)">{exchange.error}</Text>}
      {exchange.request && <JsonView label={t("interactions.request")} value={exchange.request} />}
      {exchange.response && (
        <JsonView label={t("interactions.response")} value={exchange.response} />
      )}
    </Stack>
  );
}
