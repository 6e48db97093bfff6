// "Why?" beside a status that is not good: what happened, and what to do about it.
import { Code, Popover, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "./RelativeTime";
import classes from "./Why.module.css";

interface Props {
  code?: string;
  message?: string;
  mend?: string;
  since?: string;
}

export function Why({ code, message, mend, since }: Props) {
  const { t } = useTranslation();
  if (!code && !message) return null;
  return (
    <Popover width={320} position="bottom-start" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.why} onClick={(event) => event.stopPropagation()}>
          {t("common.why")}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <Text fw={500} tabIndex={0}>
          {message ?? t("common.noReason")}
        </Text>
        {mend && <Text mt={8}>{mend}</Text>}
        <Text mt={8} size="xs" c="dimmed" component="div">
          {code && <Code>{code}</Code>} <RelativeTime time={since} />
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
