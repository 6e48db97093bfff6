// A skill or language: a new one, or its name, who has it, and its end.
import { Anchor, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { Section } from "@/components/Section";
import { mayRouting } from "./permissions";
import classes from "./Routing.module.css";
import { addSkill, deleteSkill, renameSkill, skilledQuery, SKILLS_KEY } from "./skills";
import type { Skill, SkillKind } from "./types";

interface Props {
  kind: SkillKind;
  skill?: Skill;
  onDone: () => void;
}

export function SkillSheet(props: Props) {
  const { kind, skill, onDone } = props;
  const isAllowed = useMay();
  return (
    <Stack gap="xl">
      <SkillForm {...props} />
      {skill && isAllowed(mayRouting.viewSkilled) && <People kind={kind} id={skill.id} />}
      {skill && isAllowed(mayRouting.manageSkills) && (
        <Delete kind={kind} skill={skill} onDone={onDone} />
      )}
    </Stack>
  );
}

function SkillForm({ kind, skill, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mayManage = useMay()(mayRouting.manageSkills);
  const editor = useEditor<{ name: string }>({
    initial: { name: skill?.name ?? "" },
    labels: { name: t("skills.name") },
    validate: { name: (value) => (value.trim() ? null : t("form.required")) },
    save: async ({ name }) => {
      await (skill ? renameSkill(kind, skill.id, name.trim()) : addSkill(kind, name.trim()));
      await queries.invalidateQueries({ queryKey: SKILLS_KEY });
      onDone();
    },
  });
  return (
    <EditorForm
      editor={editor}
      inSheet
      verb={skill ? undefined : t("queues.create")}
      readOnly={!mayManage}
    >
      <TextInput label={editor.labels.name} data-autofocus {...editor.form.getInputProps("name")} />
    </EditorForm>
  );
}

function People({ kind, id }: { kind: SkillKind; id: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { data, error, isPending } = useQuery(skilledQuery(kind, id));
  const seesPeople = useMay()(may.viewPeople);
  return (
    <Section title={t("skills.people")} hint={t("skills.peopleHint")}>
      {isPending && <Skeleton h={44} />}
      <ErrorNotice error={error} />
      {data?.total === 0 && <Text c="dimmed">{t("skills.nobody")}</Text>}
      {data?.entities.map((person) => (
        <Group key={person.id} className={classes.row} justify="space-between" wrap="nowrap">
          {seesPeople ? (
            <Anchor component={Link} to={`/administration/people/${person.id}?tab=routing`}>
              {person.name}
            </Anchor>
          ) : (
            <Text>{person.name}</Text>
          )}
          <Text className="figures">
            {t("skills.of5", { number: figures.number(person.proficiency) })}
          </Text>
        </Group>
      ))}
      {data && data.total > data.entities.length && (
        <Text c="dimmed">{t("skills.andMore", { count: data.total - data.entities.length })}</Text>
      )}
    </Section>
  );
}

function Delete({ kind, skill, onDone }: Props & { skill: Skill }) {
  const { t } = useTranslation();
  const remove = useAction(deleteSkill, { renew: [SKILLS_KEY], after: onDone });
  return (
    <Group>
      <Confirm
        question={t("skills.deleteAsk", { name: skill.name })}
        verb={t("common.delete")}
        loading={remove.isPending}
        onConfirm={() => remove.mutate({ kind, id: skill.id })}
      >
        {t("common.delete")}
      </Confirm>
    </Group>
  );
}
