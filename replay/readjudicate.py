"""Today's rules run over the facts recorded long ago: which policies would stand otherwise, by how much, and why.

Nothing is recorded unless told to. What the ledger said stays said: what the rules change is appended as an assessment of its own
(cause: rules), recorded now, and answers to earlier cuts stay byte for byte. Run again, it finds nothing more to do; interrupted, it
goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from ledger.calendar import JST
from ledger.journal import Entry
from ledger.products import PRODUCTS
from replay import as_of, difference
from replay.as_of import Known
from replay.known import History
from replay.steps import steps

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.policy import Policy
    from ledger.recorders.log import LogRecord

Row = dict[str, Any]


class Receipt(Protocol):
    """That the rules run again are recorded, and where."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def hash(self) -> str: ...


class Ledger(Protocol):
    """What is asked of the ledger."""

    def policy(self, policy_id: str) -> Policy:
        """A policy as the log has it now."""
        ...

    def stream(self, policy_id: str, upto_position: int | None = None) -> list[LogRecord]:
        """The records of one policy in order."""
        ...

    def readjudicate(self, policy_id: str) -> Receipt | None:
        """Runs the rules again and records what they change."""
        ...


def readjudicated(
    ledger: Ledger,
    policy_ids: Iterable[str],
    on: date,
    *,
    product: str | None = None,
    record: bool = False,
    heard: Callable[[int], None] | None = None,
) -> Iterator[Row]:
    """A row for each policy (of a product) that today's rules would leave otherwise, amounts as of a day; recorded where told to.

    `heard` is told how many policies were looked at.
    """
    for done, policy_id in enumerate(policy_ids, start=1):
        held = ledger.policy(policy_id).product
        wanted = product is None or (held is not None and held.name == product)
        row = rehearsed(ledger, policy_id, on) if wanted else None
        if row is not None and record and row["fault"] is None:
            row = recorded(ledger, policy_id, on)
        if heard is not None:
            heard(done)
        if row is not None:
            yield row


def rehearsed(ledger: Ledger, policy_id: str, on: date) -> Row | None:
    """What the rules would change, were they run again now; None where nothing. A rule that raises is said, and changes nothing."""
    policy = ledger.policy(policy_id)
    entries, fault = _entries(policy)
    if not entries and fault == policy.fault:
        return None
    known = History(policy_id, ledger.stream(policy_id)).known()
    return _row(known, entries, on, fault)


def recorded(ledger: Ledger, policy_id: str, on: date) -> Row | None:
    """Runs the rules again and records what they change; None where that is nothing any more."""
    receipt = ledger.readjudicate(policy_id)
    if receipt is None:
        return None
    records = ledger.stream(policy_id, upto_position=receipt.position)
    *_, last = steps(records)
    known = History(policy_id, records[:-1]).known()
    at = receipt.recorded_at.astimezone(JST).isoformat()
    return _row(known, last.entries, on, None) | {"recorded": {"position": receipt.position, "recorded_at": at, "hash": receipt.hash}}


def _entries(policy: Policy) -> tuple[Sequence[Entry], str | None]:
    try:
        return policy.readjudicate(), None
    except Exception as error:  # noqa: BLE001 - whatever today's rules raise: the policy stands as it stood, and the row says so
        return (), f"{type(error).__name__}: {error}"


def _row(known: Known, entries: Sequence[Entry], on: date, fault: str | None) -> Row:
    """What differs: amounts as of a day, and every movement on whatever day."""
    after = replace(known, journal=known.journal.plus(entries), fault=None)
    answers = [as_of.answer(one, on, None) for one in (known, after)]
    product = answers[1]["product"]
    moved = [difference.shown(movement) for movement in difference.moved(entries, date.max)]
    return {
        "policy_id": known.policy_id,
        "product": product,
        "on": on.isoformat(),
        "reason": _reason(known, product),
        "benefits": difference.benefits_moved(*answers),
        "limits": difference.limits_moved(*answers),
        "movements": moved,
        "fault": fault,
        "recorded": None,
    }


def _reason(known: Known, product: str | None) -> Row:
    """Why: other terms than those applied last; the same terms under other rules; or a policy that was undetermined."""
    terms = PRODUCTS[product].terms if product else None
    now = {"version": terms.version, "hash": terms.hash} if terms else None
    then = dict(known.terms) if known.terms else None
    cause = "undetermined" if known.fault is not None else "rules" if then == now else "terms"
    return {"cause": cause, "terms": {"then": then, "now": now}}
