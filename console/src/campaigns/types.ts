// The shapes of campaigns by the names these pages use, cut from the API's document.
import type { Asked, Made, Read, Row } from "@/api/types";
import type { paths } from "@/api/schema";

type Campaigns = "/api/v2/outbound/messagingcampaigns";
type With<T, Narrowed> = Omit<T, keyof Narrowed> & Narrowed;

/** One column that contacts are sorted by; the first has priority. */
export interface Sort {
  fieldName: string;
  direction: "ASC" | "DESC";
  numeric: boolean;
}

/** Where a value of the template comes from: a column of the list, or always this text. */
export interface Mapping {
  component: "header" | "body" | "button";
  id: string;
  column?: string;
  constant?: string;
}

/** When nobody is messaged; `days` are those on which messages may go out. */
export interface QuietHours {
  from?: string;
  to?: string;
  days?: string[];
  timeZoneColumn?: string;
  timeZoneFromNumber?: boolean;
  timeZone?: string;
}

export type Campaign = With<
  Row<Campaigns>,
  { contactSorts: Sort[]; parameterMappings: Mapping[]; quietHours?: QuietHours }
>;
export type CampaignEdit = Asked<Campaigns>;
export type Progress = Read<`${Campaigns}/{campaign_id}/progress`>;
export type Result = Row<`${Campaigns}/{campaign_id}/contacts`>;
export type Timeline = Read<`${Campaigns}/{campaign_id}/timeline`>;
export type Minute = Timeline["minutes"][number];
export type Step = Timeline["events"][number];
export type DryRun = Made<`${Campaigns}/{campaign_id}/dryrun`>;
export type Example = DryRun["first"][number];
export type Remark = DryRun["blocking"][number];
export type Forecast = Made<`${Campaigns}/{campaign_id}/forecast`>;
export type Tested = Made<`${Campaigns}/{campaign_id}/testsend`>[number];
export type ListChoice = Row<"/api/v2/outbound/contactlists/divisionviews">;
export type FilterChoice = Row<"/api/v2/outbound/contactlistfilters">;

type Schedules = "/api/v2/outbound/schedules/whatsappcampaigns/{campaign_id}";
export interface Recurrence {
  start: string;
  end: string;
  timeZone?: string;
  pattern: { type: "Daily" | "Weekly"; interval?: number; daysOfWeek?: string[] };
  range: { type: "NoEnd" | "EndDate" | "Numbered"; end?: string; numberOfOccurrences?: number };
}
export interface Interval {
  start: string;
  end: string;
}
export type Schedule = With<Read<Schedules>, { intervals: Interval[]; recurrences: Recurrence[] }>;
export type ScheduleEdit = paths[Schedules]["put"]["requestBody"]["content"]["application/json"];

export type OutboundSettings = With<Read<"/api/v2/outbound/settings">, { quietHours?: QuietHours }>;
export type Price = OutboundSettings["prices"][number];
