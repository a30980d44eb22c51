"""Building anew beside what is read: compared, swapped in one step, while readers and writers go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.application import ClaimsLedger
from ledger.errors import LedgerFault
from projections import generations, queries, rows
from projections.catch_up import LogRewritten, catch_up
from projections.queries import Question
from projections.rebuild import _begun, rebuild
from projections.status import status
from projections.tables import ROOM
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
    tampered,
)
from tests.projections.test_as_of import differing

LATER = date(2030, 1, 1)


@pytest.fixture
def pair(target: str) -> Iterator[tuple[ClaimsLedger, Engine]]:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        for n in range(20):
            ledger.record([fact("first", f"P-{n:02}", [held(), *added(opening(), line(100))])])
        catch_up(made, ledger)
        yield ledger, made


def count(made: Engine, table: str) -> int:
    with made.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())


def states(made: Engine) -> list[tuple[int, str, int]]:
    with made.connect() as connection:
        return [(mark.generation, mark.state, mark.position) for mark in generations.marks(connection)]


def portfolio(made: Engine) -> list[tuple[str, int]]:
    with made.connect() as connection:
        found = queries.report(connection, Question(LATER), rows.limits, lambda policy: None)
        return [(row.policy_id, row.used) for row in found]


def test_a_rebuild_comes_to_the_same_and_leaves_nothing_behind(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    before = portfolio(made), [count(made, f"read_{table}") for table in ("policies", "accounts", "movements", "faults")]

    built = rebuild(made, ledger)

    assert (built.mark.position, built.compared_at, built.differences) == (40, 39, [])
    assert (portfolio(made), [count(made, f"read_{table}") for table in ("policies", "accounts", "movements", "faults")]) == before
    assert states(made) == [(2, "current", 40)]


def test_random_histories_rebuilt_answer_as_before(target: str) -> None:
    wires = histories(13)
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger, batch=13)
        assert rebuild(made, ledger).differences == []
        with queries.reader(made) as reader:
            assert differing(ledger, reader, wires, 13) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE read_movements SET amount = amount + 1 WHERE kind = 2 AND amount > 0",
        "UPDATE read_movements SET day = day + 1 WHERE kind = 3",
        "UPDATE read_movements SET known_us = known_us + 1 WHERE kind = 3",
        "UPDATE read_accounts SET cap = cap + 1",
        "UPDATE read_accounts SET rules = 'CY-99' WHERE cap IS NOT NULL",
        "UPDATE read_accounts SET name = 'oyako' WHERE kind = 0",
        "DELETE FROM read_movements WHERE kind = 3",
        (
            "INSERT INTO read_movements SELECT policy_no, kind, account_no, position, n + 9, known_us, day, first, last, "
            "shown_to, amount, stands FROM read_movements WHERE kind = 3"
        ),
    ],
)
def test_a_row_that_is_wrong_is_found_and_put_right(pair: tuple[ClaimsLedger, Engine], statement: str) -> None:
    ledger, made = pair
    right, of = portfolio(made), "(SELECT policy_no FROM read_policies WHERE policy_id IN ('P-03', 'P-07'))"
    policy_no = f"account_no / {ROOM}" if "read_accounts" in statement else "policy_no"
    narrowed = f"{statement}{' AND' if 'WHERE' in statement else ' WHERE'} {policy_no} IN {of}"
    assert tampered(made, narrowed) >= 2

    built = rebuild(made, ledger)

    assert [difference.policy_id for difference in built.differences] == ["P-03", "P-07"]
    assert all(difference.first_at in {7, 15} for difference in built.differences)
    assert portfolio(made) == right
    assert rebuild(made, ledger).differences == []


def test_policies_that_only_one_of_the_two_holds_are_named(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    tampered(made, "UPDATE read_policies SET policy_id = 'P-99' WHERE policy_id = 'P-05'")

    found = [(one.policy_id, bool(one.only_old), bool(one.only_new)) for one in rebuild(made, ledger).differences]

    assert found == [("P-05", False, True), ("P-99", True, False)]


def goes_on(ledger: ClaimsLedger, made: Engine, acts: list[Callable[[], None]], work: Callable[[], Any]) -> Any:
    """Does the work while all the acts are repeated, each in a thread; whatever one of them raises is raised here."""
    done, faults = threading.Event(), list[BaseException]()

    def repeat(act: Callable[[], None]) -> None:
        try:
            while not done.is_set():
                act()
        except BaseException as error:  # noqa: BLE001 - told to the test, which raises it
            faults.append(error)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        result = work()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
    return result


def test_readers_writers_and_followers_go_on_during_rebuilds(pair: tuple[ClaimsLedger, Engine]) -> None:
    """Readers see no error, no policy missing or twice, and never less than they have seen."""
    ledger, made = pair
    recorded, seen = [0], [0]

    def write() -> None:
        n = recorded[0] + 1
        ledger.record([fact(n, f"P-{n % 20:02}", added(line(1, key=f"k{n}")))])
        recorded[0] = n

    def read_all() -> None:
        found = portfolio(made)
        assert [policy_id for policy_id, _ in found] == [f"P-{n:02}" for n in range(20)]
        total = sum(used for _, used in found)
        assert seen[0] <= total <= 2_000 + recorded[0] + 1
        seen[0] = total

    def read_one() -> None:
        with queries.reader(made) as reader:
            for _ in range(50):
                [row] = reader.limits("P-07", LATER)
                assert row.used >= 100

    def rebuilt() -> int:
        return sum(len(rebuild(made, ledger).differences) for _ in range(4))

    assert goes_on(ledger, made, [write, read_all, read_one, lambda: void(catch_up(made, ledger))], rebuilt) == 0
    catch_up(made, ledger)
    assert recorded[0] > 0
    assert sum(used for _, used in portfolio(made)) == 2_000 + recorded[0]
    assert [state for _, state, _ in states(made)] == ["current"]


def void(given: object) -> None:
    """Takes what is not wanted."""


def test_an_interrupted_rebuild_is_run_again(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    before = count(made, "read_movements")

    def interrupted(position: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(made, ledger, heard=interrupted)
    assert [state for _, state, _ in states(made)] == ["current", "building"]
    assert len(portfolio(made)) == 20

    assert rebuild(made, ledger).differences == []
    assert [state for _, state, _ in states(made)] == ["current"]
    assert count(made, "read_movements") == before


def test_of_two_rebuilds_the_later_one_wins(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair

    def another(position: int) -> None:
        _begun(made, generations.MOVEMENTS)

    with pytest.raises(LedgerFault, match="another rebuild has begun since"):
        rebuild(made, ledger, heard=another)
    assert len(portfolio(made)) == 20
    assert rebuild(made, ledger).differences == []


def test_after_a_log_was_cut_back_a_rebuild_goes_on_from_what_there_is(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    tampered(made, "DELETE FROM ledger_log WHERE position > 30")
    with pytest.raises(LogRewritten):
        catch_up(made, ledger)

    built = rebuild(made, ledger)

    assert (built.mark.position, built.compared_at) == (30, None)
    assert "cut back" in (built.not_compared or "")
    assert [policy_id for policy_id, _ in portfolio(made)] == [f"P-{n:02}" for n in range(15)]
    assert catch_up(made, ledger) == 30


def test_with_an_exit_code_it_tells_that_the_two_could_not_be_compared(tmp_path: Path) -> None:
    db = tmp_path / "ledger.db"
    with opened(str(db), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(n, entries=[held()] if n == 1 else added(line(n, key=f"k{n}"))) for n in (1, 2)])
        catch_up(made, ledger)
        tampered(made, "DELETE FROM ledger_log WHERE position > 2")

    outcome = run("rebuild", "--exit-code", "--db", db, "--lang", "en")

    assert (outcome.code, outcome.out) == (1, "")
    assert "not compared with the old one" in outcome.err


def test_status_tells_position_hash_and_lag(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    hash_ = ledger.head()[1].hex()
    ledger.record([fact(2, "P-01", fault="RuleFailed: x")])
    with made.connect() as connection:
        assert status(connection, ledger) == [("movements", 1, "current", 40, hash_, 42, 2, True, 20, 0)]
    catch_up(made, ledger)
    with made.connect() as connection:
        [now] = status(connection, ledger)
    assert (now.position, now.lag, now.undetermined) == (42, 0, 1)
    tampered(made, "DELETE FROM ledger_log WHERE position > 30")
    with made.connect() as connection:
        [now] = status(connection, ledger)
    assert (now.head, now.lag, now.on_log) == (30, -12, False)


def test_the_command_tells_the_differences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    db = tmp_path / "ledger.db"
    with opened(str(db), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact("first", "P-1", [held(), *added(opening(), line(100), day=DAY)])])
        catch_up(made, ledger)
        same = run("rebuild", "--exit-code", "--db", db)
        tampered(made, "UPDATE read_movements SET amount = 7 WHERE amount = 100 AND kind = 3")
        differs = run("rebuild", "--exit-code", "--format", "json", "--db", db)
        again = run("rebuild", "--projection", "movements", "--db", db)

    assert (same.code, same.out, same.err) == (0, "", "hoken: built anew up to position 2\n")
    assert (differs.code, differs.rows) == (1, [{"policy_id": "P-1", "only_old": 1, "only_new": 1, "first_at": 1}])
    assert "policies that differ from the old one: 1" in differs.err
    assert again.code == 0
    assert run("rebuild", "--projection", "limits", "--db", db).code == 2
    [row] = run("projections", "status", "--format", "json", "--db", db).rows
    assert (row["generation"], row["state"], row["position"], row["lag"]) == (4, "current", 2, 0)
