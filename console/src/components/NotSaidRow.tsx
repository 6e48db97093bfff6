// Something a workstream could not say by itself: the words, the reason, and trying again.
import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/permissions";
import { useReason, useSayAfterAll, type Unsaid } from "./unsaid";

const MAY_WRITE = ["conversation:message:create"];

interface Props {
  unsaid: Unsaid;
  /** When and where it was to be said. */
  head: ReactNode;
}

export function NotSaidRow({ unsaid, head }: Props) {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <Stack gap={4} py="xs">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{head}</Text>
        <SayAgain unsaid={unsaid} />
      </Group>
      <Text size="sm">{unsaid.text || t("unsaid.noWords")}</Text>
      <Text size="sm" c="dimmed">
        {reason(unsaid)}
      </Text>
    </Stack>
  );
}

/** Says it after all, for who may write, where trying again may help. */
export function SayAgain({ unsaid }: Pick<Props, "unsaid">) {
  const { t } = useTranslation();
  const mayWrite = useMay()(MAY_WRITE);
  const again = useSayAfterAll();
  if (!unsaid.canRetry || !mayWrite) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={again.isPending}
      onClick={() => again.mutate(unsaid)}
    >
      {t("common.retry")}
    </Button>
  );
}
