"""What a record of the log says to the read model. Pure: runs no rule, touches no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from ledger.errors import LedgerFault
from ledger.events import ASSESSED, Assessed
from ledger.recorders.log import LogRecord
from projections import tables
from projections.postings import Account, Posting, netted, postings


class Said(NamedTuple):
    """What an assessment says. `position` is that of the fact that caused it: what a fact causes is known with the fact.

    `reason` is the fault that the ledger recorded; or why the record cannot be read, whose position is then `unread`.
    """

    policy_id: str
    position: int
    known_us: int
    postings: Sequence[Posting] = ()
    terms: Account | None = None
    reason: str | None = None
    unread: int | None = None


def said(record: LogRecord) -> Said | None:
    """What a record says; None for a fact, which says nothing by itself. One that cannot be read says that."""
    if record.type != ASSESSED:
        return None
    try:
        assessed = cast(Assessed, record.event.data)
        posted = netted(postings(assessed.entries))
    except (LedgerFault, ValueError, TypeError, KeyError, AttributeError) as error:  # whatever a damaged or newer record raises
        reason = str(error) if isinstance(error, LedgerFault) else f"{type(error).__name__}: {error}"
        return Said(record.policy_id, caused_at(record), record.recorded_us, reason=reason, unread=record.position)
    terms = Account(tables.TERMS, assessed.terms.version, assessed.terms.hash) if assessed.terms is not None else None
    position = caused_at(record) if assessed.cause == "facts" else record.position
    return Said(record.policy_id, position, record.recorded_us, posted, terms, assessed.fault)


def caused_at(record: LogRecord) -> int:
    """The position of the fact that an assessment follows: the one before, at once."""
    return record.position - 1
