"""Verify: nothing is found in what is right, and whatever is changed is found, named and counted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.application import ClaimsLedger
from ledger.journal import Deadline
from projections import dialect
from projections.catch_up import catch_up
from projections.engine import writing
from replay.verify import Checked, Verification, Wrong
from tests.command import run
from tests.ledger.guards import unguarded
from tests.projections.stores import (
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

SEED = 17


@pytest.fixture
def pair(target: str) -> Iterator[tuple[ClaimsLedger, Engine]]:
    with opened(target) as (ledger, made):
        imported(ledger, histories(SEED, each=2))
        catch_up(made, ledger)
        yield ledger, made


def verified(pair: tuple[ClaimsLedger, Engine]) -> tuple[list[Checked], list[Wrong]]:
    found: list[Wrong] = []
    return list(Verification(*pair, found.append, lambda check, done: None).run()), found


def test_what_is_right_is_found_right(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    checks, found = verified(pair)

    assert found == []
    database = int(made.dialect.name == "sqlite")
    counted = {"chain": ledger.head()[0], "index": 6, "database": database, "projection": 6, "answers": 6}
    assert checks == [Checked(name, count, 0) for name, count in counted.items()]


def test_what_stands_alike_from_two_days_on_is_right_too(target: str) -> None:
    alike = [Deadline(date(2024, 1, day), "payment", "q1", date(2024, 3, 1), None, ("GN-01",)) for day in (2, 3)]
    with opened(target, new_policy=Told, clock=Clock()) as pair:
        pair[0].record([fact(1, entries=[held(), *added(*alike)]), fact(2, entries=taken_back(*alike))])
        catch_up(pair[1], pair[0])

        assert verified(pair)[1] == []


def test_a_read_model_that_lags_is_not_wrong(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, _ = pair
    imported(ledger, histories(SEED + 1, each=1))

    assert verified(pair)[1] == []


def test_random_histories_with_faults_are_found_right(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, "P-1", [held(), *added(opening(), line(100))]), fact(2, "P-1", fault="x"), fact(3, "P-1", terms="2025-04")])
        ledger.record([fact(1, "P-2", [held("oyako")]), fact(2, "P-2", fault="y"), fact(3, "P-2", fault="z")])
        catch_up(made, ledger)
        assert verified((ledger, made))[1] == []


LOG = {
    "state": "UPDATE ledger_log SET state = :blob WHERE position = :position",
    "hash": "UPDATE ledger_log SET hash = :hash WHERE position = :position",
    "previous": "UPDATE ledger_log SET previous_hash = :hash WHERE position = :position",
    "policy": "UPDATE ledger_log SET originator_id = 'OY-000000000', originator_version = 999 WHERE position = :position",
    "version": "UPDATE ledger_log SET originator_version = originator_version + 1000 WHERE position = :position",
    "type": "UPDATE ledger_log SET topic = 'PremiumPaid' WHERE position = :position",
    "event_id": "UPDATE ledger_log SET event_id = '00000000-0000-0000-0000-000000000000' WHERE position = :position",
    "recorded": "UPDATE ledger_log SET recorded_at = recorded_at + 1 WHERE position = :position",
    "newest": "UPDATE ledger_log SET newest_at = newest_at + 1 WHERE position = :position",
    "taken out": "DELETE FROM ledger_log WHERE position = :position",
    "moved": "UPDATE ledger_log SET position = position + 100000 WHERE position = :position",
}


@pytest.mark.parametrize("change", LOG)
@pytest.mark.parametrize("at", [0, 1])
def test_a_record_that_was_changed_is_named(pair: tuple[ClaimsLedger, Engine], change: str, at: int) -> None:
    ledger, made = pair
    records = list(ledger.log())
    record = random.Random(f"{change}/{at}").choice(records)
    changed = bytes(record.state[:-9]) + b"x" + bytes(record.state[-8:])
    with writing(made).begin() as connection:
        unguarded(connection.exec_driver_sql, server=made.dialect.name == "postgresql")
        given = {"position": record.position, "blob": changed, "hash": b"\1" * 32}
        used = {name: value for name, value in given.items() if f":{name}" in LOG[change]}
        assert dialect.run(connection, LOG[change], **used).rowcount == 1

    checks, found = verified(pair)

    assert [check.wrong > 0 for check in checks if check.check == "chain"] == [True]
    named = {wrong.position for wrong in found if wrong.check == "chain"}
    after = {records[record.position].position} if record.position < len(records) else {record.position - 1}
    assert record.position in named or after <= named or record.position + 100000 in named


READ = (
    "UPDATE read_movements SET amount = amount + 1 WHERE kind = 3",
    "UPDATE read_movements SET shown_to = 0 WHERE kind = 3",
    "UPDATE read_movements SET day = day + 1 WHERE kind = 7",
    "UPDATE read_movements SET position = position + 100000 WHERE kind = 3",
    "UPDATE read_movements SET stands = NULL WHERE kind = 0",
    "UPDATE read_accounts SET cap = cap + 1 WHERE kind = 10",
    "UPDATE read_accounts SET first = first + 1 WHERE kind = 7",
    "DELETE FROM read_movements WHERE kind = 2",
    "DELETE FROM read_policies",
)


@pytest.mark.parametrize("statement", READ)
def test_a_read_model_that_was_changed_is_found_out(pair: tuple[ClaimsLedger, Engine], statement: str) -> None:
    _, made = pair
    assert tampered(made, statement) > 0

    checks, found = verified(pair)

    wrong = {check.check: check.wrong for check in checks}
    assert wrong["projection"] > 0
    assert wrong["answers"] > 0
    assert wrong["chain"] == wrong["index"] == 0
    assert all(one.policy_id for one in found)


def test_what_another_log_gave_is_found_out(pair: tuple[ClaimsLedger, Engine]) -> None:
    _, made = pair
    tampered(made, "UPDATE read_generations SET position = position - 1")

    assert [one for one in verified(pair)[1] if "does not have the record" in one.what]


def test_the_command_counts_names_and_exits_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    db = tmp_path / "ledger.db"
    with opened(str(db), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, f"P-{n}", [held(), *added(opening(), line(1))]) for n in range(3)])
        catch_up(made, ledger)
        right = run("verify", "--db", db, "--format", "json")
        of = "(SELECT policy_no FROM read_policies WHERE policy_id = 'P-1')"
        tampered(made, f"UPDATE read_movements SET amount = amount + 1 WHERE kind = 3 AND policy_no = {of}")
        wrong = run("verify", "--db", db, "--format", "json")
    assert (right.code, right.err) == (0, "")
    assert {row["check"] for row in right.rows} == {"chain", "index", "database", "projection", "answers"}
    assert {row["wrong"] for row in right.rows} == {0}
    assert wrong.code == 1
    assert [row["check"] for row in wrong.rows if row["wrong"]] == ["projection", "answers"]
    assert wrong.err.splitlines()[0] == "hoken: projection: position 3, policy P-1: 1 movements missing, 1 that the log does not give"


def test_many_findings_are_counted_and_the_first_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    db = tmp_path / "ledger.db"
    with opened(str(db), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, f"P-{n}", [held(), *added(opening(), line(1))]) for n in range(130)])
        catch_up(made, ledger)
        tampered(made, "UPDATE read_movements SET amount = 2 WHERE kind = 2 AND amount = 1")
        outcome = run("verify", "--db", db, "--format", "json")
    counted: dict[str, Any] = {row["check"]: row["wrong"] for row in outcome.rows}
    assert counted["projection"] == 130
    assert sum(message.startswith("hoken: projection:") for message in outcome.err.splitlines()) == 100
