"""The ledger and the calculators agree on random histories: whole, cut short at a position, and in other orders of arrival."""

from __future__ import annotations

import random
from datetime import date

import pytest

from ledger.errors import Refused
from ledger.journal import Entry, Journal, Line, Opening, Use

from . import comparison
from .comparison import HISTORIES, Told, against_oracle, in_another_order

COUNTS = {"seikatsu": 60, "oyako": 36, "sony-medical": 36, "ryoritsu": 36, "cyber": 36}
BLOCKS = 3
PLACES = [(product, block) for product in HISTORIES for block in range(BLOCKS)]


def seeds(product: str, block: int) -> range:
    each = COUNTS[product] // BLOCKS
    return range(block * each, (block + 1) * each)


def told(product: str, seed: int) -> Told:
    try:
        return Told(HISTORIES[product](random.Random(seed)))
    except Refused as refused:
        pytest.fail(f"{product}, seed {seed}: the ledger refuses the history: {refused}")


@pytest.mark.parametrize(("product", "block"), PLACES)
def test_the_ledger_answers_as_the_calculator_does(product: str, block: int) -> None:
    for seed in seeds(product, block):
        asked, found = against_oracle(product, told(product, seed), random.Random(seed + 1), days=3)
        assert asked >= 2
        assert not found, "\n".join([f"{product}, seed {seed}:", *found[:8]])


@pytest.mark.parametrize(("product", "block"), PLACES)
def test_the_order_of_arrival_changes_no_answer(product: str, block: int) -> None:
    recorded = 0
    for seed in seeds(product, block)[::2]:
        possible, found = in_another_order(told(product, seed), random.Random(seed + 2))
        recorded += possible
        assert not found, "\n".join([f"{product}, seed {seed}:", *found[:8]])
    assert recorded > len(seeds(product, block)) // 4, "most orders can be recorded"


@pytest.mark.parametrize("product", HISTORIES)
def test_event_by_event_a_history_comes_to_the_same_as_at_once(product: str) -> None:
    for seed in seeds(product, 0)[::3]:
        both = told(product, seed)
        assert both.journal() == both.derived_at_once(len(both.events)), f"{product}, seed {seed}"


@pytest.mark.parametrize("product", [product for product in HISTORIES if product != "ryoritsu"])
def test_every_limit_adds_up_on_every_day(product: str) -> None:
    rows = 0
    for seed in seeds(product, 0):
        looked_at, broken = comparison.limits_broken(told(product, seed).journal())
        rows += looked_at
        assert not broken, "\n".join([f"{product}, seed {seed}:", *broken[:8]])
    assert rows > 100


def test_a_limit_that_is_used_beyond_its_cap_is_seen_though_only_for_a_day() -> None:
    line = Line(date(2023, 5, 1), "room", "s1", date(2023, 5, 1), date(2023, 5, 10), "day", 10, 1, 10, 10, "payable", (), (), (), (Use("room.days", "s1", 10),))
    opening = Opening(date(2023, 5, 1), "room.days", "s1", "days", 9, date(2023, 5, 1), None, ())
    raised = opening._replace(cap=10)
    day = date(2023, 5, 11)
    assert comparison.limits_broken(Journal([Entry(line.counts_from, 1, line), Entry(line.counts_from, 1, raised)]))[1] == []

    late = Journal([Entry(line.counts_from, 1, line), Entry(line.counts_from, 1, opening), Entry(day, -1, opening), Entry(day, 1, raised)])
    assert comparison.limits_broken(late)[1] == ["on 2023-05-10: limit room.days s1: cap 9, used 10, remaining -1"]


def test_an_order_of_arrival_respects_what_events_name() -> None:
    moved = 0
    for seed in range(20):
        events = HISTORIES["seikatsu"](random.Random(seed))
        other = comparison.rearranged(events, random.Random(seed))
        places = {event["event_id"]: n for n, event in enumerate(other)}
        for event, needed in zip(events, comparison.needs(events), strict=True):
            assert all(places[events[n]["event_id"]] < places[event["event_id"]] for n in needed)
        moved += [event["event_id"] for event in events] != [event["event_id"] for event in other]
    assert moved > 15
