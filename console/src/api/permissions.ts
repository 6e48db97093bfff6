// What a role may do, as the API names it: domain:entity:action, each part possibly `*`.
import { useMe } from "./session";

/** Every permission the console asks about, in one place; of several, any one will do. */
export const may = {
  viewCampaigns: ["outbound:whatsAppCampaign:view"],
  addCampaign: ["outbound:whatsAppCampaign:add"],
  editCampaign: ["outbound:whatsAppCampaign:edit"],
  deleteCampaign: ["outbound:whatsAppCampaign:delete"],
  startCampaign: ["outbound:whatsAppCampaign:start"],
  stopCampaign: ["outbound:whatsAppCampaign:stop"],
  recycleCampaign: ["outbound:whatsAppCampaign:recycle", "outbound:whatsAppCampaign:edit"],
  viewSchedule: ["outbound:whatsAppCampaignSchedule:view"],
  editSchedule: ["outbound:whatsAppCampaignSchedule:edit"],
  deleteSchedule: ["outbound:whatsAppCampaignSchedule:delete"],
  viewOutboundSettings: ["outbound:settings:view"],
  editOutboundSettings: ["outbound:settings:edit"],
  viewInteractions: ["analytics:conversationDetail:view"],
  viewExchanges: ["conversation:exchange:view"],
  viewMedia: ["conversation:messageMedia:view", "conversation:message:view"],
  sendNotification: ["conversation:message:create"],
  viewIntegrations: ["messaging:integration:view"],
  addIntegration: ["messaging:integration:add", "messaging:whatsappIntegration:add"],
  editIntegration: ["messaging:integration:edit"],
  deleteIntegration: ["messaging:integration:delete"],
  viewContents: ["messaging:supportedContent:view"],
  addContent: ["messaging:supportedContent:add"],
  editContent: ["messaging:supportedContent:edit"],
  deleteContent: ["messaging:supportedContent:delete"],
  viewTemplates: ["messaging:template:view"],
  syncTemplates: ["messaging:template:sync"],
  viewConsent: ["messaging:consent:view"],
  addConsent: ["messaging:consent:add"],
  editConsent: ["messaging:consent:edit"],
  importConsent: ["messaging:consent:import"],
  exportConsent: ["messaging:consent:export"],
  viewUsage: ["messaging:usage:view"],
  viewPeople: ["directory:user:view"],
  addPerson: ["directory:user:add"],
  editPerson: ["directory:user:edit"],
  deletePerson: ["directory:user:delete"],
  setPassword: ["directory:user:setPassword"],
  viewGrants: ["authorization:grant:view"],
  addGrant: ["authorization:grant:add"],
  deleteGrant: ["authorization:grant:delete"],
  viewRoles: ["authorization:role:view"],
  addRole: ["authorization:role:add"],
  editRole: ["authorization:role:edit"],
  deleteRole: ["authorization:role:delete"],
  // Divisions are readable for everybody; the page is for who looks after them.
  viewDivisions: [
    "authorization:division:add",
    "authorization:division:edit",
    "authorization:division:delete",
  ],
  addDivision: ["authorization:division:add"],
  editDivision: ["authorization:division:edit"],
  deleteDivision: ["authorization:division:delete"],
  viewClients: ["oauth:client:view"],
  addClient: ["oauth:client:add"],
  editClient: ["oauth:client:edit"],
  deleteClient: ["oauth:client:delete"],
  viewAudit: ["audits:audit:view"],
  viewSystem: ["admin:system:view"],
  editSystem: ["admin:system:edit"],
} as const;

export type Permission = readonly string[];

/** Whether what is granted covers any of what is wanted. */
export function allows(granted: string[], wanted: Permission): boolean {
  return wanted.some((want) => granted.some((held) => covers(held, want)));
}

function covers(granted: string, wanted: string): boolean {
  const held = granted.split(":");
  return wanted.split(":").every((part, at) => held[at] === "*" || held[at] === part);
}

/** A function that tells whether the person may do a thing; false until that is known. */
export function useMay(): (wanted: Permission) => boolean {
  const granted = useMe()?.authorization?.permissions ?? [];
  return (wanted) => allows(granted, wanted);
}
