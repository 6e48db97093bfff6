// A message's file: a picture, sound, video or document; or why it is not there, and another try.
import { Button } from "@mantine/core";
import { FileText, ImageOff, LoaderCircle, Trash2, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { may, useMay } from "@/api/permissions";
import type { Message } from "@/api/types";
import classes from "./Attachment.module.css";
import { useAction } from "./action";
import { useFigures } from "./figures";

export type MessageFile = NonNullable<Message["attachment"]>;

export function Attachment({ file }: { file: MessageFile }) {
  const { t } = useTranslation();
  const sees = useMay()(may.viewMedia);
  if (file.status === "deleted") return <Absent sign={Trash2}>{t("media.deleted")}</Absent>;
  if (!sees) return <Absent sign={FileText}>{t("media.notForYou")}</Absent>;
  if (file.url === undefined) return <Missing file={file} />;
  return <Shown file={file} url={file.url} />;
}

function Shown({ file, url }: { file: MessageFile; url: string }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const name = file.filename ?? t(`media.kinds.${kindOf(file)}`);
  switch (kindOf(file)) {
    case "image":
    case "sticker":
      return (
        <a href={url} target="_blank" rel="noreferrer" className={classes.picture}>
          <img src={file.thumbnailUrl ?? url} alt={name} loading="lazy" data-kind={file.kind} />
        </a>
      );
    case "audio":
    case "video":
      return <Player kind={kindOf(file)} url={url} name={name} />;
    case "document":
      return (
        <a href={url} download={file.filename ?? true} className={classes.document}>
          <FileText size={22} aria-hidden />
          <span className={classes.name}>{name}</span>
          <span className={classes.size}>{figures.bytes(file.contentSizeBytes ?? 0)}</span>
        </a>
      );
  }
}

function Player({ kind, url, name }: { kind: string; url: string; name: string }) {
  const Element = kind === "video" ? "video" : "audio";
  return (
    <Element className={classes[Element]} src={url} controls preload="metadata" aria-label={name} />
  );
}

function Missing({ file }: { file: MessageFile }) {
  const { t } = useTranslation();
  const fetchAgain = useAction(retryFile, { renew: [["interaction"]] });
  const isPending = file.status === "pending";
  const kind = t(`media.kinds.${kindOf(file)}`);
  return (
    <Absent sign={isPending ? LoaderCircle : ImageOff} isBusy={isPending && !file.failure}>
      <span>{t(isPending ? "media.pending" : "media.failed", { kind })}</span>
      {file.failure && <span className={classes.why}>{file.failure}</span>}
      {file.failure && file.status !== "withheld" && (
        <Button
          variant="default"
          size="compact-xs"
          loading={fetchAgain.isPending}
          onClick={() => fetchAgain.mutate(file.id)}
        >
          {t("media.retry")}
        </Button>
      )}
    </Absent>
  );
}

interface AbsentProps {
  sign: LucideIcon;
  isBusy?: boolean;
  children: ReactNode;
}

function Absent({ sign: Sign, isBusy = false, children }: AbsentProps) {
  return (
    <div className={classes.absent} aria-busy={isBusy}>
      <Sign size={22} aria-hidden />
      <div className={classes.words}>{children}</div>
    </div>
  );
}

const KINDS = ["image", "sticker", "audio", "video", "document"] as const;

function kindOf(file: MessageFile): (typeof KINDS)[number] {
  return KINDS.find((kind) => kind === file.kind) ?? "document";
}

const retryFile = (id: string) =>
  answer(
    api.POST("/api/v2/conversations/messages/media/{media_id}/fetch", {
      params: { path: { media_id: id } },
    }),
  );
