// The files of the message that is being written.
import { CloseButton, Loader } from "@mantine/core";
import { CircleAlert, Paperclip } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { useMessage } from "@/components/ErrorNotice";
import classes from "./Composer.module.css";
import type { AddedFile } from "./files";

interface Props {
  files: AddedFile[];
  onRemove: (key: string) => void;
}

export function FileChips({ files, onRemove }: Props) {
  const { t } = useTranslation();
  if (files.length === 0) return null;
  return (
    <ul className={classes.files} aria-label={t("desk.attached")}>
      {files.map((file) => (
        <OneFile key={file.key} file={file} onRemove={() => onRemove(file.key)} />
      ))}
    </ul>
  );
}

function OneFile({ file, onRemove }: { file: AddedFile; onRemove: () => void }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const message = useMessage();
  const isBusy = !file.id && !file.error;
  return (
    <li className={classes.file} data-failed={!!file.error} aria-busy={isBusy}>
      {isBusy && <Loader size={14} />}
      {file.id && <Paperclip size={14} aria-hidden />}
      {file.error && <CircleAlert size={14} aria-hidden />}
      <span className={classes.fileName}>{file.name}</span>
      <span className={classes.fileSize}>{figures.bytes(file.size)}</span>
      {file.error && <span role="alert">{message(file.error)}</span>}
      <CloseButton
        size="xs"
        aria-label={t("desk.removeFile", { name: file.name })}
        onClick={onRemove}
      />
    </li>
  );
}
