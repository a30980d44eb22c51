"""The read model's tables and views: made by migrations, which let the log be."""

from __future__ import annotations

import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, select

from ledger.application import ClaimsLedger
from ledger.calendar import JST
from ledger.errors import Refused
from ledger.events import Assessed
from ledger.journal import Deadline, Entry, Held, Item, Line, Opening, Settlement, Span
from projections import postings, queries, rows, schema, tables
from projections.catch_up import catch_up
from projections.engine import engine, writing
from projections.queries import Question
from projections.read_model import opened as read_model
from projections.rebuild import rebuild
from projections.schema import migrate, version
from tests.command import run
from tests.projections.stores import (
    DAY,
    Clock,
    Told,
    added,
    fact,
    held,
    histories,
    imported,
    line,
    opened,
    opening,
    taken_back,
    tampered,
)


def difference(connection: Connection) -> list[Any]:
    """What a migration would still have to change, of our tables."""
    options = {"include_name": schema.is_ours, "version_table": schema.VERSION_TABLE, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.METADATA))


def names(made: Engine) -> set[str]:
    found = inspect(made)
    return {*found.get_table_names(), *found.get_view_names()}


def test_the_migrations_make_the_tables_that_the_code_names(target: str) -> None:
    with opened(target) as (_, made), made.connect() as connection:
        assert difference(connection) == []


def test_a_table_that_differs_would_be_found(target: str) -> None:
    with opened(target) as (_, made):
        tampered(made, "ALTER TABLE read_movements ADD COLUMN more INTEGER")
        with made.connect() as connection:
            assert difference(connection) != []


def test_the_log_is_let_be(target: str) -> None:
    """Neither made, nor changed, nor proposed to be dropped; and a migration down takes our own tables alone."""
    with ClaimsLedger.open(target, new_policy=Told, clock=Clock()) as ledger:
        ledger.init()
        ledger.record([fact(1, entries=[held()])])
        made = engine(target)
        before, head = names(made), ledger.head()
        migrate(made)
        assert {name for name in names(made) - before if not name.startswith(("read_", "v_"))} == set()

        with writing(made).begin() as connection:
            down(connection)
        assert names(made) - {schema.VERSION_TABLE} == before
        assert ledger.head() == head
        migrate(made)
        assert catch_up(made, ledger) == 2
        made.dispose()


def down(connection: Connection, to: str = "base") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.downgrade(config, to)


def test_migrating_again_changes_nothing(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, entries=[held()])])
        catch_up(made, ledger)
        migrate(made)
        assert (version(made), catch_up(made, ledger)) == (schema.VERSION, 2)


def test_rows_are_migrated_where_they_are_and_followed_on(target: str) -> None:
    """From counts of lines to days of showing, and from numbers of a policy to numbers of all: the views say the same on the way, and the
    follower goes on from its mark.
    """
    wires = histories(17)
    spans = [opening(first=date(2023, 1, 1), key=key)._replace(last=date(2030, 1, 1)) for key in ("a", "b")]
    items = (spans[0], spans[1]._replace(standing=True), opening(key="c", standing=True), opening(key="d", in_use=True))
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, entries=[held(), *added(*items, opening(), line(5))])])
        ledger.record([fact(2, entries=[Entry(date(2024, 1, 1), -1, items[1]), Entry(date(2024, 2, 1), -1, line(5))])])
        ledger.record([fact(3, "P-2", [held("oyako"), *added(spans[0], line(9))]), fact(4, "P-3", fault="a reason")])
        wrong = [Entry(date.min, -1, Held(date.min, "oyako")), *taken_back(spans[0])]
        ledger.record([fact(5, "P-2", [*wrong, held(), *added(items[3], Deadline(DAY, "payment", "k1", DAY, None, ("GN-01",)))])])
        catch_up(made, ledger)
        now, views = stored(made), [in_view(made, view) for view in ("v_current_limits", "v_deadlines", "v_policies")]
        assert {row["shown_to"] for row in now["read_accounts"]} == {None, 0, date(2030, 1, 1).toordinal(), tables.FOREVER}
        assert [row["product"] for row in now["read_accounts"] if row["kind"] == tables.OPENING] == [*["cyber"] * 5, "oyako", "cyber"]
        assert [(row[1], row[3]) for row in views[0]] == [("cyber", "c"), ("cyber", "d"), ("cyber", "d")]

        for earlier in ("0003", "0002"):
            with writing(made).begin() as connection:
                down(connection, earlier)
            assert [in_view(made, view) for view in ("v_current_limits", "v_deadlines", "v_policies")] == views
        with made.connect() as connection:
            counted = connection.exec_driver_sql("SELECT lines FROM read_movements WHERE kind = 2 ORDER BY 1").scalars().all()
            assert counted == [-1, *[0] * 8, 1, 1]
            numbers = connection.exec_driver_sql("SELECT policy_no, MIN(account_no) FROM read_accounts GROUP BY 1 ORDER BY 1").all()
            assert [tuple(row) for row in numbers] == [(1, 1), (2, 1), (3, 1)]

        migrate(made)
        assert stored(made) == now
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger)
        assert [row for row in in_view(made, "v_current_limits") if row[0] in {"P-1", "P-2"}] == views[0]
        assert rebuild(made, ledger).differences == []


def stored(made: Engine) -> dict[str, list[dict[str, Any]]]:
    with made.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for table in (tables.accounts, tables.movements, tables.faults)
        }


