// Where somebody says they are: the presences there are, and one's own.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { useAction } from "@/components/action";
import { useTold } from "@/live";

const PRESENCE = "/api/v2/users/{user_id}/presences/purecloud";
const STATUS = "/api/v2/users/{user_id}/routingstatus";
const LOOK_MS = 10_000;
const of = (user_id: string) => ({ params: { path: { user_id } } });
const presenceKey = (id: string) => ["desk", "presence", id];
const statusKey = (id: string) => ["desk", "status", id];

export const ON_QUEUE = "OnQueue";

export function usePresence(userId: string) {
  const lookMs = useTold(`v2.users.${userId}.presence`, presenceKey(userId), LOOK_MS);
  return useQuery({
    queryKey: presenceKey(userId),
    queryFn: () => answer(api.GET(PRESENCE, of(userId))),
    refetchInterval: lookMs,
  }).data;
}

export function useRoutingStatus(userId: string) {
  const lookMs = useTold(`v2.users.${userId}.routingStatus`, statusKey(userId), LOOK_MS);
  return useQuery({
    queryKey: statusKey(userId),
    queryFn: () => answer(api.GET(STATUS, of(userId))),
    refetchInterval: lookMs,
  }).data;
}

export const presencesQuery = queryOptions({
  queryKey: ["presences"],
  queryFn: () =>
    answer(api.GET("/api/v2/presencedefinitions", { params: { query: { pageSize: 100 } } })),
  staleTime: 5 * 60_000,
});

const OWN = [
  ["desk", "presence"],
  ["desk", "status"],
];

export function useSetPresence(userId: string) {
  return useAction(
    (id: string) =>
      answer(api.PATCH(PRESENCE, { ...of(userId), body: { presenceDefinition: { id } } })),
    { renew: OWN },
  );
}

/** Go on queue or off; going on queue also ends not responding. */
export function useGoOnQueue(userId: string) {
  return useAction(
    (isOn: boolean) =>
      answer(api.PUT(STATUS, { ...of(userId), body: { status: isOn ? "IDLE" : "OFF_QUEUE" } })),
    { renew: OWN },
  );
}

/** The name of a presence in the person's language, of the presences the product knows. */
export function usePresenceWord(): (systemPresence: string) => string {
  const { i18n } = useTranslation();
  const known = useQuery(presencesQuery).data?.entities;
  return (system) => {
    const found = known?.find((each) => each.primary && each.systemPresence === system);
    return (found && labelIn(found.languageLabels, i18n.language)) ?? system;
  };
}

/** A presence's label in a language, else in any that it has. */
export function labelIn(labels: object, language: string): string | undefined {
  const words = labels as Record<string, string>;
  return words[language] ?? words["en"] ?? Object.values(words)[0];
}
