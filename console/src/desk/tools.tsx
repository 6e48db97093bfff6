// The composer's small buttons.
import { ActionIcon, Tooltip } from "@mantine/core";
import { Paperclip } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AddedFiles } from "./files";

export function FileButton({ files }: { files: AddedFiles }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: React.ChangeEvent<HTMLInputElement>) => {
    files.add(event.currentTarget.files ?? []);
    event.currentTarget.value = "";
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("desk.attach")}
        onChange={chosen}
      />
      <ToolButton label={t("desk.attach")} onClick={() => input.current?.click()}>
        <Paperclip size={17} />
      </ToolButton>
    </>
  );
}

interface ToolProps {
  label: string;
  onClick: () => void;
  children: ReactNode;
}

/** A small button with a sign; its name is shown on hover. */
export function ToolButton({ label, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
