// The editor of a campaign: what is typed, what may be typed, and saving it with its schedule.
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/errors";
import { isSame, useEditor, type Editor } from "@/components/editor";
import { changeCampaign, createCampaign, readCampaign, CAMPAIGNS_KEY } from "../queries";
import type { Campaign, Schedule, ScheduleEdit } from "../types";
import { deleteSchedule, putSchedule, scheduleQuery } from "./queries";
import {
  bodyOf,
  lockOf,
  valuesOf,
  type CampaignValues,
  type Lock,
  type ScheduleValues,
} from "./values";

export interface CampaignEditor extends Editor<CampaignValues> {
  /** Why a field cannot be changed now; undefined when it can. */
  lock: (field: keyof CampaignValues) => Lock | undefined;
  set: (changes: Partial<CampaignValues>) => void;
  values: CampaignValues;
  errorAt: (field: keyof CampaignValues) => string | undefined;
}

interface Options {
  initial: CampaignValues;
  campaign?: Campaign;
  schedule?: Schedule | null;
  isRunning?: boolean;
  isLaidOut?: boolean;
  onSaved: (campaign: Campaign) => void;
}

export function useCampaignEditor(options: Options): CampaignEditor {
  const { initial, campaign, isRunning = false, isLaidOut = false } = options;
  const { t } = useTranslation();
  const editor = useEditor<CampaignValues>({
    initial,
    version: campaign?.version,
    labels: useLabels(),
    validate: {
      name: (value) => (value.trim() ? null : t("form.required")),
      contactList: (value) => (value ? null : t("form.required")),
      whatsAppIntegration: (value) => (value ? null : t("form.required")),
      contentTemplate: (value) => (value ? null : t("form.required")),
      messagesPerMinute: (value) => (value >= 1 ? null : t("form.required")),
    },
    save: useSave(options),
    reread: campaign && (() => rereadOf(campaign.id, options.schedule ?? null)),
  });
  const { form } = editor;
  return {
    ...editor,
    values: form.getValues(),
    lock: (field) => lockOf(field, { isRunning, isLaidOut }),
    set: (changes) => {
      form.setValues(changes);
      for (const field of Object.keys(changes)) form.clearFieldError(field);
    },
    errorAt: (field) => form.errors[field] as string | undefined,
  };
}

async function rereadOf(id: string, schedule: Schedule | null) {
  const stored = await readCampaign(id);
  return { values: valuesOf(stored, schedule), version: stored.version };
}

function useSave({ campaign, schedule, onSaved }: Options) {
  const queries = useQueryClient();
  // What was made stays made when its schedule is refused: the next try changes it.
  const made = useRef<Campaign>(undefined);
  const planned = useRef(schedule ?? null);
  return async (values: CampaignValues, version: number | undefined) => {
    try {
      const id = made.current?.id ?? campaign?.id;
      const body = bodyOf(values, version ?? made.current?.version);
      const stored = await (id ? changeCampaign(id, body) : createCampaign(body));
      made.current = stored;
      planned.current = await saveSchedule(stored.id, values.schedule, planned.current);
      queries.setQueryData(scheduleQuery(stored.id).queryKey, planned.current);
      await queries.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
      onSaved(stored);
      return { values: valuesOf(stored, planned.current), version: stored.version };
    } catch (error) {
      throw error instanceof ApiError ? atOurFields(error) : error;
    }
  };
}

async function saveSchedule(
  id: string,
  wanted: ScheduleValues | null,
  stored: Schedule | null,
): Promise<Schedule | null> {
  if (!wanted) {
    if (stored) await deleteSchedule(id);
    return null;
  }
  const { timeZone, intervals, recurrences } = stored ?? {};
  if (isSame(wanted, { timeZone, intervals, recurrences })) return stored;
  try {
    const body = { ...wanted, version: stored?.version } as ScheduleEdit;
    return await putSchedule(id, body);
  } catch (error) {
    throw error instanceof ApiError ? about("schedule", error) : error;
  }
}

function about(fieldName: string, error: ApiError): ApiError {
  const { message, status, code } = error;
  return new ApiError({ message, code, details: [{ fieldName, message }] }, status);
}

/** A detail about a part of a field, such as contactSorts[0].fieldName, belongs to the field. */
function atOurFields(error: ApiError): ApiError {
  const details = error.details.map((detail) => ({
    ...detail,
    fieldName: detail.fieldName?.replace(/\[.*$/, "").replace(/^whatsAppConfig\./, ""),
  }));
  const { message, code, contextId, status } = error;
  return new ApiError({ message, code, contextId, details }, status);
}

function useLabels(): Record<keyof CampaignValues, string> {
  const { t } = useTranslation();
  return {
    name: t("campaigns.name"),
    division: t("people.division"),
    contactList: t("campaigns.list"),
    whatsAppColumns: t("campaigns.column"),
    contactListFilters: t("campaigns.filter"),
    whatsAppIntegration: t("campaigns.number"),
    contentTemplate: t("campaigns.template"),
    parameterMappings: t("campaigns.values"),
    messagesPerMinute: t("campaigns.messagesPerMinute"),
    dncLists: t("campaigns.dncLists"),
    contactSorts: t("campaigns.sorts"),
    alwaysRunning: t("campaigns.alwaysRunning"),
    quietHours: t("campaigns.quietHours"),
    schedule: t("campaigns.schedule"),
  };
}
