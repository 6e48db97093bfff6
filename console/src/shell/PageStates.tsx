// What stands in a page's place while it is fetched, when it failed, and when it is not there.
import { Anchor, Box, Skeleton, Stack } from "@mantine/core";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/ErrorNotice";

export function PagePending() {
  return (
    <Stack p="lg" gap="md" aria-busy="true">
      <Skeleton h={28} w={220} />
      <Skeleton h={320} />
    </Stack>
  );
}

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Box p="lg" maw={640}>
      <ErrorNotice error={error as Error} retry={retry} />
    </Box>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty text={t("errors.notFound")}>
      <Anchor component={Link} to="/">
        {t("errors.home")}
      </Anchor>
    </Empty>
  );
}
