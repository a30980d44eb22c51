"""What part each recorded event plays in one line: what it rests on, what it needs, what was considered, and why the rest is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.facts import Facts
from ledger.journal import Line
from ledger.timeline import timeline


class Found(NamedTuple):
    """By event id: the part it plays, and the corrections that hold for it, the deciding one last.

    rests_on: the line names it. needed: without it the line would be another, or a cap of its own. considered: in view, and it changes
    nothing in it.
    later: dated after the day asked about. elsewhere: of a type that the section does not read. orphan, retracted, correction.
    """

    roles: Mapping[str, str]
    corrected_by: Mapping[str, tuple[str, ...]]


def roles(recorded: Sequence[ev.Event], on: date, line: Line, needed: frozenset[str], considered: frozenset[str]) -> Found:
    """The part of each event."""
    known = timeline(recorded)
    days = {fact.event_id: fact.day for fact in known.facts}
    orphans = {orphan.event_id for orphan in known.orphans}
    found: dict[str, str] = {}
    for event in recorded:
        one = event.event_id
        if isinstance(event.data, ev.FactAmended | ev.FactRetracted):
            found[one] = "correction"
        elif one in line.events:
            found[one] = "rests_on"
        elif one in needed:
            found[one] = "needed"
        elif one in considered:
            found[one] = "considered"
        elif one in orphans:
            found[one] = "orphan"
        elif one not in days:
            found[one] = "retracted"
        else:
            found[one] = "later" if days[one] > on else "elsewhere"
    return Found(found, corrections_of(recorded))


def corrections_of(recorded: Sequence[ev.Event]) -> dict[str, tuple[str, ...]]:
    """The amendments in force of each fact, through amendments of amendments; the one whose data hold is last."""
    gone: set[str] = set()
    latest: dict[str, str] = {}
    for event in reversed(recorded):  # what targets an event was recorded after it
        if event.event_id in gone:
            continue
        if isinstance(event.data, ev.FactRetracted):
            gone.add(event.data.target)
        elif isinstance(event.data, ev.FactAmended):
            latest.setdefault(event.data.target, event.event_id)
    chains: dict[str, tuple[str, ...]] = {}
    for event in recorded:
        chain: list[str] = []
        one = event.event_id
        while one in latest:
            one = latest[one]
            chain.append(one)
        if chain and not isinstance(event.data, ev.FactAmended):
            chains[event.event_id] = tuple(chain)
    return chains


def planned(facts: Facts, number: int, day: date) -> list[str]:
    """The facts, by a day, whose plan bears a number; the one in force is last. Left out, each may change nothing: where several say the
    same, or where a cap does not bite."""
    return [fact.event_id for fact in facts if fact.day <= day and any(number == n for _, n in numbers(getattr(fact.data, "plan", None)))]


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """The whole numbers in a JSON value, each by its path: `items[0].current_value`."""
    if type(value) is int:
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from numbers(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from numbers(one, f"{path}[{n}]")
