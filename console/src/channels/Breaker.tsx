// Sending paused itself because too much failed: why, and the button that lets it go on.
import { Alert, Button, Text } from "@mantine/core";
import { CirclePause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { Integration } from "@/api/types";
import { useAction } from "@/components/action";
import { RelativeTime } from "@/components/RelativeTime";
import { useWord } from "@/components/words";
import { resumeIntegration } from "./queries";
import { isPaused } from "./status";

export function Breaker({ integration }: { integration: Integration }) {
  const { t, i18n } = useTranslation();
  const word = useWord();
  const resume = useAction(resumeIntegration, {
    renew: [["integrations"]],
    done: t("channels.resumed"),
  });
  const mayResume = useMay()(may.editIntegration);
  if (!isPaused(integration) || !integration.breaker) return null;
  const { state, failureRate, since } = integration.breaker;
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" });
  return (
    <Alert color="yellow" icon={<CirclePause size={18} />} title={word("breaker", state)} mb="lg">
      <Text>{t("channels.breakerHint")}</Text>
      <Text size="xs" mt={4}>
        {failureRate !== undefined &&
          t("channels.failureRate", { percent: percent.format(failureRate) })}{" "}
        <RelativeTime time={since} />
      </Text>
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
