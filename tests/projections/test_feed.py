"""The change feed: a consumer that only adds comes to the as-of sums, page by page, and stops where the log was rewritten."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest

from ledger.application import ClaimsLedger
from ledger.errors import Undecodable
from projections import feed
from projections.catch_up import LogRewritten, catch_up
from projections.feed import Caused, Page
from projections.queries import Reader, Undetermined, reader
from tests.oracle.histories_other import days_in
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
from tests.projections.test_catch_up import Codec


class Adder:
    """A consumer that keeps one number for each limit and each benefit on one day, and only adds."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.sums: Counter[tuple[str, str, str, str | None]] = Counter()
        self.position = 0

    def take(self, page: Page) -> None:
        for item in page.items:
            for change in item.changes:
                self.sums[item.policy_id, change.of, change.name, change.key] += change.through(self.on)
        self.position = page.frontier

    def of(self, policy_id: str) -> dict[tuple[str, str, str | None], int]:
        return {(of, name, key): amount for (policy, of, name, key), amount in self.sums.items() if policy == policy_id and amount}


def as_of_sums(answers: Reader, policy_id: str, on: date, position: int) -> dict[tuple[str, str, str | None], int]:
    found: dict[tuple[str, str, str | None], int] = {}
    for limit in answers.limits(policy_id, on, at_position=position):
        found["limit", limit.limit, limit.key] = limit.used
    for row in answers.settlement(policy_id, on, at_position=position, by_benefit=True):
        benefit = str(row.benefit)
        sums = {"payable": row.payable, "paid": row.paid, "recovered": row.recovered, "offset": row.offset}
        found |= {(of, benefit, None): amount for of, amount in sums.items()}
    return {account: amount for account, amount in found.items() if amount}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_consumer_that_only_adds_comes_to_the_as_of_sums(target: str, seed: int) -> None:
    """At the frontier of every page, on several days."""
    wires = histories(seed)
    days = sorted({day for wire in wires for day in days_in(wire["data"])})
    adders = [Adder(day) for day in days[:: max(1, len(days) // 5)]]
    with opened(target) as (ledger, made):
        imported(ledger, wires)
        catch_up(made, ledger)
        policies, compared = list(ledger.policies()), 0
        with reader(made) as answers:
            for page in feed.pages(ledger, limit=7):
                for adder in adders:
                    adder.take(page)
                    for policy_id in policies:
                        expected = as_of_sums(answers, policy_id, adder.on, page.frontier)
                        assert adder.of(policy_id) == expected
                        compared += bool(expected)
        assert adders[0].position == ledger.head()[0]
        assert compared > 20


def test_a_change_left_out_would_be_missed(target: str) -> None:
    """The tooth."""
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, entries=[held(), *added(opening(), line(100))]), fact(2, entries=added(line(7, key="k2")))])
        catch_up(made, ledger)
        adder = Adder(DAY)
        for page in feed.pages(ledger):
            adder.take(page._replace(items=tuple(item._replace(changes=item.changes[:1]) for item in page.items)))
        with reader(made) as answers:
            assert adder.of("P-1") != as_of_sums(answers, "P-1", DAY, 4)


def items_of(ledger: ClaimsLedger, **given: Any) -> list[Caused]:
    return [item for page in feed.pages(ledger, **given) for item in page.items]


def test_old_is_taken_back_and_new_added_under_their_cause(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, _):
        ledger.record([fact(1, entries=[held(), *added(opening(), line(100))])])
        [receipt] = ledger.record([fact(2, entries=[*taken_back(line(100)), *added(line(70))])])
        first, second = items_of(ledger)

    assert (second.position, second.policy_id, second.cause, second.causes) == (3, "P-1", "facts", (receipt.event_id,))
    amounts = [(change.of, change.name, change.lines, change.amount) for change in second.changes]
    assert amounts == [
        ("limit", "cost.period", -1, -100),
        ("payable", "cyber_cost", -1, -100),
        ("limit", "cost.period", 1, 70),
        ("payable", "cyber_cost", 1, 70),
    ]
    assert [(one.limit, one.cap, one.sign) for one in first.openings] == [("cost.period", 1_000, 1)]
    assert orjson.loads(orjson.dumps(second.changes[2].wire())) == {
        "of": "limit", "name": "cost.period", "key": "2024", "counts_from": "2024-01-01", "from": None, "to": None,
        "lines": 1, "amount": 70,
    }  # fmt: skip
    assert first.openings[0].wire()["from"] == "2024-01-01"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_of_any_size_hold_each_change_once_with_its_fact(target: str, limit: int) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, _):
        ledger.record([fact(n, f"P-{n % 3}", added(line(n))) for n in range(1, 12)])
        found = list(feed.pages(ledger, limit=limit))
        whole = items_of(ledger)

    assert [item for page in found for item in page.items] == whole
    assert len(whole) == 11
    for page in found:
        assert all(item.position <= page.frontier for item in page.items)
        assert page.head == 22
    complete = [page.frontier for page in found]
    assert complete == sorted(set(complete))
    assert all(frontier % 2 == 0 for frontier in complete)  # never between a fact and what it caused


def test_at_the_end_of_the_log_a_page_is_empty_and_says_up_to_where_it_is_complete(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, _):
        assert feed.page(ledger) == Page((), 0, bytes(32), 0)
        ledger.record([fact(1, entries=[held()])])
        position, hash_ = ledger.head()
        assert feed.page(ledger, position, hash_) == Page((), position, hash_, position)


def test_a_reader_of_another_log_is_stopped(target: str) -> None:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(n, entries=[held()]) for n in (1, 2)])
        with pytest.raises(LogRewritten):
            feed.page(ledger, 2, b"\1" * 32)
        position, hash_ = ledger.head()
        tampered(made, "DELETE FROM ledger_log WHERE position > 2")
        with pytest.raises(LogRewritten):
            feed.page(ledger, position, hash_)


def test_what_cannot_be_derived_or_read_is_told(target: str) -> None:
    codec = Codec()
    codec.unreadable = b"k77"
    with opened(target, new_policy=Told, clock=Clock(), codec=codec) as (ledger, made):
        ledger.record([fact(1, fault="RuleFailed: x"), fact(2, entries=added(line(1, key="k77")))])
        first, second = items_of(ledger)
        catch_up(made, ledger)
        with reader(made) as answers, pytest.raises(Undetermined):
            answers.limits("P-1", DAY)

    assert (first.undetermined, first.changes) == ("RuleFailed: x", ())
    assert (second.position, second.cause, second.changes) == (3, None, ())
    assert str(Undecodable("a type of a newer program")) in str(second.undetermined)
