// How the product itself is: what waits, who works, what could not be read.
import { Skeleton, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { SystemStatus } from "@/api/types";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Facts } from "@/components/Facts";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { useSearchState } from "@/components/search";
import { Quarantine } from "./Quarantine";
import { statusQuery } from "./queries";
import { Lanes, Leases, Queues, Workers } from "./tables";

export function SystemPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { data, error, isPending, refetch } = useQuery(statusQuery);
  const { values, set } = useSearchState();
  const count = data?.quarantine.count ?? 0;
  return (
    <Page title={t("system.title")}>
      <Tabs value={values.tab ?? "state"} onChange={(tab) => set({ tab: tab ?? undefined })}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="state">{t("system.state")}</Tabs.Tab>
          <Tabs.Tab value="quarantine">
            {t("system.quarantine")} {count > 0 && figures.number(count)}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="state">
          <ErrorNotice error={error} retry={() => void refetch()} />
          {isPending && <Skeleton h={320} />}
          {data && <State status={data} />}
        </Tabs.Panel>
        <Tabs.Panel value="quarantine">
          <Quarantine />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function State({ status }: { status: SystemStatus }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { database } = status;
  return (
    <>
      <Facts
        facts={[
          [t("system.version"), status.version],
          [
            t("system.database"),
            t("system.databaseLine", {
              version: database.version,
              size: figures.bytes(database.sizeBytes),
              connections: figures.number(database.connections),
            }),
          ],
        ]}
      />
      <div style={{ marginTop: 24 }}>
        <Queues rows={status.queues} />
        <Lanes rows={status.lanes} />
        <Workers rows={status.workers} />
        <Leases rows={status.leases} />
      </div>
    </>
  );
}
