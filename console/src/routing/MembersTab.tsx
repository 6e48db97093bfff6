// The members of a queue: who is in which ring, who takes part now; added, changed and removed.
import { Button, Group, Select, Stack, Switch } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useOffset } from "@/api/keyset";
import { useMay } from "@/api/permissions";
import { useAction } from "@/components/action";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { FilterBar } from "@/components/FilterBar";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { RemoveButton } from "@/components/RemoveButton";
import { may } from "@/api/permissions";
import { AddMembers } from "./AddMembers";
import { mayRouting } from "./permissions";
import { changeMember, QUEUES_KEY, readMembers, removeMember } from "./queries";
import classes from "./Routing.module.css";
import { RoutingStatus } from "./status";
import type { Member, Queue } from "./types";

const RINGS = ["1", "2", "3", "4", "5", "6"];
const idOf = (row: Member) => row.id;

export function MembersTab({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const list = useOffset(
    [...QUEUES_KEY, queue.id, "members", values.q],
    readMembers(queue.id, values.q),
  );
  const close = () => set({ sheet: undefined });
  return (
    <Stack gap="sm" className={classes.tab}>
      <Group justify="space-between" gap="xs">
        <FilterBar filters={[{ id: "q", label: t("queues.person"), kind: "text" }]} />
        <AddButton />
      </Group>
      <DataList
        name="queue-members"
        label={t("queues.tabs.members")}
        columns={useColumns(queue)}
        list={list}
        idOf={idOf}
        empty={<Empty text={values.q ? t("list.nothingFound") : t("queues.noMembers")} />}
      />
      <SideSheet title={t("queues.addMembers")} isOpen={values.sheet === "members"} onClose={close}>
        <AddMembers queueId={queue.id} onDone={close} />
      </SideSheet>
    </Stack>
  );
}

function AddButton() {
  const { t } = useTranslation();
  const { set } = useSearchState();
  const isAllowed = useMay();
  if (!isAllowed(mayRouting.manageMembers) || !isAllowed(may.viewPeople)) return null;
  return (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => set({ sheet: "members" })}>
      {t("queues.addMembers")}
    </Button>
  );
}

function useColumns(queue: Queue): Column<Member>[] {
  const { t } = useTranslation();
  const mayManage = useMay()(mayRouting.manageMembers);
  const columns: Column<Member>[] = [
    { id: "name", header: t("queues.person"), narrow: true, render: (row) => row.name },
    {
      id: "status",
      header: t("routingStatus.title"),
      width: 190,
      render: (row) => <RoutingStatus status={row.routingStatus.status} presence={row.presence} />,
    },
    {
      id: "ring",
      header: t("queues.ring"),
      width: 110,
      render: (row) => <RingOf queue={queue} member={row} />,
    },
    {
      id: "joined",
      header: t("queues.takesPart"),
      width: 130,
      narrow: 100,
      render: (row) => <Joined queue={queue} member={row} />,
    },
  ];
  const remove: Column<Member> = {
    id: "remove",
    header: t("common.remove"),
    width: 110,
    narrow: 90,
    render: (row) => <Remove queue={queue} member={row} />,
  };
  return mayManage ? [...columns, remove] : columns;
}

interface OfMember {
  queue: Queue;
  member: Member;
}

function useChange(queue: Queue, member: Member) {
  return useAction(
    (change: { ringNumber?: number; joined?: boolean }) =>
      changeMember(queue.id, member.id, change),
    { renew: [QUEUES_KEY] },
  );
}

function RingOf({ queue, member }: OfMember) {
  const { t } = useTranslation();
  const change = useChange(queue, member);
  const mayManage = useMay()(mayRouting.manageMembers);
  if (!mayManage) return <>{member.ringNumber}</>;
  return (
    <Select
      size="xs"
      w={80}
      aria-label={t("queues.ringOf", { name: member.name })}
      data={RINGS}
      value={String(change.variables?.ringNumber ?? member.ringNumber)}
      allowDeselect={false}
      onChange={(ring) => ring && change.mutate({ ringNumber: Number(ring) })}
    />
  );
}

function Joined({ queue, member }: OfMember) {
  const { t } = useTranslation();
  const change = useChange(queue, member);
  const mayManage = useMay()(mayRouting.manageMembers);
  return (
    <Switch
      size="sm"
      disabled={!mayManage}
      aria-label={t("queues.joinedOf", { name: member.name })}
      checked={change.isPending ? change.variables.joined : member.joined}
      onChange={(event) => change.mutate({ joined: event.currentTarget.checked })}
    />
  );
}

function Remove({ queue, member }: OfMember) {
  const { t } = useTranslation();
  const remove = useAction(() => removeMember(queue.id, member.id), {
    renew: [QUEUES_KEY],
    done: t("queues.memberRemoved", { name: member.name }),
  });
  return (
    <RemoveButton
      loading={remove.isPending}
      label={t("queues.removeMember", { name: member.name })}
      onClick={() => remove.mutate(undefined)}
    />
  );
}
