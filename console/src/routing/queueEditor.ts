// The editor of a queue: its settings as the form holds them, and their way to the API and back.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useEditor, type Editor, type Stored } from "@/components/editor";
import { useNotice } from "@/components/notice";
import { changeQueue, QUEUES_KEY, readQueue } from "./queries";
import type { Queue, QueueEdit } from "./types";

export interface Ring {
  seconds: number | string;
  dropSkills: string[];
}

export type QueueValues = {
  name: string;
  description: string;
  division: string;
  assignment: string;
  scoring: string;
  skills: string;
  lastAgent: string;
  manual: boolean;
  alertingSeconds: number | string;
  autoAnswer: boolean;
  levelPercent: number | string;
  levelSeconds: number | string;
  acwMode: string;
  acwSeconds: number | string;
  rings: Ring[];
  overflow: string;
  overflowSeconds: number | string;
  overflowQueue: string;
};

const OVERFLOW_SECONDS = 600;

export function valuesOf(queue: Queue): Stored<QueueValues> {
  const { alertingTimeoutSeconds, enableAutoAnswer, serviceLevel } = queue.mediaSettings.message;
  const { overflow } = queue;
  return {
    version: queue.version,
    values: {
      name: queue.name,
      description: queue.description,
      division: queue.division.id,
      assignment: queue.assignmentMethod,
      scoring: queue.scoringMethod,
      skills: queue.skillEvaluationMethod,
      lastAgent: queue.lastAgentRoutingMode,
      manual: queue.enableManualAssignment,
      alertingSeconds: alertingTimeoutSeconds,
      autoAnswer: enableAutoAnswer,
      levelPercent: Math.round(serviceLevel.percentage * 1000) / 10,
      levelSeconds: serviceLevel.durationMs / 1000,
      acwMode: queue.acwSettings.wrapupPrompt,
      acwSeconds: queue.acwSettings.timeoutMs / 1000,
      rings: (queue.bullseye?.rings ?? []).map(({ expansionCriteria, actions }) => ({
        seconds: expansionCriteria[0]?.threshold ?? 0,
        dropSkills: actions.skillsToRemove.map(({ id }) => id),
      })),
      overflow: overflow?.action ?? "none",
      overflowSeconds: overflow?.afterSeconds ?? OVERFLOW_SECONDS,
      overflowQueue: overflow?.queue?.id ?? "",
    },
  };
}

/** The values as the API takes them; fields are filled in when they come here. */
export function editOf(values: QueueValues, version?: number): QueueEdit {
  return {
    name: values.name.trim(),
    description: values.description,
    division: { id: values.division },
    assignmentMethod: values.assignment as QueueEdit["assignmentMethod"],
    scoringMethod: values.scoring as QueueEdit["scoringMethod"],
    skillEvaluationMethod: values.skills as QueueEdit["skillEvaluationMethod"],
    lastAgentRoutingMode: values.lastAgent as QueueEdit["lastAgentRoutingMode"],
    enableManualAssignment: values.manual,
    mediaSettings: {
      message: {
        enableAutoAnswer: values.autoAnswer,
        alertingTimeoutSeconds: Number(values.alertingSeconds),
        serviceLevel: {
          percentage: Number(values.levelPercent) / 100,
          durationMs: Number(values.levelSeconds) * 1000,
        },
      },
    },
    acwSettings: {
      wrapupPrompt: values.acwMode as NonNullable<QueueEdit["acwSettings"]>["wrapupPrompt"],
      timeoutMs: Number(values.acwSeconds) * 1000,
    },
    bullseye: {
      rings: values.rings.map(({ seconds, dropSkills }) => ({
        expansionCriteria: [{ type: "TIMEOUT_SECONDS", threshold: Number(seconds) }],
        actions: { skillsToRemove: dropSkills.map((id) => ({ id })) },
      })),
    },
    overflow: {
      action: values.overflow as NonNullable<QueueEdit["overflow"]>["action"],
      afterSeconds: Number(values.overflowSeconds),
      ...(values.overflow === "transfer" &&
        values.overflowQueue && { queue: { id: values.overflowQueue } }),
    },
    ...(version !== undefined && { version }),
  };
}

const MESSAGE = "mediaSettings.message";
const ALSO: Record<string, keyof QueueValues> = {
  [`${MESSAGE}.alertingTimeoutSeconds`]: "alertingSeconds",
  [`${MESSAGE}.serviceLevel.percentage`]: "levelPercent",
  [`${MESSAGE}.serviceLevel.durationMs`]: "levelSeconds",
  "acwSettings.timeoutMs": "acwSeconds",
  "bullseye.rings": "rings",
  "bullseye.rings.expansionCriteria.threshold": "rings",
  "bullseye.rings.actions.skillsToRemove": "rings",
  "overflow.afterSeconds": "overflowSeconds",
  "overflow.queue": "overflowQueue",
};

export function useQueueEditor(queue: Queue): Editor<QueueValues> {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notice = useNotice();
  const { values, version } = valuesOf(queue);
  const filled = (value: number | string) => (value === "" ? t("form.required") : null);
  return useEditor<QueueValues>({
    initial: values,
    version,
    labels: useLabels(),
    also: ALSO,
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      alertingSeconds: filled,
      levelPercent: filled,
      levelSeconds: filled,
      acwSeconds: filled,
      overflowSeconds: filled,
      overflowQueue: (value, { overflow }) =>
        overflow === "transfer" && !value ? t("form.required") : null,
      rings: (rings) => (rings.every(({ seconds }) => seconds !== "") ? null : t("form.required")),
    },
    save: async (edit, against) => {
      const stored = await changeQueue(queue.id, editOf(edit, against));
      await queries.invalidateQueries({ queryKey: QUEUES_KEY });
      notice(t("form.saved"));
      return valuesOf(stored);
    },
    reread: async () => valuesOf(await readQueue(queue.id)),
  });
}

function useLabels(): Record<keyof QueueValues, string> {
  const { t } = useTranslation();
  return {
    name: t("queues.name"),
    description: t("queues.description"),
    division: t("queues.division"),
    assignment: t("queues.assignment"),
    scoring: t("queues.scoring"),
    skills: t("queues.skillsAsked"),
    lastAgent: t("queues.lastAgent"),
    manual: t("queues.manual"),
    alertingSeconds: t("queues.alerting"),
    autoAnswer: t("queues.autoAnswer"),
    levelPercent: t("queues.levelPercent"),
    levelSeconds: t("queues.levelSeconds"),
    acwMode: t("queues.acw"),
    acwSeconds: t("queues.acwSeconds"),
    rings: t("queues.rings"),
    overflow: t("queues.overflow"),
    overflowSeconds: t("queues.overflowSeconds"),
    overflowQueue: t("queues.overflowQueue"),
  };
}
