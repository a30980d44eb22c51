"""The aggregate: one policy's events, their timeline and their journal. A fact comes in; out come the fact and the `Assessed` it causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from ledger import events as ev
from ledger.derive import Workings, earliest_change, rewritten, seen
from ledger.errors import Refused, Words
from ledger.journal import UNDATED, Entry, Journal, difference
from ledger.product import Product
from ledger.products import PRODUCTS
from ledger.refusals import Recorded, check_amendment, check_target, refuse
from ledger.timeline import PROVIDES, Facts, Known, Timeline, day_of, in_force, joins, timeline


class Policy:
    """One policy, folded from its events. `version` counts its stored events, the ledger's own `Assessed` included."""

    def __init__(self, policy_id: str) -> None:
        self.policy_id = policy_id
        self.version = 0
        self.fault: str | None = None
        self.journal = Journal.EMPTY
        self.recorded: list[ev.Event] = []
        self._ids = Recorded()
        self._timeline: Timeline | None = Timeline(Facts(), (), issued=False)
        self._corrected = False
        self._product: Product | None = None
        self._workings = Workings()

    # ---- fold: what is stored is taken as it is -------------------------------------------------------------------------------

    def fold(self, event: ev.Event) -> None:
        """Takes in one stored event. Runs no rule."""
        self.version += 1
        if isinstance(event.data, ev.Assessed):
            self.journal = self.journal.plus(Entry.decoded(entry) for entry in event.data.entries)
            self.fault = event.data.fault
            self._workings = Workings()
        else:
            self._remember(event)
            self._timeline = None

    def _remember(self, event: ev.Event) -> None:
        self.recorded.append(event)
        self._ids.add(event)
        self._corrected = self._corrected or isinstance(event.data, ev.FactAmended | ev.FactRetracted)
        if isinstance(event.data, ev.PolicyIssued):
            self._product = PRODUCTS[event.data.product]

    @property
    def timeline(self) -> Timeline:
        """What is known of the policy."""
        if self._timeline is None:
            self._timeline = timeline(self.recorded)
        return self._timeline

    @property
    def product(self) -> Product | None:
        """The product of the policy; None where it was never issued."""
        return self._product

    # ---- decide -----------------------------------------------------------------------------------------------------------------

    def admit(self, event: ev.Event, *, derive: bool = True) -> list[ev.Event]:
        """The events to append for a fact: itself and, where the journal changes, an `Assessed`. Both are folded in.

        Raises Refused, and is then unchanged. With `derive` false only the fact is checked and folded, for a rehearsal of an import.
        """
        try:
            event = self._normalised(event)
            after = self._after(event)
        except Refused as refused:
            raise refused.at(policy_id=event.policy_id, event_id=event.event_id) from None
        before = self.timeline
        self._remember(event)
        self._timeline = after
        self.version += 1
        if not derive:
            return [event]
        assessed = self._assess(event, before, after)
        if assessed is None:
            return [event]
        self.version += 1
        return [event, assessed]

    def readjudicate(self) -> tuple[Entry, ...]:
        """What today's rules would change in the journal: the difference between it and the journal derived anew."""
        product = self.product
        return difference(self.journal, rewritten(product, self.timeline, Journal.EMPTY, UNDATED)) if product else ()

    def readjudicated(self, at: datetime, position: int) -> ev.Event | None:
        """What the rules run again at a position of the log change, as it is recorded at an instant; folded in. None where they
        change nothing. A rule that raises leaves the policy as it stands, and is raised."""
        product = self.product
        entries = self.readjudicate()
        if product is None or not (entries or self.fault):
            return None
        terms, last = {"version": product.terms.version, "hash": product.terms.hash}, replace(self.recorded[-1], recorded_at=at)
        encoded = [entry.encoded() for entry in entries]
        event = ev.assessed(last, entries=encoded, terms=terms, cause="rules", cause_position=position)
        self.fold(event)
        return event

    # ---- the facts after an event -----------------------------------------------------------------------------------------------

    def _normalised(self, event: ev.Event) -> ev.Event:
        """The event as it is stored: an amendment's new data in normal form. Raises Refused where it targets nothing."""
        if not isinstance(event.data, ev.FactAmended):
            return event
        return ev.normalised(event, self._root(check_target(self.recorded, event)).type)

    def _after(self, event: ev.Event) -> Timeline:
        """The timeline with the event. Raises Refused where it may not be recorded."""
        if isinstance(event.data, ev.FactAmended | ev.FactRetracted):
            return self._corrected_by(event)
        known = self.timeline
        product = product_named(event.data.product) if isinstance(event.data, ev.PolicyIssued) else self.product
        if product is None or not (known.issued or isinstance(event.data, ev.PolicyIssued)):
            words = Words(
                "先に発行された契約（有効な PolicyIssued がある契約）", "a policy issued before (PolicyIssued in force)"
            )
            raise Refused(field="policy_id", found=self.policy_id, allowed=words)
        new = self._dated(event.event_id, cast(ev.Fact, event.data), known)
        refuse(product, known.facts, new, self._ids)
        if self._corrected and not (self._is_new(new.data) and joins(known, new.data)):
            return timeline([*self.recorded, event], known.facts)
        return Timeline(known.facts.plus(new), known.orphans, issued=True)

    def _is_new(self, fact: ev.Fact) -> bool:
        """Whether a fact brings nothing that was recorded before, of which others may have been left behind."""
        own = PROVIDES.get(type(fact))
        return not isinstance(fact, ev.PolicyIssued) and (own is None or (own, getattr(fact, own)) not in self._ids.ids)

    def _corrected_by(self, event: ev.Event) -> Timeline:
        target = check_target(self.recorded, event)
        before = in_force(self.recorded)
        after_events = [*self.recorded, event]
        root = self._root(target)
        if isinstance(event.data, ev.FactAmended):
            check_amendment(cast(ev.Fact, root.data), ev.amended(root.type, event.data.data))
        after = timeline(after_events, self.timeline.facts)
        effective = in_force(after_events).get(root.event_id)
        if effective is not None and effective != before.get(root.event_id):
            self._recheck(root.event_id, effective, after)
        return after

    def _root(self, target: ev.Event) -> ev.Event:
        """The fact that a correction reaches in the end, through amendments and retractions."""
        by_id = {event.event_id: event for event in self.recorded}
        while isinstance(target.data, ev.FactAmended | ev.FactRetracted):
            target = by_id[target.data.target]
        return target

    def _recheck(self, event_id: str, fact: ev.Fact, after: Timeline) -> None:
        """A fact that a correction changes or brings back is checked like one recorded now, against the others in force."""
        product = self.product
        others = Facts(other for other in after.facts if other.event_id != event_id)
        if product is not None and (others.of(ev.PolicyIssued) or isinstance(fact, ev.PolicyIssued)):
            refuse(product, others, self._dated(event_id, fact, after), self._ids)

    @staticmethod
    def _dated(event_id: str, fact: ev.Fact, known: Timeline) -> Known[Any]:
        stays = {stay.data.stay_id: stay.data.admitted_on for stay in known.facts.of(ev.HospitalAdmitted)}
        return Known(event_id, day_of(fact, stays), fact)

    # ---- the journal after an event ---------------------------------------------------------------------------------------------

    def _assess(self, event: ev.Event, before: Timeline, after: Timeline) -> ev.Event | None:
        """The `Assessed` that the event causes. A rule that raises is our fault: the policy is undetermined from here, and says so."""
        product = self.product
        assert product is not None
        try:
            since = UNDATED if self.fault else self._since(before, after)
            if since is None:
                return None
            journal = rewritten(product, after, self.journal, since, self._workings)
            entries, fault = difference(self.journal, journal), None
        except Exception as error:  # noqa: BLE001 - whatever a rule raises: never guess, and never lose the fact
            journal, entries, fault = self.journal, (), f"{type(error).__name__}: {error}"
            self._workings = Workings()
        if not entries and fault == self.fault:
            return None
        self.journal, self.fault = journal, fault
        terms = {"version": product.terms.version, "hash": product.terms.hash}
        return ev.assessed(event, entries=[entry.encoded() for entry in entries], terms=terms, fault=fault)

    def _since(self, before: Timeline, after: Timeline) -> date | None:
        """The earliest day on which an answer may change."""
        if before.orphans != after.orphans or before.issued != after.issued:
            return UNDATED
        return earliest_change(seen(self.product, before), seen(self.product, after))


def product_named(name: str) -> Product:
    """The product of a name on the wire. Raises Refused where there is none."""
    if name not in PRODUCTS:
        raise Refused("data.product", name, tuple(sorted(PRODUCTS)))
    return PRODUCTS[name]
