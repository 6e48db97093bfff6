-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Organizations and who may do what; integrations and templates; customers, consent and
-- suppression; conversations and messages; the engine's queues and journals.
-- Every table an organization owns leads with organization_id (see docs/architecture.md).

CREATE FUNCTION delivery_rank(status text) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status
  WHEN 'queued' THEN 0 WHEN 'unknown' THEN 1 WHEN 'sent' THEN 2
  WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 WHEN 'read' THEN 5 ELSE 9 END;

-- Who may do what ---------------------------------------------------------------------------

CREATE TABLE organization (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  short_name text NOT NULL UNIQUE,
  language text NOT NULL DEFAULT 'en',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE division (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  is_home boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX division_name ON division (organization_id, lower(name));
CREATE UNIQUE INDEX division_home ON division (organization_id) WHERE is_home;

CREATE TABLE user_account (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  password_hash text,
  totp_secret bytea,
  totp_pending bytea,
  totp_step bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'inactive', 'deleted')),
  language text NOT NULL DEFAULT 'en',
  division_id uuid NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  last_login_at timestamptz,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX user_account_email ON user_account (organization_id, lower(email))
  WHERE state <> 'deleted';
CREATE INDEX user_account_login ON user_account (lower(email)) WHERE state = 'active';

CREATE TABLE role (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  permissions text[] NOT NULL DEFAULT '{}',
  default_role text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX role_name ON role (organization_id, lower(name));

-- A grant's division is a division of the organization, or the zero uuid for all of them.
CREATE TABLE role_grant (
  organization_id uuid NOT NULL REFERENCES organization,
  subject_id uuid NOT NULL,
  role_id uuid NOT NULL,
  division_id uuid NOT NULL,
  subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'client')),
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, subject_id, role_id, division_id),
  FOREIGN KEY (organization_id, role_id) REFERENCES role
);
CREATE INDEX role_grant_role ON role_grant (organization_id, role_id);

CREATE TABLE oauth_client (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  grant_type text NOT NULL,
  secret_hash bytea NOT NULL,
  token_lifetime_s integer NOT NULL DEFAULT 86400,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'inactive')),
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX oauth_client_id ON oauth_client (id) WHERE deleted_at IS NULL;

-- Bearer tokens and console sessions alike. The token's text names its organization, so the
-- look-up goes to one place; only its hash is kept.
CREATE TABLE access_token (
  organization_id uuid NOT NULL REFERENCES organization,
  token_hash bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('bearer', 'session')),
  subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'client')),
  subject_id uuid NOT NULL,
  csrf_token text NOT NULL DEFAULT '',
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, token_hash)
);
CREATE INDEX access_token_subject ON access_token (organization_id, subject_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);

CREATE TABLE login_failure (
  key text PRIMARY KEY,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  blocked_until timestamptz
);

