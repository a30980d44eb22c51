"""The ledger and the calculators agree on random histories: whole, cut short at a position, and in other orders of arrival."""

from __future__ import annotations

import random

import pytest

from ledger.errors import Refused

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
