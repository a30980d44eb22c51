"""The order in which facts arrive leaves no trace: the same facts give the same journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import events as ev
from ledger.errors import Refused
from ledger.policy import Policy
from ledger.timeline import PROVIDES, names
from tests.ledger.products import random_histories as histories
from tests.ledger.products.random_histories import INSTANT, Teller


def _shuffled(teller: Teller) -> list[ev.Event]:
    """The plain facts of a history in another order in which each still follows those that it names."""
    waiting = [event for event in teller.policy.recorded[1:] if not isinstance(event.data, ev.FactRetracted)]
    teller.random.shuffle(waiting)
    told: list[ev.Event] = []
    given: set[tuple[str, str]] = set()
    while waiting:
        event = next(event for event in waiting if _named(event) <= given)
        waiting.remove(event)
        told.append(event)
        given |= {("event_id", event.event_id)}
        assert isinstance(event.data, ev.Fact)
        field = PROVIDES.get(type(event.data))
        given |= {(field, getattr(event.data, field))} if field else set()
    return told


def _named(event: ev.Event) -> set[tuple[str, str]]:
    assert isinstance(event.data, ev.Fact)
    found = set(names(event.data))
    found |= {("condition_id", cause) for cause in getattr(event.data, "caused_by", ())}
    found |= {("condition_id", one) for one in getattr(event.data, "unrelated_conditions", ())}
    return found | {("event_id", one) for one in getattr(event.data, "facts", ())}


@pytest.mark.parametrize("tell", [histories.ryoritsu, histories.sony_medical], ids=["ryoritsu", "sony-medical"])
def test_the_order_of_arrival_leaves_no_trace(tell: Callable[[Teller], None]) -> None:
    compared = 0
    for seed, teller in histories.told(tell, range(2_000, 2_080)):
        if any(isinstance(event.data, ev.FactRetracted) for event in teller.policy.recorded):
            continue
        other = Policy("P-1")
        try:
            for event in (teller.policy.recorded[0], *_shuffled(teller)):
                other.admit(ev.Event(event.event_id, "P-1", event.type, 1, INSTANT, event.data))
        except Refused:
            continue  # a refusal looks at what is recorded by then: another order, another answer
        compared += 1
        assert other.journal == teller.policy.journal, f"seed {seed}"
    assert compared > 20
