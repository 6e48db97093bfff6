// The open conversation: who it is with, what can be done now, the thread, and what is written.
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { ArrowLeft, PanelRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useSession } from "@/api/session";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useReasons } from "@/components/reasons";
import { useSearchState } from "@/components/search";
import { Composer } from "./Composer";
import { ConsultBar } from "./ConsultBar";
import { ConsultSheet } from "./ConsultSheet";
import classes from "./ConversationPane.module.css";
import { useAcceptAndOpen } from "./accepting";
import { useChangePart, useDecline, useJoin, usePick, type At } from "./deeds";
import { EndOther } from "./EndOther";
import { HeldActions } from "./HeldActions";
import { useMarkRead } from "./marks";
import { NoteButton, NoteForm } from "./NoteForm";
import { outbox } from "./outbox";
import { mayDesk } from "./permissions";
import { useConversation } from "./queries";
import { ownerPart, ownPart, standingOf } from "./standing";
import { Thread } from "./Thread";
import { TransferSheet } from "./TransferSheet";
import type { Conversation, Part } from "./types";
import { Untaken, useIsUntaken } from "./Untaken";
import { useWindowLeft, WindowRing } from "./WindowRing";
import { WrapupPanel } from "./WrapupPanel";

interface Props {
  id: string;
  onFacts: () => void;
}

export function ConversationPane({ id, onFacts }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useConversation(id);
  const { values, set } = useSearchState();
  const userId = useSession()?.user.id ?? "";
  const part = data && ownPart(data, userId);
  const at = part && { conversationId: id, partId: part.id };
  const isMine = standingOf(part) === "mine";
  const isHeld = isMine || standingOf(part) === "parked";
  const isUntaken = useIsUntaken(error) && !data;
  const last = data?.lastMessage;
  useMarkRead(isMine ? at : undefined, last?.direction === "inbound" ? last.id : undefined);
  const again = (text: string) => at && outbox.add({ ...at, userId, text });
  const closeSheet = () => set({ sheet: undefined });
  const leave = () => set({ sheet: undefined, c: undefined });
  return (
    <section className={classes.pane} aria-label={data ? nameOf(data) : t("desk.conversation")}>
      <Head conversation={data} at={isMine ? at : undefined} onFacts={onFacts} />
      {isUntaken && <Untaken id={id} />}
      {error && !data && !isUntaken && <ErrorNotice error={error} retry={() => void refetch()} />}
      {!isUntaken && <Thread id={id} conversation={data} onAgain={isMine ? again : undefined} />}
      {data && at && isHeld && <ConsultBar conversation={data} at={at} onHandedOver={leave} />}
      {values.sheet === "note" ? (
        <NoteForm conversationId={id} onDone={closeSheet} />
      ) : (
        data && <Foot conversation={data} userId={userId} />
      )}
      {at && (
        <>
          <TransferSheet
            at={at}
            isOpen={values.sheet === "transfer"}
            onClose={closeSheet}
            onDone={leave}
          />
          <ConsultSheet
            key={at.partId}
            at={at}
            isOpen={values.sheet === "consult"}
            onClose={closeSheet}
          />
        </>
      )}
    </section>
  );
}

interface HeadProps {
  conversation: Conversation | undefined;
  at: At | undefined;
  onFacts: () => void;
}

function Head({ conversation, at, onFacts }: HeadProps) {
  const { t } = useTranslation();
  const { set } = useSearchState();
  return (
    <header className={classes.head}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes.back}
        aria-label={t("desk.back")}
        onClick={() => set({ c: undefined, facts: undefined })}
      >
        <ArrowLeft size={18} />
      </ActionIcon>
      <div className={classes.who}>
        <Text fw={600} truncate>
          {conversation && nameOf(conversation)}
        </Text>
        {conversation && <Where conversation={conversation} />}
      </div>
      <Group gap={6} wrap="nowrap">
        {at && <HeldActions at={at} />}
        <ActionIcon
          variant="subtle"
          color="gray"
          className={classes.toFacts}
          aria-label={t("desk.facts.title")}
          onClick={onFacts}
        >
          <PanelRight size={18} />
        </ActionIcon>
      </Group>
    </header>
  );
}

