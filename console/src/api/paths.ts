// Which operation takes and gives what, in the form openapi-typescript writes, so that the
// generated schema.d.ts can take this file's place without a change at the callers.
import type * as t from "./types";

interface Json<T> {
  content: { "application/json": T };
}

type Op<Ok, Query = object, Path = NoPath, Body = undefined> = {
  parameters: {
    query?: Query;
    header?: Record<string, string>;
  } & (Path extends NoPath ? { path?: never } : { path: Path });
  responses: { 200: Json<Ok> };
} & (Body extends undefined ? { requestBody?: never } : { requestBody: Json<Body> });

type NoPath = Record<string, never>;
type Write<Ok, Body, Path = NoPath> = Op<Ok, object, Path, Body>;
type Filters = Record<string, string | number | undefined>;
interface Id {
  id: string;
}
interface GrantPath {
  subjectId: string;
  divisionId: string;
  roleId: string;
}

export interface paths {
  "/api/v2/sessions": { post: Write<t.Session, t.Login> };
  "/api/v2/sessions/me": { get: Op<t.Session>; delete: Op<undefined> };
  "/api/v2/users/me": { get: Op<t.Me, { expand: string }> };

  "/api/v2/interactions": { get: Op<t.Keyset<t.Interaction>, Filters> };
  "/api/v2/interactions/{id}": {
    get: Op<t.InteractionDetail, { messagesAfter?: string }, Id>;
  };
  "/api/v2/conversations/messages/{id}/exchanges": {
    get: Op<t.Keyset<t.Exchange>, object, Id>;
  };
  "/api/v2/conversations/messages/agentless": {
    post: Write<t.AgentlessResponse, t.AgentlessRequest>;
  };
  "/api/v2/conversations/messages/agentless/preview": {
    post: Write<t.AgentlessPreview, t.AgentlessRequest>;
  };

  "/api/v2/conversations/messaging/integrations/whatsapp": {
    get: Op<t.Listing<t.Integration>, Filters>;
    post: Write<t.Integration, t.IntegrationEdit>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}": {
    get: Op<t.Integration, object, Id>;
    patch: Write<t.Integration, t.IntegrationEdit, Id>;
    delete: Op<undefined, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/check": {
    post: Op<{ results: t.CheckResult[] }, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/subscribe": {
    post: Op<{ results: t.CheckResult[] }, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/activate": {
    post: Op<t.Integration, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/deactivate": {
    post: Op<t.Integration, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/resume": {
    post: Op<t.Integration, object, Id>;
  };
  "/api/v2/conversations/messaging/integrations/whatsapp/{id}/templates/sync": {
    post: Op<t.SyncResult, object, Id>;
  };

  "/api/v2/messaging/templates": { get: Op<t.Keyset<t.Template>, Filters> };
  "/api/v2/messaging/templates/{id}": { get: Op<t.Template, object, Id> };

  "/api/v2/consents": {
    get: Op<t.Keyset<t.Consent>, Filters>;
    post: Write<{ entities: t.Consent[] }, t.ConsentEdit>;
  };
  "/api/v2/consents/history": { get: Op<t.Keyset<t.Consent>, { address: string }> };
  "/api/v2/consents/imports": {
    post: Op<t.ConsentImport, { fileName?: string }, NoPath, string>;
  };
  "/api/v2/consents/imports/{id}/cancel": { post: Op<t.ConsentImport, object, Id> };
  "/api/v2/consents/imports/{id}": { get: Op<t.ConsentImport, object, Id> };
  "/api/v2/consents/keywords": {
    get: Op<{ entities: t.Keywords[] }>;
    put: Write<{ entities: t.Keywords[] }, { entities: t.Keywords[] }>;
  };

  "/api/v2/usage/messaging": { get: Op<t.Usage, Filters> };

  "/api/v2/users": { get: Op<t.Listing<t.User>, Filters>; post: Write<t.User, t.UserEdit> };
  "/api/v2/users/{id}": {
    get: Op<t.User, object, Id>;
    patch: Write<t.User, t.UserEdit, Id>;
  };
  "/api/v2/users/{id}/password": { post: Write<undefined, { newPassword: string }, Id> };
  "/api/v2/authorization/subjects/{id}": { get: Op<t.Subject, object, Id> };
  "/api/v2/authorization/subjects/{subjectId}/divisions/{divisionId}/roles/{roleId}": {
    post: Op<undefined, object, GrantPath>;
    delete: Op<undefined, object, GrantPath>;
  };
  "/api/v2/authorization/roles": {
    get: Op<t.Listing<t.Role>, Filters>;
    post: Write<t.Role, Partial<t.Role>>;
  };
  "/api/v2/authorization/roles/{id}": {
    get: Op<t.Role, object, Id>;
    put: Write<t.Role, Partial<t.Role>, Id>;
    delete: Op<undefined, object, Id>;
  };
  "/api/v2/authorization/permissions": { get: Op<t.Listing<t.PermissionDomain>, Filters> };
  "/api/v2/authorization/divisions": {
    get: Op<t.Listing<t.Division>, Filters>;
    post: Write<t.Division, Partial<t.Division>>;
  };
  "/api/v2/authorization/divisions/{id}": {
    get: Op<t.Division, object, Id>;
    put: Write<t.Division, Partial<t.Division>, Id>;
    delete: Op<undefined, object, Id>;
  };
  "/api/v2/oauth/clients": {
    get: Op<t.Listing<t.OAuthClient>, Filters>;
    post: Write<t.OAuthClient, Partial<t.OAuthClient>>;
  };
  "/api/v2/oauth/clients/{id}": {
    get: Op<t.OAuthClient, object, Id>;
    put: Write<t.OAuthClient, Partial<t.OAuthClient>, Id>;
    delete: Op<undefined, object, Id>;
  };
  "/api/v2/oauth/clients/{id}/secret": { post: Op<t.OAuthClient, object, Id> };
  "/api/v2/audits": { get: Op<t.Keyset<t.AuditRow>, Filters> };

  "/api/v2/system/status": { get: Op<t.SystemStatus> };
  "/api/v2/system/quarantine": { get: Op<t.Keyset<t.Quarantined>, Filters> };
  "/api/v2/system/quarantine/{id}": { delete: Op<undefined, object, Id> };
  "/api/v2/system/quarantine/{id}/replay": { post: Op<undefined, object, Id> };
}
