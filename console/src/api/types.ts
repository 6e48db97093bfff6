// The shapes of the public API by the names the console uses. All are cut from schema.d.ts, which
// is made from the product's OpenAPI document; nothing here describes the wire a second time.
// They are named by the path that gives or takes them: that is what the API promises.
import type { paths } from "./schema";

type Json<T> = { content: { "application/json": T } };
/** What a GET of this path answers. */
export type Read<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: Json<infer T> } };
}
  ? T
  : never;
/** One row of the list at this path. */
export type Row<P extends keyof paths> = Read<P> extends { entities: (infer T)[] } ? T : never;
/** What a POST to this path answers. */
export type Made<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: Json<infer T> } };
}
  ? T
  : never;
/** What a POST to this path takes; a change takes the same. */
export type Asked<P extends keyof paths> = paths[P] extends {
  post: { requestBody: Json<infer T> };
}
  ? T
  : never;
type With<T, Narrowed> = Omit<T, keyof Narrowed> & Narrowed;

export interface Ref {
  id: string;
  name?: string;
}
type Refused = paths["/api/v2/users/me"]["get"]["responses"]["default"];
type AnyError = Refused extends Json<infer T> ? T : never;
/** A detail may name more than a field: a choice of organizations comes as `entityName`. */
export type ErrorDetail = Partial<NonNullable<AnyError["details"]>[number]> & {
  entityName?: string;
};
export type ErrorBody = Partial<With<AnyError, { details: ErrorDetail[] }>>;

/** A keyset list: nextUri carries `after=` of the next page and is absent on the last one. */
export interface Keyset<T> {
  entities: T[];
  nextUri?: string;
}

/** A small collection, paged by number. */
export interface Listing<T> {
  entities: T[];
  pageCount?: number;
  total?: number;
}

// --- session and person

export type Session = Made<"/api/v2/sessions">;
export type Login = Asked<"/api/v2/sessions">;
export type Me = Row<"/api/v2/users">;
export type Enrolment = Made<"/api/v2/users/me/totp">;

// --- interactions

export type LastMessage = NonNullable<Interaction["lastMessage"]>;
export type Interaction = Row<"/api/v2/interactions">;
export type Message = InteractionDetail["messages"][number];
export type InteractionDetail = Read<"/api/v2/interactions/{conversation_id}">;
export type Exchange = Row<"/api/v2/conversations/messages/{message_id}/exchanges">;

// --- templates and sending

export type TemplateHeader = NonNullable<Template["header"]> & { link?: string };
export type TemplateButton = Template["buttons"][number];

/** What a preview draws: a template's own parts, or those of a message with its values in. */
export interface TemplateContent {
  header?: TemplateHeader;
  body?: string;
  footer?: string;
  buttons?: TemplateButton[];
}

export type Part = "header" | "body" | "button";
export type Placeholder = Template["placeholders"][number];
export type Template = Row<"/api/v2/messaging/templates">;
export type AgentlessRequest = Asked<"/api/v2/conversations/messages/agentless">;
export interface AgentlessResponse {
  id: string;
  conversationId: string;
}
export type Refusal = AgentlessPreview["refusals"][number];
export type AgentlessPreview = With<
  Made<"/api/v2/conversations/messages/agentless/preview">,
  { rendered?: TemplateContent }
>;

// --- channels

export type Integration = Row<"/api/v2/conversations/messaging/integrations/whatsapp">;
export type IntegrationEdit = Asked<"/api/v2/conversations/messaging/integrations/whatsapp">;
export type CheckResult =
  Made<"/api/v2/conversations/messaging/integrations/whatsapp/{integration_id}/check">["results"][number];

// --- consent

export type Consent = Row<"/api/v2/consents">;
export type ConsentState = Consent["state"];
export type ConsentCategory = "utility" | "marketing";
export type ConsentEdit = Asked<"/api/v2/consents">;
export type ConsentImport = Row<"/api/v2/consents/imports">;
export type Keywords =
  paths["/api/v2/consents/keywords"]["put"]["requestBody"] extends Json<{ entities: (infer T)[] }>
    ? T
    : never;
export type Suppression = Row<"/api/v2/suppressions">;

// --- reports

export type UsageRow = Row<"/api/v2/usage/messaging">;
export type Usage = Read<"/api/v2/usage/messaging">;

// --- administration

export type User = Row<"/api/v2/users">;
export type UserEdit = Asked<"/api/v2/users">;
export type Grant = Subject["grants"][number];
export type Subject = Read<"/api/v2/authorization/subjects/{subject_id}">;
export type Role = Row<"/api/v2/authorization/roles">;
export type RoleEdit = Asked<"/api/v2/authorization/roles">;
export type PermissionDomain = Row<"/api/v2/authorization/permissions">;
export type Division = Row<"/api/v2/authorization/divisions">;
export type DivisionEdit = Asked<"/api/v2/authorization/divisions">;
export type OAuthClient = Row<"/api/v2/oauth/clients">;
export type OAuthClientEdit = Asked<"/api/v2/oauth/clients">;
export type AuditRow = With<
  Row<"/api/v2/audits">,
  { before?: Record<string, unknown>; after?: Record<string, unknown> }
>;

// --- system

export type SystemStatus = Read<"/api/v2/system/status">;
export type Quarantined = Row<"/api/v2/system/quarantine">;
