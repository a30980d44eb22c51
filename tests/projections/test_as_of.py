"""As-of identity: what the read model says on (D, K) is what the single answer says, byte for byte, however it was followed."""

from __future__ import annotations

import random
import re
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from ledger.application import ClaimsLedger
from ledger.recorders.log import micros
from projections import dialect, queries, rows
from projections.catch_up import catch_up
from projections.queries import Question, Reader, Undetermined
from projections.rows import Policy
from replay.as_of import answer
from replay.known import History
from tests.projections.stores import (
    DAY,
    Clock,
    Told,
    Wire,
    added,
    fact,
    held,
    histories,
    imported,
    line,
    opened,
    opening,
    questions,
    same_as_single,
)

ASKED = 25


def differing(ledger: ClaimsLedger, reader: Reader, wires: list[Wire], seed: int, each: int = ASKED) -> list[str]:
    found = (same_as_single(reader, *asked) for asked in questions(ledger, wires, seed, each))
    return [differs for differs in found if differs is not None]


@pytest.mark.parametrize("seed", range(4))
def test_the_read_model_says_what_the_single_answers_say(target: str, seed: int) -> None:
    wires = histories(seed)
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        for _ in range(2):  # followed twice, asked twice
            catch_up(made, ledger, batch=11)
            with queries.reader(made) as reader:
                assert differing(ledger, reader, wires, seed) == []


def test_the_read_model_says_so_at_every_step_on_the_way(target: str) -> None:
    """Followed after each of the imports, in which policies go on."""
    wires = histories(7, each=1)
    with opened(target) as (ledger, made):
        for end in range(0, len(wires) + 7, 7):
            imported(ledger, wires[end : end + 7])
            catch_up(made, ledger)
            known = {wire["policy_id"] for wire in wires[: end + 7]}
            with queries.reader(made) as reader:
                assert differing(ledger, reader, [wire for wire in wires if wire["policy_id"] in known], end, 3) == []


def test_followers_beside_writers_come_to_the_same(target: str) -> None:
    """Two followers, while an import goes on in portions."""
    wires, done, faults = histories(11), threading.Event(), list[BaseException]()
    with opened(target) as (ledger, made):

        def follow() -> None:
            try:
                while not done.is_set():
                    catch_up(made, ledger, batch=5)
                catch_up(made, ledger, batch=5)
            except BaseException as error:  # noqa: BLE001 - told to the test, which raises it
                faults.append(error)

        threads = [threading.Thread(target=follow) for _ in range(2)]
        for thread in threads:
            thread.start()
        for start in range(0, len(wires), 10):
            imported(ledger, wires[start : start + 10])
        done.set()
        for thread in threads:
            thread.join()
        assert faults == []
        with queries.reader(made) as reader:
            assert differing(ledger, reader, wires, 11) == []


def test_a_row_too_many_is_found(target: str) -> None:
    """The tooth: one yen added to one movement."""
    wires = histories(3)
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger)
        with made.connect() as connection:
            changed = connection.exec_driver_sql("UPDATE read_movements SET amount = amount + 1 WHERE kind = 2 AND amount > 0")
            connection.commit()
        with queries.reader(made) as reader:
            found = differing(ledger, reader, wires, 3)
        assert changed.rowcount > 0
        assert found
        assert all("limits" in difference for difference in found)


# ---- portfolios ----------------------------------------------------------------------------------------------------------------


def found_in(made: Engine, question: Question, wanted: Any = rows.limits) -> list[dict[str, Any]]:
    undetermined: list[Policy] = []
    with made.connect() as connection:
        found = [row.wire() for row in queries.report(connection, question, wanted, undetermined.append)]
    assert undetermined == []
    return found


def single_rows(ledger: ClaimsLedger, on: date, cut: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows that the single answers hold, policy by policy in the order of the log's index."""
    found: dict[str, list[dict[str, Any]]] = {"limits": [], "settlement": [], "settlement_by_benefit": [], "deadlines": []}
    for policy_id in sorted(ledger.policies()):
        single = answer(History(policy_id, ledger.stream(policy_id)).known(**cut), on, None)
        if single["product"] is None:
            continue
        head = {"policy_id": policy_id, "product": single["product"]}
        settlement = dict(single["settlement"])
        benefits = settlement.pop("by_benefit")
        found["limits"] += [head | row for row in single["limits"]]
        found["settlement"].append(head | settlement)
        found["settlement_by_benefit"] += [head | {"benefit": benefit} | sums for benefit, sums in benefits.items()]
        found["deadlines"] += [{"policy_id": policy_id} | row for row in single["deadlines"]]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_portfolio_holds_the_rows_of_the_single_answers(target: str, seed: int) -> None:
    wires, rng = histories(seed, each=3), random.Random(seed)
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger)
        instants = sorted(wires, key=lambda wire: str(wire["recorded_at"]))
        for _ in range(6):
            on = date(2022, 1, 1) + timedelta(rng.randrange(1_500))
            at = ledger.find([rng.choice(instants)["event_id"]]).popitem()[1]
            for cut in ({"at_position": at.position}, {"known_at": at.recorded_at}):
                expected = single_rows(ledger, on, cut)
                for name, single in expected.items():
                    assert orjson.dumps(found_in(made, Question(on, **cut), getattr(rows, name))) == orjson.dumps(single)


