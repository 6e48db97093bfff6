// A campaign as its form holds it, and as the API takes it.
import type { Ref } from "@/api/types";
import type {
  Campaign,
  CampaignEdit,
  Interval,
  Mapping,
  QuietHours,
  Recurrence,
  Schedule,
  Sort,
} from "../types";

export interface ScheduleValues {
  timeZone: string;
  intervals: Interval[];
  recurrences: Recurrence[];
}

/** By the names of the API, so that what it says about a field finds that field. */
export type CampaignValues = {
  name: string;
  division: string;
  contactList: Ref | null;
  whatsAppColumns: string;
  contactListFilters: Ref | null;
  whatsAppIntegration: Ref | null;
  contentTemplate: Ref | null;
  parameterMappings: Mapping[];
  messagesPerMinute: number;
  dncLists: Ref[];
  contactSorts: Sort[];
  alwaysRunning: boolean;
  /** null: as set for all campaigns; {} : none at all. */
  quietHours: QuietHours | null;
  schedule: ScheduleValues | null;
};

export const MOST_SORTS = 4;
export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const NEW_CAMPAIGN: CampaignValues = {
  name: "",
  division: "",
  contactList: null,
  whatsAppColumns: "",
  contactListFilters: null,
  whatsAppIntegration: null,
  contentTemplate: null,
  parameterMappings: [],
  messagesPerMinute: 60,
  dncLists: [],
  contactSorts: [],
  alwaysRunning: false,
  quietHours: null,
  schedule: null,
};

const short = ({ id, name }: Ref): Ref => ({ id, name });

export function valuesOf(campaign: Campaign, schedule: Schedule | null): CampaignValues {
  const { whatsAppConfig: config, contactListFilters: filters } = campaign;
  return {
    name: campaign.name,
    division: campaign.division.id,
    contactList: short(campaign.contactList),
    whatsAppColumns: config.whatsAppColumns[0] ?? "",
    contactListFilters: filters[0] ? short(filters[0]) : null,
    whatsAppIntegration: short(config.whatsAppIntegration),
    contentTemplate: short(config.contentTemplate),
    parameterMappings: campaign.parameterMappings,
    messagesPerMinute: campaign.messagesPerMinute,
    dncLists: campaign.dncLists.map(short),
    contactSorts: campaign.contactSorts,
    alwaysRunning: campaign.alwaysRunning,
    quietHours: campaign.quietHours ?? null,
    schedule: schedule && {
      timeZone: schedule.timeZone,
      intervals: schedule.intervals,
      recurrences: schedule.recurrences,
    },
  };
}

export function bodyOf(values: CampaignValues, version: number | undefined): CampaignEdit {
  const ref = (chosen: Ref | null) => (chosen ? { id: chosen.id } : undefined);
  return {
    name: values.name,
    version,
    division: values.division ? { id: values.division } : undefined,
    contactList: ref(values.contactList),
    contactListFilters: values.contactListFilters ? [{ id: values.contactListFilters.id }] : [],
    whatsAppConfig: {
      whatsAppColumns: values.whatsAppColumns ? [values.whatsAppColumns] : [],
      whatsAppIntegration: ref(values.whatsAppIntegration),
      contentTemplate: ref(values.contentTemplate),
    },
    parameterMappings: values.parameterMappings,
    messagesPerMinute: values.messagesPerMinute,
    dncLists: values.dncLists.map(({ id }) => ({ id })),
    contactSorts: values.contactSorts,
    alwaysRunning: values.alwaysRunning,
    quietHours: values.quietHours as Record<string, unknown> | null,
  };
}

/** What may be changed while a campaign runs; the rest was decided when it started. */
const ANY_TIME = new Set<keyof CampaignValues>([
  "name",
  "division",
  "messagesPerMinute",
  "dncLists",
  "alwaysRunning",
  "quietHours",
  "schedule",
]);
/** Whom to message, and in what order: fixed once the contacts of a run were laid out. */
const BEFORE_LAYOUT = new Set<keyof CampaignValues>([
  "contactList",
  "whatsAppColumns",
  "contactListFilters",
  "contactSorts",
]);

export type Lock = "running" | "laidOut";

export function lockOf(
  field: keyof CampaignValues,
  { isRunning, isLaidOut }: { isRunning: boolean; isLaidOut: boolean },
): Lock | undefined {
  if (isRunning && !ANY_TIME.has(field)) return "running";
  if (isLaidOut && BEFORE_LAYOUT.has(field)) return "laidOut";
  return undefined;
}
