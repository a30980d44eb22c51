"""What the tests of the store share: facts without rules, a policy that counts them, a clock that is told the time."""

import os
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger import events as ev
from ledger.application import ClaimsLedger, LogRecord
from ledger.errors import Refused, Words
from ledger.recorders.log import GENESIS, link

NOON = datetime(2024, 4, 1, 3, 0, tzinfo=UTC)
_NAMES = uuid.UUID("9a1f7c1e-3b52-4a55-9c6b-6e4e3f1f0c11")


class ToldClock:
    """A clock that stands, or goes on by a step at each reading."""

    def __init__(self, at: datetime = NOON, step: timedelta = timedelta(0)) -> None:
        self.at, self.step = at, step

    def now(self) -> datetime:
        self.at += self.step
        return self.at


class Counting:
    """A policy without rules: each fact is followed by what was counted, but for a quiet one; a bad one is refused."""

    def __init__(self, policy_id: str) -> None:
        self.policy_id = policy_id
        self.version = 0
        self.facts: list[str] = []

    def fold(self, event: ev.Event) -> None:
        self.version += 1
        if event.type != ev.ASSESSED:
            self.facts.append(event.event_id)

    def admit(self, event: ev.Event) -> list[ev.Event]:
        if event.note == "bad":
            raise Refused(
                "note", event.note, Words("", "anything but bad"), policy_id=event.policy_id, event_id=event.event_id
            )
        self.fold(event)
        if event.note == "quiet":
            return [event]
        assessed = ev.assessed(event, entries=[["n", len(self.facts), self.facts[-2:]]])
        self.fold(assessed)
        return [event, assessed]


def open_ledger(target: str, clock: Any = None, **given: Any) -> ClaimsLedger:
    """A ledger of counting policies, its tables made."""
    ledger = ClaimsLedger.open(target, clock=clock or ToldClock(), **{"new_policy": Counting, **given})
    ledger.init()
    return ledger


def named(name: object) -> str:
    """An event id that follows from a name."""
    return str(uuid.uuid5(_NAMES, str(name)))


def fact(name: object, policy_id: str = "P-1", note: str | None = None, at: datetime | None = None) -> ev.Event:
    """A fact of that name."""
    data = ev.ConditionRecorded(condition_id=f"c{name}", kind="sickness")
    return ev.Event(named(name), policy_id, "ConditionRecorded", 1, at, data, note=note)


def history(lines: int, policies: int = 7, start: datetime = NOON - timedelta(days=900)) -> list[tuple[int, ev.Event]]:
    """Numbered facts of several policies, taking turns, one a minute."""
    return [
        (
            i,
            fact(
                f"h{i}", f"P-{i * i % policies}", at=start + timedelta(minutes=i), note="quiet" if i % 3 == 0 else None
            ),
        )
        for i in range(1, lines + 1)
    ]


def check_log(ledger: ClaimsLedger) -> list[LogRecord]:
    """The whole log, found whole: positions and versions without gaps, the chain unbroken, what follows beside its fact."""
    records = list(ledger.log())
    previous, versions, newest = GENESIS, dict[str, int](), -(10**18)
    for position, record in enumerate(records, 1):
        assert record.position == position
        assert record.version == versions.get(record.policy_id, 0) + 1
        assert record.previous_hash == previous
        assert record.hash == link(previous, position, record.policy_id, record.version, record.type, record.state)
        newest = max(newest, record.recorded_us)
        assert record.newest_us == newest
        event = record.event
        assert (event.policy_id, event.type, event.recorded_at) == (record.policy_id, record.type, record.recorded_at)
        if record.type == ev.ASSESSED:
            assert record.event_id is None
            fact = records[position - 2]
            assert (fact.policy_id, fact.recorded_us) == (record.policy_id, record.recorded_us)
            assert isinstance(event.data, ev.Assessed)
            assert event.data.causes == (fact.event_id,)
        else:
            assert record.event_id == event.event_id
        previous, versions[record.policy_id] = record.hash, record.version
    assert ledger.head() == (len(records), previous)
    return records


def anew(events: Iterable[ev.Event]) -> Iterator[ev.Event]:
    """Equal events that are not the same objects."""
    for event in events:
        yield replace(event)


def python(*arguments: str) -> list[str]:
    """The command that runs this Python on a module of the tests."""
    return [sys.executable, *arguments]


def environment(**more: str) -> dict[str, str]:
    """The environment of a child that finds the project."""
    return {**os.environ, "PYTHONPATH": str(Path.cwd()), **more}
