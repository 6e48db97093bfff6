// The skills and languages that conversations may ask of people, a tab each.
import { ActionIcon, Button, Group, Popover, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { DataList, type Column } from "@/components/DataList";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { Empty } from "@/components/Empty";
import { useFigures } from "@/components/figures";
import { FilterBar } from "@/components/FilterBar";
import { Page } from "@/components/Page";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { useQueryClient } from "@tanstack/react-query";
import { mayRouting } from "./permissions";
import { addSkill, deleteSkill, readSkills, SKILLS_KEY } from "./skills";
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
  const close = () => set({ sheet: undefined });
  return (
    <Page
      fill
      title={t("skills.title")}
      count={figures.number(list.total)}
      actions={
        mayManage && (
          <Button
            leftSection={<Plus size={16} aria-hidden />}
            onClick={() => set({ sheet: "new" })}
          >
            {t(`skills.add.${kind}`)}
          </Button>
        )
      }
      bar={<Bar kind={kind} />}
    >
      <DataList
        name="skills"
        label={t(`skills.kinds.${kind}`)}
        columns={useColumns(kind)}
        list={list}
        idOf={idOf}
        empty={<Empty text={values.q ? t("list.nothingFound") : t(`skills.empty.${kind}`)} />}
      />
      <SideSheet title={t(`skills.add.${kind}`)} isOpen={values.sheet === "new"} onClose={close}>
        <SkillForm kind={kind} onDone={close} />
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
        onChange={(tab) => set({ q: undefined, sheet: undefined, tab: tab ?? undefined })}
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

function useColumns(kind: SkillKind): Column<Skill>[] {
  const { t } = useTranslation();
  const mayManage = useMay()(mayRouting.manageSkills);
  const columns: Column<Skill>[] = [
    { id: "name", header: t("skills.name"), narrow: true, render: (row) => row.name },
    {
      id: "changed",
      header: t("queues.changed"),
      width: 160,
      render: (row) => <RelativeTime time={row.dateModified} />,
    },
  ];
  const remove: Column<Skill> = {
    id: "delete",
    header: t("common.delete"),
    width: 120,
    narrow: 90,
    render: (row) => <Delete kind={kind} skill={row} />,
  };
  return mayManage ? [...columns, remove] : columns;
}

function SkillForm({ kind, onDone }: { kind: SkillKind; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const editor = useEditor<{ name: string }>({
    initial: { name: "" },
    labels: { name: t("skills.name") },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name }) => {
      await addSkill(kind, name.trim());
      await queries.invalidateQueries({ queryKey: SKILLS_KEY });
      onDone();
    },
  });
  return (
    <EditorForm editor={editor} inSheet verb={t("queues.create")}>
      <TextInput label={editor.labels.name} data-autofocus {...editor.form.getInputProps("name")} />
    </EditorForm>
  );
}

function Delete({ kind, skill }: { kind: SkillKind; skill: Skill }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(deleteSkill, { renew: [SKILLS_KEY] });
  const confirm = () => {
    setOpen(false);
    remove.mutate({ kind, id: skill.id });
  };
  return (
    <Popover width={300} withArrow shadow="md" opened={isOpen} onChange={setOpen} trapFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={remove.isPending}
          aria-label={t("skills.delete", { name: skill.name })}
          onClick={() => setOpen(!isOpen)}
        >
          <Trash2 size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text style={{ whiteSpace: "normal" }}>{t("skills.deleteAsk", { name: skill.name })}</Text>
        <Group mt="sm" gap="xs">
          <Button size="xs" color="red.8" onClick={confirm}>
            {t("common.delete")}
          </Button>
          <Button size="xs" variant="default" onClick={() => setOpen(false)}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
