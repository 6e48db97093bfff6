// How much was sent and received: one chart, its table, its CSV.
import { Chip, Group, Skeleton, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DownloadLink } from "@/components/DownloadLink";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Page } from "@/components/Page";
import { useSearchState } from "@/components/search";
import { Bars } from "./Bars";
import { usageQuery } from "./queries";
import { UsageTable } from "./UsageTable";
import { useUsageLabel, type Group as GroupId } from "./usage";

const GROUPS: GroupId[] = ["day", "integration", "category", "country"];

export function UsagePage() {
  const { t } = useTranslation();
  const query = useUsageFilters();
  const { data, error, isPending, refetch } = useQuery(usageQuery(query));
  const label = useUsageLabel(query.groupBy.split(",") as GroupId[]);
  return (
    <Page
      title={t("usage.title")}
      actions={<DownloadLink path="/api/v2/usage/messaging/export" query={query} />}
      bar={<Controls query={query} />}
    >
      <ErrorNotice error={error} retry={() => void refetch()} />
      {isPending && <Skeleton h={320} />}
      {data?.entities.length === 0 && <Empty text={t("usage.empty")} />}
      {data && data.entities.length > 0 && (
        <Stack gap="xl">
          <Bars rows={data.entities} label={label} />
          <UsageTable usage={data} groups={query.groupBy.split(",") as GroupId[]} />
        </Stack>
      )}
    </Page>
  );
}

interface UsageFilters extends Record<string, string> {
  from: string;
  to: string;
  groupBy: string;
}

function useUsageFilters(): UsageFilters {
  const { values } = useSearchState();
  return {
    from: values.from ?? dayBefore(29),
    to: values.to ?? dayBefore(0),
    groupBy: values.groupBy ?? "day",
  };
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function Controls({ query }: { query: UsageFilters }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const chosen = query.groupBy.split(",");
  const choose = (next: string[]) =>
    set({ groupBy: GROUPS.filter((group) => next.includes(group)).join(",") || "day" });
  return (
    <Group gap="md" align="end">
      <TextInput
        type="date"
        label={t("filter.from")}
        value={query.from}
        max={query.to}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("filter.to")}
        value={query.to}
        min={query.from}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
      <Chip.Group multiple value={chosen} onChange={choose}>
        <Group gap={6} pb={4} role="group" aria-label={t("usage.groupBy")}>
          {GROUPS.map((group) => (
            <Chip key={group} value={group} size="sm">
              {t(`usage.groups.${group}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Group>
  );
}
