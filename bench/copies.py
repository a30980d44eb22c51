"""A large portfolio from a small one: the records of real policies under new ids, appended to a log of their own.

Rules are run for the small one alone; the copies are records like any other, chained, and followed by the read model as such.
"""
# ruff: noqa: SLF001  # it appends to the log what no command would: facts together with what followed from them elsewhere

from __future__ import annotations

import re
from typing import NamedTuple

from ledger.application import ClaimsLedger
from ledger.recorders.log import LogRecord, NewRecord

AT_ONCE = 5_000
_UUID = rb"[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"


class Pattern(NamedTuple):
    """A record, with gaps where the policy is named, and where event ids begin."""

    version: int
    type: str
    event_id: str | None
    recorded_us: int
    state: bytes

    def copied(self, number: int) -> NewRecord:
        """The record of another policy."""
        policy_id, start = name(number), f"{number:08x}"
        event_id = None if self.event_id is None else start + self.event_id[8:]
        state = self.state % {b"policy": policy_id.encode(), b"start": start.encode()}
        return NewRecord(policy_id, self.version, self.type, event_id, self.recorded_us, state)


def name(number: int) -> str:
    """The id of a policy."""
    return f"T-{number:06d}"


def patterns(source: ClaimsLedger) -> list[list[Pattern]]:
    """The policies of a ledger."""
    return [[_pattern(record) for record in source.stream(policy_id)] for policy_id in source.policies()]


def facts(source: ClaimsLedger, policies: int) -> int:
    """How many facts so many policies have, those of the source in turn."""
    counts = [sum(pattern.event_id is not None for pattern in of_policy) for of_policy in patterns(source)]
    return sum(counts[number % len(counts)] for number in range(policies))


def _pattern(record: LogRecord) -> Pattern:
    gaps = re.compile(b"(" + re.escape(record.policy_id.encode()) + b")|" + _UUID)
    state = gaps.sub(lambda found: b"%(policy)b" if found[1] else b"%(start)b", record.state.replace(b"%", b"%%"))
    return Pattern(record.version, record.type, record.event_id, record.recorded_us, state)


def copy(source: ClaimsLedger, ledger: ClaimsLedger, policies: int) -> None:
    """Appends so many policies, those of the source in turn."""
    given = patterns(source)
    batch: list[NewRecord] = []
    for number in range(policies):
        batch += (pattern.copied(number) for pattern in given[number % len(given)])
        if len(batch) > AT_ONCE or number == policies - 1:
            with ledger._recorder.appending() as append:
                append.insert(batch)
            batch = []
