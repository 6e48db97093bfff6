-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- The agents' desk: what routing, workstreams, media and the agents' work need beyond the tables
-- of 0003. How they work together: docs/conversations.md.

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
