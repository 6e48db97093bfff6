// What interactions can be filtered by.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { integrationsQuery } from "@/channels/queries";
import type { Choice, Filter } from "@/components/FilterBar";
import { useWord } from "@/components/words";

const STATUSES = [
  "queued",
  "unknown",
  "sent",
  "delivered",
  "read",
  "failed",
  "received",
  "removed",
];
const CATEGORIES = ["utility", "marketing", "authentication", "service"];

export function useInteractionFilters(): Filter[] {
  const { t } = useTranslation();
  const word = useWord();
  const integrations = useQuery({
    ...integrationsQuery,
    enabled: useMay()(may.viewIntegrations),
  }).data?.entities;
  const choices = (vocabulary: Parameters<typeof word>[0], values: string[]): Choice[] =>
    values.map((value) => ({ value, label: word(vocabulary, value) }));
  const numbers = integrations?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return [
    { id: "address", label: t("interactions.address"), kind: "text" },
    {
      id: "deliveryStatus",
      label: t("interactions.status"),
      kind: "choice",
      choices: choices("status", STATUSES),
    },
    {
      id: "direction",
      label: t("interactions.direction"),
      kind: "choice",
      choices: choices("direction", ["inbound", "outbound"]),
    },
    { id: "integrationId", label: t("interactions.number"), kind: "choice", choices: numbers },
    {
      id: "category",
      label: t("interactions.category"),
      kind: "choice",
      choices: choices("category", CATEGORIES),
    },
    { id: "templateName", label: t("interactions.template"), kind: "text" },
    {
      id: "state",
      label: t("interactions.state"),
      kind: "choice",
      choices: choices("interactionState", ["open", "connected", "disconnected"]),
    },
    { id: "from", label: t("filter.from"), kind: "date" },
    { id: "to", label: t("filter.to"), kind: "date" },
  ];
}
