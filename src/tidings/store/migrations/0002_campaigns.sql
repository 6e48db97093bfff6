-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Contact lists, filters, do-not-contact lists and campaigns; imports of files into any of them.
-- How they work together: docs/campaigns.md.

-- The form under which two phone IDs that may be the same WhatsApp user are one: Brazil's ninth
-- digit, Mexico's 1 and Argentina's 9 dropped (domain/addresses.py address_key says the same).
CREATE FUNCTION address_key(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN length(address) <> 13 THEN address
  WHEN address LIKE '55__9%' THEN substr(address, 1, 4) || substr(address, 6)
  WHEN address LIKE '521%' THEN '52' || substr(address, 4)
  WHEN address LIKE '549%' THEN '54' || substr(address, 4)
  ELSE address END;

-- Contact lists -----------------------------------------------------------------------------

-- next_position grows with each contact, under the row's lock: positions become visible in order.
CREATE TABLE contact_list (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  columns text[] NOT NULL,
  whatsapp_columns jsonb NOT NULL DEFAULT '[]',
  phone_columns jsonb NOT NULL DEFAULT '[]',
  email_columns jsonb NOT NULL DEFAULT '[]',
  column_types jsonb NOT NULL DEFAULT '[]',
  trim_whitespace boolean NOT NULL DEFAULT true,
  default_region text,
  contact_count bigint NOT NULL DEFAULT 0,
  next_position bigint NOT NULL DEFAULT 1,
  last_import_id uuid,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX contact_list_name ON contact_list (organization_id, lower(name));

-- values[n] belongs to the list's columns[n]; a cell that is empty is NULL. Phone-ID columns hold
-- the canonical phone ID. id is the uploader's own id of the contact, or one of ours. No foreign
-- key to the list, whose row every writer holds: checking it takes a quarter of an import's time.
CREATE TABLE contact (
  organization_id uuid NOT NULL,
  list_id uuid NOT NULL,
  position bigint NOT NULL,
  id text NOT NULL,
  values text[] NOT NULL,
  callable boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, list_id, position)
);
CREATE UNIQUE INDEX contact_id ON contact (organization_id, list_id, id);

-- A change to many contacts that is made by and by. Contacts up to done_position are done;
-- last_position is that of the list when it was asked for.
CREATE TABLE contact_job (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  list_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('edit', 'delete')),
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
  request jsonb NOT NULL,
  last_position bigint NOT NULL,
  done_position bigint NOT NULL DEFAULT 0,
  changed_contacts bigint NOT NULL DEFAULT 0,
  failure text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, list_id) REFERENCES contact_list
);
CREATE INDEX contact_job_list ON contact_job (organization_id, list_id, id);
CREATE INDEX contact_job_running ON contact_job (created_at) WHERE state = 'running';

-- A cell as a number or as a moment, NULL when it has no such form: no cell ever fails a statement.
-- The forms are those of domain/contact_filters.py, which must agree.
CREATE FUNCTION contact_number(cell text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN length(cell) <= 100 AND cell ~ '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+) *$'
    THEN cell::numeric END;

CREATE FUNCTION contact_moment(cell text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
  WHEN cell !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?)?$'
    OR NOT pg_input_is_valid(cell, 'timestamptz') THEN NULL
  WHEN translate(substr(cell, 17), 'Z+-', '') <> substr(cell, 17) THEN cell::timestamptz
  ELSE cell::timestamp AT TIME ZONE 'UTC' END;

CREATE TABLE contact_list_filter (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  list_id uuid NOT NULL,
  name text NOT NULL,
  filter_type text NOT NULL DEFAULT 'AND' CHECK (filter_type IN ('AND', 'OR')),
  clauses jsonb NOT NULL DEFAULT '[]',
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, list_id) REFERENCES contact_list
);
CREATE UNIQUE INDEX contact_list_filter_name
  ON contact_list_filter (organization_id, lower(name));
CREATE INDEX contact_list_filter_list ON contact_list_filter (organization_id, list_id);

-- Do-not-contact lists ----------------------------------------------------------------------

