// The shapes of the public API that the console uses, written by hand until the product's
// OpenAPI document exists. Then `npm run types` makes schema.d.ts, and this file becomes
// aliases into it. Nothing else in the console describes the wire.

export interface Ref {
  id: string;
  name?: string;
}

/** A keyset list: nextUri carries `after=` of the next page and is absent on the last one. */
export interface Keyset<T> {
  entities: T[];
  nextUri?: string;
  previousUri?: string;
}

/** An offset list, as Genesys Cloud's API pages small collections. */
export interface Listing<T> {
  entities: T[];
  pageSize?: number;
  pageNumber?: number;
  pageCount?: number;
  total?: number;
}

export interface ErrorDetail {
  errorCode?: string;
  fieldName?: string;
  message?: string;
  entityName?: string;
}

export interface ErrorBody {
  message?: string;
  code?: string;
  status?: number;
  contextId?: string;
  messageParams?: Record<string, string>;
  details?: ErrorDetail[];
  errors?: ErrorBody[];
}

// --- session and person

export interface Session {
  csrfToken: string;
  user: { id: string; name: string; email?: string };
  organization: Ref;
}

export interface Login {
  email: string;
  password: string;
  totp?: string;
  organization?: string;
}

export interface Me {
  id: string;
  name: string;
  email?: string;
  version?: number;
  locale?: string;
  authorization?: { roles?: Ref[]; permissions?: string[] };
}

// --- interactions

export type MessageStatus =
  "queued" | "unknown" | "sent" | "failed" | "delivered" | "read" | "received" | "removed";
export type Direction = "inbound" | "outbound";
export type Initiator = "api" | "customer" | "agent" | "campaign";

export interface LastMessage {
  id: string;
  direction: Direction;
  status: MessageStatus;
  text?: string;
  templateName?: string;
  time: string;
  errorCode?: string;
  errorText?: string;
}

export interface Interaction {
  conversationId: string;
  startTime: string;
  lastMessageTime?: string;
  endTime?: string;
  direction: Direction;
  initiator: Initiator;
  state: string;
  integration?: Ref;
  customer: { id?: string; name?: string; address?: string };
  messageCount: number;
  lastMessage?: LastMessage;
  divisionId?: string;
}

export interface Message {
  id: string;
  direction: Direction;
  status: MessageStatus;
  kind: string;
  text?: string;
  template?: TemplateContent & { name: string; language: string };
  time: string;
  queuedTime?: string;
  sentTime?: string;
  deliveredTime?: string;
  readTime?: string;
  failedTime?: string;
  errorCode?: string;
  errorText?: string;
  errorMend?: string;
  providerMessageId?: string;
  fromAddress?: string;
  toAddress?: string;
  category?: string;
}

export interface InteractionDetail extends Interaction {
  messages: Message[];
  customer: Interaction["customer"] & { addresses?: { kind: string; value: string }[] };
  /** The newest 200; this leads to the 200 before them. */
  messagesNextUri?: string;
  window?: { opensAt?: string; closesAt?: string; open: boolean };
}

/** One request and its answer between us and the provider, redacted. */
export interface Exchange {
  id: string;
  direction: "in" | "out";
  method: string;
  url: string;
  status?: number;
  durationMs?: number;
  time: string;
  request?: unknown;
  response?: unknown;
  error?: string;
}

// --- templates and sending

export interface TemplateHeader {
  /** TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION. */
  format: string;
  text?: string;
  link?: string;
}

export interface TemplateButton {
  /** QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, OTP, ...; a preview spells it in small letters. */
  type: string;
  text: string;
  url?: string;
  phoneNumber?: string;
}

export interface TemplateContent {
  header?: TemplateHeader;
  body?: string;
  footer?: string;
  buttons?: TemplateButton[];
}

export interface Placeholder {
  part: "header" | "body" | "button";
  key: string;
  index?: number;
  kind?: string;
  required?: boolean;
  example?: string;
}

export interface Template extends TemplateContent {
  id: string;
  responseId: string;
  name: string;
  language: string;
  category: string;
  status: string;
  quality?: string;
  rejectedReason?: string;
  body: string;
  placeholders: Placeholder[];
  integrations: Ref[];
  /** Why we cannot send it, when we cannot read it. */
  problem?: string;
  syncedAt?: string;
}

export interface TemplateParameter {
  id: string;
  value: string;
}

export interface AgentlessRequest {
  fromAddress: string;
  toAddress: string;
  toAddressMessengerType: "whatsapp";
  messagingTemplate: {
    responseId: string;
    headerParameters?: TemplateParameter[];
    bodyParameters?: TemplateParameter[];
    buttonUrlParameters?: TemplateParameter[];
  };
  useExistingActiveConversation?: boolean;
}

export interface AgentlessResponse {
  id: string;
  conversationId: string;
  toAddress?: string;
}

