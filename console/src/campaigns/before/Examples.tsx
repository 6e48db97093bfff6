// Contacts with the message as they would see it, and what speaks against it.
import { SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TemplateContent } from "@/api/types";
import { Bubble } from "@/components/WhatsAppPreview";
import type { DryRun, Example } from "../types";
import classes from "./BeforeStart.module.css";

export function Examples({ run }: { run: DryRun }) {
  const { t } = useTranslation();
  const [which, setWhich] = useState<"first" | "random">("first");
  if (run.first.length === 0) return null;
  return (
    <Stack gap="sm">
      <SegmentedControl
        w="fit-content"
        size="xs"
        aria-label={t("campaigns.before.examples")}
        data={[
          { value: "first", label: t("campaigns.before.first") },
          { value: "random", label: t("campaigns.before.random") },
        ]}
        value={which}
        onChange={(value) => setWhich(value === "random" ? "random" : "first")}
      />
      <div className={classes.examples}>
        {run[which].map((example) => (
          <OneExample key={example.contactId} example={example} />
        ))}
      </div>
    </Stack>
  );
}

function OneExample({ example }: { example: Example }) {
  const { t } = useTranslation();
  const { address, rendered, refusals } = example;
  return (
    <div className={classes.example}>
      <Text size="xs" c="dimmed" mb={4} className="figures">
        {t("campaigns.before.to", { address })}
      </Text>
      {refusals.length > 0 ? (
        <Text c="var(--warn)" size="sm">
          {refusals[0]?.message}
        </Text>
      ) : (
        rendered && (
          <div className={classes.chat}>
            <Bubble content={contentOf(rendered)} />
          </div>
        )
      )}
    </div>
  );
}

function contentOf(rendered: NonNullable<Example["rendered"]>): TemplateContent {
  const { header, headerKind, body, footer, buttons = [] } = rendered;
  return {
    header:
      header || headerKind
        ? { format: (headerKind ?? "text").toUpperCase(), text: header }
        : undefined,
    body,
    footer,
    buttons: buttons.map(({ type = "", text = "" }) => ({ type, text })),
  };
}
