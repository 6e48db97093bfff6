// A line of the thread: what the workstream could not say by itself, and why.
import { Group } from "@mantine/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFigures } from "@/components/figures";
import { SayAgain } from "@/components/NotSaidRow";
import { useReason, type Unsaid } from "@/components/unsaid";
import { Bubble } from "@/components/WhatsAppPreview";
import classes from "./Thread.module.css";

export const NotSaidLine = memo(function NotSaidLine({ unsaid }: { unsaid: Unsaid }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const reason = useReason();
  return (
    <li className={classes.line} data-direction="outbound" data-unsent>
      <Bubble
        content={{ body: unsaid.text || t("unsaid.noWords") }}
        side="ours"
        foot={
          <time dateTime={unsaid.time} title={figures.exact(unsaid.time)} className={classes.time}>
            {figures.clock(unsaid.time)}
          </time>
        }
      />
      <Group gap={8} justify="flex-end" className={classes.failed}>
        <span>
          {t("unsaid.label")}: {reason(unsaid)}
        </span>
        <SayAgain unsaid={unsaid} />
      </Group>
    </li>
  );
});
