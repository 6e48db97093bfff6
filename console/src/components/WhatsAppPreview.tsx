// A message as the customer sees it on the phone: header, body, footer, buttons.
import {
  Copy,
  CornerUpLeft,
  ExternalLink,
  FileText,
  Image,
  MapPin,
  Phone,
  Play,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TemplateContent, TemplateHeader } from "@/api/types";
import { formatted } from "./formatting";
import classes from "./WhatsAppPreview.module.css";

interface Props {
  content: TemplateContent;
  /** Whose bubble: what we send stands on the right of a conversation. */
  side?: "ours" | "theirs";
  /** What stands above the text, such as a picture. */
  above?: ReactNode;
  /** What stands in the bubble's last line, such as the time and the ticks. */
  foot?: ReactNode;
}

/** The bubble on the chat's background, as in template pages and the send page. */
export function WhatsAppPreview({ content }: { content: TemplateContent }) {
  const { t } = useTranslation();
  return (
    <section className={classes.phone} aria-label={t("preview.label")}>
      <Bubble content={content} />
    </section>
  );
}

export function Bubble({ content, side = "theirs", above, foot }: Props) {
  const { header, body, footer, buttons = [] } = content;
  return (
    <div className={classes.message} data-side={side}>
      <div className={classes.bubble}>
        {header && <Header header={header} />}
        {above}
        {body && <p className={classes.body}>{formatted(body)}</p>}
        {footer && <p className={classes.footer}>{footer}</p>}
        {foot && <div className={classes.foot}>{foot}</div>}
      </div>
      {buttons.map((button, at) => (
        <div key={at} className={classes.button}>
          <ButtonSign kind={button.type} />
          {formatted(button.text)}
        </div>
      ))}
    </div>
  );
}

function Header({ header }: { header: TemplateHeader }) {
  const kind = header.format.toLowerCase();
  if (kind === "text") return <p className={classes.heading}>{formatted(header.text ?? "")}</p>;
  return <MediaHeader kind={isMedia(kind) ? kind : "document"} />;
}

const MEDIA = { image: Image, video: Play, document: FileText, location: MapPin } as const;
type Media = keyof typeof MEDIA;

function isMedia(kind: string): kind is Media {
  return Object.hasOwn(MEDIA, kind);
}

function MediaHeader({ kind }: { kind: Media }) {
  const { t } = useTranslation();
  const Sign = MEDIA[kind];
  return (
    <div className={classes.media} data-kind={kind}>
      <Sign size={28} aria-hidden />
      <span>{t(`preview.${kind}`)}</span>
    </div>
  );
}

const SIGNS: Record<string, LucideIcon> = {
  quick_reply: CornerUpLeft,
  url: ExternalLink,
  phone_number: Phone,
  copy_code: Copy,
  otp: Copy,
};

function ButtonSign({ kind }: { kind: string }) {
  const Sign = SIGNS[kind.toLowerCase()] ?? CornerUpLeft;
  return <Sign size={15} aria-hidden />;
}