CREATE TABLE audit (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  action text NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid,
  entity_name text NOT NULL DEFAULT '',
  division_id uuid,
  before jsonb,
  after jsonb,
  correlation_id text NOT NULL DEFAULT '',
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_entity ON audit (organization_id, entity_id, id);

-- Answers already given to a POST, by Idempotency-Key or by the hash of the same request.
CREATE TABLE idempotency (
  organization_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status smallint,
  answer bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, subject_id, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Integrations and templates ----------------------------------------------------------------

CREATE TABLE integration (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  provider text NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'inactive' CHECK (status IN ('active', 'inactive', 'error')),
  reason_code text,
  reason text,
  reason_at timestamptz,
  phone_number text NOT NULL DEFAULT '',
  number_id text NOT NULL,
  account_id text NOT NULL,
  base_address text NOT NULL,
  secrets bytea NOT NULL,
  verify_hash bytea NOT NULL DEFAULT '',
  verified_name text,
  quality text,
  messaging_limit text,
  throughput integer NOT NULL DEFAULT 80,
  checked_at timestamptz,
  templates_synced_at timestamptz,
  upkeep_at timestamptz NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_by uuid,
  modified_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX integration_name ON integration (organization_id, lower(name))
  WHERE deleted_at IS NULL;
CREATE INDEX integration_account ON integration (provider, account_id) WHERE deleted_at IS NULL;

-- A number is connected at most once in the whole installation, whichever organization has it.
CREATE TABLE connected_number (
  provider text NOT NULL,
  number_id text NOT NULL,
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  PRIMARY KEY (provider, number_id)
);
CREATE INDEX connected_number_integration ON connected_number (organization_id, integration_id);

CREATE INDEX integration_verify ON integration (verify_hash) WHERE deleted_at IS NULL;

CREATE TABLE library (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL,
  division_id uuid NOT NULL,
  response_type text,
  created_by uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX library_name ON library (organization_id, lower(name));

CREATE TABLE template (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  account_id text NOT NULL,
  provider_template_id text NOT NULL,
  name text NOT NULL,
  language text NOT NULL,
  category text NOT NULL,
  status text NOT NULL,
  quality text,
  rejected_reason text,
  parameter_format text NOT NULL DEFAULT 'POSITIONAL',
  components jsonb NOT NULL,
  synced_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX template_name ON template (organization_id, account_id, name, language);

-- A response of type MessagingTemplate points at a template; others carry their own texts.
CREATE TABLE response (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  library_ids uuid[] NOT NULL,
  name text NOT NULL,
  response_type text,
  texts jsonb NOT NULL DEFAULT '[]',
  substitutions jsonb NOT NULL DEFAULT '[]',
  messaging_template jsonb,
  template_id uuid,
  created_by uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, template_id) REFERENCES template
);
CREATE INDEX response_template ON response (organization_id, template_id);
CREATE INDEX response_library ON response USING gin (library_ids);

-- Customers, consent, suppression -----------------------------------------------------------

CREATE TABLE customer (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  name text NOT NULL DEFAULT '',
  language text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
);

-- scope: '' for phone numbers; the provider's account for ids that mean something only there.
CREATE TABLE customer_address (
  organization_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('phone', 'user_id', 'instagram_id')),
  scope text NOT NULL DEFAULT '',
  value text NOT NULL,
  customer_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, kind, scope, value)
);
CREATE INDEX customer_address_customer ON customer_address (organization_id, customer_id);

-- Providers tell times in whole seconds: two times of one second have no order.
CREATE FUNCTION second_of(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_trunc('second', at, 'UTC');

CREATE TABLE consent (
  organization_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  channel text NOT NULL,
  category text NOT NULL CHECK (category IN ('utility', 'marketing')),
  state text NOT NULL CHECK (state IN ('opted_in', 'opted_out')),
  address text NOT NULL,
  source text NOT NULL,
  evidence text,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, customer_id, channel, category)
);
CREATE INDEX consent_opted_out ON consent (organization_id, customer_id, category)
  WHERE state = 'opted_out';

CREATE TABLE consent_history (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  customer_id uuid NOT NULL,
  channel text NOT NULL,
  category text NOT NULL,
  state text NOT NULL,
  address text NOT NULL,
  source text NOT NULL,
  evidence text,
  changed_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX consent_history_customer ON consent_history (organization_id, customer_id, id);

CREATE TABLE consent_keyword (
  organization_id uuid NOT NULL REFERENCES organization,
  language text NOT NULL,
  action text NOT NULL CHECK (action IN ('opt_out', 'opt_in')),
  category text NOT NULL CHECK (category IN ('all', 'marketing')),
  words text[] NOT NULL,
  PRIMARY KEY (organization_id, language, action, category)
);

-- done_bytes and done_lines are where the next record begins: a dead import goes on there.
CREATE TABLE consent_import (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  state text NOT NULL
    CHECK (state IN ('uploading', 'queued', 'running', 'done', 'failed', 'cancelled')),
  file_name text NOT NULL DEFAULT '',
  total_bytes bigint NOT NULL DEFAULT 0,
  done_bytes bigint NOT NULL DEFAULT 0,
  done_lines bigint NOT NULL DEFAULT 0,
  accepted_rows bigint NOT NULL DEFAULT 0,
  rejected_rows bigint NOT NULL DEFAULT 0,
  failure text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX consent_import_waiting ON consent_import (created_at)
  WHERE state IN ('uploading', 'queued', 'running');

CREATE TABLE consent_import_chunk (
  organization_id uuid NOT NULL,
  import_id uuid NOT NULL,
  start_byte bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (organization_id, import_id, start_byte)
);

CREATE TABLE consent_import_reject (
  organization_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line bigint NOT NULL,
  reason text NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (organization_id, import_id, line)
);

-- Numbers learnt not to be on the channel; not tried again before until_at.
CREATE TABLE suppression (
  organization_id uuid NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  code text NOT NULL,
  learnt_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, channel, address)
);

-- Conversations and messages ----------------------------------------------------------------

-- The customer-service window of one customer on one number.
CREATE TABLE service_window (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  last_inbound_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, integration_id, customer_id)
) WITH (fillfactor = 80);

CREATE TABLE conversation (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'connected', 'disconnected')),
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  initiator text NOT NULL,
  address text NOT NULL,
  message_count integer NOT NULL DEFAULT 0,
  last_message_id uuid,
  last_message_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 85);
