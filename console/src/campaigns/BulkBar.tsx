// Starting or stopping the chosen campaigns together; what was refused is said, campaign by reason.
import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { Play, Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import { useMessage } from "@/components/ErrorNotice";
import { useNotice } from "@/components/notice";
import { runForAll, type Deed } from "./actions";

export function BulkBar({ ids, onDone }: { ids: ReadonlySet<string>; onDone: () => void }) {
  const { t } = useTranslation();
  const has = useMay();
  const bulk = useBulk(ids, onDone);
  if (ids.size === 0) return null;
  const button = (deed: "start" | "stop", Sign: typeof Play) => (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<Sign size={14} aria-hidden />}
      loading={bulk.isPending && bulk.variables === deed}
      onClick={() => bulk.mutate(deed)}
    >
      {t(`campaigns.do.${deed}`)}
    </Button>
  );
  return (
    <Group gap={6} role="group" aria-label={t("campaigns.chosen", { count: ids.size })}>
      <Text size="xs" c="dimmed">
        {t("campaigns.chosen", { count: ids.size })}
      </Text>
      {has(may.startCampaign) && button("start", Play)}
      {has(may.stopCampaign) && button("stop", Square)}
    </Group>
  );
}

function useBulk(ids: ReadonlySet<string>, onDone: () => void) {
  const { t } = useTranslation();
  const notice = useNotice();
  const message = useMessage();
  return useMutation({
    mutationFn: (deed: Deed) => runForAll([...ids], deed),
    onSuccess: ({ done, failures }, deed) => {
      if (done > 0)
        notice(t(`campaigns.bulk.${deed === "stop" ? "stop" : "start"}`, { count: done }));
      const reasons = [...new Set(failures.map(message))];
      if (reasons.length > 0)
        notifications.show({
          color: "red",
          autoClose: 10_000,
          title: t("campaigns.bulk.failed", { count: failures.length }),
          message: reasons.slice(0, 3).join(" "),
          closeButtonProps: { "aria-label": t("common.close") },
        });
      onDone();
    },
  });
}