def test_policies_come_in_code_point_order(target: str) -> None:
    """Whatever the order of recording, and whatever the server's language thinks of letters."""
    ids = ["b", "B", "a-1", "a1", "A", "é", "z", "あ", "ア", "\ufa11", "𠮷", "_", "10", "9", "a 1"]
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, policy_id, [held(), *added(opening(), line(1))]) for policy_id in ids])
        catch_up(made, ledger)
        assert [row["policy_id"] for row in found_in(made, Question(DAY))] == sorted(ids)


@pytest.fixture
def portfolio(target: str) -> Any:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        for n, product in enumerate(("cyber", "oyako", "cyber")):
            entries = [held(product), *added(opening(), line(n + 1), opening(limit="other.period"), line(5, limit="other.period"))]
            ledger.record([fact(1, f"{'TP'[n % 2]}-{n}", entries)])
        ledger.record([fact(2, "T-2", fault="RuleFailed: x"), fact(3, "T-9", fault="RuleFailed: z")])
        catch_up(made, ledger)
        yield made


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, ["P-1 cost.period", "P-1 other.period", "T-0 cost.period", "T-0 other.period"]),
        ({"product": "cyber"}, ["T-0 cost.period", "T-0 other.period"]),
        ({"limit": "other.period"}, ["P-1 other.period", "T-0 other.period"]),
        ({"policy_prefix": "T-"}, ["T-0 cost.period", "T-0 other.period"]),
        ({"policy_prefix": "T-0", "product": "cyber", "limit": "cost.period"}, ["T-0 cost.period"]),
        ({"policy_prefix": "T%"}, []),
        ({"product": "oyako", "policy_prefix": "T"}, []),
        ({"limit": "none"}, []),
        ({"at_position": 3}, ["P-1 cost.period", "P-1 other.period", "T-0 cost.period", "T-0 other.period"]),
        ({"at_position": 2}, ["T-0 cost.period", "T-0 other.period"]),
        ({"at_position": 0}, []),
    ],
)
def test_a_part_of_the_portfolio(portfolio: Engine, which: dict[str, Any], expected: list[str]) -> None:
    with portfolio.connect() as connection:
        found = list(queries.report(connection, Question(DAY, **which), rows.limits, lambda policy: None))
    assert [f"{row.policy_id} {row.limit}" for row in found] == expected


def test_undetermined_policies_are_named_and_have_no_rows(portfolio: Engine) -> None:
    told: list[Policy] = []
    with portfolio.connect() as connection:
        found = list(queries.report(connection, Question(DAY), rows.settlement, told.append))
    assert [(row.policy_id, row.payable) for row in found] == [("P-1", 7), ("T-0", 6)]
    assert [(one.policy_id, one.undetermined) for one in told] == [("T-2", (7, "RuleFailed: x")), ("T-9", (9, "RuleFailed: z"))]


def test_the_documented_statement_gives_the_same_limits(target: str) -> None:
    """The one in docs/read-model.md, on both databases."""
    page = (Path(__file__).parents[2] / "docs" / "read-model.md").read_text(encoding="utf-8")
    [statement] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    wires = histories(41)
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger)
        with queries.reader(made) as reader, made.connect() as connection:
            compared = 0
            for history, on, cut in questions(ledger, wires, 41, 10):
                known_us = micros(cut["known_at"]) if "known_at" in cut else 2**62
                given = {"policy_id": history.policy_id, "on": on.toordinal(), "known_us": known_us}
                found = [tuple(row) for row in dialect.rows(connection, statement, **given)]
                rows_ = reader.limits(history.policy_id, on, known_at=cut.get("known_at"))
                last = [row.last.toordinal() if row.last else None for row in rows_]
                assert found == [
                    (row.limit, row.key, row.unit, row.cap, row.used, row.remaining, row.first.toordinal(), end, " ".join(row.rules))
                    for row, end in zip(rows_, last, strict=True)
                ]
                compared += len(found)
    assert compared > 20


def test_an_undetermined_policy_was_determined_before(portfolio: Engine) -> None:
    with queries.reader(portfolio) as reader:
        assert [row.used for row in reader.limits("T-2", DAY, at_position=6)] == [3, 5]
        with pytest.raises(Undetermined, match="policy T-2 is undetermined since position 7: RuleFailed: x"):
            reader.limits("T-2", DAY, at_position=7)


def test_a_policy_that_is_not_known_has_no_rows(portfolio: Engine) -> None:
    with queries.reader(portfolio) as reader:
        assert (reader.limits("T-4", DAY), reader.settlement("T-4", DAY), reader.deadlines("T-4", DAY)) == ([], [], [])
