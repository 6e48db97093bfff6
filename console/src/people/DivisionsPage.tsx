// The divisions that separate what people see.
import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Division } from "@/api/types";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { Page } from "@/components/Page";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { DivisionForm } from "./DivisionForm";
import { readDivisions } from "./queries";

const idOf = (row: Division) => row.id;

export function DivisionsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { values, set } = useSearchState();
  const list = useOffset(["divisions", "list"], readDivisions);
  const isAllowed = useMay();
  const open = list.rows.find((division) => division.id === values.open);
  const close = () => set({ open: undefined });
  const columns: Column<Division>[] = [
    {
      id: "name",
      header: t("divisions.name"),
      width: 240,
      narrow: true,
      render: (row) => row.name,
    },
    { id: "description", header: t("divisions.description"), render: (row) => row.description },
    {
      id: "home",
      header: t("divisions.home"),
      width: 100,
      render: (row) => row.homeDivision && t("common.yes"),
    },
  ];
  return (
    <Page
      fill
      title={t("divisions.title")}
      count={figures.number(list.total)}
      actions={
        isAllowed(may.addDivision) && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ open: "new" })}>
            {t("divisions.add")}
          </Button>
        )
      }
    >
      <DataList
        name="divisions"
        label={t("divisions.title")}
        columns={columns}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={t("divisions.empty")} />}
      />
      <SideSheet
        title={open?.name ?? t("divisions.add")}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
      >
        <DivisionForm key={open?.id} division={open} onDone={close} />
      </SideSheet>
    </Page>
  );
}
