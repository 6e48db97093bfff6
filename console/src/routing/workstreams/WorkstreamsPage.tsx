// The workstreams: what happens to the messages of each number.
import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { StateMark } from "@/components/StateMark";
import { mayRouting } from "../permissions";
import { NewWorkstream } from "./NewWorkstream";
import { readWorkstreams, WORKSTREAMS_KEY } from "./queries";
import type { Workstream } from "./values";

const idOf = (row: Workstream) => row.id;

export function WorkstreamsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const router = useRouter();
  const { values, set } = useSearchState();
  const list = useOffset([...WORKSTREAMS_KEY, "list", values.q], readWorkstreams(values.q));
  return (
    <Page
      fill
      title={t("workstreams.title")}
      count={figures.number(list.total)}
      actions={<AddButton />}
      bar={<FilterBar filters={[{ id: "q", label: t("workstreams.name"), kind: "text" }]} />}
    >
      <DataList
        name="workstreams"
        label={t("workstreams.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/channels/workstreams/${row.id}`}
        empty={
          <Empty text={values.q ? t("list.nothingFound") : t("workstreams.empty")}>
            {!values.q && <AddButton />}
          </Empty>
        }
      />
      <SideSheet
        title={t("workstreams.add")}
        isOpen={values.sheet === "new"}
        onClose={() => set({ sheet: undefined })}
      >
        <NewWorkstream onCreated={({ id }) => router.history.push(`/channels/workstreams/${id}`)} />
      </SideSheet>
    </Page>
  );
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  if (!useMay()(mayRouting.addWorkstream)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "new" })}>
      {t("workstreams.add")}
    </Button>
  );
}

function useColumns(): Column<Workstream>[] {
  const { t } = useTranslation();
  const figures = useFigures();
  return [
    { id: "name", header: t("workstreams.name"), narrow: true, render: (row) => row.name },
    {
      id: "state",
      header: t("workstreams.state"),
      width: 130,
      narrow: 110,
      render: (row) =>
        row.isDraft ? (
          <StateMark tone="warn">{t("workstreams.draft")}</StateMark>
        ) : (
          <StateMark tone="good">{t("workstreams.working")}</StateMark>
        ),
    },
    {
      id: "numbers",
      header: t("workstreams.numbers"),
      render: (row) => row.numbers.map(({ name }) => name).join(", "),
    },
    {
      id: "rules",
      header: t("workstreams.rules"),
      width: 90,
      align: "end",
      render: (row) => figures.number(row.rules.length),
    },
    {
      id: "division",
      header: t("queues.division"),
      width: 140,
      render: (row) => row.division.name,
    },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 130,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
