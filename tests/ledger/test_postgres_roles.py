"""Who may do what on a server: a writer appends and reads, a reader reads the read model, and neither does anything else."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any, NamedTuple

import pytest

from ledger.application import ClaimsLedger
from projections.catch_up import catch_up
from projections.engine import engine
from projections.schema import migrate
from tests.ledger.stores import Counting, check_log, fact, history, open_ledger

pytestmark = pytest.mark.postgres


class Users(NamedTuple):
    """One schema, as three log in to it."""

    owner: str
    writer: str
    reader: str


def connected(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


def given_roles(owner: str, prefix: str) -> None:
    """Runs the file of roles, twice: the second time changes nothing."""
    text = files("ledger.recorders").joinpath("roles.sql").read_text(encoding="utf-8")
    with connected(f"{owner}%20-choken.role_prefix%3D{prefix}") as connection:
        connection.execute(text)
        connection.execute(text)


@pytest.fixture
def users(postgres_url: str) -> Iterator[Users]:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    with open_ledger(postgres_url) as ledger:
        ledger.record([fact(1), fact(2, "P-2")])
    made = engine(postgres_url)
    migrate(made)
    made.dispose()
    given_roles(postgres_url, prefix)
    names = [f"{prefix}_writer", f"{prefix}_reader"]
    with connected(postgres_url) as connection:
        for name in names:
            connection.execute(f"CREATE ROLE {name}_login LOGIN IN ROLE {name}")
    yield Users(postgres_url, *(postgres_url.replace("postgres@", f"{name}_login@") for name in names))
    with connected(postgres_url) as connection:
        for name in names:
            connection.execute(f"DROP OWNED BY {name}_login, {name}")
            connection.execute(f"DROP ROLE {name}_login, {name}")


def test_a_writer_records_imports_follows_and_reads(users: Users) -> None:
    with ClaimsLedger.open(users.writer, new_policy=Counting) as ledger:
        [receipt] = ledger.record([fact(3)])
        summary = ledger.import_events([(no, replace(event, policy_id=f"H-{event.policy_id}")) for no, event in history(60)])
        made = engine(users.writer)
        catch_up(made, ledger)
        made.dispose()

        assert receipt.position == 5
        assert summary.recorded == 60
        assert len(check_log(ledger)) == summary.position


def test_a_writer_holds_the_same_lock_as_the_owner(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever came first holds the log, whichever way it was locked."""
    from ledger.recorders import postgres
    from ledger.recorders.log import Busy

    monkeypatch.setattr(postgres, "WAIT_SECONDS", 1)
    for one, other in ((users.owner, users.writer), (users.writer, users.owner)):
        with (
            ClaimsLedger.open(one, new_policy=Counting) as first,
            ClaimsLedger.open(other, new_policy=Counting) as second,
            first._recorder.appending(),
            pytest.raises(Busy, match="another writer"),
        ):
            second.record([fact(9)])


ATTACKS = {
    "update": "UPDATE ledger_log SET state = ''",
    "delete": "DELETE FROM ledger_log",
    "truncate": "TRUNCATE ledger_log",
    "drop": "DROP TABLE ledger_log CASCADE",
    "alter": "ALTER TABLE ledger_log DROP COLUMN state",
    "disable trigger": "ALTER TABLE ledger_log DISABLE TRIGGER ALL",
    "create rule": "CREATE RULE swallow AS ON INSERT TO ledger_log DO INSTEAD NOTHING",
    "drop trigger": "DROP TRIGGER ledger_log_no_row ON ledger_log",
    "create trigger": "CREATE TRIGGER mine BEFORE INSERT ON ledger_log EXECUTE FUNCTION ledger_log_refuse()",
    "replace function": "CREATE OR REPLACE FUNCTION ledger_log_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "replica": "SET session_replication_role = replica",
    "own the table": "ALTER TABLE ledger_log OWNER TO CURRENT_USER",
    "become the owner": "SET ROLE postgres",
    "overwrite": "INSERT INTO ledger_log SELECT * FROM ledger_log ON CONFLICT (position) DO UPDATE SET state = ''",
    "lock out readers": "BEGIN; LOCK TABLE ledger_log IN ACCESS EXCLUSIVE MODE",
    "another format": "UPDATE ledger_format SET format = 9",
    "a table beside": "CREATE TABLE ledger_extra (n int)",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_writer_who_attacks_the_log_has_no_permission(users: Users, attack: str) -> None:
    import psycopg

    with ClaimsLedger.open(users.owner, new_policy=Counting) as ledger:
        before = check_log(ledger)
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"permission denied|must be owner")
        with connected(users.writer) as connection, refused:  # by the rights of the role: the triggers say something else
            connection.execute(ATTACKS[attack])

        assert check_log(ledger) == before
    with ClaimsLedger.open(users.writer, new_policy=Counting) as ledger:
        ledger.record([fact("after")])
        assert len(check_log(ledger)) == len(before) + 2


def test_a_reader_reads_the_read_model_and_nothing_else(users: Users) -> None:
    import psycopg

    with connected(users.reader) as connection:
        for allowed in ("read_movements", "read_policies", "v_current_limits", "v_policies", "v_deadlines"):
            connection.execute(f"SELECT * FROM {allowed}")
        for refused in (
            "SELECT * FROM ledger_log",
            "SELECT ledger_hold()",
            "INSERT INTO ledger_log SELECT * FROM ledger_log",
            "DELETE FROM read_movements",
            "UPDATE read_generations SET position = 0",
            "CREATE TABLE mine (n int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


def test_a_log_without_its_function_tells_the_writer_what_to_do(users: Users) -> None:
    from ledger.errors import Refused

    with connected(users.owner) as connection:
        connection.execute("DROP FUNCTION ledger_hold")

    with ClaimsLedger.open(users.writer, new_policy=Counting) as ledger, pytest.raises(Refused, match="hoken init"):
        ledger.record([fact(3)])


# ---- settings of the server --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_is_not_durable_is_refused_unless_it_is_accepted_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.errors import LedgerFault
    from ledger.recorders.durable import OVERRIDE, check_durable

    settings = {"fsync": "on", "full_page_writes": "on"} | {name: "off"}
    with pytest.raises(LedgerFault, match=f"{name} = off.*{OVERRIDE}={name}"):
        check_durable(settings.__getitem__)

    monkeypatch.setenv(OVERRIDE, "synchronous_commit")
    with pytest.raises(LedgerFault, match=name):
        check_durable(settings.__getitem__)

    monkeypatch.setenv(OVERRIDE, f"synchronous_commit, {name}")
    check_durable(settings.__getitem__)


def test_every_connection_is_asked_whether_the_server_is_durable(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.errors import LedgerFault
    from ledger.recorders import durable

    monkeypatch.setitem(durable.SERVER_SETTINGS, "array_nulls", "")
    open_ledger(postgres_url).close()
    monkeypatch.setitem(durable.SERVER_SETTINGS, "ssl_passphrase_command", "it is empty here")
    with pytest.raises(LedgerFault, match="ssl_passphrase_command"):
        open_ledger(postgres_url)
