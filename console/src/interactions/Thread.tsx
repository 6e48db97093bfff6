// The messages of a conversation: customer left, us right, days between, ticks below.
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";
import { Attachment } from "@/components/Attachment";
import { useFigures } from "@/components/figures";
import { StatusTick } from "@/components/StatusTick";
import { Bubble } from "@/components/WhatsAppPreview";
import { Why } from "@/components/Why";
import classes from "./Thread.module.css";

interface Props {
  messages: Message[];
  openId?: string;
  onOpen: (message: Message) => void;
}

export function Thread({ messages, openId, onOpen }: Props) {
  const { t } = useTranslation();
  const figures = useFigures();
  const days = messages.map((message) => figures.day(message.time));
  return (
    <ol className={classes.thread} aria-label={t("interactions.thread")}>
      {messages.map((message, at) => (
        <Fragment key={message.id}>
          {days[at] !== days[at - 1] && <li className={classes.day}>{days[at]}</li>}
          <Line message={message} isOpen={message.id === openId} onOpen={() => onOpen(message)} />
        </Fragment>
      ))}
    </ol>
  );
}

function Line({
  message,
  isOpen,
  onOpen,
}: {
  message: Message;
  isOpen: boolean;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  const { attachment } = message;
  const nothing = attachment ? "" : t("interactions.noText", { kind: message.kind });
  const content = message.template ?? { body: message.text || nothing };
  return (
    <li className={classes.line} data-direction={message.direction} data-open={isOpen}>
      <Bubble
        content={content}
        above={attachment && <Attachment file={attachment} />}
        side={message.direction === "outbound" ? "ours" : "theirs"}
        foot={<Foot message={message} />}
      />
      <div className={classes.under}>
        <Why
          code={message.errorCode}
          message={message.errorText}
          mend={message.errorMend}
          since={message.failedTime}
        />
        <button type="button" className={classes.details} onClick={onOpen}>
          {t("interactions.details")}
        </button>
      </div>
    </li>
  );
}

function Foot({ message }: { message: Message }) {
  const figures = useFigures();
  return (
    <>
      <time dateTime={message.time} title={figures.exact(message.time)}>
        {figures.clock(message.time)}
      </time>
      {message.direction === "outbound" && <StatusTick status={message.status} />}
    </>
  );
}
