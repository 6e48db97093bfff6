// The lines of a thread: a message, a note, a step, and a message that is still on its way.
import { Button, Group } from "@mantine/core";
import { Clock3, StickyNote } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";
import { Attachment } from "@/components/Attachment";
import { useFigures } from "@/components/figures";
import { formatted } from "@/components/formatting";
import { StatusTick } from "@/components/StatusTick";
import { Bubble } from "@/components/WhatsAppPreview";
import { Why } from "@/components/Why";
import { outbox, type Unsent } from "./outbox";
import classes from "./Thread.module.css";
import type { Step } from "./timeline";
import type { Note } from "./types";

interface MessageProps {
  message: Message;
  onAgain?: (text: string) => void;
}

export const MessageLine = memo(function MessageLine({ message, onAgain }: MessageProps) {
  const { t } = useTranslation();
  const { attachment, text, template } = message;
  const isOurs = message.direction === "outbound";
  const said = text || (attachment ? "" : t("interactions.noText", { kind: message.kind }));
  return (
    <li className={classes.line} data-direction={message.direction} data-status={message.status}>
      <Bubble
        content={template ?? { body: said }}
        above={attachment && <Attachment file={attachment} />}
        side={isOurs ? "ours" : "theirs"}
        foot={<Foot time={message.time}>{isOurs && <StatusTick status={message.status} />}</Foot>}
      />
      {message.status === "failed" && <Failed message={message} onAgain={onAgain} />}
    </li>
  );
});

/** Why it failed; a text may be sent again, as a new message. */
function Failed({ message, onAgain }: MessageProps) {
  const { t } = useTranslation();
  const isText = !message.template && !message.attachment && message.text;
  return (
    <Group gap={8} justify="flex-end" className={classes.failed}>
      <span>{message.errorText ?? t("desk.failed")}</span>
      <Why
        code={message.errorCode}
        message={message.errorText}
        mend={message.errorMend}
        since={message.failedTime}
      />
      {isText && onAgain && (
        <Button size="compact-xs" variant="default" onClick={() => onAgain(message.text)}>
          {t("desk.sendAgain")}
        </Button>
      )}
    </Group>
  );
}

export const NoteLine = memo(function NoteLine({ note }: { note: Note }) {
  const { t } = useTranslation();
  return (
    <li className={classes.note}>
      <div className={classes.noteHead}>
        <StickyNote size={14} aria-hidden />
        {t("desk.noteBy", { name: note.author.name ?? t("desk.somebody") })}
        <Foot time={note.dateCreated} />
      </div>
      <p className={classes.noteText}>{formatted(note.text)}</p>
    </li>
  );
});

export const StepLine = memo(function StepLine({ step, time }: { step: Step; time: string }) {
  const { t } = useTranslation();
  const who = step.who ?? t("desk.somebody");
  return (
    <li className={classes.step}>
      {t(`desk.steps.${step.kind}`, {
        who,
        whom: step.whom ?? t("desk.somebody"),
        what: step.what,
      })}
      {step.kind === "asked" && step.what && `: ${step.what}`}
      <Foot time={time} />
    </li>
  );
});

/** A message the server has not taken: on its way, or refused with the reason. */
export function UnsentLine({ unsent }: { unsent: Unsent }) {
  const { t } = useTranslation();
  const content = {
    body: unsent.text ?? unsent.shown ?? t("desk.files", { count: unsent.mediaIds?.length ?? 0 }),
  };
  return (
    <li className={classes.line} data-direction="outbound" data-unsent={!unsent.messageId}>
      <Bubble
        content={content}
        side="ours"
        foot={
          <Foot time={unsent.time}>
            <Clock3 size={14} aria-label={t("desk.onItsWay")} />
          </Foot>
        }
      />
      {unsent.refusal && (
        <Group gap={8} justify="flex-end" className={classes.failed} role="alert">
          <span>{unsent.refusal}</span>
          <Button size="compact-xs" variant="default" onClick={() => outbox.retry(unsent.key)}>
            {t("common.retry")}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => outbox.drop(unsent.key)}
          >
            {t("desk.discard")}
          </Button>
        </Group>
      )}
    </li>
  );
}

function Foot({ time, children }: { time: string; children?: React.ReactNode }) {
  const figures = useFigures();
  return (
    <>
      <time dateTime={time} title={figures.exact(time)} className={classes.time}>
        {figures.clock(time)}
      </time>
      {children}
    </>
  );
}
