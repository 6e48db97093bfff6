// What the router knows of a person: skills and languages, their queues, how much they hold.
import {
  Anchor,
  Button,
  Group,
  NumberInput,
  Rating,
  Select,
  Skeleton,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useMe } from "@/api/session";
import { useAction } from "@/components/action";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Section } from "@/components/Section";
import { RemoveButton } from "@/components/RemoveButton";
import { mayRouting } from "./permissions";
import classes from "./Routing.module.css";
import {
  CAPACITY_KEY,
  join,
  rate,
  setUserCapacity,
  skillChoicesQuery,
  take,
  userCapacityQuery,
  userQueuesQuery,
  userSkillsQuery,
} from "./skills";
import type { Capacity, Queue, SkillKind, UserSkill } from "./types";

export function PersonRouting({ userId }: { userId: string }) {
  const isAllowed = useMay();
  return (
    <Stack gap={0} maw={640}>
      <Skills kind="skills" userId={userId} />
      <Skills kind="languages" userId={userId} />
      {isAllowed(mayRouting.viewQueues) && <Queues userId={userId} />}
      {isAllowed(mayRouting.viewCapacity) && <OwnCapacity userId={userId} />}
    </Stack>
  );
}

interface OfKind {
  kind: SkillKind;
  userId: string;
}

function useAssigns(kind: SkillKind): boolean {
  return useMay()(kind === "skills" ? mayRouting.assignSkills : mayRouting.assignLanguages);
}

function Skills({ kind, userId }: OfKind) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(userSkillsQuery(kind, userId));
  const mayAssign = useAssigns(kind);
  return (
    <Section title={t(`skills.kinds.${kind}`)}>
      {isPending && <Skeleton h={44} />}
      <ErrorNotice error={error} />
      {data?.entities.length === 0 && <Text c="dimmed">{t(`skills.noneOf.${kind}`)}</Text>}
      {data?.entities.map((skill) => (
        <SkillRow key={skill.id} kind={kind} userId={userId} skill={skill} />
      ))}
      {data && mayAssign && <AddSkill kind={kind} userId={userId} held={data.entities} />}
    </Section>
  );
}

function SkillRow({ kind, userId, skill }: OfKind & { skill: UserSkill }) {
  const { t } = useTranslation();
  const mayAssign = useAssigns(kind);
  const renew = [userSkillsQuery(kind, userId).queryKey];
  const change = useAction((stars: number) => rate(kind, userId, skill.id, stars), { renew });
  const remove = useAction(() => take(kind, userId, skill.id), { renew });
  const { name } = skill;
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap">
      <Text>{name}</Text>
      <Group gap="md" wrap="nowrap">
        <Rating
          readOnly={!mayAssign}
          value={change.isPending ? change.variables : skill.proficiency}
          onChange={(stars) => change.mutate(stars)}
          aria-label={t("skills.goodAt", { name })}
          getSymbolLabel={(count) => t("skills.stars", { name, count })}
        />
        {mayAssign && (
          <RemoveButton
            loading={remove.isPending}
            label={t("skills.take", { name })}
            onClick={() => remove.mutate(undefined)}
          />
        )}
      </Group>
    </Group>
  );
}

const FIRST_STARS = 3;

function AddSkill({ kind, userId, held }: OfKind & { held: UserSkill[] }) {
  const { t } = useTranslation();
  const maySee = useMay()(mayRouting.viewSkills) || kind === "languages";
  const all = useQuery({ ...skillChoicesQuery(kind), enabled: maySee }).data?.entities ?? [];
  const [id, setId] = useState<string | null>(null);
  const give = useAction((chosen: string) => rate(kind, userId, chosen, FIRST_STARS), {
    renew: [userSkillsQuery(kind, userId).queryKey],
    after: () => setId(null),
  });
  const others = all.filter((each) => !held.some((skill) => skill.id === each.id));
  if (others.length === 0) return null;
  return (
    <Group gap="xs" mt="md" align="end">
      <Select
        label={t(`skills.add.${kind}`)}
        data={others.map((each) => ({ value: each.id, label: each.name }))}
        value={id}
        onChange={setId}
        searchable
      />
      <Button
        variant="default"
        disabled={!id}
        loading={give.isPending}
        onClick={() => id && give.mutate(id)}
      >
        {t("skills.give")}
      </Button>
    </Group>
  );
}

function Queues({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(userQueuesQuery(userId));
  return (
    <Section title={t("queues.title")} hint={t("queues.ofPersonHint")}>
      {isPending && <Skeleton h={44} />}
      <ErrorNotice error={error} />
      {data?.length === 0 && <Text c="dimmed">{t("queues.ofNone")}</Text>}
      {data?.map((queue) => (
        <QueueRow key={queue.id} queue={queue} userId={userId} />
      ))}
    </Section>
  );
}

function QueueRow({ queue, userId }: { queue: Queue; userId: string }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const isMe = useMe()?.id === userId;
  const mayJoin = isAllowed(isMe ? mayRouting.joinQueue : mayRouting.manageJoining);
  const change = useAction((joined: boolean) => join(userId, queue.id, joined), {
    renew: [["queues"]],
  });
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap">
      <Anchor component={Link} to={`/administration/queues/${queue.id}`}>
        {queue.name}
      </Anchor>
      <Switch
        label={t("queues.takesPart")}
        labelPosition="left"
        disabled={!mayJoin}
        checked={change.isPending ? change.variables : queue.joined === true}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </Group>
  );
}

function OwnCapacity({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(userCapacityQuery(userId));
  return (
    <Section title={t("capacity.title")} hint={t("capacity.hint")}>
      {isPending && <Skeleton h={44} />}
      <ErrorNotice error={error} />
      {data && <CapacityField key={JSON.stringify(data)} userId={userId} capacity={data} />}
    </Section>
  );
}

function CapacityField({ userId, capacity }: { userId: string; capacity: Capacity }) {
  const { t } = useTranslation();
  const mayManage = useMay()(mayRouting.manageCapacity);
  const units = capacity.utilization.message?.maximumCapacity ?? 0;
  const isOwn = capacity.level === "Agent";
  const [typed, setTyped] = useState<number | string>(units);
  const change = useAction((count: number | undefined) => setUserCapacity(userId, count), {
    renew: [CAPACITY_KEY],
    done: t("form.saved"),
  });
  return (
    <Group gap="xs" align="end">
      <NumberInput
        label={t("capacity.units")}
        description={isOwn ? t("capacity.own") : t("capacity.ofOrganization")}
        min={0}
        max={100}
        allowDecimal={false}
        disabled={!mayManage}
        value={typed}
        onChange={setTyped}
      />
      {mayManage && (
        <Button
          variant="default"
          disabled={typed === "" || (isOwn && typed === units)}
          loading={change.isPending}
          onClick={() => change.mutate(Number(typed))}
        >
          {t("common.save")}
        </Button>
      )}
      {mayManage && isOwn && (
        <Button variant="subtle" onClick={() => change.mutate(undefined)}>
          {t("capacity.useDefault")}
        </Button>
      )}
    </Group>
  );
}