function Where({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const { isOpen, leftMs } = useWindowLeft(conversation.windowClosesTime);
  const minutes = Math.floor(leftMs / 60_000);
  const time = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  return (
    <Text size="xs" c="dimmed" className={classes.where} component="div">
      <WindowRing closes={conversation.windowClosesTime} />
      <span className="figures">
        {isOpen ? t("desk.window.left", { time }) : t("desk.window.closed")}
      </span>
      <span className={classes.via}>{conversation.integration.name}</span>
    </Text>
  );
}

/** What stands under the thread: what one can do depends on whose conversation it is. */
function Foot({ conversation, userId }: { conversation: Conversation; userId: string }) {
  const part = ownPart(conversation, userId);
  if (!part) return <Free conversation={conversation} userId={userId} />;
  const at = { conversationId: conversation.id, partId: part.id };
  switch (standingOf(part)) {
    case "offered":
      return <Offered at={at} part={part} />;
    case "mine":
      return <Composer key={part.id} conversation={conversation} at={at} tools={<NoteButton />} />;
    case "parked":
      return <Parked at={at} />;
    case "wrapup":
      return <WrapupPanel key={part.id} at={at} part={part} />;
    default:
      return <Watched at={at} part={part} conversation={conversation} />;
  }
}

function Offered({ at, part }: { at: At; part: Part }) {
  const { t } = useTranslation();
  const accept = useAcceptAndOpen();
  const decline = useDecline();
  return (
    <Bar words={useAsked(part) ?? t("desk.offered")} note={part.askedNote}>
      <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate(at)}>
        {t("desk.decline")}
      </Button>
      <Button loading={accept.isPending} onClick={() => accept.mutate(at)}>
        {t("desk.accept")}
      </Button>
    </Bar>
  );
}

function Parked({ at }: { at: At }) {
  const { t } = useTranslation();
  const resume = useChangePart({ state: "connected" });
  return (
    <Bar words={t("desk.parked")}>
      <NoteButton />
      <Button loading={resume.isPending} onClick={() => resume.mutate(at)}>
        {t("desk.resume")}
      </Button>
    </Bar>
  );
}

/** Reading along with a colleague: notes reach them, messages are theirs to write. */
function Watched(props: { at: At; part: Part; conversation: Conversation }) {
  const { at, part, conversation } = props;
  const { t } = useTranslation();
  const leave = useChangePart({ state: "disconnected" });
  const name = conversation.owner?.name ?? t("desk.nobody");
  return (
    <Bar words={useAsked(part) ?? t("desk.watching", { name })} note={part.askedNote}>
      <NoteButton />
      <TakeOver conversation={conversation} />
      <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate(at)}>
        {t("desk.leave")}
      </Button>
    </Bar>
  );
}

/** Who asked for the person's advice; undefined if nobody did. */
function useAsked({ askedBy }: Part): string | undefined {
  const { t } = useTranslation();
  return askedBy && t("desk.consult.asksYou", { name: askedBy.name ?? t("desk.somebody") });
}

/** A conversation of somebody else, of nobody, or one that is over. */
function Free({ conversation, userId }: { conversation: Conversation; userId: string }) {
  const { t } = useTranslation();
  const isAllowed = useMay();
  const reasons = useReasons();
  const pick = usePick();
  const { owner, state } = conversation;
  if (state === "disconnected") return <Bar words={t("desk.over")} />;
  if (owner) {
    return (
      <Bar words={t("desk.has", { name: owner.name ?? t("desk.somebody") })}>
        <NoteButton />
        <ReadAlong conversation={conversation} />
        <TakeOver conversation={conversation} />
        <EndOther conversation={conversation} />
      </Bar>
    );
  }
  return (
    <Bar words={reasons(conversation.waiting) || t("desk.nobodyHas")}>
      {isAllowed(mayDesk.pick) && (
        <Button
          loading={pick.isPending}
          onClick={() => pick.mutate({ conversationId: conversation.id, userId })}
        >
          {t("desk.take")}
        </Button>
      )}
      <EndOther conversation={conversation} />
    </Bar>
  );
}

function TakeOver({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const takeOver = useJoin("takeover");
  const owner = ownerPart(conversation);
  if (!useMay()(mayDesk.takeOver) || !owner) return null;
  const at = { conversationId: conversation.id, partId: owner.id };
  return (
    <Button loading={takeOver.isPending} onClick={() => takeOver.mutate(at)}>
      {t("desk.takeOver")}
    </Button>
  );
}

function ReadAlong({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const monitor = useJoin("monitor");
  const owner = ownerPart(conversation);
  if (!useMay()(mayDesk.monitor) || !owner) return null;
  const at = { conversationId: conversation.id, partId: owner.id };
  return (
    <Button variant="default" loading={monitor.isPending} onClick={() => monitor.mutate(at)}>
      {t("desk.readAlong")}
    </Button>
  );
}

interface BarProps {
  words: string;
  /** What a colleague asks, above all else. */
  note?: string;
  children?: React.ReactNode;
}

function Bar({ words, note, children }: BarProps) {
  return (
    <div className={classes.bar}>
      {note && <Text className={classes.note}>{note}</Text>}
      <Text className={classes.words}>{words}</Text>
      <Group gap="xs">{children}</Group>
    </div>
  );
}

const nameOf = (conversation: Conversation) => conversation.customer.name ?? conversation.address;
