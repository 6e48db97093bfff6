// The operating hours: when somebody is there.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
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
import { HOURS_KEY, readHoursList, type Hours } from "./hours";
import { mayRouting } from "./permissions";

const idOf = (row: Hours) => row.id;

export function HoursListPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { values } = useSearchState();
  const list = useOffset([...HOURS_KEY, "list", values.q], readHoursList(values.q));
  const mayAdd = useMay()(mayRouting.addHours);
  const columns: Column<Hours>[] = [
    { id: "name", header: t("hours.name"), narrow: true, render: (row) => row.name },
    { id: "zone", header: t("hours.zone"), width: 220, render: (row) => row.timeZone },
    {
      id: "holidays",
      header: t("hours.holidays"),
      width: 120,
      align: "end",
      render: (row) => figures.number(row.holidays.length),
    },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 140,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
  return (
    <Page
      fill
      title={t("hours.title")}
      count={figures.number(list.total)}
      actions={
        mayAdd && (
          <Button
            component={Link}
            to="/administration/hours/new"
            leftSection={<Plus size={16} aria-hidden />}
          >
            {t("hours.add")}
          </Button>
        )
      }
      bar={<FilterBar filters={[{ id: "q", label: t("hours.name"), kind: "text" }]} />}
    >
      <DataList
        name="operating-hours"
        label={t("hours.title")}
        columns={columns}
        list={list}
        idOf={idOf}
        hrefOf={(row) => `/administration/hours/${row.id}`}
        empty={<Empty text={values.q ? t("list.nothingFound") : t("hours.empty")} />}
      />
    </Page>
  );
}
