-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Queues, agents and routing; participants of conversations; workstreams; media; channels of
-- notification. How they work together: docs/conversations.md.

-- Skills, languages, wrap-up codes ------------------------------------------------------------

CREATE TABLE skill (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  kind text NOT NULL DEFAULT 'skill' CHECK (kind IN ('skill', 'language')),
  name text NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'inactive', 'deleted')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX skill_name ON skill (organization_id, kind, lower(name))
  WHERE state <> 'deleted';

CREATE TABLE user_skill (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  skill_id uuid NOT NULL,
  proficiency real NOT NULL DEFAULT 0 CHECK (proficiency BETWEEN 0 AND 5),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'inactive')),
  PRIMARY KEY (organization_id, user_id, skill_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES user_account,
  FOREIGN KEY (organization_id, skill_id) REFERENCES skill
);
CREATE INDEX user_skill_skill ON user_skill (organization_id, skill_id);

CREATE TABLE wrapup_code (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX wrapup_code_name ON wrapup_code (organization_id, lower(name))
  WHERE deleted_at IS NULL;

-- Queues --------------------------------------------------------------------------------------

-- rings: [{"seconds": 30, "drop_skills": ["uuid"]}], the pools of waiting; empty: everybody at once.
-- overflow: what happens to who waits too long: {"after_seconds", "action": "transfer"|"disconnect",
-- "queue_id"}. hours_id: operating hours, or none.
CREATE TABLE queue (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  scoring_method text NOT NULL DEFAULT 'TimestampAndPriority'
    CHECK (scoring_method IN ('TimestampAndPriority', 'PriorityOnly')),
  skill_evaluation text NOT NULL DEFAULT 'ALL'
    CHECK (skill_evaluation IN ('ALL', 'BEST', 'NONE')),
  assignment_method text NOT NULL DEFAULT 'longest_idle' CHECK (assignment_method IN
    ('longest_idle', 'free_capacity', 'round_robin', 'best_skills')),
  rings jsonb NOT NULL DEFAULT '[]',
  overflow jsonb,
  alerting_seconds integer NOT NULL DEFAULT 30 CHECK (alerting_seconds BETWEEN 7 AND 900),
  auto_answer boolean NOT NULL DEFAULT false,
  service_level_percent real NOT NULL DEFAULT 0.8,
  service_level_seconds integer NOT NULL DEFAULT 20,
  acw_mode text NOT NULL DEFAULT 'MANDATORY_TIMEOUT' CHECK (acw_mode IN ('OPTIONAL', 'MANDATORY',
    'MANDATORY_TIMEOUT', 'MANDATORY_FORCED_TIMEOUT', 'AGENT_REQUESTED')),
  acw_seconds integer NOT NULL DEFAULT 60 CHECK (acw_seconds BETWEEN 1 AND 3600),
  last_agent_mode text NOT NULL DEFAULT 'QueueMembersOnly'
    CHECK (last_agent_mode IN ('Disabled', 'QueueMembersOnly', 'AnyAgent')),
  manual_assignment boolean NOT NULL DEFAULT true,
  library_mode text NOT NULL DEFAULT 'All' CHECK (library_mode IN ('All', 'SelectedOnly', 'None')),
  library_ids uuid[] NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX queue_name ON queue (organization_id, lower(name));

CREATE TABLE queue_wrapup_code (
  organization_id uuid NOT NULL,
  queue_id uuid NOT NULL,
  code_id uuid NOT NULL,
  PRIMARY KEY (organization_id, queue_id, code_id),
  FOREIGN KEY (organization_id, queue_id) REFERENCES queue ON DELETE CASCADE,
  FOREIGN KEY (organization_id, code_id) REFERENCES wrapup_code
);

CREATE TABLE queue_member (
  organization_id uuid NOT NULL,
  queue_id uuid NOT NULL,
  user_id uuid NOT NULL,
  ring smallint NOT NULL DEFAULT 1 CHECK (ring BETWEEN 1 AND 6),
  joined boolean NOT NULL DEFAULT true,
  added_at timestamptz NOT NULL DEFAULT now(),
  last_assigned_at timestamptz,
  PRIMARY KEY (organization_id, queue_id, user_id),
  FOREIGN KEY (organization_id, queue_id) REFERENCES queue ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES user_account
);
CREATE INDEX queue_member_user ON queue_member (organization_id, user_id);

-- Agents --------------------------------------------------------------------------------------

CREATE TABLE presence_definition (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  system_presence text NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  deactivated boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);

-- One row a person who works on the desk. Only who is on queue gets offers. load counts what they
-- hold: offers, connected conversations and wrap-ups that block; never above capacity by itself.
CREATE TABLE agent (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  presence_id uuid,
  presence text NOT NULL DEFAULT 'Offline',
  presence_message text NOT NULL DEFAULT '',
  presence_at timestamptz NOT NULL DEFAULT now(),
  routing_status text NOT NULL DEFAULT 'OFF_QUEUE'
    CHECK (routing_status IN ('OFF_QUEUE', 'IDLE', 'INTERACTING', 'NOT_RESPONDING')),
  routing_at timestamptz NOT NULL DEFAULT now(),
  capacity integer CHECK (capacity BETWEEN 0 AND 100),
  load integer NOT NULL DEFAULT 0 CHECK (load >= 0),
  idle_since timestamptz,
  last_assigned_at timestamptz,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, user_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES user_account
) WITH (fillfactor = 60);

-- default_capacity: units of messaging work an agent holds at once, where none is set for them.
CREATE TABLE routing_settings (
  organization_id uuid PRIMARY KEY REFERENCES organization,
  default_capacity integer NOT NULL DEFAULT 4 CHECK (default_capacity BETWEEN 0 AND 100),
  version integer NOT NULL DEFAULT 1
);

-- Workstreams ---------------------------------------------------------------------------------

CREATE TABLE operating_hours (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC',
  week jsonb NOT NULL DEFAULT '[]',
  holidays jsonb NOT NULL DEFAULT '[]',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX operating_hours_name ON operating_hours (organization_id, lower(name));

-- rules: in order, [{"name", "when": [...], "queue_id", "skills": [...], "priority"}]; the first
-- that matches decides, else fallback_queue_id. is_draft: the wizard was left before its end.
CREATE TABLE workstream (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  channel text NOT NULL DEFAULT 'whatsapp',
  is_draft boolean NOT NULL DEFAULT false,
  distribution text NOT NULL DEFAULT 'push' CHECK (distribution IN ('push', 'pick')),
  language text NOT NULL DEFAULT 'en',
  rules jsonb NOT NULL DEFAULT '[]',
  fallback_queue_id uuid,
  capacity_units integer NOT NULL DEFAULT 1 CHECK (capacity_units BETWEEN 1 AND 100),
  wrapup_blocks boolean NOT NULL DEFAULT true,
  allowed_presences text[] NOT NULL DEFAULT '{OnQueue}',
  keep_same_agent boolean NOT NULL DEFAULT true,
  decline_limit integer NOT NULL DEFAULT 3 CHECK (decline_limit BETWEEN 1 AND 5),
  threading_hours integer CHECK (threading_hours BETWEEN 0 AND 72),
  close_open_hours integer NOT NULL DEFAULT 720,
  close_connected_hours integer NOT NULL DEFAULT 720,
  close_parked_hours integer NOT NULL DEFAULT 24,
  hours_id uuid,
  messages jsonb NOT NULL DEFAULT '[]',
  survey jsonb,
  quick_replies jsonb NOT NULL DEFAULT '[]',
  customer_attachments boolean NOT NULL DEFAULT true,
  agent_attachments boolean NOT NULL DEFAULT true,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division,
  FOREIGN KEY (organization_id, fallback_queue_id) REFERENCES queue,
  FOREIGN KEY (organization_id, hours_id) REFERENCES operating_hours
);
CREATE UNIQUE INDEX workstream_name ON workstream (organization_id, lower(name));

CREATE TABLE workstream_number (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  workstream_id uuid NOT NULL,
  PRIMARY KEY (organization_id, integration_id),
  FOREIGN KEY (organization_id, integration_id) REFERENCES integration,
  FOREIGN KEY (organization_id, workstream_id) REFERENCES workstream
);
CREATE INDEX workstream_number_workstream ON workstream_number (organization_id, workstream_id);

-- Conversations -------------------------------------------------------------------------------

ALTER TABLE conversation
  ADD COLUMN workstream_id uuid,
  ADD COLUMN queue_id uuid,
  ADD COLUMN owner_id uuid,
  ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN last_inbound_at timestamptz,
  ADD COLUMN last_agent_id uuid,
  ADD COLUMN close_reason text;

-- Everybody who takes or took part. A new row for every stay in a queue and every offer, so that
-- waiting, rejections, time-outs and transfers can be counted. purpose 'agent' with mode 'primary'
-- is who may send; at most one of those is not disconnected.
CREATE TABLE participant (
  organization_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('customer', 'acd', 'agent', 'workflow', 'api', 'campaign')),
  mode text NOT NULL DEFAULT 'primary' CHECK (mode IN ('primary', 'consult', 'monitor')),
  state text NOT NULL CHECK (state IN ('alerting', 'connected', 'parked', 'disconnected')),
  user_id uuid,
  queue_id uuid,
  units smallint NOT NULL DEFAULT 1,
  used_routing text,
  started_at timestamptz NOT NULL,
  alerting_at timestamptz,
  expires_at timestamptz,
  connected_at timestamptz,
  parked_at timestamptz,
  resume_at timestamptz,
  ended_at timestamptz,
  disconnect_type text,
  acw_state text CHECK (acw_state IN ('pending', 'complete', 'skipped', 'notApplicable')),
  acw_until timestamptz,
  acw_ended_at timestamptz,
  wrapup_code_id uuid,
  wrapup_notes text NOT NULL DEFAULT '',
  PRIMARY KEY (organization_id, conversation_id, id)
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX participant_owner ON participant (organization_id, conversation_id)
  WHERE purpose = 'agent' AND mode = 'primary' AND state <> 'disconnected';
CREATE INDEX participant_user ON participant (organization_id, user_id, id)
  WHERE user_id IS NOT NULL;
CREATE INDEX participant_working ON participant (organization_id, user_id)
  WHERE purpose = 'agent' AND (state <> 'disconnected' OR acw_state = 'pending');
CREATE INDEX participant_clock ON participant (expires_at) WHERE state = 'alerting';
CREATE INDEX participant_acw ON participant (acw_until) WHERE acw_state = 'pending';
CREATE INDEX participant_parked ON participant (resume_at) WHERE state = 'parked';

-- Who waits for an agent: one narrow row a conversation, gone when somebody is offered it and
-- back when they decline. entered_at is kept through declines. declined: user -> times.
CREATE TABLE waiting (
  organization_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  participant_id uuid NOT NULL,
  queue_id uuid NOT NULL,
  priority integer NOT NULL DEFAULT 0,
  skill_ids uuid[] NOT NULL DEFAULT '{}',
  language_id uuid,
  units smallint NOT NULL DEFAULT 1,
  allowed_presences text[] NOT NULL DEFAULT '{OnQueue}',
  preferred_id uuid,
  distribution text NOT NULL DEFAULT 'push',
  declined jsonb NOT NULL DEFAULT '{}',
  decline_limit smallint NOT NULL DEFAULT 3,
  entered_at timestamptz NOT NULL,
  hops smallint NOT NULL DEFAULT 0,
  offered_to uuid,
  why text,
  PRIMARY KEY (organization_id, conversation_id),
  FOREIGN KEY (organization_id, queue_id) REFERENCES queue
) WITH (fillfactor = 70);
CREATE INDEX waiting_queue ON waiting (organization_id, queue_id, entered_at);

-- Internal notes, drafts and surveys of a conversation.
CREATE TABLE note (
  organization_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (organization_id, conversation_id, id)
);

CREATE TABLE survey_answer (
  organization_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  id uuid NOT NULL,
  workstream_id uuid NOT NULL,
  agent_id uuid,
  queue_id uuid,
  state text NOT NULL CHECK (state IN ('asked', 'rated', 'done', 'expired')),
  rating smallint CHECK (rating BETWEEN 1 AND 5),
  comment text,
  asked_at timestamptz NOT NULL,
  answered_at timestamptz,
  PRIMARY KEY (organization_id, conversation_id, id)
);
CREATE INDEX survey_answer_asked ON survey_answer (organization_id, asked_at);

-- Media ---------------------------------------------------------------------------------------

-- Bytes lie in the object store under key; inbound ones are fetched by a loop with its own retries.
CREATE TABLE media (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid,
  message_id uuid,
  integration_id uuid,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  state text NOT NULL CHECK (state IN ('expected', 'uploading', 'valid', 'invalid')),
  provider_media_id text,
  kind text NOT NULL,
  mime_type text NOT NULL DEFAULT '',
  file_name text NOT NULL DEFAULT '',
  size_bytes bigint NOT NULL DEFAULT 0,
  sha256 bytea,
  key text,
  thumbnail_key text,
  failure text,
  attempts smallint NOT NULL DEFAULT 0,
  due_at timestamptz,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX media_message ON media (organization_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX media_due ON media (due_at) WHERE due_at IS NOT NULL;

-- Channels of notification --------------------------------------------------------------------

CREATE TABLE notification_channel (
  organization_id uuid NOT NULL,
  id text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  application text NOT NULL DEFAULT '',
  topics text[] NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  subscribed_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX notification_channel_subject
  ON notification_channel (organization_id, subject_id, created_at);
CREATE INDEX notification_channel_expiry ON notification_channel (expires_at);

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