-- collects_opt_outs: every opt-out adds its number here by itself.
-- custom_column: of 'rds_custom', the contact column whose values are kept here.
CREATE TABLE dnc_list (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  contact_method text NOT NULL DEFAULT 'WhatsApp'
    CHECK (contact_method IN ('WhatsApp', 'Phone', 'Email', 'Any')),
  source_type text NOT NULL DEFAULT 'rds' CHECK (source_type IN ('rds', 'rds_custom')),
  custom_column text,
  collects_opt_outs boolean NOT NULL DEFAULT false,
  default_region text,
  entry_count bigint NOT NULL DEFAULT 0,
  last_import_id uuid,
  accepted_import_id uuid,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division
);
CREATE UNIQUE INDEX dnc_list_name ON dnc_list (organization_id, lower(name));

-- kind 'phone': key is address_key of the phone ID. 'email': the lower-case address. 'custom': as is.
CREATE TABLE dnc_entry (
  organization_id uuid NOT NULL,
  list_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('phone', 'email', 'custom')),
  key text NOT NULL,
  value text NOT NULL,
  expires_at timestamptz NOT NULL DEFAULT 'infinity',
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, list_id, kind, key),
  FOREIGN KEY (organization_id, list_id) REFERENCES dnc_list
);

CREATE INDEX dnc_entry_expires ON dnc_entry (expires_at) WHERE expires_at < 'infinity';

-- Imports of files --------------------------------------------------------------------------

-- target_id: the contact list or DNC list; of consents none. options: what the uploader chose
-- (contact id column, phone columns, clear system data). Reading goes on at done_bytes, after
-- done_lines lines, whoever died meanwhile. An 'expected' file comes to an address that was given
-- out beforehand: upload_hash is of the token in it, good until expires_at.
CREATE TABLE file_import (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('consents', 'contacts', 'dnc')),
  target_id uuid,
  options jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL
    CHECK (state IN ('expected', 'uploading', 'queued', 'running', 'done', 'failed', 'cancelled')),
  file_name text NOT NULL DEFAULT '',
  content_type text NOT NULL DEFAULT 'text/csv',
  total_bytes bigint NOT NULL DEFAULT 0,
  done_bytes bigint NOT NULL DEFAULT 0,
  done_lines bigint NOT NULL DEFAULT 0,
  accepted_rows bigint NOT NULL DEFAULT 0,
  rejected_rows bigint NOT NULL DEFAULT 0,
  failure_code text,
  failure text,
  created_by text NOT NULL,
  created_by_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  upload_hash bytea,
  expires_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX file_import_waiting ON file_import (created_at)
  WHERE state IN ('expected', 'uploading', 'queued', 'running');
CREATE INDEX file_import_target ON file_import (organization_id, target_id, id);

CREATE TABLE file_import_chunk (
  organization_id uuid NOT NULL,
  import_id uuid NOT NULL,
  start_byte bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (organization_id, import_id, start_byte)
);
ALTER TABLE file_import_chunk ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE file_import_reject (
  organization_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line bigint NOT NULL,
  reason text NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (organization_id, import_id, line)
);

-- Imports of consents had tables of their own.
INSERT INTO file_import (organization_id, id, kind, state, file_name, total_bytes, done_bytes,
  done_lines, accepted_rows, rejected_rows, failure, created_by, created_at, finished_at)
SELECT organization_id, id, 'consents', state, file_name, total_bytes, done_bytes,
  done_lines, accepted_rows, rejected_rows, failure, created_by, created_at, finished_at
FROM consent_import;
INSERT INTO file_import_chunk (organization_id, import_id, start_byte, body)
SELECT organization_id, import_id, start_byte, body FROM consent_import_chunk;
INSERT INTO file_import_reject (organization_id, import_id, line, reason, content)
SELECT organization_id, import_id, line, reason, content FROM consent_import_reject;
-- squawk-ignore ban-drop-table
DROP TABLE consent_import, consent_import_chunk, consent_import_reject;

