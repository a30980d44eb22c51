"""The log's table takes records and gives none back: the database refuses it, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.application import ClaimsLedger
from ledger.recorders.append_only import POSTGRES_TRIGGERS, SQLITE_TRIGGERS
from tests.ledger.guards import unguarded
from tests.ledger.stores import Counting, check_log, fact, open_ledger

COPIED = "originator_id, originator_version, topic, event_id, recorded_at, appended_at, newest_at, previous_hash, hash, state"

EVERYWHERE = [
    "UPDATE ledger_log SET state = state",
    "UPDATE ledger_log SET position = position + 100 WHERE position = 4",
    "UPDATE ledger_log SET appended_at = 0 WHERE position = 1",
    "DELETE FROM ledger_log",
    "DELETE FROM ledger_log WHERE position = 4",
    f"INSERT INTO ledger_log SELECT position, {COPIED} FROM ledger_log WHERE position = 2 ON CONFLICT (position) DO UPDATE SET state = ''",
]
SQLITE_ONLY = [
    "UPDATE OR REPLACE ledger_log SET position = 1 WHERE position = 2",
    "UPDATE ledger_log SET originator_version = 9 FROM (SELECT 1) WHERE position = 1",
    "DELETE FROM ledger_log RETURNING position",
    f"REPLACE INTO ledger_log SELECT position, {COPIED.replace('state', 'previous_hash')} FROM ledger_log WHERE position = 2",
    f"INSERT OR REPLACE INTO ledger_log SELECT 99, {COPIED} FROM ledger_log WHERE position = 1",
    f"INSERT OR REPLACE INTO ledger_log SELECT 99, {COPIED.replace('event_id', 'NULL')} FROM ledger_log WHERE position = 2",
    f"INSERT OR REPLACE INTO ledger_log SELECT 99, {COPIED.replace('originator_version', '77')} FROM ledger_log WHERE position = 1",
    f"INSERT OR REPLACE INTO ledger_log ({COPIED}) SELECT {COPIED} FROM ledger_log WHERE position = 3",
    "INSERT INTO ledger_log SELECT -5, 'P-9', 1, 'X', NULL, 0, 0, 0, x'', x'', x''",
]
POSTGRES_ONLY = [
    "UPDATE ledger_log SET state = state WHERE false",
    "DELETE FROM ledger_log WHERE false",
    "TRUNCATE ledger_log",
    "TRUNCATE ledger_log CASCADE",
    "MERGE INTO ledger_log l USING (SELECT 1 AS p) s ON l.position = s.p WHEN MATCHED THEN DELETE",
    "MERGE INTO ledger_log l USING (SELECT 1 AS p) s ON l.position = s.p WHEN MATCHED THEN UPDATE SET state = ''",
    "WITH gone AS (DELETE FROM ledger_log RETURNING *) SELECT count(*) FROM gone",
    "SET session_replication_role = replica; DELETE FROM ledger_log",
    "SET session_replication_role = replica; UPDATE ledger_log SET state = ''",
    "SET session_replication_role = replica; TRUNCATE ledger_log",
    "CREATE TABLE over (LIKE ledger_log); ALTER TABLE ledger_log INHERIT over; DELETE FROM over",
    "CREATE TABLE over (LIKE ledger_log); ALTER TABLE ledger_log INHERIT over; UPDATE over SET state = ''",
]


@contextmanager
def beside(target: str) -> Iterator[Any]:
    """A connection of someone else, with every right there is."""
    if target.startswith("sqlite"):
        connection = sqlite.connect(target.removeprefix("sqlite:///"), isolation_level=None)
    else:
        import psycopg

        connection = psycopg.connect(target, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def refusal(target: str, statement: str) -> str:
    """How a statement is refused; empty where it is not."""
    with beside(target) as connection:
        try:
            connection.execute(statement)
        except Exception as error:  # noqa: BLE001  # each driver has its own
            return str(error)
    return ""


def attack(target: str, statement: str) -> None:
    """A statement is refused and changes nothing, and appending goes on."""
    with open_ledger(target) as ledger:
        ledger.record([fact(1), fact(2, "P-2")])
        before = check_log(ledger)

        said = refusal(target, statement)

        assert check_log(ledger) == before
        ledger.record([fact(3), fact(4, "P-3")])
        assert check_log(ledger)[:4] == before
        assert len(check_log(ledger)) == 8
    assert "the log is append-only" in said


@pytest.mark.parametrize("statement", EVERYWHERE)
def test_a_statement_that_changes_records_is_refused(target: str, statement: str) -> None:
    attack(target, statement)


@pytest.mark.parametrize("statement", SQLITE_ONLY)
def test_a_file_refuses_its_own_ways_of_replacing(tmp_path: Any, statement: str) -> None:
    attack(f"sqlite:///{tmp_path / 'ledger.db'}", statement)


@pytest.mark.postgres
@pytest.mark.parametrize("statement", POSTGRES_ONLY)
def test_a_server_refuses_its_own_ways_even_to_a_superuser(postgres_url: str, statement: str) -> None:
    attack(postgres_url, statement)


def test_without_the_triggers_the_same_statements_do_their_harm(target: str) -> None:
    """It is the triggers that refuse; and who owns the table can take them away."""
    with open_ledger(target) as ledger:
        ledger.record([fact(1), fact(2)])
    with beside(target) as connection:
        unguarded(connection.execute, server=not target.startswith("sqlite"))

    assert refusal(target, "UPDATE ledger_log SET state = state") == ""
    assert refusal(target, "DELETE FROM ledger_log WHERE position > 2") == ""
    with open_ledger(target) as ledger:
        assert ledger.head()[0] == 2


def test_a_ledger_made_before_there_were_triggers_is_given_them(target: str) -> None:
    with open_ledger(target) as ledger:
        ledger.record([fact(1)])
    server = not target.startswith("sqlite")
    with beside(target) as connection:
        unguarded(connection.execute, server=server)
        if server:
            for name in POSTGRES_TRIGGERS:
                connection.execute(f"DROP TRIGGER {name} ON ledger_log")
            connection.execute("DROP FUNCTION ledger_log_refuse, ledger_hold")

    with ClaimsLedger.open(target, new_policy=Counting) as ledger:
        ledger.record([fact(2)])  # on a server an older ledger goes on as it is, until `init`
        ledger.init()
        ledger.init()

        assert "append-only" in refusal(target, "DELETE FROM ledger_log")
        assert len(check_log(ledger)) == 4


@pytest.mark.postgres
def test_triggers_that_were_switched_off_are_switched_on_again(postgres_url: str) -> None:
    for how in ("DISABLE TRIGGER ledger_log_no_statement", "ENABLE REPLICA TRIGGER ledger_log_no_row"):
        open_ledger(postgres_url).close()
        with beside(postgres_url) as connection:
            connection.execute(f"ALTER TABLE ledger_log {how}")

        open_ledger(postgres_url).close()

        with beside(postgres_url) as connection:
            sql = "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'ledger_log'::regclass AND NOT tgisinternal"
            assert dict(connection.execute(sql).fetchall()) == dict.fromkeys(POSTGRES_TRIGGERS, "A")


def test_a_file_has_each_trigger(tmp_path: Any) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(str(path)).close()
    with beside(f"sqlite:///{path}") as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    assert found == set(SQLITE_TRIGGERS)
