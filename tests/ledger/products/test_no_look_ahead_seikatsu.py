"""No rule looks ahead: what the journal gives on a day is what the rules say when every fact, and every span, is cut to that day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from ledger import events as ev
from ledger.derive import derive, rewritten
from ledger.journal import UNDATED, Journal, Line, Opening, Span
from ledger.products.seikatsu import PRODUCT
from ledger.timeline import Facts, Known, Timeline, day_of
from replay.as_of import benefits, limits
from tests.ledger.products.seikatsu_history import random_facts

SEEDS = 100


def known_of(rng: Random) -> list[Known[Any]]:
    """A random policy's facts, each with the day from which it is in view."""
    parsed = [ev.EVENT_TYPES[name].parse(data) for name, data in random_facts(rng)]
    stays = {fact.stay_id: fact.admitted_on for fact in parsed if isinstance(fact, ev.HospitalAdmitted)}
    return [Known(str(uuid.UUID(int=rng.getrandbits(128))), day_of(fact, stays), fact) for fact in parsed]


def cut(fact: Known[Any], on: date) -> Known[Any]:
    """The fact as it stands on a day: a discharge to come only tells that the stay lasts."""
    data = fact.data
    if isinstance(data, ev.HospitalDischarged) and data.discharged_on > on:
        data = ev.StayConfirmed(stay_id=data.stay_id, through=on)
    elif isinstance(data, ev.StayConfirmed):
        data = data.model_copy(update={"through": min(data.through, on)})
    elif isinstance(data, ev.ImmobilisationWorn | ev.AnticancerTreated):
        data = data.model_copy(update={"to": min(data.to, on)})
    return Known(fact.event_id, fact.day, data)


def shown(items: Iterable[Any], on: date) -> tuple[Any, ...]:
    """What an answer shows of items: lines, limits and the state of the day."""
    lines = [item.through(on) for item in items if isinstance(item, Line)]
    openings = [item for item in items if isinstance(item, Opening)]
    state = [
        item.state
        for item in items
        if isinstance(item, Span) and item.first <= on and (item.last is None or on <= item.last)
    ]
    return benefits(lines), limits(sorted(openings, key=repr), lines, on), state


def days_to_ask(facts: list[Known[Any]], rng: Random) -> list[date]:
    """Days of facts and beside them, and some others."""
    days = [fact.day + timedelta(n) for fact in facts if fact.day > UNDATED for n in (-1, 0, 1, 5, 14)]
    return [
        *rng.sample(days, min(12, len(days))),
        *(date(2022, 1, 1) + timedelta(rng.randint(0, 1500)) for _ in range(6)),
    ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_day_of_the_journal_is_what_the_facts_cut_to_it_say(seed: int) -> None:
    rng = Random(seed)
    facts = known_of(rng)
    journal = rewritten(PRODUCT, Timeline(Facts(facts), (), issued=True), Journal.EMPTY, UNDATED)
    for on in days_to_ask(facts, rng):
        strict = derive(PRODUCT, Facts((cut(fact, on) for fact in facts if fact.day <= on), on))
        now = {item for item in strict if item.counts_from <= on}
        assert shown(journal.standing(on), on) == shown(now, on), on