-- Files made for people to fetch: exports of contacts, DNC lists, results. Chunked like uploads.
CREATE TABLE file_export (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  kind text NOT NULL,
  target_id uuid,
  options jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  file_name text NOT NULL,
  content_type text NOT NULL,
  total_rows bigint NOT NULL DEFAULT 0,
  done_rows bigint NOT NULL DEFAULT 0,
  total_bytes bigint NOT NULL DEFAULT 0,
  failure text,
  created_by_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX file_export_waiting ON file_export (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX file_export_target ON file_export (organization_id, target_id, id);

CREATE TABLE file_export_chunk (
  organization_id uuid NOT NULL,
  export_id uuid NOT NULL,
  start_byte bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (organization_id, export_id, start_byte)
);
ALTER TABLE file_export_chunk ALTER COLUMN body SET STORAGE EXTERNAL;

-- Campaigns ---------------------------------------------------------------------------------

-- status is what people asked for and what the engine found, in the public API's words. phase says
-- how far a run is: its contacts are still to be laid out ('preparing'), or are ('ready').
-- A recycled campaign begins a new run; nothing of the old one is touched by it.
-- cursor: every contact of the run below this sequence was taken, excluded or put off.
-- taken_position: contacts of the list up to this position are laid out.
CREATE TABLE campaign (
  organization_id uuid NOT NULL REFERENCES organization,
  id uuid NOT NULL,
  division_id uuid NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'off' CHECK (status IN
    ('on', 'stopping', 'off', 'complete', 'invalid', 'forced_off', 'forced_stopping')),
  reason_code text,
  reason text,
  reason_at timestamptz,
  resumes_by_itself boolean NOT NULL DEFAULT false,
  list_id uuid NOT NULL,
  whatsapp_column text NOT NULL,
  integration_id uuid NOT NULL,
  response_id uuid NOT NULL,
  parameters jsonb NOT NULL DEFAULT '[]',
  filter_id uuid,
  dnc_list_ids uuid[] NOT NULL DEFAULT '{}',
  sorts jsonb NOT NULL DEFAULT '[]',
  messages_per_minute integer NOT NULL,
  always_running boolean NOT NULL DEFAULT false,
  quiet_hours jsonb,
  run smallint NOT NULL DEFAULT 0,
  phase text NOT NULL DEFAULT 'preparing' CHECK (phase IN ('preparing', 'ready')),
  cursor bigint NOT NULL DEFAULT 1,
  last_sequence bigint NOT NULL DEFAULT 0,
  taken_position bigint NOT NULL DEFAULT 0,
  filtered_out bigint NOT NULL DEFAULT 0,
  started_at timestamptz,
  stopped_at timestamptz,
  completed_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, division_id) REFERENCES division,
  FOREIGN KEY (organization_id, list_id) REFERENCES contact_list,
  FOREIGN KEY (organization_id, integration_id) REFERENCES integration,
  FOREIGN KEY (organization_id, response_id) REFERENCES response,
  FOREIGN KEY (organization_id, filter_id) REFERENCES contact_list_filter
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX campaign_name ON campaign (organization_id, lower(name));
CREATE INDEX campaign_list ON campaign (organization_id, list_id);
CREATE INDEX campaign_working ON campaign (organization_id, integration_id)
  WHERE status IN ('on', 'stopping', 'forced_off', 'forced_stopping');

-- One row a contact and run, laid out at the start in the order of sending. state: 'waiting';
-- 'put_off' (quiet hours, retry); 'taken' when its message was written, whose own status tells the
-- rest; 'excluded'. A retry takes the row again as a new attempt. No index holds state, so that
-- taking a contact touches the row only; what is looked for by state is in the tables below.
-- sequence: rising from 1 in the order of sending, with gaps; who is excluded at the layout has the
-- negative of its position instead, and is not in the way of those who are to be sent to.
CREATE TABLE campaign_contact (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  sequence bigint NOT NULL,
  position bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'put_off', 'taken', 'excluded')),
  reason text,
  attempt smallint NOT NULL DEFAULT 0,
  message_id uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, campaign_id, run, sequence)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX campaign_contact_position
  ON campaign_contact (organization_id, campaign_id, run, position);

