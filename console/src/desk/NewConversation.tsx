// Writing to a customer first: a conversation begins in one's hands, and a template is what it
// begins with. What speaks against sending is said before anything begins.
import { Button, Checkbox, Stack, TextInput } from "@mantine/core";
import { Send } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { SideSheet } from "@/components/SideSheet";
import { ErrorNotice } from "@/components/ErrorNotice";
import { WhatsAppPreview } from "@/components/WhatsAppPreview";
import { useDraft } from "@/interactions/draft";
import { NumberPicker, TemplatePicker } from "@/interactions/pickers";
import { PlaceholderFields } from "@/interactions/PlaceholderFields";
import { Refusals } from "@/interactions/Refusals";
import { useStart } from "./starting";
import { QueuePicker } from "./pickers";

interface Props {
  onClose: () => void;
  /** The conversation that began. */
  onStarted: (id: string) => void;
}

export default function NewConversation({ onClose, onStarted }: Props) {
  const { t } = useTranslation();
  return (
    <SideSheet title={t("outreach.title")} isOpen onClose={onClose}>
      <Form onStarted={onStarted} />
    </SideSheet>
  );
}

function Form({ onStarted }: Pick<Props, "onStarted">) {
  const { t } = useTranslation();
  const [queueId, setQueue] = useState<string>();
  const draft = useDraft(() => undefined);
  const start = useStart(onStarted);
  const isReady = draft.request !== null && queueId !== undefined && draft.refusals.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!draft.request || !queueId || !isReady) return;
    const shown = draft.rendered?.body ?? draft.template?.name;
    start.begin({ queueId, request: draft.request, shown });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <QueuePicker value={queueId} onChange={setQueue} error={start.errorAt("queueId")} />
        <NumberPicker
          value={draft.integrationId}
          onChange={(integrationId) =>
            draft.change({ integrationId, template: undefined, parameters: {} })
          }
        />
        <TextInput
          label={t("send.toAddress")}
          description={t("send.toAddressHint")}
          inputMode="tel"
          value={draft.toAddress}
          onChange={(event) => draft.change({ toAddress: event.currentTarget.value })}
          error={start.errorAt("toAddress") ?? draft.errorAt("toAddress")}
        />
        <TemplatePicker
          integrationId={draft.integrationId}
          value={draft.template?.id}
          onChange={(template) => draft.change({ template, parameters: {} })}
        />
        <PlaceholderFields draft={draft} />
        <Checkbox
          label={t("outreach.useExisting")}
          checked={draft.useExisting}
          onChange={(event) => draft.change({ useExisting: event.currentTarget.checked })}
        />
        <WhatsAppPreview content={draft.rendered ?? { body: t("send.nothingYet") }} />
        <Refusals draft={draft} />
        <ErrorNotice error={start.error ?? draft.error} />
        <Button
          type="submit"
          leftSection={<Send size={16} aria-hidden />}
          disabled={!isReady}
          loading={start.isPending}
        >
          {t("outreach.start")}
        </Button>
      </Stack>
    </form>
  );
}
