// The queues: who works in each, and how soon messages are to be answered.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar, type Filter } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { pick, useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { divisionsQuery } from "@/people/queries";
import { DefaultCapacity } from "./DefaultCapacity";
import { NewQueue } from "./NewQueue";
import { mayRouting } from "./permissions";
import { QUEUES_KEY, readQueues } from "./queries";
import type { Queue } from "./types";

const idOf = (row: Queue) => row.id;

export function QueuesPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const router = useRouter();
  const { values, set } = useSearchState();
  const filters = pick(values, ["name", "divisionId"]);
  const list = useOffset([...QUEUES_KEY, "list", filters], readQueues(filters));
  const isFiltered = Object.keys(filters).length > 0;
  const close = () => set({ sheet: undefined });
  const isCapacity = values.sheet === "capacity";
  return (
    <Page
      fill
      title={t("queues.title")}
      count={figures.number(list.total)}
      actions={<Actions />}
      bar={<FilterBar filters={useQueueFilters()} />}
    >
      <DataList
        name="queues"
        label={t("queues.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/administration/queues/${row.id}`}
        empty={<Empty text={isFiltered ? t("list.nothingFound") : t("queues.empty")} />}
      />
      <SideSheet
        title={isCapacity ? t("capacity.default") : t("queues.add")}
        isOpen={values.sheet === "new" || isCapacity}
        onClose={close}
      >
        {isCapacity ? (
          <DefaultCapacity onDone={close} />
        ) : (
          <NewQueue onCreated={({ id }) => router.history.push(`/administration/queues/${id}`)} />
        )}
      </SideSheet>
    </Page>
  );
}

function Actions() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const isAllowed = useMay();
  return (
    <>
      {isAllowed(mayRouting.viewCapacity) && (
        <Button variant="default" onClick={() => set({ sheet: "capacity" })}>
          {t("capacity.default")}
        </Button>
      )}
      {isAllowed(mayRouting.addQueue) && (
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "new" })}>
          {t("queues.add")}
        </Button>
      )}
    </>
  );
}

/** By a part of the name, and by division where there are several. */
function useQueueFilters(): Filter[] {
  const { t } = useTranslation();
  const divisions = useQuery(divisionsQuery).data?.entities ?? [];
  const choices = divisions.map(({ id, name }) => ({ value: id, label: name }));
  return [
    { id: "name", label: t("queues.name"), kind: "text" },
    ...(choices.length > 1
      ? [{ id: "divisionId", label: t("queues.division"), kind: "choice" as const, choices }]
      : []),
  ];
}

function useColumns(): Column<Queue>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  return [
    { id: "name", header: t("queues.name"), narrow: true, render: (row) => row.name },
    { id: "description", header: t("queues.description"), render: (row) => row.description },
    {
      id: "members",
      header: t("queues.members"),
      width: 120,
      narrow: 100,
      align: "end",
      render: (row) => figures.number(row.memberCount),
    },
    {
      id: "joined",
      header: t("queues.joined"),
      width: 120,
      align: "end",
      render: (row) => figures.number(row.joinedMemberCount),
    },
    {
      id: "level",
      header: t("queues.level"),
      width: 160,
      render: ({ mediaSettings: { message } }) =>
        t("queues.levelIn", {
          percent: figures.number(Math.round(message.serviceLevel.percentage * 1000) / 10),
          time: figures.duration(message.serviceLevel.durationMs / 1000),
        }),
    },
    {
      id: "division",
      header: t("queues.division"),
      width: 150,
      render: (row) => row.division.name,
    },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 130,
      hidden: true,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