CREATE TABLE campaign_put_off (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  due_at timestamptz NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (organization_id, campaign_id, run, due_at, sequence)
);

CREATE TABLE campaign_exclusion (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  reason text NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (organization_id, campaign_id, run, reason, sequence)
);

-- The addresses of a run, each with the contact that claimed it when its turn came: nobody is
-- messaged twice by a run, however often a list names them and whatever is edited meanwhile.
CREATE TABLE campaign_address (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  key text NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (organization_id, campaign_id, run, key)
);

-- measure: 'laid_out', 'queued', 'sent', 'delivered', 'read', 'failed', 'unknown', 'retried', or
-- 'excluded:<reason>'. Differences are inserted where the change is made and folded by minute.
CREATE TABLE campaign_delta (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  measure text NOT NULL,
  amount integer NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id)
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX campaign_delta_campaign ON campaign_delta (organization_id, campaign_id);

CREATE TABLE campaign_minute (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  minute timestamptz NOT NULL,
  measure text NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (organization_id, campaign_id, run, minute, measure)
) WITH (fillfactor = 70);

-- Runs that are over for good, whose rows housekeeping drops: all up to `run`.
CREATE TABLE campaign_leftover (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  run smallint NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, campaign_id)
);
CREATE INDEX campaign_leftover_due ON campaign_leftover (due_at);

-- What happened to a campaign, a list or an import, in words; the reference's outbound events.
-- division_id: of the thing it is about, as it was then; without one only who sees all sees it.
CREATE TABLE outbound_event (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  division_id uuid,
  level text NOT NULL CHECK (level IN ('INFO', 'WARNING', 'ERROR')),
  category text NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  entity_name text NOT NULL DEFAULT '',
  actor text NOT NULL DEFAULT '',
  correlation_id text NOT NULL DEFAULT '',
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX outbound_event_entity ON outbound_event (organization_id, entity_id, id);

CREATE TABLE campaign_schedule (
  organization_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  intervals jsonb NOT NULL DEFAULT '[]',
  recurrences jsonb NOT NULL DEFAULT '[]',
  time_zone text NOT NULL DEFAULT 'UTC',
  next_at timestamptz,
  next_action text CHECK (next_action IN ('start', 'stop')),
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (organization_id, campaign_id),
  FOREIGN KEY (organization_id, campaign_id) REFERENCES campaign
);
CREATE INDEX campaign_schedule_next ON campaign_schedule (next_at) WHERE next_at IS NOT NULL;

-- max_messages_per_minute: over all campaigns of the organization, each held to it.
-- prices: {country, category, price} each, the price of one message, for the forecast; country *
-- stands for all others. quiet_hours, time_zone: what new campaigns begin with.
CREATE TABLE outbound_settings (
  organization_id uuid PRIMARY KEY REFERENCES organization,
  max_messages_per_minute integer NOT NULL DEFAULT 60000,
  price_currency text NOT NULL DEFAULT 'EUR',
  prices jsonb NOT NULL DEFAULT '[]',
  quiet_hours jsonb,
  time_zone text NOT NULL DEFAULT 'UTC',
  version integer NOT NULL DEFAULT 1,
  modified_at timestamptz NOT NULL DEFAULT now()
);

-- A campaign's messages know where they come from.
ALTER TABLE message ADD COLUMN campaign_id uuid, ADD COLUMN campaign_run smallint,
  ADD COLUMN contact_id text;
-- The column is new, so its index is empty.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX message_campaign ON message (organization_id, campaign_id, id)
  WHERE campaign_id IS NOT NULL;
ALTER TABLE outbox ADD COLUMN campaign_id uuid;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX message_failure_integration
  ON message_failure (organization_id, integration_id, conversation_id);
-- Outcomes that stayed unknown are few among the failures, and asked for by themselves.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX message_failure_unknown ON message_failure (organization_id, conversation_id)
  WHERE error_code = 'outcome.unknown';

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
