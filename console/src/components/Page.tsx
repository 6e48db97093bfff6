// The frame of a list or plain page: title, count, one primary action, then the content.
import { Box, Group, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./Page.module.css";

interface Props {
  title: string;
  count?: string;
  /** The primary action last, so that it stands at the edge. */
  actions?: ReactNode;
  /** Filters or tabs under the title. */
  bar?: ReactNode;
  /** A list fills the height and scrolls itself; other content scrolls with the page. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, count, actions, bar, fill = false, children }: Props) {
  useDocumentTitle(`${title} · Tidings`);
  return (
    <Box className={fill ? classes.fill : classes.page}>
      <Group className={classes.header} justify="space-between" gap="xs">
        <Group gap="xs" align="baseline" wrap="nowrap">
          <Title order={1}>{title}</Title>
          {count && (
            <Text c="dimmed" className="figures">
              {count}
            </Text>
          )}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {bar && <div className={classes.bar}>{bar}</div>}
      <div className={fill ? classes.rest : classes.body}>{children}</div>
    </Box>
  );
}
