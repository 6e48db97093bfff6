// Asking Meta about the number, and each answer in words.
import { Button, Group, List, Text, ThemeIcon } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Check as CheckSign, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { may, useMay } from "@/api/permissions";
import type { CheckResult, Integration } from "@/api/types";
import { useAction } from "@/components/action";
import { Section } from "@/components/Section";
import { checkIntegration, subscribeIntegration } from "./queries";

export function Check({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const renew = { after: () => void queries.invalidateQueries({ queryKey: ["integrations"] }) };
  const check = useAction(checkIntegration, renew);
  const subscribe = useAction(subscribeIntegration, renew);
  const isAllowed = useMay();
  const latest = subscribe.submittedAt > check.submittedAt ? subscribe : check;
  return (
    <Section
      title={t("channels.check")}
      hint={t("channels.checkHint")}
      action={
        isAllowed(may.editIntegration) && (
          <Group gap="xs">
            <Button
              variant="default"
              loading={subscribe.isPending}
              onClick={() => subscribe.mutate(integration.id)}
            >
              {t("channels.subscribe")}
            </Button>
            <Button
              variant="default"
              loading={check.isPending}
              onClick={() => check.mutate(integration.id)}
            >
              {t("channels.checkVerb")}
            </Button>
          </Group>
        )
      }
    >
      <div aria-live="polite">{latest.data && <Results results={latest.data.results} />}</div>
    </Section>
  );
}

function Results({ results }: { results: CheckResult[] }) {
  const { t } = useTranslation();
  return (
    <List spacing="xs" center={false} listStyleType="none" pl={0}>
      {results.map(({ code, ok, message, mend }) => (
        <List.Item
          key={code}
          icon={
            <ThemeIcon size={20} radius="xl" color={ok ? "teal" : "red.8"}>
              {ok ? (
                <CheckSign size={13} aria-label={t("channels.ok")} />
              ) : (
                <X size={13} aria-label={t("channels.notOk")} />
              )}
            </ThemeIcon>
          }
        >
          {message}
          {mend && <Text c="dimmed">{mend}</Text>}
        </List.Item>
      ))}
    </List>
  );
}
