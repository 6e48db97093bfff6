// Sending one notification: number, template, its values and the customer, with the message as
// the customer will see it and every reason against it said before anything is sent.
import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentlessResponse } from "@/api/types";
import { Page } from "@/components/Page";
import { SendForm } from "./SendForm";
import { Sent } from "./Sent";

export function SendPage() {
  const { t } = useTranslation();
  const [sent, setSent] = useState<AgentlessResponse | null>(null);
  return (
    <Page
      title={t("send.title")}
      actions={
        <Anchor component={Link} to="/interactions" c="dimmed">
          {t("interactions.title")}
        </Anchor>
      }
    >
      {sent ? <Sent sent={sent} onAgain={() => setSent(null)} /> : <SendForm onSent={setSent} />}
    </Page>
  );
}
