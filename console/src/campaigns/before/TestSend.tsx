// The message on a real phone before anybody else gets it.
import { Anchor, Button, List, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Send } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Section } from "@/components/Section";
import type { Campaign, Tested } from "../types";
import { sendTest } from "./queries";

const MOST = 10;

export function TestSend({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const [numbers, setNumbers] = useState<string[]>([]);
  const sending = useMutation({ mutationFn: () => sendTest(campaign.id, numbers) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <Section title={t("campaigns.test.title")} hint={t("campaigns.test.hint")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TagsInput
            label={t("campaigns.test.numbers")}
            description={t("campaigns.test.numbersHint", { most: MOST })}
            value={numbers}
            onChange={(next) => {
              setNumbers(next);
              sending.reset();
            }}
            maxTags={MOST}
            splitChars={[",", ";"]}
            acceptValueOnBlur
            inputMode="tel"
          />
          <div>
            <Button
              type="submit"
              variant="default"
              leftSection={<Send size={16} aria-hidden />}
              loading={sending.isPending}
              disabled={numbers.length === 0}
            >
              {t("campaigns.test.send")}
            </Button>
          </div>
          <ErrorNotice error={sending.error} />
          {sending.data && <Results tested={sending.data} />}
        </Stack>
      </form>
    </Section>
  );
}

function Results({ tested }: { tested: Tested[] }) {
  const { t } = useTranslation();
  return (
    <List aria-live="polite" listStyleType="none">
      {tested.map(({ address, sent, interactionUri, refusals }) => (
        <List.Item key={address}>
          <b className="figures">{address}</b>{" "}
          {sent ? (
            <Anchor component={Link} to={pageOf(interactionUri)}>
              {t("campaigns.test.sent")}
            </Anchor>
          ) : (
            <Text component="span" c="var(--bad)">
              {refusals?.[0]?.message}
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}

const pageOf = (interactionUri = "") => interactionUri.replace(/^\/api\/v2/, "");
