-- Roles for a ledger on PostgreSQL: run by the owner after `hoken init`, in the ledger's schema. Running it again changes nothing.
--
--   hoken_writer  records and reads: SELECT and INSERT on the log, and what the follower of the read model needs
--   hoken_reader  reads the read model and its views, and nothing of the log
--
-- Neither logs in: GRANT hoken_writer TO whoever does. Roles belong to the whole server; where it holds several ledgers, give
-- each its own prefix with the setting hoken.role_prefix (PGOPTIONS='-c hoken.role_prefix=tokyo').

BEGIN;

DO $$
DECLARE
  prefix text := coalesce(nullif(current_setting('hoken.role_prefix', true), ''), 'hoken');
  writer text := prefix || '_writer';
  reader text := prefix || '_reader';
  role text;
  relation record;
BEGIN
  FOREACH role IN ARRAY ARRAY[writer, reader] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', current_schema(), role);
    EXECUTE format('REVOKE ALL ON ledger_log, ledger_format FROM PUBLIC, %I', role);
  END LOOP;

  EXECUTE format('GRANT SELECT, INSERT ON ledger_log TO %I', writer);
  EXECUTE format('GRANT SELECT ON ledger_format TO %I', writer);
  EXECUTE format('GRANT EXECUTE ON FUNCTION ledger_hold() TO %I', writer);

  FOR relation IN
    SELECT c.relname AS name, c.relkind = 'r' AND c.relname <> 'read_version' AS followed
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace
      AND (c.relkind = 'r' AND c.relname LIKE 'read\_%' OR c.relkind = 'v' AND c.relname LIKE 'v\_%')
  LOOP
    EXECUTE format('GRANT SELECT ON %I TO %I, %I', relation.name, writer, reader);
    IF relation.followed THEN
      EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO %I', relation.name, writer);
    END IF;
  END LOOP;
END $$;

COMMIT;
