"""Append-only at the database: triggers that refuse whatever changes or removes a record of the log.

They stop accidents and borrowed credentials. Who owns the table can drop them, and who may write the file can change it
without SQL.
"""

from __future__ import annotations

from typing import Any, Final, LiteralString

from ledger.recorders.base import TABLE

SAID: Final = "the log is append-only"
"""How the refusals of both databases begin."""

# ---- SQLite -----------------------------------------------------------------------------------------------------------------

# REPLACE removes the rows in its way without firing triggers of DELETE: a record in the way is refused before it comes to that.
_IN_THE_WAY: Final = f"""
  NEW.position <= (SELECT max(position) FROM {TABLE})
  OR EXISTS (SELECT 1 FROM {TABLE} WHERE event_id = NEW.event_id)
  OR EXISTS (SELECT 1 FROM {TABLE} WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
"""

SQLITE_TRIGGERS: Final = {
    f"{TABLE}_no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAID}: UPDATE refused'); END",
    f"{TABLE}_no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAID}: DELETE refused'); END",
    f"{TABLE}_no_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN {_IN_THE_WAY} BEGIN SELECT RAISE(ABORT, '{SAID}: a record is there already'); END"
    ),
}


def protected_sqlite(cursor: Any) -> bool:
    """Whether the file has all triggers."""
    cursor.row_factory = None
    found = cursor.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (TABLE,)
    ).fetchall()
    return SQLITE_TRIGGERS.keys() <= {name for (name,) in found}


def protect_sqlite(cursor: Any) -> None:
    """Makes the triggers that are missing."""
    for name, text in SQLITE_TRIGGERS.items():
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {text}")


# ---- PostgreSQL -------------------------------------------------------------------------------------------------------------

POSTGRES_TRIGGERS: Final = ("ledger_log_no_statement", "ledger_log_no_row")

POSTGRES_PROTECTED: Final[LiteralString] = """
SELECT count(*) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %s::regnamespace AND c.relname = 'ledger_log' AND t.tgname = ANY(%s) AND t.tgenabled = 'A'
"""
"""How many of the triggers are there, and fire always."""

# By statement, so that one which meets no row is refused as well; by row, for what comes by way of another table.
# ALWAYS: also in a session that says it is a replica. Names are written with their schema, whatever the search_path is.
POSTGRES_PROTECT: Final[tuple[LiteralString, ...]] = (
    """
CREATE OR REPLACE FUNCTION {schema}.ledger_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$""",
    """
CREATE OR REPLACE TRIGGER ledger_log_no_statement BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.ledger_log
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.ledger_log_refuse()""",
    """
CREATE OR REPLACE TRIGGER ledger_log_no_row BEFORE UPDATE OR DELETE ON {schema}.ledger_log
FOR EACH ROW EXECUTE FUNCTION {schema}.ledger_log_refuse()""",
    "ALTER TABLE {schema}.ledger_log ENABLE ALWAYS TRIGGER ledger_log_no_statement",
    "ALTER TABLE {schema}.ledger_log ENABLE ALWAYS TRIGGER ledger_log_no_row",
)

# LOCK TABLE asks for the right to UPDATE, which no writer has. This takes the very same lock for one who may only append.
POSTGRES_HOLD: Final[tuple[LiteralString, ...]] = (
    """
CREATE OR REPLACE FUNCTION {schema}.ledger_hold() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  LOCK TABLE {schema}.ledger_log IN EXCLUSIVE MODE;
END $$""",
    "REVOKE ALL ON FUNCTION {schema}.ledger_hold() FROM PUBLIC",
)
