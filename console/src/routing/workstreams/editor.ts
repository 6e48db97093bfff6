// The editor of a workstream, and which of its parts a field belongs to.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useEditor, type Editor } from "@/components/editor";
import { useNotice } from "@/components/notice";
import { isFilled } from "./conditions";
import { changeWorkstream, readWorkstream, WORKSTREAMS_KEY } from "./queries";
import { editOf, valuesOf, type Rule, type Values, type Workstream } from "./values";

/** The parts of a workstream in the order of the wizard, each with its fields. */
export const PARTS = {
  basics: ["name", "division", "language", "numbers", "operatingHours"],
  rules: ["rules", "fallbackQueue"],
  distribution: [
    "distribution",
    "capacityUnits",
    "wrapupBlocks",
    "allowedPresences",
    "keepSameAgent",
    "declineLimit",
    "agentAwayMinutes",
  ],
  behaviour: [
    "customerFiles",
    "agentFiles",
    "threadingHours",
    "openHours",
    "connectedHours",
    "parkedHours",
  ],
  messages: ["messages", "quickReplies"],
  survey: ["survey"],
} as const satisfies Record<string, (keyof Values)[]>;
export type Part = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as Part[];

/** What the fields of each part take. */
export interface FieldsProps {
  editor: Editor<Values>;
  workstream: Workstream;
}

/** The parts in which something is wrong. */
export const wrongParts = (errors: Record<string, unknown>): Part[] =>
  PART_NAMES.filter((part) => PARTS[part].some((field) => errors[field]));

const ALSO: Record<string, keyof Values> = {
  "division.id": "division",
  "attachments.customers": "customerFiles",
  "attachments.agents": "agentFiles",
};

export function useWorkstreamEditor(workstream: Workstream, onSaved: () => void): Editor<Values> {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  const { values, version } = valuesOf(workstream);
  return useEditor<Values>({
    initial: values,
    version,
    labels: useLabels(),
    also: ALSO,
    validate: useRules(),
    save: async (edit, against) => {
      const stored = await changeWorkstream(workstream.id, editOf(edit, against));
      await queries.invalidateQueries({ queryKey: WORKSTREAMS_KEY });
      notice(t("form.saved"));
      onSaved();
      return valuesOf(stored);
    },
    reread: async () => valuesOf(await readWorkstream(workstream.id)),
  });
}

function useRules() {
  const { t } = useTranslation();
  const filled = (value: number | string) => (value === "" ? t("form.required") : null);
  const isWhole = ({ name, queue, conditions }: Rule) =>
    Boolean(name.trim() && queue) && conditions.every(isFilled);
  return {
    name: (value: string) => (value.trim() ? null : t("form.required")),
    openHours: filled,
    connectedHours: filled,
    parkedHours: filled,
    capacityUnits: filled,
    declineLimit: filled,
    agentAwayMinutes: filled,
    allowedPresences: (value: string[]) => (value.length > 0 ? null : t("form.required")),
    rules: (rules: Rule[]) => (rules.every(isWhole) ? null : t("workstreams.fillInRules")),
    messages: (messages: Values["messages"]) =>
      messages.every(({ text }) => text.trim()) ? null : t("workstreams.fillInTexts"),
    quickReplies: (replies: Values["quickReplies"]) =>
      replies.every(({ name, text }) => name.trim() && text.trim())
        ? null
        : t("workstreams.fillInReplies"),
  };
}

function useLabels(): Record<keyof Values, string> {
  const { t } = useTranslation();
  return {
    name: t("workstreams.name"),
    division: t("queues.division"),
    language: t("workstreams.language"),
    numbers: t("workstreams.numbers"),
    operatingHours: t("hours.title"),
    customerFiles: t("workstreams.customerFiles"),
    agentFiles: t("workstreams.agentFiles"),
    threadingHours: t("workstreams.threading"),
    openHours: t("workstreams.closeOpen"),
    connectedHours: t("workstreams.closeConnected"),
    parkedHours: t("workstreams.closeParked"),
    rules: t("workstreams.rules"),
    fallbackQueue: t("workstreams.fallback"),
    distribution: t("workstreams.distribution"),
    capacityUnits: t("workstreams.capacity"),
    wrapupBlocks: t("workstreams.wrapupBlocks"),
    allowedPresences: t("workstreams.presences"),
    keepSameAgent: t("workstreams.sameAgent"),
    declineLimit: t("workstreams.declineLimit"),
    agentAwayMinutes: t("workstreams.away"),
    messages: t("workstreams.messages"),
    quickReplies: t("workstreams.quickReplies"),
    survey: t("workstreams.survey"),
  };
}
