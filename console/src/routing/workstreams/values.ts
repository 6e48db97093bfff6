// A workstream as its form holds it, and its way to the API and back.
import type { Asked, Ref, Row } from "@/api/types";
import type { Stored } from "@/components/editor";
import { newTest, type Condition } from "./conditions";

type WorkstreamAsIs = Row<"/api/v2/routing/workstreams">;
export type WorkstreamEdit = Asked<"/api/v2/routing/workstreams">;
export interface NumberOf {
  id: string;
  name: string;
  phoneNumber: string;
}
interface StoredRule {
  name: string;
  conditions: { field: string; test: string; values: string[] }[];
  queue: Ref;
  skills: Ref[];
  language?: Ref;
  priority: number;
}
interface Narrowed {
  numbers: NumberOf[];
  rules: StoredRule[];
  autoClose: { openHours: number; connectedHours: number; parkedHours: number };
  attachments: { customers: boolean; agents: boolean };
  quickReplies: QuickReply[];
}
export type Workstream = Omit<WorkstreamAsIs, keyof Narrowed> & Narrowed;

export interface Rule {
  name: string;
  conditions: Condition[];
  queue: string | null;
  skills: string[];
  language: string | null;
  priority: number | string;
}
export type Message = NonNullable<WorkstreamEdit["messages"]>[number];
export type Trigger = Message["trigger"];
export interface QuickReply {
  name: string;
  text: string;
}
export interface SurveyText {
  language: string;
  question: string;
  commentQuestion: string;
  thanks: string;
}
export interface SurveyValues {
  enabled: boolean;
  expiryHours: number | string;
  askComment: boolean;
  texts: SurveyText[];
}

export type Values = {
  name: string;
  division: string;
  language: string;
  numbers: string[];
  operatingHours: string | null;
  customerFiles: boolean;
  agentFiles: boolean;
  threadingHours: number | string;
  openHours: number | string;
  connectedHours: number | string;
  parkedHours: number | string;
  rules: Rule[];
  fallbackQueue: string | null;
  distribution: string;
  capacityUnits: number | string;
  wrapupBlocks: boolean;
  allowedPresences: string[];
  keepSameAgent: boolean;
  declineLimit: number | string;
  agentAwayMinutes: number | string;
  messages: Message[];
  quickReplies: QuickReply[];
  survey: SurveyValues;
};

const NO_SURVEY: SurveyValues = { enabled: false, expiryHours: 12, askComment: true, texts: [] };

export const newRule = (): Rule => ({
  name: "",
  conditions: [newTest("text")],
  queue: null,
  skills: [],
  language: null,
  priority: 0,
});

export function valuesOf(stored: Workstream): Stored<Values> {
  return {
    version: stored.version,
    values: {
      name: stored.name,
      division: stored.division.id,
      language: stored.language,
      numbers: stored.numbers.map(({ id }) => id),
      operatingHours: stored.operatingHours?.id ?? null,
      customerFiles: stored.attachments.customers,
      agentFiles: stored.attachments.agents,
      threadingHours: stored.threadingHours ?? "",
      ...stored.autoClose,
      rules: stored.rules.map(toRule),
      fallbackQueue: stored.fallbackQueue?.id ?? null,
      distribution: stored.distribution,
      capacityUnits: stored.capacityUnits,
      wrapupBlocks: stored.wrapupBlocksCapacity,
      allowedPresences: stored.allowedPresences,
      keepSameAgent: stored.keepSameAgent,
      declineLimit: stored.declineLimit,
      agentAwayMinutes: stored.agentAwayMinutes,
      messages: stored.messages,
      quickReplies: stored.quickReplies,
      survey: { ...NO_SURVEY, ...(stored.survey as Partial<SurveyValues> | undefined) },
    },
  };
}

const toRule = ({ name, conditions, queue, skills, language, priority }: StoredRule): Rule => ({
  name,
  conditions,
  queue: queue.id,
  skills: skills.map(({ id }) => id),
  language: language?.id ?? null,
  priority,
});

const ref = (id: string | null) => (id ? { id } : null);

/** The values as the API takes them. */
export function editOf(values: Values, version?: number): WorkstreamEdit {
  const { threadingHours, survey } = values;
  return {
    name: values.name.trim(),
    division: { id: values.division },
    language: values.language,
    numbers: values.numbers.map((id) => ({ id })),
    operatingHours: ref(values.operatingHours),
    attachments: { customers: values.customerFiles, agents: values.agentFiles },
    threadingHours: threadingHours === "" ? null : Number(threadingHours),
    autoClose: {
      openHours: Number(values.openHours),
      connectedHours: Number(values.connectedHours),
      parkedHours: Number(values.parkedHours),
    },
    rules: values.rules.map((rule) => ({
      name: rule.name,
      conditions: rule.conditions,
      queue: { id: rule.queue ?? "" },
      skills: rule.skills.map((id) => ({ id })),
      ...(rule.language && { language: { id: rule.language } }),
      priority: Number(rule.priority),
    })),
    fallbackQueue: ref(values.fallbackQueue),
    distribution: values.distribution as WorkstreamEdit["distribution"],
    capacityUnits: Number(values.capacityUnits),
    wrapupBlocksCapacity: values.wrapupBlocks,
    allowedPresences: values.allowedPresences,
    keepSameAgent: values.keepSameAgent,
    declineLimit: Number(values.declineLimit),
    agentAwayMinutes: Number(values.agentAwayMinutes),
    messages: values.messages,
    quickReplies: values.quickReplies,
    survey: { ...survey, expiryHours: Number(survey.expiryHours) },
    ...(version !== undefined && { version }),
  };
}
