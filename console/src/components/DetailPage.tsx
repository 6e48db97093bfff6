// The frame of a thing's own page: way back, name, status, actions, content and facts beside it.
import { Anchor, Box, Group, Skeleton, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import classes from "./DetailPage.module.css";
import { ErrorNotice } from "./ErrorNotice";

interface Props {
  back: { to: string; label: string };
  title: string | undefined;
  status?: ReactNode;
  actions?: ReactNode;
  facts?: ReactNode;
  isLoading?: boolean;
  error?: Error | null;
  children: ReactNode;
}

export function DetailPage(props: Props) {
  const { back, title, status, actions, facts, isLoading, error, children } = props;
  useDocumentTitle(title ? `${title} · Tidings` : "Tidings");
  return (
    <Box className={classes.page}>
      <Anchor component={Link} to={back.to} className={classes.back} c="dimmed">
        <ChevronLeft size={16} aria-hidden />
        {back.label}
      </Anchor>
      <Group justify="space-between" gap="xs" mih={36}>
        <Group gap="sm" className={classes.name}>
          {title ? <Title order={1}>{title}</Title> : <Skeleton h={24} w={200} />}
          {status}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      <ErrorNotice error={error ?? null} />
      {isLoading ? <Loading /> : <Columns facts={facts}>{children}</Columns>}
    </Box>
  );
}

function Columns({ facts, children }: { facts?: ReactNode; children: ReactNode }) {
  if (!facts) return <div className={classes.content}>{children}</div>;
  return (
    <div className={classes.columns}>
      <div className={classes.content}>{children}</div>
      <aside className={classes.facts}>{facts}</aside>
    </div>
  );
}

function Loading() {
  return (
    <Stack gap="md" mt="lg" aria-busy="true">
      <Skeleton h={20} w="60%" />
      <Skeleton h={20} w="40%" />
      <Skeleton h={160} />
    </Stack>
  );
}
