-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- The agents' desk: what routing, workstreams, media and the agents' work need beyond the tables
-- of 0003. How they work together: docs/conversations.md.

-- Analytics' detail jobs --------------------------------------------------------------------------

-- One long query of conversations. request is the checked query as it was asked; after_id is how
-- far the walk is, so that another worker goes on there.
CREATE TABLE detail_job (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  request jsonb NOT NULL,
  after_id uuid,
  found_count integer NOT NULL DEFAULT 0,
  failure text,
  created_by_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX detail_job_waiting ON detail_job (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX detail_job_expiry ON detail_job (expires_at);

-- What a job found, in the order of its walk; place counts from 1.
CREATE TABLE detail_job_result (
  organization_id uuid NOT NULL,
  job_id uuid NOT NULL,
  place integer NOT NULL,
  conversation_id uuid NOT NULL,
  PRIMARY KEY (organization_id, job_id, place)
);

-- Media ---------------------------------------------------------------------------------------

-- A received file has the id of its message. due_at: when somebody has to look at it, to fetch it
-- ('expected'), to throw away what was never sent, or to delete the bytes (deleted_at).
-- provider_media_until: for so long the provider takes provider_media_id in place of the bytes.
ALTER TABLE media
  ADD COLUMN communication_id uuid,
  ADD COLUMN upload_hash bytea,
  ADD COLUMN source_url text,
  ADD COLUMN provider_media_until timestamptz,
  ADD COLUMN deleted_at timestamptz;
-- Nothing was ever written to media before this, so nobody waits for the index.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX media_conversation ON media (organization_id, conversation_id, id);

-- The agents' work ----------------------------------------------------------------------------

-- external_tag: what another system calls a conversation.
ALTER TABLE conversation ADD COLUMN external_tag text;
-- The stays in a queue, by time, for its service level. Nothing was ever written to participant
-- before this, so nobody waits for the index.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX participant_stay ON participant (organization_id, queue_id, id)
  WHERE purpose = 'acd';

-- Routing -----------------------------------------------------------------------------------------

-- What a participant takes of its agent's capacity now; agent.load is the sum of it.
ALTER TABLE participant ADD COLUMN held smallint NOT NULL DEFAULT 0;
-- Why something waits is kept as codes with counts and names, so that each reader sees it in their
-- language. Nothing that was released writes it, and the table is small.
-- squawk-ignore changing-column-type
ALTER TABLE waiting ALTER COLUMN why TYPE jsonb USING NULL;

-- Consults ----------------------------------------------------------------------------------------

-- Which agent asked for a consulted participant, and what for.
ALTER TABLE participant ADD COLUMN asked_by uuid, ADD COLUMN asked_note text;

-- What it asked of an agent when it came into its queue, and since when it waits; it asks the same
-- and keeps its place when it comes back.
ALTER TABLE conversation
  ADD COLUMN asked_skill_ids uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN asked_language_id uuid,
  ADD COLUMN asked_priority integer NOT NULL DEFAULT 0,
  ADD COLUMN waits_since timestamptz;

-- After so many minutes without its agent a conversation goes back to its queue, if the customer
-- wrote; 0 is never.
ALTER TABLE workstream ADD COLUMN agent_away_minutes integer NOT NULL DEFAULT 0
  CHECK (agent_away_minutes BETWEEN 0 AND 1440);

-- A row for each web process that tells who is there (agent.seen_at): when it did last, and since
-- when one or another has told without a break. Without them nobody is seen, which says nothing.
CREATE TABLE attendance (
  process_id uuid PRIMARY KEY,
  since timestamptz NOT NULL,
  told_at timestamptz NOT NULL DEFAULT now()
);

-- Automated messages and surveys ------------------------------------------------------------------

-- What a workstream has yet to say by itself: written with the step of the conversation that asks
-- for it, gone in the transaction that queues the message. stay_id: which stay, offer or survey.
CREATE TABLE automated_message (
  organization_id uuid NOT NULL REFERENCES organization,
  conversation_id uuid NOT NULL,
  trigger text NOT NULL,
  stay_id uuid NOT NULL,
  after_seconds integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, conversation_id, trigger, stay_id, after_seconds)
);
CREATE INDEX automated_message_due ON automated_message (due_at);

-- Whom a survey asked, and for how long an answer is taken.
ALTER TABLE survey_answer
  ADD COLUMN integration_id uuid,
  ADD COLUMN customer_id uuid,
  ADD COLUMN expires_at timestamptz;
-- Nothing was ever written to survey_answer before this, so nobody waits for the indexes.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX survey_answer_id ON survey_answer (organization_id, id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX survey_answer_open ON survey_answer (organization_id, customer_id)
  WHERE state IN ('asked', 'rated');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX survey_answer_expiry ON survey_answer (expires_at) WHERE state IN ('asked', 'rated');

-- What a workstream could not say by itself, and why; gone when it is said after all, or when it is
-- a month old. The same occasion is kept once.
CREATE TABLE unsaid_message (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  trigger text NOT NULL,
  stay_id uuid NOT NULL,
  after_seconds integer NOT NULL,
  workstream_id uuid,
  body text NOT NULL,
  error_code text NOT NULL,
  error_text text NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX unsaid_message_occasion
  ON unsaid_message (organization_id, conversation_id, trigger, stay_id, after_seconds);
CREATE INDEX unsaid_message_workstream
  ON unsaid_message (organization_id, workstream_id, failed_at);
CREATE INDEX unsaid_message_age ON unsaid_message (failed_at);

-- Default roles ------------------------------------------------------------------------------

-- What the code's list was when a default role was last brought up to it; so it is known whether
-- somebody changed the role since. Null for other roles, and until the first time.
ALTER TABLE role ADD COLUMN known_permissions text[];

-- The permissions of the version that ran last: what is not among them, nobody can have decided
-- about. Filled with those of 0003; `tidings migrate` renews them.
CREATE TABLE known_permission (name text PRIMARY KEY);
INSERT INTO known_permission (name) VALUES
  ('admin:system:view'), ('admin:system:edit'), ('analytics:conversationDetail:view'),
  ('analytics:conversationAggregate:view'), ('analytics:dataExport:view'),
  ('analytics:dataExport:add'), ('audits:audit:view'), ('authorization:division:add'),
  ('authorization:division:edit'), ('authorization:division:delete'),
  ('authorization:grant:add'), ('authorization:grant:delete'), ('authorization:grant:view'),
  ('authorization:role:add'), ('authorization:role:edit'), ('authorization:role:delete'),
  ('authorization:role:view'), ('conversation:communication:view'),
  ('conversation:communication:disconnect'), ('conversation:communication:blindTransfer'),
  ('conversation:communication:blindTransferAgent'),
  ('conversation:communication:blindTransferQueue'), ('conversation:message:create'),
  ('conversation:message:view'), ('conversation:message:assign'), ('conversation:message:pull'),
  ('conversation:message:park'), ('conversation:message:monitor'),
  ('conversation:message:takeOver'), ('conversation:messageMedia:view'),
  ('conversation:note:add'), ('conversation:note:view'), ('conversation:participant:wrapup'),
  ('conversation:exchange:view'), ('directory:user:add'), ('directory:user:edit'),
  ('directory:user:delete'), ('directory:user:view'), ('directory:user:setPassword'),
  ('directory:organization:edit'), ('messaging:consent:add'), ('messaging:consent:edit'),
  ('messaging:consent:view'), ('messaging:consent:import'), ('messaging:consent:export'),
  ('messaging:integration:add'), ('messaging:integration:edit'),
  ('messaging:integration:delete'), ('messaging:integration:view'), ('messaging:template:view'),
  ('messaging:template:sync'), ('messaging:whatsappIntegration:add'), ('messaging:usage:view'),
  ('oauth:client:add'), ('oauth:client:edit'), ('oauth:client:delete'), ('oauth:client:view'),
  ('outbound:contact:add'), ('outbound:contact:edit'), ('outbound:contact:delete'),
  ('outbound:contact:view'), ('outbound:contactList:add'), ('outbound:contactList:edit'),
  ('outbound:contactList:delete'), ('outbound:contactList:view'),
  ('outbound:contactList:search'), ('outbound:contactList:upload'),
  ('outbound:contactListFilter:add'), ('outbound:contactListFilter:edit'),
  ('outbound:contactListFilter:delete'), ('outbound:contactListFilter:view'),
  ('outbound:dnc:add'), ('outbound:dnc:edit'), ('outbound:dnc:delete'), ('outbound:dnc:view'),
  ('outbound:dncList:add'), ('outbound:dncList:edit'), ('outbound:dncList:delete'),
  ('outbound:dncList:view'), ('outbound:dncList:search'), ('outbound:dncList:upload'),
  ('outbound:eventLog:view'), ('outbound:settings:view'), ('outbound:settings:edit'),
  ('outbound:whatsAppCampaign:add'), ('outbound:whatsAppCampaign:edit'),
  ('outbound:whatsAppCampaign:delete'), ('outbound:whatsAppCampaign:view'),
  ('outbound:whatsAppCampaign:search'), ('outbound:whatsAppCampaign:start'),
  ('outbound:whatsAppCampaign:stop'), ('outbound:whatsAppCampaign:recycle'),
  ('outbound:whatsAppCampaignSchedule:edit'), ('outbound:whatsAppCampaignSchedule:delete'),
  ('outbound:whatsAppCampaignSchedule:view'), ('presence:presenceDefinition:add'),
  ('presence:presenceDefinition:edit'), ('presence:presenceDefinition:delete'),
  ('presence:presenceDefinition:view'), ('routing:conversation:edit'),
  ('routing:conversation:view'), ('routing:hours:add'), ('routing:hours:edit'),
  ('routing:hours:delete'), ('routing:hours:view'), ('routing:language:assign'),
  ('routing:queue:add'), ('routing:queue:edit'), ('routing:queue:delete'),
  ('routing:queue:view'), ('routing:queue:search'), ('routing:queue:join'),
  ('routing:queueMember:manage'), ('routing:skill:manage'), ('routing:skill:assign'),
  ('routing:skill:view'), ('routing:utilization:manage'), ('routing:utilization:view'),
  ('routing:workstream:add'), ('routing:workstream:edit'), ('routing:workstream:delete'),
  ('routing:workstream:view'), ('routing:wrapupCode:add'), ('routing:wrapupCode:edit'),
  ('routing:wrapupCode:delete'), ('routing:wrapupCode:view'), ('responses:library:add'),
  ('responses:library:edit'), ('responses:library:delete'), ('responses:library:view'),
  ('responses:response:add'), ('responses:response:edit'), ('responses:response:delete'),
  ('responses:response:view');

-- Imports that were read ---------------------------------------------------------------------

-- Rows that an import did not take are personal data; they go some weeks after its end.
ALTER TABLE file_import ADD COLUMN rejects_dropped_at timestamptz;
-- A row an import: the index is made at once.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX file_import_rejects ON file_import (finished_at) WHERE rejects_dropped_at IS NULL;

-- Content profiles --------------------------------------------------------------------------------

-- Which types of media an organization lets in and out. One is the default, for numbers that name
-- none. The first of an organization has the organization's id and allows everything.
CREATE TABLE supported_content (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  inbound text[] NOT NULL,
  outbound text[] NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_by uuid,
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX supported_content_name ON supported_content (organization_id, lower(name));
CREATE UNIQUE INDEX supported_content_default ON supported_content (organization_id)
  WHERE is_default;
INSERT INTO supported_content (organization_id, id, name, inbound, outbound, is_default)
SELECT id, id, 'Everything', '{*/*}', '{*/*}', true FROM organization;

ALTER TABLE integration ADD COLUMN supported_content_id uuid;
-- A row a number: both are looked through at once.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE integration ADD CONSTRAINT integration_supported_content
  FOREIGN KEY (organization_id, supported_content_id) REFERENCES supported_content;

-- Row-level security for what is new ----------------------------------------------------------

DO $$
DECLARE name text;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND NOT c.relispartition AND NOT c.relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO tidings_member', name);
    EXECUTE format('CREATE POLICY member ON %I TO tidings_member
      USING (organization_id = seen_organization())
      WITH CHECK (organization_id = seen_organization())', name);
  END LOOP;
END $$;
