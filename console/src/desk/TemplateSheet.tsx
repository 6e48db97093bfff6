// Choosing a template for the customer, with its values and how it will look.
import { Button, Stack } from "@mantine/core";
import { Send } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { AgentlessRequest, Part, Template } from "@/api/types";
import { SideSheet } from "@/components/SideSheet";
import { WhatsAppPreview } from "@/components/WhatsAppPreview";
import { filledIn, placeholderKey } from "@/interactions/draft";
import { TemplatePicker } from "@/interactions/pickers";
import { PlaceholderFields } from "@/interactions/PlaceholderFields";
import type { Content } from "./outbox";

interface Props {
  integrationId: string;
  isOpen: boolean;
  onClose: () => void;
  onSend: (content: Content) => void;
}

export function TemplateSheet(props: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("desk.template.title")} isOpen={props.isOpen} onClose={props.onClose}>
      <Form {...props} />
    </SideSheet>
  );
}

interface Written {
  template?: Template;
  parameters: Record<string, string>;
}

function Form({ integrationId, onClose, onSend }: Props) {
  const { t } = useTranslation();
  const [written, setWritten] = useState<Written>({ parameters: {} });
  const content = contentOf(written);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!content) return;
    onSend(content);
    onClose();
  };
  const fields = {
    ...written,
    change: (changes: Partial<Written>) => setWritten((before) => ({ ...before, ...changes })),
    errorAt: () => undefined,
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TemplatePicker
          integrationId={integrationId}
          value={written.template?.id}
          onChange={(template) => setWritten({ template, parameters: {} })}
        />
        <PlaceholderFields draft={fields} />
        <WhatsAppPreview content={filledIn(written) ?? { body: t("send.nothingYet") }} />
        <Button type="submit" leftSection={<Send size={16} aria-hidden />} disabled={!content}>
          {t("desk.template.send")}
        </Button>
      </Stack>
    </form>
  );
}

/** The message as it is sent; undefined while a value is missing. */
function contentOf({ template, parameters }: Written): Content | undefined {
  if (!template) return undefined;
  const valueOf = (each: Template["placeholders"][number]) =>
    parameters[placeholderKey(each)] ?? "";
  const isFilled = template.placeholders.every(
    (each) => each.required === false || valueOf(each) !== "",
  );
  if (!isFilled) return undefined;
  const of = (part: Part) =>
    template.placeholders
      .filter((each) => each.part === part && valueOf(each) !== "")
      .map((each) => ({ id: each.key, value: valueOf(each) }));
  const chosen: AgentlessRequest["messagingTemplate"] = {
    responseId: template.responseId,
    headerParameters: of("header"),
    bodyParameters: of("body"),
    buttonUrlParameters: of("button"),
  };
  return { template: chosen, shown: filledIn({ template, parameters })?.body ?? template.name };
}
