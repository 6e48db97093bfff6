// Recording that a customer agreed, or no longer agrees, to be messaged.
import { SegmentedControl, Select, Textarea, TextInput, Input } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ConsentCategory, ConsentEdit, ConsentState } from "@/api/types";
import { useEditor } from "@/components/editor";
import { EditorForm } from "@/components/EditorForm";
import { useWord } from "@/components/words";
import { useNotice } from "@/components/notice";
import { recordConsent } from "./queries";

const SOURCES = ["console", "website", "form", "phone", "message", "contract"];

interface Props {
  address?: string;
  category?: ConsentCategory;
  onDone: () => void;
}

type Values = Record<"address" | "category" | "state" | "source" | "evidence" | "time", string>;

export function RecordConsent({ address = "", category = "utility", onDone }: Props) {
  const { t } = useTranslation();
  const word = useWord();
  const editor = useRecordEditor({ address, category, onDone });
  const { form, labels } = editor;
  const choices = (vocabulary: "category" | "consentState" | "consentSource", values: string[]) =>
    values.map((value) => ({ value, label: word(vocabulary, value) }));
  return (
    <EditorForm editor={editor} inSheet verb={t("consent.recordVerb")}>
      <TextInput
        label={labels.address}
        description={t("consent.addressHint")}
        inputMode="tel"
        data-autofocus
        {...form.getInputProps("address")}
      />
      <Input.Wrapper label={labels.state}>
        <SegmentedControl
          fullWidth
          aria-label={labels.state}
          data={choices("consentState", ["optedIn", "optedOut"])}
          {...form.getInputProps("state")}
        />
      </Input.Wrapper>
      <Select
        label={labels.category}
        description={t("consent.categoryHint")}
        data={choices("category", ["utility", "marketing"])}
        allowDeselect={false}
        {...form.getInputProps("category")}
      />
      <Select
        label={labels.source}
        data={choices("consentSource", SOURCES)}
        allowDeselect={false}
        {...form.getInputProps("source")}
      />
      <Textarea
        label={labels.evidence}
        description={t("consent.evidenceHint")}
        autosize
        minRows={2}
        {...form.getInputProps("evidence")}
      />
      <TextInput
        label={labels.time}
        description={t("consent.timeHint")}
        type="datetime-local"
        {...form.getInputProps("time")}
      />
    </EditorForm>
  );
}

function useRecordEditor({ address, category, onDone }: Required<Props>) {
  const { t } = useTranslation();
  const notice = useNotice();
  const queries = useQueryClient();
  return useEditor<Values>({
    initial: { address, category, state: "optedIn", source: "console", evidence: "", time: "" },
    labels: {
      address: t("consent.address"),
      category: t("consent.category"),
      state: t("consent.state"),
      source: t("consent.source"),
      evidence: t("consent.evidence"),
      time: t("consent.time"),
    },
    validate: {
      address: (value) => (value.replace(/\D/g, "").length >= 7 ? null : t("form.phone")),
    },
    save: async (values) => {
      await recordConsent(editOf(values));
      await queries.invalidateQueries({ queryKey: ["consents"] });
      notice(t("consent.recorded"));
      onDone();
    },
  });
}

function editOf({ address, category, state, source, evidence, time }: Values): ConsentEdit {
  return {
    address,
    source,
    category: category as ConsentCategory,
    state: state as ConsentState,
    ...(evidence && { evidence }),
    ...(time && { time: new Date(time).toISOString() }),
  };
}
