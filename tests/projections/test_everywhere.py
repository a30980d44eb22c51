"""A generated portfolio asked as of five days and cuts: the same rows from the single answers, both databases, DuckDB and a cluster.

It holds policies of all products, some not known yet at a cut, and some that a failing rule makes undetermined on the way.
`HOKEN_TEST_CLUSTER=tcp://…` asks a cluster that runs already, in place of two processes of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import Engine

from bench.stories import STORIES, story
from ledger.application import ClaimsLedger
from ledger.policy import Policy
from ledger.timeline import Timeline
from projections import cluster, queries, rows
from projections.catch_up import catch_up
from projections.export import export
from projections.queries import Question
from replay.as_of import answer
from replay.known import History
from tests.projections.stores import Wire, imported, opened

POLICIES: Final = 30
WANTED: Final = ("limits", "settlement", "settlement_by_benefit", "deadlines")
CLUSTER: Final = os.environ.get("HOKEN_TEST_CLUSTER")

Pair = tuple[date, datetime]
Found = dict[str, list[Any]]


class Failing(Policy):
    """A policy of which a rule fails at every other record from the twentieth on."""

    def _since(self, before: Timeline, after: Timeline) -> date | None:
        if self.version > 20:
            raise ArithmeticError("a rule that fails")
        return super()._since(before, after)


def new_policy(policy_id: str) -> Policy:
    return Failing(policy_id) if int(policy_id[-2:]) % 7 == 3 else Policy(policy_id)


@cache
def wires() -> list[Wire]:
    """The portfolio, products in turn, by time of recording."""
    products = list(STORIES)
    told = [wire for n in range(POLICIES) for wire in story(products[n % 5], Random(n), f"T-{n:02}").events()]
    return sorted(told, key=lambda wire: datetime.fromisoformat(wire["recorded_at"]))


def pairs() -> list[Pair]:
    """At an instant of a record, just before one, between two, early, and after all."""
    instants = [datetime.fromisoformat(wire["recorded_at"]) for wire in wires()]
    at, before, one, other, early = (instants[len(instants) * n // 100] for n in (60, 80, 90, 91, 8))
    between = one + (other - one) / 2
    assert one < between < other
    known = (at, before - timedelta(microseconds=1), between, early)
    return [*((k.date(), k) for k in known), (date(2026, 6, 1), instants[-1])]


@contextmanager
def followed(target: str) -> Iterator[tuple[ClaimsLedger, Engine]]:
    with opened(target, new_policy=new_policy) as (ledger, made):
        imported(ledger, wires())
        catch_up(made, ledger)
        yield ledger, made


def single(ledger: ClaimsLedger, on: date, known_at: datetime) -> Found:
    """What the single answers hold, policies in code-point order."""
    found: Found = {name: [] for name in (*WANTED, "undetermined", "unknown")}
    for policy_id in ledger.policies():
        said = answer(History(policy_id, ledger.stream(policy_id)).known(known_at=known_at), on, known_at)
        head = {"policy_id": policy_id, "product": said["product"]}
        if "undetermined" in said:
            found["undetermined"].append((policy_id, said["undetermined"]["since"], said["undetermined"]["reason"]))
        elif said["product"] is None:
            found["unknown"].append(policy_id)
        else:
            benefits = said["settlement"].pop("by_benefit")
            found["limits"] += [head | row for row in said["limits"]]
            found["settlement"].append(head | said["settlement"])
            found["settlement_by_benefit"] += [head | {"benefit": benefit} | sums for benefit, sums in benefits.items()]
            found["deadlines"] += [{"policy_id": policy_id} | row for row in said["deadlines"]]
    return found


@cache
def expected() -> list[tuple[Pair, Found]]:
    with TemporaryDirectory() as folder, followed(f"{folder}/ledger.db") as (ledger, _):
        return [(pair, single(ledger, *pair)) for pair in pairs()]


def test_the_questions_are_worth_asking() -> None:
    assert [len(found["limits"]) > 50 for _, found in expected()] == [True, True, True, False, True]
    assert [bool(found["unknown"]) for _, found in expected()][3]
    assert sum(len(found["undetermined"]) for _, found in expected()) > 3
    assert len({orjson.dumps(found["limits"]) for _, found in expected()}) == 5


def test_no_clause_opens_limits_of_two_products() -> None:
    """Were one opening of two products, it would go on standing where a product is corrected, and name the wrong one."""
    products: dict[str, set[str]] = {}
    for row in (row for _, found in expected() for row in found["limits"]):
        for clause in row["rules"]:
            products.setdefault(clause, set()).add(row["product"])
        assert row["rules"]
    assert [clause for clause, found in products.items() if len(found) > 1] == []
    assert len(set[str]().union(*products.values())) >= 4  # ryoritsu has no limits


def test_a_portfolio_holds_the_rows_of_all_single_answers(target: str) -> None:
    with followed(target) as (_, made), made.connect() as connection:
        for (on, known_at), single_rows in expected():
            for name in WANTED:
                left_out: list[Any] = []
                found = queries.report(connection, Question(on, known_at), getattr(rows, name), left_out.append)
                assert orjson.dumps([row.wire() for row in found]) == orjson.dumps(single_rows[name])
                assert [(one.policy_id, *one.undetermined) for one in left_out] == single_rows["undetermined"]


def test_duckdb_over_the_export_gives_them_too(target: str, tmp_path: Path) -> None:
    with followed(target) as (_, made):
        export(made, tmp_path / "export", policies=7)
    for pair, single_rows in expected():
        assert orjson.dumps(list(cluster.report(tmp_path / "export", Question(*pair)))) == orjson.dumps(single_rows["limits"])


@pytest.mark.slow
def test_the_processes_of_a_cluster_give_them_too(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with followed(str(tmp_path / "c.db")) as (_, made):
        export(made, tmp_path / "export", policies=7)
    with ExitStack() as stack:
        own = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
        address = CLUSTER or stack.enter_context(distributed.LocalCluster(**own)).scheduler_address
        for pair, single_rows in expected():
            assert orjson.dumps(list(cluster.report(tmp_path / "export", Question(*pair), address))) == orjson.dumps(single_rows["limits"])
