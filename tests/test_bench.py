"""The figures of speed can be taken, and rest on the same portfolio each time. No test here is timed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import orjson

from bench import portfolio
from ledger.door import read_lines
from ledger.policy import Policy


def test_a_portfolio_follows_from_its_seed() -> None:
    assert list(portfolio.lines(12)) == list(portfolio.lines(12))
    assert list(portfolio.lines(12)) != list(portfolio.lines(12, seed=1))


def test_ordered_by_time_it_holds_the_same_lines() -> None:
    by_time = list(portfolio.lines(12, by_time=True))

    assert sorted(by_time) == sorted(portfolio.lines(12))
    instants = [orjson.loads(line)["recorded_at"] for line in by_time]
    assert instants == sorted(instants)


def test_every_product_is_accepted_and_derived() -> None:
    for product in portfolio.products():
        policies: dict[str, Policy] = {}
        for _, event in read_lines(portfolio.lines(4, only=[product]), mode="import"):
            policies.setdefault(event.policy_id, Policy(event.policy_id)).admit(event)
        assert all(policy.fault is None and len(policy.journal) > 5 for policy in policies.values()), product


def test_a_policy_has_about_forty_facts_some_of_them_corrected() -> None:
    counted = Counter(orjson.loads(line)["type"] for line in portfolio.lines(100))

    assert 3_500 < counted.total() < 5_000
    assert counted["FactAmended"] + counted["FactRetracted"] > counted.total() * 0.005


def test_every_figure_is_printed() -> None:
    command = [sys.executable, "-m", "bench", "--policies", "3"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    wanted = (
        "import of",
        "memory of the import",
        "recorded, on the disk",
        "limits of a policy as of a day",
        "read model, bytes a fact",
    )
    assert [words for words in wanted if words not in printed] == []