def test_workers_that_start_together_make_the_tables_once(target: str) -> None:
    with ClaimsLedger.open(target) as ledger:
        ledger.init()
        faults: list[BaseException] = []

        def start() -> None:
            mine = engine(target)
            try:
                migrate(mine)
            except BaseException as error:  # noqa: BLE001 - told to the test, which raises it
                faults.append(error)
            finally:
                mine.dispose()

        threads = [threading.Thread(target=start) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        with read_model(target) as made:
            assert catch_up(made, ledger) == 0


def test_no_read_model_is_made_in_a_database_without_a_ledger(tmp_path: Path) -> None:
    made = engine(str(tmp_path / "other.db"))
    with pytest.raises(Refused, match="without a ledger"):
        migrate(made)
    assert names(made) == set()
    made.dispose()


def test_a_read_model_of_a_newer_program_is_refused(target: str) -> None:
    with opened(target) as (_, made):
        tampered(made, "UPDATE read_version SET version_num = '9999'")
        with pytest.raises(Refused, match=r"9999|newer"):
            migrate(made)
        with pytest.raises(Refused), read_model(target):
            pass


@pytest.mark.postgres
def test_on_a_server_init_makes_the_tables_and_other_commands_do_not(postgres_url: str) -> None:
    asked = run("limits", "--db", postgres_url, "--lang", "en")
    assert (asked.code, "hoken init" in asked.err) == (2, True)
    with ClaimsLedger.open(postgres_url) as ledger:
        ledger.init()
    asked = run("limits", "--db", postgres_url, "--lang", "en")
    assert (asked.code, "hoken init" in asked.err) == (2, True)

    assert run("init", "--db", postgres_url).code == 0
    assert run("limits", "--db", postgres_url).code == 0


def test_on_a_file_every_command_of_the_read_model_makes_the_tables(tmp_path: Path) -> None:
    for n, command in enumerate((("limits",), ("report", "limits"), ("rebuild",), ("projections", "status"))):
        assert run(*command, "--db", tmp_path / f"{n}.db", "--format", "json").code == 0


# ---- the stored form of entries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", [Line, Settlement, Opening, Deadline, Span, Held])
def test_entries_are_read_as_the_journal_stores_them(item: type[Item]) -> None:
    """The read model takes stored entries apart by the order of the item's fields."""
    [kind] = [kind for kind, cls in __import__("ledger.journal").journal.KINDS.items() if cls is item]
    code = postings._OF[kind].__code__
    parameters = code.co_varnames[: code.co_argcount]

    assert parameters == ("day", "sign", "_kind", *item._fields)


def test_days_of_entries_are_text_and_nothing_else() -> None:
    stored = Entry(date(2024, 2, 29), 1, line(5)).encoded()
    assert [field for field in stored if isinstance(field, date)] == []
    assert Assessed(cause="facts", causes=(), entries=(stored,)).entries == (stored,)


# ---- views ---------------------------------------------------------------------------------------------------------------------


def in_view(made: Engine, view: str) -> list[tuple[Any, ...]]:
    with made.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {view} ORDER BY 1, 2, 3, 4")
        return [tuple(str(cell) if isinstance(cell, date) else cell for cell in row) for row in found]


def reported(made: Engine, wanted: Any) -> list[tuple[Any, ...]]:
    today = datetime.now(JST).date()
    with made.connect() as connection:
        found = [tuple(row) for row in queries.report(connection, Question(today), wanted, lambda policy: None)]
    return [
        tuple(str(cell) if isinstance(cell, date) else " ".join(cell) if isinstance(cell, tuple) else cell for cell in row) for row in found
    ]


def ordered(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(found, key=lambda row: [(cell is not None, str(cell)) for cell in row])


def test_the_views_say_what_the_commands_say(target: str) -> None:
    with opened(target) as (ledger, made):
        imported(ledger, histories(21, each=6))
        catch_up(made, ledger)
        assert ordered(in_view(made, "v_current_limits")) == ordered(reported(made, rows.limits))
        assert ordered(in_view(made, "v_deadlines")) == ordered(reported(made, rows.deadlines))
        money = [(row[0], row[1], *row[5:10]) for row in in_view(made, "v_policies")]
        settlements = [(row[0], row[1], *row[3:]) for row in reported(made, rows.settlement)]
        assert ordered(money) == ordered(settlements)
        assert reported(made, rows.limits)
        assert reported(made, rows.deadlines)


def test_the_view_of_policies_tells_states_and_what_is_undetermined(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        spans = added(Span(date.min, "pending", date(2023, 12, 31), ()), day=date.min) + added(
            Span(date(2024, 1, 1), "in_force", None, ("GN-01",))
        )
        ledger.record([fact(1, "T-1", [held(), *spans, *added(opening(), line(5))])])
        ledger.record([fact(1, "T-2", [held(), *added(opening(), line(5))]), fact(2, "T-2", fault="RuleFailed: x")])
        catch_up(made, ledger)
        assert in_view(made, "v_policies") == [
            ("T-1", "cyber", "in_force", "2024-01-01", None, 5, 0, 0, 0, 5, None, None),
            ("T-2", None, "undetermined", None, None, None, None, None, None, None, 5, "RuleFailed: x"),
        ]
        assert [row[0] for row in in_view(made, "v_current_limits")] == ["T-1"]
