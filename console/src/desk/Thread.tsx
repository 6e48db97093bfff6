// The open conversation as it went: the customer left, us right, notes in their own colour, and
// what happened with it in small grey lines.
import { Button, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import type { InteractionDetail, Message } from "@/api/types";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useFigures } from "@/components/figures";
import { outbox, type Unsent } from "./outbox";
import { mayDesk } from "./permissions";
import { readThread, useNotes, useThread } from "./queries";
import { MessageLine, NoteLine, StepLine, UnsentLine } from "./lines";
import classes from "./Thread.module.css";
import { timelineOf, type Entry } from "./timeline";
import type { Conversation } from "./types";
import { NotSaidLine } from "./NotSaidLine";
import { useOutbox } from "./useOutbox";

interface Props {
  id: string;
  conversation: Conversation | undefined;
  /** Send the same text once more, for a message that failed. */
  onAgain?: (text: string) => void;
}

export function Thread({ id, conversation, onAgain }: Props) {
  const { t } = useTranslation();
  const thread = useThread(id);
  const notes = useNotes(id, useMay()(mayDesk.readNotes));
  const [before, setBefore] = useState<string>();
  const earlier = useEarlier(id, before);
  const unsent = useOutbox(id);
  const messages = useMemo(
    () => [...earlier.messages, ...(thread.data?.messages ?? [])],
    [earlier.messages, thread.data],
  );
  const notSaid = thread.data?.unsaid;
  const entries = useMemo(
    () => timelineOf(messages, notes.data?.entities ?? [], conversation, unsent, notSaid),
    [messages, notes.data, conversation, unsent, notSaid],
  );
  useForgetSent(messages, unsent);
  const next = before ? earlier.next : cursorOf(thread.data);
  if (thread.isPending) return <Pending />;
  if (thread.error && !thread.data)
    return <ErrorNotice error={thread.error} retry={() => void thread.refetch()} />;
  return (
    <Scroller last={entries.at(-1)?.id}>
      {next && (
        <Button size="xs" variant="default" mx="auto" onClick={() => setBefore(next)}>
          {t("desk.earlier")}
        </Button>
      )}
      <Entries entries={entries} onAgain={onAgain} />
    </Scroller>
  );
}

const Entries = memo(function Entries(props: {
  entries: Entry[];
  onAgain?: (text: string) => void;
}) {
  const { t } = useTranslation();
  const figures = useFigures();
  const days = props.entries.map(({ time }) => figures.day(time));
  return (
    <ol className={classes.thread} aria-label={t("desk.thread")}>
      {props.entries.map((entry, at) => (
        <Fragment key={entry.id}>
          {days[at] !== days[at - 1] && <li className={classes.day}>{days[at]}</li>}
          <Line entry={entry} onAgain={props.onAgain} />
        </Fragment>
      ))}
    </ol>
  );
});

function Line({ entry, onAgain }: { entry: Entry; onAgain?: (text: string) => void }) {
  if ("message" in entry) return <MessageLine message={entry.message} onAgain={onAgain} />;
  if ("note" in entry) return <NoteLine note={entry.note} />;
  if ("notSaid" in entry) return <NotSaidLine unsaid={entry.notSaid} />;
  if ("step" in entry) return <StepLine step={entry.step} time={entry.time} />;
  return <UnsentLine unsent={entry.unsent} />;
}

/** Keeps the newest in sight, unless the person has scrolled up to read. */
function Scroller({ last, children }: { last: string | undefined; children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const follow = () => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(follow, [last]);
  useEffect(() => {
    // Pictures come later than their lines, and the composer grows.
    const grown = new ResizeObserver(follow);
    if (box.current) grown.observe(box.current);
    if (box.current?.firstElementChild) grown.observe(box.current.firstElementChild);
    return () => grown.disconnect();
  }, []);
  const scrolled = ({
    currentTarget: { scrollHeight, scrollTop, clientHeight },
  }: React.UIEvent) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 60;
  };
  return (
    // The thread is read by keyboard as well: a place that scrolls takes the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} className={classes.box} onScroll={scrolled} tabIndex={0}>
      <div className={classes.inner}>{children}</div>
    </div>
  );
}

function useEarlier(id: string, before: string | undefined) {
  const { data } = useQuery({
    queryKey: ["desk", "earlier", id, before],
    queryFn: () => readThread(id, before),
    enabled: before !== undefined,
    staleTime: Infinity,
  });
  const [pages, setPages] = useState<InteractionDetail[]>([]);
  if (data && !pages.includes(data)) setPages([data, ...pages]);
  const messages = useMemo(() => pages.flatMap((page) => page.messages), [pages]);
  return { messages, next: cursorOf(data) };
}

function cursorOf(page: InteractionDetail | undefined): string | undefined {
  if (!page?.messagesNextUri) return undefined;
  return (
    new URL(page.messagesNextUri, "http://host").searchParams.get("messagesAfter") ?? undefined
  );
}

/** What has become a message of the thread needs its place in the outbox no more. */
function useForgetSent(messages: Message[], unsent: Unsent[]) {
  useEffect(() => {
    const known = new Set(messages.map(({ id }) => id));
    for (const { key, messageId } of unsent)
      if (messageId && known.has(messageId)) outbox.drop(key);
  }, [messages, unsent]);
}

function Pending() {
  return (
    <Stack p="md" gap="sm" className={classes.box} aria-busy="true">
      <Skeleton h={44} w="55%" />
      <Skeleton h={44} w="45%" ml="auto" />
      <Skeleton h={44} w="60%" />
    </Stack>
  );
}
