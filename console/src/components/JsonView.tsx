// A value as indented JSON, easy to read and to copy.
import { ActionIcon, CopyButton, ScrollArea, Tooltip } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "./JsonView.module.css";

export function JsonView({ value, label }: { value: unknown; label: string }) {
  const { t } = useTranslation();
  const text = renderJson(value);
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        {label}
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t("common.copied") : t("common.copy")}>
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={copy}
                aria-label={t("common.copy")}
              >
                {copied ? <Check size={16} /> : <Copy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </figcaption>
      <ScrollArea.Autosize mah={360} type="auto" viewportProps={{ tabIndex: 0 }}>
        <pre className={classes.json}>{text}</pre>
      </ScrollArea.Autosize>
    </figure>
  );
}

/** Indented JSON; a string that holds JSON is opened first, other text stays as it is. */
export function renderJson(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value ?? null, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
