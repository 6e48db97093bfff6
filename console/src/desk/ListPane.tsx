// The list of conversations: one's own, those that wait for somebody, and those of the team.
import { Button, Group, SegmentedControl, Skeleton, Stack, Title } from "@mantine/core";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLiveKeyset, type KeysetList } from "@/api/keyset";
import { may, useMay } from "@/api/permissions";
import { useSession } from "@/api/session";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useSearchState } from "@/components/search";
import { idOfInteraction, readInteractions } from "@/interactions/queries";
import { withWords } from "@/locales";
import classes from "./ListPane.module.css";
import { Rows } from "./Rows";
import { mayDesk } from "./permissions";
import { CHANGES, readWaiting, useMine } from "./queries";
import { kept, rowOfConversation, rowOfInteraction, rowOfWaiting, type Row } from "./rows";
import { inOrder } from "./standing";
import type { Conversation } from "./types";

export type Tab = "mine" | "waiting" | "team";
const TABS: Tab[] = ["mine", "waiting", "team"];
const NewConversation = lazy(withWords("outreach", () => import("./NewConversation")));
const LOOK_MS = 3_000;

export function ListPane({ onRows }: { onRows: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const seesOthers = useMay()(mayDesk.seeOthers);
  const tabs = TABS.filter((each) => each !== "team" || seesOthers);
  const tab = tabs.find((each) => each === values.tab) ?? "mine";
  return (
    <section className={classes.pane} aria-label={t("desk.conversations")}>
      <div className={classes.head}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={1} className={classes.title}>
            {t("areas.desk")}
          </Title>
          <Start />
        </Group>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t("desk.conversations")}
          data={tabs.map((each) => ({ value: each, label: t(`desk.tabs.${each}`) }))}
          value={tab}
          onChange={(each) => set({ tab: each === "mine" ? undefined : each })}
        />
      </div>
      {tab === "mine" && <Mine onRows={onRows} />}
      {tab === "waiting" && <WaitingRows onRows={onRows} />}
      {tab === "team" && <TeamRows onRows={onRows} />}
    </section>
  );
}

/** Writing to a customer first; its form is fetched when it is asked for. */
function Start() {
  const { t } = useTranslation();
  const { values, set } = useSearchState();
  const isAllowed = useMay();
  if (!isAllowed(mayDesk.write) || !isAllowed(may.viewIntegrations)) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => set({ sheet: "new" })}>
        {t("desk.start")}
      </Button>
      {values.sheet === "new" && (
        <Suspense>
          <NewConversation
            onClose={() => set({ sheet: undefined })}
            onStarted={(id) => set({ sheet: undefined, tab: undefined, c: id, facts: undefined })}
          />
        </Suspense>
      )}
    </>
  );
}

function Mine({ onRows }: { onRows: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const me = useSession()?.user.id ?? "";
  const { conversations, isKnown, loadMore } = useMine();
  const rowOf = useMemo(() => kept((each: Conversation) => rowOfConversation(each, me)), [me]);
  const rows = useMemo(() => inOrder(conversations, me).map(rowOf), [conversations, me, rowOf]);
  useTold(rows, onRows);
  if (!isKnown) return <Pending />;
  if (rows.length === 0) return <Empty text={t("desk.empty.mine")} />;
  return <Rows rows={rows} onEnd={loadMore} />;
}

function WaitingRows({ onRows }: { onRows: (ids: string[]) => void }) {
  const list = useLiveKeyset(
    ["desk", "waiting"],
    readWaiting,
    (each) => each.conversationId,
    LOOK_MS,
    CHANGES,
  );
  return <Listed tab="waiting" list={list} rowOf={rowOfWaiting} onRows={onRows} />;
}

function TeamRows({ onRows }: { onRows: (ids: string[]) => void }) {
  const list = useLiveKeyset(
    ["desk", "team"],
    readInteractions({ state: "connected" }),
    idOfInteraction,
    LOOK_MS,
    CHANGES,
  );
  return <Listed tab="team" list={list} rowOf={rowOfInteraction} onRows={onRows} />;
}

interface ListedProps<T> {
  tab: "waiting" | "team";
  list: KeysetList<T>;
  rowOf: (each: T) => Row;
  onRows: (ids: string[]) => void;
}

function Listed<T>({ tab, list, rowOf, onRows }: ListedProps<T>) {
  const { t } = useTranslation();
  const rows = useMemo(() => list.rows.map(rowOf), [list.rows, rowOf]);
  useTold(rows, onRows);
  if (list.isLoading) return <Pending />;
  if (list.error) return <ErrorNotice error={list.error} retry={list.reload} />;
  if (rows.length === 0) return <Empty text={t(`desk.empty.${tab}`)} />;
  return <Rows rows={rows} onEnd={list.loadMore} />;
}

/** Tell the page which conversations are listed, in their order, for its keys. */
function useTold(rows: Row[], onRows: (ids: string[]) => void) {
  useEffect(() => onRows(rows.map(({ id }) => id)), [rows, onRows]);
}

function Pending() {
  return (
    <Stack gap="xs" p="sm" aria-busy="true">
      <Skeleton h={52} />
      <Skeleton h={52} />
      <Skeleton h={52} />
    </Stack>
  );
}
