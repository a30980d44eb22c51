"""Random histories of all products as records of a log, as the ledger would have written them. Seeded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from ledger import events as ev
from ledger.errors import Refused
from ledger.policy import Policy
from ledger.recorders.log import Head, LogRecord, NewRecord, chained, micros
from tests.oracle import histories_other, histories_seikatsu

Wire = dict[str, Any]

TELLERS: dict[str, Callable[[random.Random], list[Wire]]] = {
    "seikatsu": histories_seikatsu.history,
    "oyako": histories_other.oyako_history,
    "sony-medical": histories_other.sony_history,
    "ryoritsu": histories_other.ryoritsu_history,
    "cyber": histories_other.cyber_history,
}


def event_of(wire: Wire) -> ev.Event:
    """The event of a line of an import."""
    fact = ev.EVENT_TYPES[wire["type"]].parse(wire["data"])
    return ev.Event(wire["event_id"], wire["policy_id"], wire["type"], 1, datetime.fromisoformat(wire["recorded_at"]), fact)


def stored(wires: list[Wire]) -> Iterator[ev.Event]:
    """What the ledger stores of a history: each fact that it accepts, and what followed from it."""
    policy = Policy(wires[0]["policy_id"])
    for wire in wires:
        try:
            yield from policy.admit(event_of(wire))
        except Refused:
            continue


def records_of(events: list[ev.Event]) -> list[LogRecord]:
    """Events in their places in a log of their own."""
    new = []
    for version, event in enumerate(events, start=1):
        assert event.recorded_at is not None
        event_id = None if event.type == ev.ASSESSED else event.event_id
        new.append(NewRecord(event.policy_id, version, event.type, event_id, micros(event.recorded_at), ev.encode(event)))
    return chained(Head(), new, 0)


@cache
def told(product: str, seed: int) -> list[LogRecord]:
    """The records of a random history."""
    return records_of(list(stored(TELLERS[product](random.Random(seed)))))


def days_of(records: list[LogRecord], rng: random.Random, count: int) -> list[date]:
    """Days worth asking about: those of a history's entries, their neighbours, and later ones."""
    from replay.steps import steps

    named = sorted({entry.day for step in steps(records) for entry in step.entries if entry.day.year > 1900})
    some = named or [date(2023, 1, 1)]
    return [date.fromordinal(rng.choice(some).toordinal() + rng.choice((-1, 0, 0, 1, 30, 365))) for _ in range(count)]
