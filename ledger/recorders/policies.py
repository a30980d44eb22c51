"""Policies folded from the log, kept while there is room; and what two events that bear one id must have in common."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledger import events as ev
from ledger.errors import LedgerFault, Refused, Words
from ledger.recorders.base import Append, LedgerRecorder
from ledger.recorders.log import NO_END, End, LogRecord, NewRecord, micros

EVENTS_KEPT: Final = 50_000
"""Events of loaded policies that stay in memory, all policies together; some 3 KB each."""

Encode = Callable[[ev.Event], bytes]


class Decides(Protocol):
    """What the ledger asks of a policy. `version` counts its stored events."""

    version: int

    def fold(self, event: ev.Event) -> None:
        """Takes in one stored event."""
        ...

    def admit(self, event: ev.Event) -> list[ev.Event]:
        """The events to append for a fact, folded in already. Raises Refused."""
        ...


@dataclass(slots=True)
class Loaded:
    """A policy, and the last record that it was folded from."""

    policy: Decides
    end: End = NO_END
    newest_us: int | None = None

    def fold(self, records: Iterable[LogRecord]) -> None:
        """Takes in records behind the end. One that cannot be read stops this policy and no other."""
        for record in records:
            if record.version != self.end.version + 1:
                missing = f"version {self.end.version + 1} of policy {record.policy_id}"
                raise LedgerFault(f"position {record.position}: {missing} is missing before version {record.version}")
            event = record.event
            try:
                self.policy.fold(event)
            except Exception as error:  # whatever a policy makes of a damaged event
                where = f"position {record.position} of policy {record.policy_id}"
                raise LedgerFault(f"{where} cannot be folded: {error}") from error
            self.moved_to(record)

    def moved_to(self, record: LogRecord) -> None:
        """The policy now ends with this record."""
        self.end, self.newest_us = End(record.version, record.hash), record.recorded_us


class Policies:
    """Policies folded from the log. Those used last stay; each is checked against the log before it is used again."""

    def __init__(self, recorder: LedgerRecorder, new_policy: Callable[[str], Decides], room: int = EVENTS_KEPT) -> None:
        self._recorder = recorder
        self.new_policy = new_policy
        self._room = room
        self._events = 0
        self._kept: OrderedDict[str, Loaded] = OrderedDict()

    def __contains__(self, policy_id: str) -> bool:
        return policy_id in self._kept

    def current(self, policy_id: str) -> Loaded:
        """The policy as the log has it now."""
        loaded = self._caught_up(policy_id, lambda version: self._recorder.stream(policy_id, version))
        self._make_room()
        return loaded

    def held(self, policy_id: str, append: Append) -> Loaded:
        """The policy as the log has it while it is held."""
        kept = self._kept.get(policy_id)
        if kept is not None and kept.end == append.ends[policy_id]:
            return kept
        return self._caught_up(policy_id, lambda version: append.stream(policy_id, version))

    def forget(self, policy_ids: Iterable[str]) -> None:
        """Drops policies that may hold what was not recorded."""
        for policy_id in policy_ids:
            loaded = self._kept.pop(policy_id, None)
            self._events -= loaded.end.version if loaded else 0

    def settle(self, records: Iterable[LogRecord]) -> None:
        """What was admitted is recorded: the policies now end with these records."""
        for policy_id, last in {record.policy_id: record for record in records}.items():
            loaded = self._kept[policy_id]
            self._events += last.version - loaded.end.version
            loaded.moved_to(last)
        self._make_room()

    def _caught_up(self, policy_id: str, stream: Callable[[int], list[LogRecord]]) -> Loaded:
        """Folds what came since. Where the record that a kept policy ends with is not in the log, it is folded anew."""
        loaded = self._kept.get(policy_id)
        if loaded is not None:
            self.forget((policy_id,))
            tail = stream(loaded.end.version)
            if not tail or tail[0].hash != loaded.end.hash:
                loaded = None
            else:
                loaded.fold(tail[1:])
        if loaded is None:
            loaded = Loaded(self.new_policy(policy_id))
            loaded.fold(stream(1))
        self._kept[policy_id] = loaded
        self._events += loaded.end.version
        return loaded

    def _make_room(self) -> None:
        while self._events > self._room and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._events -= oldest.end.version


def admitted(loaded: Loaded, event: ev.Event, encode: Encode) -> tuple[ev.Event, list[NewRecord]]:
    """The fact as it is stored, and the records to append for it: the fact's, and that of what follows from it."""
    assert event.recorded_at is not None
    version, recorded_us = loaded.policy.version, micros(event.recorded_at)
    stored = loaded.policy.admit(event)
    new = []
    for one in stored:
        version += 1
        event_id = None if one.type == ev.ASSESSED else one.event_id
        new.append(NewRecord(one.policy_id, version, one.type, event_id, recorded_us, encode(one)))
    assert version == loaded.policy.version, "a policy counts every event that it gives out"
    return stored[0], new


def check_fact(event: ev.Event) -> None:
    """What the ledger itself adds is never accepted from outside."""
    if event.type == ev.ASSESSED:
        raise Refused(
            "type", event.type, Words("台帳が自ら付けない種類", "a type that the ledger does not add by itself")
        )


def check_same(known: ev.Event, given: ev.Event, position: int | None = None) -> None:
    """Two events of one id are one event: the content must be the same."""
    if ev.same_content(known, given):
        return
    where = Words("この入力の前の行", "an earlier line of this input")
    if position is not None:
        where = Words(f"位置 {position}", f"position {position}")
    allowed = Words(
        f"{where.ja}にある内容と同じもの、または別の event_id",
        f"the same content as at {where.en}, or another event_id",
    )
    found = Words(f"{given.event_id}（内容が異なる）", f"{given.event_id} with other content")
    raise Refused("event_id", found, allowed, policy_id=given.policy_id, event_id=given.event_id)


def unique(texts: Iterable[str]) -> Sequence[str]:
    """Each text once, in order."""
    return list(dict.fromkeys(texts))
