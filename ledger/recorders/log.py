"""The log: what one of its records holds, how each is chained to the one before, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from ledger import events as ev
from ledger.errors import LedgerFault

GENESIS = bytes(32)
"""The previous hash of the first record."""

Decode = Callable[[bytes], ev.Event]
"""From stored bytes to an event; a layer that encrypts brings its own."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHAIN = b"\x02"  # keeps links of the chain apart from leaves (0x00) and nodes (0x01) of a tree over the same records


class LogRecord(NamedTuple):
    """One stored event in its place. Instants are in microseconds since 1970-01-01T00:00Z."""

    position: int
    policy_id: str
    version: int
    type: str
    event_id: str | None  # null for what the ledger itself adds
    recorded_us: int
    appended_us: int  # when the ledger wrote it; no part of the hash, so that an import run again gives the same log
    newest_us: int  # the newest recorded_us of all records up to this one
    previous_hash: bytes
    hash: bytes
    state: bytes
    decode: Decode = ev.decode

    @property
    def recorded_at(self) -> datetime:
        """When the event was recorded, in UTC."""
        return instant(self.recorded_us)

    @property
    def appended_at(self) -> datetime:
        """When the ledger wrote the record, in UTC."""
        return instant(self.appended_us)

    @property
    def event(self) -> ev.Event:
        """The event, decoded anew each time. A record that cannot be read is a fault that names its position."""
        try:
            return self.decode(self.state)
        except Exception as error:  # whatever an old or damaged state makes the decoder raise
            raise LedgerFault(f"position {self.position} ({self.type} of policy {self.policy_id}): {error}") from error

    def __repr__(self) -> str:  # the state may be personal: it does not belong in a traceback
        return f"LogRecord({self.position}, {self.policy_id!r}, {self.version}, {self.type!r}, {self.hash.hex()[:12]}…)"


class NewRecord(NamedTuple):
    """What is to be appended: everything of a record that does not depend on its place."""

    policy_id: str
    version: int
    type: str
    event_id: str | None
    recorded_us: int
    state: bytes


class Head(NamedTuple):
    """The last record's position and hash, and the newest `recorded_us` in the ledger."""

    position: int = 0
    hash: bytes = GENESIS
    newest_us: int = -(2**62)


class End(NamedTuple):
    """The last record of one policy: how many there are, and the hash of the last."""

    version: int
    hash: bytes


NO_END = End(0, GENESIS)
"""The end of a policy without records."""


def link(previous_hash: bytes, position: int, policy_id: str, version: int, type_: str, state: bytes) -> bytes:
    """The hash of a record: over the one before, its place, and the stored bytes as they are. Lengths come before texts."""
    policy, topic = policy_id.encode(), type_.encode()
    return sha256(
        b"".join(
            (
                _CHAIN,
                previous_hash,
                position.to_bytes(8, "big"),
                len(policy).to_bytes(4, "big"),
                policy,
                version.to_bytes(8, "big"),
                len(topic).to_bytes(4, "big"),
                topic,
                len(state).to_bytes(4, "big"),
                state,
            )
        )
    ).digest()


def chained(head: Head, new: Iterable[NewRecord], appended_us: int, decode: Decode = ev.decode) -> list[LogRecord]:
    """The records in their places behind the head."""
    position, previous, newest = head
    records = []
    for policy_id, version, type_, event_id, recorded_us, state in new:
        position += 1
        newest = max(newest, recorded_us)
        hash_ = link(previous, position, policy_id, version, type_, state)
        place = (recorded_us, appended_us, newest, previous, hash_, state)
        records.append(LogRecord(position, policy_id, version, type_, event_id, *place, decode))
        previous = hash_
    return records


def micros(moment: datetime) -> int:
    """An instant in microseconds since 1970-01-01T00:00Z, exactly."""
    if moment.utcoffset() is None:
        raise LedgerFault(f"the instant {moment.isoformat()} has no offset")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(us: int) -> datetime:
    """The instant of a number of microseconds, in UTC."""
    return _EPOCH + timedelta(microseconds=us)


class StoreFault(LedgerFault):
    """The store failed: disk, server or file. Nothing of the batch was recorded."""


class Busy(StoreFault):
    """Another writer holds the log. Nothing was recorded; trying again later is right."""


class Unreachable(StoreFault):
    """The server does not answer, or closed the connection. Nothing was recorded."""


class LostRace(StoreFault):
    """Another writer took a version or an event id first. Nothing was recorded."""


class OutcomeUnknown(LedgerFault):
    """The commit was sent and not acknowledged, and asking failed too. Recording the same events again is safe."""
