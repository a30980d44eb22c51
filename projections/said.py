"""What a record of the log says to the read model. Pure: runs no rule, touches no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from ledger.errors import UNREADABLE, why_unread
from ledger.events import ASSESSED, Assessed
from ledger.recorders.log import LogRecord
from projections import tables
from projections.postings import FAULT, TERMS, Account, Posting, always, netted, postings


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
    except UNREADABLE as error:
        return Said(record.policy_id, caused_at(record), record.recorded_us, reason=why_unread(error), unread=record.position)
    terms = Account(tables.TERMS, assessed.terms.version, assessed.terms.hash) if assessed.terms is not None else None
    position = caused_at(record) if assessed.cause == "facts" else record.position
    return Said(record.policy_id, position, record.recorded_us, posted, terms, assessed.fault)


class Fault(NamedTuple):
    """Why a policy is undetermined: the account of the fault, and the record that could not be read, if that is why."""

    account: Account
    unread: int | None


class Course:
    """What the next assessment of a policy must know of those before: the product held, the terms that were applied, and whether it is
    undetermined.
    """

    __slots__ = ("fault", "held", "terms")

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.held: Account | None = None
        self.terms: Account | None = None

    def take(self, one: Said) -> Sequence[Posting]:
        """The postings of what was said, and what they change of the policy as a whole.

        After a record that could not be read nothing is posted: what follows is a difference to what is not known.
        """
        if self.fault is not None and self.fault.unread is not None:
            return ()
        posted = self._of_products(one.postings)
        if one.terms is not None and one.terms != self.terms:
            posted += [always(TERMS, old, -1) for old in (self.terms,) if old is not None]
            posted.append(always(TERMS, one.terms, 1))
            self.terms = one.terms
        if one.reason is None and self.fault is not None:
            posted.append(always(FAULT, self.fault.account, -1))
            self.fault = None
        elif one.reason is not None and self.fault is None:
            since = Account(tables.FAULT, one.reason, str(one.unread or one.position))
            posted.append(always(FAULT, since, 1))
            self.fault = Fault(since, one.unread)
        elif one.unread is not None and self.fault is not None:  # undetermined already, and from here on unread as well
            self.fault = self.fault._replace(unread=one.unread)
        return posted

    def _of_products(self, posted: Sequence[Posting]) -> list[Posting]:
        """The postings, each opening with the product that it is of: one that ceases to stand, with that which was held until now."""
        before = self.held
        for posting in posted:
            if posting.account.kind == tables.HELD:
                if posting.sign > 0:
                    self.held = posting.stands
                elif posting.stands == self.held:
                    self.held = None
        return [_of_product(self.held if posting.sign > 0 else before, posting) for posting in posted]


def _of_product(held: Account | None, posting: Posting) -> Posting:
    stands = posting.stands
    if stands is None or stands.kind != tables.OPENING or held is None:
        return posting
    return posting._replace(stands=stands._replace(product=held.name))


def caused_at(record: LogRecord) -> int:
    """The position of the fact that an assessment follows: the one before, at once."""
    return record.position - 1
