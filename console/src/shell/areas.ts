// The areas of the console and their pages: who may open what, where it is, what it is called.
// The rail, the command palette and the start page are drawn from this list.
import {
  ChartNoAxesColumn,
  ContactRound,
  Headset,
  LayoutTemplate,
  Megaphone,
  MessagesSquare,
  Phone,
  Settings,
  type LucideIcon,
} from "lucide-react";
import { allows, may, type Permission } from "@/api/permissions";
import { mayContacts } from "@/contacts/permissions";
import { mayDesk } from "@/desk/permissions";
import { mayRouting } from "@/routing/permissions";
import { maySurveys } from "@/surveys/permissions";

export type AreaId =
  | "desk"
  | "campaigns"
  | "contacts"
  | "channels"
  | "templates"
  | "interactions"
  | "reports"
  | "administration";
export type PageId =
  | "desk"
  | "campaigns"
  | "campaignSettings"
  | "contactLists"
  | "dncLists"
  | "interactions"
  | "channels"
  | "templates"
  | "consent"
  | "imports"
  | "suppressions"
  | "keywords"
  | "board"
  | "surveys"
  | "usage"
  | "people"
  | "roles"
  | "divisions"
  | "queues"
  | "skills"
  | "wrapupCodes"
  | "contents"
  | "hours"
  | "workstreams"
  | "oauth"
  | "audit"
  | "system";

export interface PageEntry {
  id: PageId;
  href: string;
  needs: Permission;
}

export interface Area {
  id: AreaId;
  icon: LucideIcon;
  pages: PageEntry[];
}

export const AREAS: Area[] = [
  { id: "desk", icon: Headset, pages: [{ id: "desk", href: "/desk", needs: mayDesk.work }] },
  {
    id: "campaigns",
    icon: Megaphone,
    pages: [
      { id: "campaigns", href: "/campaigns", needs: may.viewCampaigns },
      {
        id: "campaignSettings",
        href: "/campaigns/settings",
        needs: may.viewOutboundSettings,
      },
    ],
  },
  {
    id: "contacts",
    icon: ContactRound,
    pages: [
      { id: "contactLists", href: "/contacts/lists", needs: mayContacts.viewLists },
      { id: "dncLists", href: "/contacts/dnc", needs: mayContacts.viewDncLists },
    ],
  },
  {
    id: "interactions",
    icon: MessagesSquare,
    pages: [{ id: "interactions", href: "/interactions", needs: may.viewInteractions }],
  },
  {
    id: "channels",
    icon: Phone,
    pages: [
      { id: "channels", href: "/channels", needs: may.viewIntegrations },
      { id: "workstreams", href: "/channels/workstreams", needs: mayRouting.viewWorkstreams },
      { id: "contents", href: "/channels/content-profiles", needs: may.viewContents },
      { id: "consent", href: "/consent", needs: may.viewConsent },
      { id: "imports", href: "/consent/imports", needs: may.importConsent },
      { id: "suppressions", href: "/consent/suppressions", needs: may.viewConsent },
      { id: "keywords", href: "/consent/keywords", needs: may.editConsent },
    ],
  },
  {
    id: "templates",
    icon: LayoutTemplate,
    pages: [{ id: "templates", href: "/templates", needs: may.viewTemplates }],
  },
  {
    id: "reports",
    icon: ChartNoAxesColumn,
    pages: [
      { id: "board", href: "/reports/now", needs: mayRouting.viewQueues },
      { id: "surveys", href: "/reports/surveys", needs: maySurveys.open },
      { id: "usage", href: "/reports/usage", needs: may.viewUsage },
    ],
  },
  {
    id: "administration",
    icon: Settings,
    pages: [
      { id: "people", href: "/administration/people", needs: may.viewPeople },
      { id: "roles", href: "/administration/roles", needs: may.viewRoles },
      { id: "divisions", href: "/administration/divisions", needs: may.viewDivisions },
      { id: "queues", href: "/administration/queues", needs: mayRouting.viewQueues },
      { id: "skills", href: "/administration/skills", needs: mayRouting.viewSkills },
      { id: "wrapupCodes", href: "/administration/wrapup-codes", needs: mayRouting.viewCodes },
      { id: "hours", href: "/administration/hours", needs: mayRouting.viewHours },
      { id: "oauth", href: "/administration/oauth", needs: may.viewClients },
      { id: "audit", href: "/administration/audit", needs: may.viewAudit },
      { id: "system", href: "/administration/system", needs: may.viewSystem },
    ],
  },
];

/** The areas with the pages these permissions open; an area without a page is left out. */
export function areasFor(granted: string[]): Area[] {
  return AREAS.map((area) => ({
    ...area,
    pages: area.pages.filter((page) => allows(granted, page.needs)),
  })).filter((area) => area.pages.length > 0);
}

/** The page of these whose address a path is at or under; of several the nearest. */
export function pageAt(pages: PageEntry[], pathname: string): PageEntry | undefined {
  return pages
    .filter(({ href }) => pathname === href || pathname.startsWith(`${href}/`))
    .sort((one, other) => other.href.length - one.href.length)[0];
}

export function firstPage(granted: string[]): string | undefined {
  return areasFor(granted)[0]?.pages[0]?.href;
}
