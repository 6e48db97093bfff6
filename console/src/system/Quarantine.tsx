// What came in and could not be read: kept, visible, replayable.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeyset } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import type { Quarantined } from "@/api/types";
import { useAction } from "@/components/action";
import { Confirm } from "@/components/Confirm";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { JsonView } from "@/components/JsonView";
import { RelativeTime } from "@/components/RelativeTime";
import { useSearchState } from "@/components/search";
import { SideSheet } from "@/components/SideSheet";
import { discard, readQuarantine, replay } from "./queries";

const KEY = ["system", "quarantine"];
const idOf = (row: Quarantined) => row.id;

export function Quarantine() {
  const { t } = useTranslation();
  const list = useKeyset(KEY, readQuarantine);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const { values, set } = useSearchState();
  const mayEdit = useMay()(may.editSystem);
  const open = list.rows.find((row) => row.id === values.open);
  return (
    <Stack gap="sm" h="min(70vh, 720px)">
      {mayEdit && chosen.size > 0 && <Bulk ids={[...chosen]} onDone={() => setChosen(new Set())} />}
      <DataList
        name="quarantine"
        label={t("system.quarantine")}
        columns={useColumns()}
        list={list}
        idOf={idOf}
        selection={mayEdit ? { ids: chosen, onChange: setChosen } : undefined}
        onOpen={(row) => set({ open: row.id }, { push: true })}
        empty={<Empty text={t("system.quarantineEmpty")} />}
      />
      <SideSheet
        title={open?.provider ?? ""}
        isOpen={open !== undefined}
        onClose={() => set({ open: undefined })}
      >
        {open && (
          <Stack>
            <Text>{open.reason}</Text>
            <JsonView label={t("system.body")} value={open.body} />
            {mayEdit && <Bulk ids={[open.id]} onDone={() => set({ open: undefined })} />}
          </Stack>
        )}
      </SideSheet>
    </Stack>
  );
}

function Bulk({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const every = (act: (id: string) => Promise<unknown>) => () => Promise.all(ids.map(act));
  const options = { renew: [["system"]], after: onDone };
  const replaying = useAction(every(replay), { ...options, done: t("system.replayed") });
  const discarding = useAction(every(discard), options);
  return (
    <Group gap="xs">
      <Button size="xs" loading={replaying.isPending} onClick={() => replaying.mutate(undefined)}>
        {t("system.replay", { count: ids.length })}
      </Button>
      <Confirm
        size="xs"
        question={t("system.discardAsk", { count: ids.length })}
        verb={t("system.discardVerb")}
        onConfirm={() => discarding.mutate(undefined)}
      >
        {t("system.discard", { count: ids.length })}
      </Confirm>
    </Group>
  );
}

function useColumns(): Column<Quarantined>[] {
  const { t } = useTranslation();
  return [
    { id: "reason", header: t("system.reason"), narrow: true, render: (row) => row.reason },
    { id: "provider", header: t("system.provider"), width: 160, render: (row) => row.provider },
    {
      id: "time",
      header: t("system.time"),
      width: 130,
      narrow: 96,
      render: (row) => <RelativeTime time={row.time} />,
    },
  ];
}
