// Sending paused itself because too much failed: why, and the button that lets it go on.
import { Alert, Button, Text } from "@mantine/core";
import { CirclePause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Integration } from "@/api/types";
import { useAction } from "@/components/action";
import { RelativeTime } from "@/components/RelativeTime";
import { resumeIntegration } from "./queries";
import { isPaused } from "./status";

export function Breaker({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const resume = useAction(resumeIntegration, {
    renew: [["integrations"]],
    done: t("channels.resumed"),
  });
  const mayResume = useMay()(may.editIntegration);
  if (!isPaused(integration)) return null;
  const { message, since } = integration.statusReason ?? {};
  return (
    <Alert color="yellow" icon={<CirclePause size={18} />} title={t("channels.paused")} mb="lg">
      <Text>
        {message} <RelativeTime time={since} />
      </Text>
      <Text>{t("channels.breakerHint")}</Text>
      {mayResume && (
        <Button
          size="xs"
          mt="xs"
          loading={resume.isPending}
          onClick={() => resume.mutate(integration.id)}
        >
          {t("channels.resume")}
        </Button>
      )}
    </Alert>
  );
}