CREATE INDEX conversation_customer ON conversation (organization_id, customer_id, id);
CREATE INDEX conversation_integration ON conversation (organization_id, integration_id, id);
CREATE INDEX conversation_connected ON conversation (organization_id, customer_id)
  WHERE state = 'connected';
CREATE INDEX conversation_active ON conversation (organization_id, id)
  WHERE state <> 'disconnected';

CREATE TABLE message (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  status text NOT NULL,
  kind text NOT NULL,
  from_address text NOT NULL,
  to_address text NOT NULL,
  body text NOT NULL DEFAULT '',
  content jsonb NOT NULL,
  template_id uuid,
  category text,
  sender_kind text NOT NULL,
  sender_id uuid,
  provider_message_id text,
  reply_to text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  error_code text,
  error_detail text,
  pricing jsonb,
  webhook_ids uuid[],
  PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 75);
CREATE INDEX message_conversation ON message (organization_id, conversation_id, id);

-- The provider's ids, for ever: the unique key that makes a redelivered message no message.
CREATE TABLE provider_message (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  provider_message_id text NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (organization_id, integration_id, provider_message_id)
);

-- Messages that failed, so that they are found among millions without an index on status.
CREATE TABLE message_failure (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  error_code text NOT NULL,
  PRIMARY KEY (organization_id, message_id)
);
CREATE INDEX message_failure_conversation ON message_failure (organization_id, conversation_id);

-- The waiting room: statuses whose message is not known yet.
CREATE TABLE message_status (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  provider_message_id text NOT NULL,
  status text NOT NULL,
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL,
  PRIMARY KEY (organization_id, integration_id, provider_message_id, status)
);

-- What has to go out. A row leaves when its outcome is recorded; 'sending' is committed
-- before the call, so a row found in it later is one whose outcome is not known.
CREATE TABLE outbox (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  message_id uuid NOT NULL,
  priority smallint NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'unknown')),
  due_at timestamptz NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  attempts smallint NOT NULL DEFAULT 0,
  called_at timestamptz,
  PRIMARY KEY (organization_id, message_id)
) WITH (
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX outbox_due ON outbox (organization_id, integration_id, priority, due_at)
  WHERE state = 'queued';
CREATE INDEX outbox_called ON outbox (organization_id, integration_id, called_at)
  WHERE state <> 'queued';

-- Recipients counted against an account's limit of unique customers in 24 hours.
CREATE TABLE recipient_day (
  organization_id uuid NOT NULL,
  account_id text NOT NULL,
  address text NOT NULL,
  counted_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, account_id, address)
) WITH (fillfactor = 80);