export interface Refusal {
  code: string;
  message: string;
  field?: string;
  mend?: string;
}

export interface AgentlessPreview {
  allowed: boolean;
  refusals: Refusal[];
  rendered?: TemplateContent;
  toAddress?: string;
}

// --- channels

export interface StatusReason {
  code: string;
  message: string;
  mend?: string;
  since?: string;
}

export interface Integration {
  id: string;
  name: string;
  phoneNumber?: string;
  status: string;
  statusReason?: StatusReason;
  whatsAppBusinessAccountId?: string;
  phoneNumberId?: string;
  graphBaseUrl?: string;
  verifiedName?: string;
  qualityRating?: string;
  throughput?: number;
  /** As Meta spells it: TIER_1K, TIER_UNLIMITED. */
  messagingLimit?: string;
  recipientsLast24h?: number;
  templatesSyncedAt?: string;
  checkedAt?: string;
  division?: Ref;
  webhookUrl?: string;
  version: number;
}

export interface IntegrationEdit {
  name?: string;
  whatsAppBusinessAccountId?: string;
  phoneNumberId?: string;
  accessToken?: string;
  appSecret?: string;
  verifyToken?: string;
  graphBaseUrl?: string;
  divisionId?: string;
  version?: number;
}

export interface CheckResult {
  code: string;
  ok: boolean;
  message: string;
  mend?: string;
}

export interface SyncResult {
  added: number;
  changed: number;
  removed: number;
  total: number;
}

// --- consent

export type ConsentState = "optedIn" | "optedOut";
export type ConsentCategory = "utility" | "marketing";

export interface Consent {
  id: string;
  address: string;
  customer?: Ref;
  channel?: string;
  category: ConsentCategory;
  state: ConsentState;
  source: string;
  evidence?: string;
  changedTime: string;
}

export interface ConsentEdit {
  address: string;
  category: ConsentCategory;
  state: ConsentState;
  source: string;
  evidence?: string;
  time?: string;
}

export interface ConsentImport {
  id: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  totalRows?: number;
  acceptedRows?: number;
  rejectedRows?: number;
  startedTime?: string;
  finishedTime?: string;
  percentComplete?: number;
  fileName?: string;
  failure?: string;
}

export interface Keywords {
  language: string;
  action: "optOut" | "optIn";
  category: "all" | "marketing";
  words: string[];
}

// --- reports

export interface UsageRow {
  day?: string;
  integration?: Ref;
  category?: string;
  country?: string;
  conversations: number;
  messages: number;
  delivered: number;
  read: number;
  failed: number;
  received: number;
}

export interface Usage {
  entities: UsageRow[];
  total?: Partial<UsageRow>;
}

// --- administration

export interface User {
  id: string;
  name: string;
  email?: string;
  state?: "active" | "inactive";
  version: number;
  dateLastLogin?: string;
}

export interface UserEdit {
  name?: string;
  email?: string;
  /** Only when the person is made; later there is POST /users/{id}/password. */
  password?: string;
  state?: "active" | "inactive";
  version?: number;
}

export interface Grant {
  division: Ref;
  role: Ref;
}

export interface Subject {
  id: string;
  name?: string;
  grants: Grant[];
}

export interface Role {
  id: string;
  name: string;
  description?: string;
  permissions?: string[];
  default?: boolean;
  userCount?: number;
  version?: number;
}

export interface PermissionDomain {
  domain: string;
  permissionMap: Record<string, { action: string; label?: string }[]>;
}

export interface Division {
  id: string;
  name: string;
  description?: string;
  homeDivision?: boolean;
}

export interface OAuthClient {
  id: string;
  name: string;
  description?: string;
  authorizedGrantType: string;
  accessTokenValiditySeconds: number;
  roleDivisions: { roleId: string; divisionId: string }[];
  state?: string;
  secret?: string;
  dateModified?: string;
  version?: number;
}

export interface AuditRow {
  id: string;
  time: string;
  actor?: { id?: string; name?: string; kind?: string };
  action: string;
  entity: { type: string; id?: string; name?: string };
  division?: Ref;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  contextId?: string;
}

// --- system

export interface SystemStatus {
  version: string;
  workers: { id: string; host: string; startedTime: string; seenTime: string; leases: number }[];
  leases: { kind: string; key: string; holder?: string; epoch: number; expiresTime?: string }[];
  lanes: { lane: string | number; waiting: number; oldestSeconds?: number }[];
  queues: {
    integration: Ref;
    priority: string | number;
    queued: number;
    sending: number;
    unknown: number;
    oldestSeconds?: number;
  }[];
  quarantine: { count: number };
  database: { version: string; sizeBytes: number; connections: number };
}

export interface Quarantined {
  id: string;
  time: string;
  provider: string;
  reason: string;
  body: unknown;
}
