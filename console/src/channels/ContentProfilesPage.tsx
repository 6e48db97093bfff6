// The content profiles: which types of media come in and go out, and for which numbers.
import { Badge, Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { ContentForm } from "./ContentForm";
import { CONTENTS_KEY, readContents, typesOf, wordOf, type Content } from "./contents";

const idOf = (row: Content) => row.id;

export function ContentProfilesPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { values, set } = useSearchState();
  const list = useOffset([...CONTENTS_KEY, "list", values.q], readContents(values.q));
  const mayAdd = useMay()(may.addContent);
  const open = list.rows.find(({ id }) => id === values.open);
  const close = () => set({ open: undefined });
  return (
    <Page
      fill
      title={t("contents.title")}
      count={figures.number(list.total)}
      actions={
        mayAdd && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ open: "new" })}>
            {t("contents.add")}
          </Button>
        )
      }
      bar={<FilterBar filters={[{ id: "q", label: t("contents.name"), kind: "text" }]} />}
    >
      <DataList
        name="content-profiles"
        label={t("contents.title")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={t("list.nothingFound")} />}
      />
      <SideSheet
        title={open?.name ?? t("contents.add")}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
      >
        <ContentForm key={open?.id} content={open} onDone={close} />
      </SideSheet>
    </Page>
  );
}

function useColumns(): Column<Content>[] {
  const { t } = useTranslation();
  const words = (types: { type: string }[]) =>
    typesOf(types)
      .map((type) => wordOf(type, t))
      .join(", ") || t("contents.nothing");
  return [
    {
      id: "name",
      header: t("contents.name"),
      width: 260,
      narrow: true,
      render: (row) => (
        <>
          {row.name} {row.isDefault && <Badge variant="light">{t("contents.default")}</Badge>}
        </>
      ),
    },
    {
      id: "inbound",
      header: t("contents.inbound"),
      render: (row) => words(row.mediaTypes.allow.inbound),
    },
    {
      id: "outbound",
      header: t("contents.outbound"),
      render: (row) => words(row.mediaTypes.allow.outbound),
    },
    {
      id: "changed",
      header: t("contents.changed"),
      width: 140,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
