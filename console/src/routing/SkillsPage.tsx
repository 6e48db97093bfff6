// The skills and languages that conversations may ask of people, a tab each.
import { Button, Stack, Tabs } from "@mantine/core";
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
import { mayRouting } from "./permissions";
import { SkillSheet } from "./SkillSheet";
import { readSkills, SKILLS_KEY } from "./skills";
import type { Skill, SkillKind } from "./types";

const KINDS: SkillKind[] = ["skills", "languages"];
const idOf = (row: Skill) => row.id;

export function SkillsPage() {
  const { t } = useTranslation();
  const figures = useFigures();
  const { values, set } = useSearchState();
  const kind = KINDS.find((each) => each === values.tab) ?? "skills";
  const list = useOffset([...SKILLS_KEY, "list", kind, values.q], readSkills(kind, values.q));
  const mayManage = useMay()(mayRouting.manageSkills);
  const open = list.rows.find(({ id }) => id === values.open);
  const close = () => set({ open: undefined });
  return (
    <Page
      fill
      title={t("skills.title")}
      count={figures.number(list.total)}
      actions={
        mayManage && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ open: "new" })}>
            {t(`skills.add.${kind}`)}
          </Button>
        )
      }
      bar={<Bar kind={kind} />}
    >
      <DataList
        name="skills"
        label={t(`skills.kinds.${kind}`)}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={values.q ? t("list.nothingFound") : t(`skills.empty.${kind}`)} />}
      />
      <SideSheet
        title={open?.name ?? t(`skills.add.${kind}`)}
        isOpen={values.open === "new" || open !== undefined}
        onClose={close}
      >
        <SkillSheet key={open?.id} kind={kind} skill={open} onDone={close} />
      </SideSheet>
    </Page>
  );
}

function Bar({ kind }: { kind: SkillKind }) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  return (
    <Stack gap="sm">
      <Tabs
        value={kind}
        onChange={(tab) => set({ q: undefined, open: undefined, tab: tab ?? undefined })}
      >
        <Tabs.List>
          {KINDS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`skills.kinds.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <FilterBar filters={[{ id: "q", label: t("skills.name"), kind: "text" }]} />
    </Stack>
  );
}

function useColumns(): Column<Skill>[] {
  const { t } = useTranslation();
  return [
    { id: "name", header: t("skills.name"), narrow: true, render: (row) => row.name },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 160,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
}