-- Counters grow by inserted differences, which a job folds: no two transactions meet on a row.
CREATE TABLE usage_delta (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  integration_id uuid NOT NULL,
  day date NOT NULL,
  category text NOT NULL,
  country text NOT NULL,
  conversations integer NOT NULL DEFAULT 0,
  messages integer NOT NULL DEFAULT 0,
  delivered integer NOT NULL DEFAULT 0,
  read integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  received integer NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, id)
);

CREATE TABLE usage_day (
  organization_id uuid NOT NULL,
  day date NOT NULL,
  integration_id uuid NOT NULL,
  category text NOT NULL,
  country text NOT NULL,
  conversations bigint NOT NULL DEFAULT 0,
  messages bigint NOT NULL DEFAULT 0,
  delivered bigint NOT NULL DEFAULT 0,
  read bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  received bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, day, integration_id, category, country)
);

-- Outcomes of the last minutes, for the failure-rate breaker.
CREATE TABLE outcome_minute (
  organization_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  id uuid NOT NULL,
  good integer NOT NULL,
  bad integer NOT NULL,
  PRIMARY KEY (organization_id, integration_id, id)
);

-- The engine ------------------------------------------------------------------------------

CREATE TABLE worker (
  id uuid PRIMARY KEY,
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- Division of work: one holder a key; the epoch grows with each change of holder and fences
-- a holder that slept through its lease.
CREATE TABLE lease (
  kind text NOT NULL,
  key text NOT NULL,
  organization_id uuid,
  holder uuid,
  epoch bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (kind, key)
) WITH (fillfactor = 50);

-- The journal of received webhooks, insert-only; its queue is the narrow table beside it.
CREATE TABLE inbox (
  id uuid NOT NULL,
  provider text NOT NULL,
  organization_id uuid NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

CREATE TABLE inbox_queue (
  lane smallint NOT NULL,
  inbox_id uuid NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (lane, inbox_id)
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE quarantine (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  inbox_id uuid NOT NULL,
  provider text NOT NULL,
  reason text NOT NULL,
  fragment text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'dismissed')),
  settled_at timestamptz,
  PRIMARY KEY (organization_id, id)
);

-- What happened, one row for a batch of changes of one kind; read by whoever must know.
CREATE TABLE event (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  entity_id uuid,
  body jsonb NOT NULL,
  PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);
CREATE TABLE event_default PARTITION OF event DEFAULT;

CREATE TABLE exchange (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  integration_id uuid NOT NULL,
  message_id uuid,
  method text NOT NULL,
  url text NOT NULL,
  status smallint,
  duration_ms integer NOT NULL,
  request text NOT NULL DEFAULT '',
  response text NOT NULL DEFAULT '',
  error text,
  PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);
CREATE TABLE exchange_default PARTITION OF exchange DEFAULT;
CREATE INDEX exchange_message ON exchange (organization_id, message_id)
  WHERE message_id IS NOT NULL;
CREATE INDEX exchange_upkeep ON exchange (organization_id, integration_id, id)
  WHERE message_id IS NULL;

-- Row-level security: the second lock behind every statement's own condition -----------------

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tidings_member') THEN
    CREATE ROLE tidings_member NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT tidings_member TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO tidings_member;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tidings_member;

CREATE FUNCTION seen_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('tidings.organization_id', true), '')::uuid;

DO $$
DECLARE name text;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND NOT c.relispartition
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY member ON %I TO tidings_member
      USING (organization_id = seen_organization())
      WITH CHECK (organization_id = seen_organization())', name);
  END LOOP;
END $$;
-- A partition has no policy of its own: it is reached through its table only.
REVOKE ALL ON inbox_default, event_default, exchange_default FROM tidings_member;
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY member ON organization TO tidings_member USING (id = seen_organization());
