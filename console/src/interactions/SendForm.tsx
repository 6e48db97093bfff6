// The form of a notification beside its preview.
import { Button, Checkbox, Stack, TextInput } from "@mantine/core";
import { Send } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { AgentlessResponse } from "@/api/types";
import { ErrorNotice } from "@/components/ErrorNotice";
import { WhatsAppPreview } from "@/components/WhatsAppPreview";
import { useDraft, type Draft } from "./draft";
import { NumberPicker, TemplatePicker } from "./pickers";
import { PlaceholderFields } from "./PlaceholderFields";
import { Refusals } from "./Refusals";
import classes from "./SendForm.module.css";

export function SendForm({ onSent }: { onSent: (sent: AgentlessResponse) => void }) {
  const { t } = useTranslation();
  const draft = useDraft(onSent);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    draft.send();
  };
  return (
    <div className={classes.columns}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <NumberPicker
            value={draft.integrationId}
            onChange={(integrationId) => draft.change({ integrationId })}
          />
          <TemplatePicker
            integrationId={draft.integrationId}
            value={draft.template?.id}
            onChange={(template) => draft.change({ template, parameters: {} })}
          />
          <PlaceholderFields draft={draft} />
          <Customer draft={draft} />
          <ErrorNotice error={draft.error} />
          <Button
            type="submit"
            leftSection={<Send size={16} aria-hidden />}
            loading={draft.isSending}
            disabled={!draft.request || draft.refusals.length > 0}
          >
            {t("send.send")}
          </Button>
        </Stack>
      </form>
      <div className={classes.preview}>
        <Stack gap="md">
          <WhatsAppPreview content={draft.rendered ?? { body: t("send.nothingYet") }} />
          <Refusals draft={draft} />
        </Stack>
      </div>
    </div>
  );
}

function Customer({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("send.toAddress")}
        description={t("send.toAddressHint")}
        inputMode="tel"
        autoComplete="off"
        value={draft.toAddress}
        onChange={(event) => draft.change({ toAddress: event.currentTarget.value })}
        error={draft.errorAt("toAddress")}
      />
      <Checkbox
        label={t("send.useExisting")}
        checked={draft.useExisting}
        onChange={(event) => draft.change({ useExisting: event.currentTarget.checked })}
      />
    </>
  );
}
