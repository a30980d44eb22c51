"""From the timeline to the journal. Pure: the facts in force and a product in, signed entries out.

For each day d let L(d) be what the rules give for the facts dated to d; the entries of day d are L(d) - L(d-1). Between two days on which
facts come into view L changes by arithmetic alone (runs grow, items reach the day they count from), so the rules run once for each
such day, and only from the earliest day that news can change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ledger.journal import UNDATED, Discrepancy, Entry, Held, Item, Journal, Line, Opening, Orphan
from ledger.limits import Claim, within_limits
from ledger.product import Guard, Product, Section
from ledger.timeline import Facts, Known, Timeline


class Workings:
    """What the sections of one policy last read and gave, so that a section whose facts did not change is not run again."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[str, tuple[tuple[Any, ...], tuple[Item, ...]]] = {}

    def run(self, section: Section, guards: Sequence[Guard], facts: Facts, lines: tuple[Line, ...]) -> tuple[Item, ...]:
        """The section's items: claims past the guards and brought within their limits, and the rest as given."""
        on = facts.on if section.reads_day else None
        read = (
            facts.only(section.reads.union(*(guard.reads for guard in guards))),
            lines if section.reads_lines else (),
            on,
        )
        last = self._last.get(section.name)
        if last is not None and last[0] == read:
            return last[1]
        view = Facts(read[0], on)
        claims: list[Claim] = []
        items: list[Item] = []
        for given in section.derive(view, read[1]):
            if isinstance(given, Claim):
                claims.append(_guarded(guards, view, given))
            else:
                items.append(given)
        found = tuple(_one_opening_each([*items, *within_limits(claims)]))
        self._last[section.name] = (read, found)
        return found


def _one_opening_each(items: Iterable[Item]) -> Iterator[Item]:
    """A limit is opened once: from the earliest day, with the greatest cap that was held, standing where it stands at all."""
    openings: dict[tuple[str, str], Opening] = {}
    for item in items:
        if not isinstance(item, Opening):
            yield item
            continue
        other = openings.get((item.limit, item.key), item)
        shown = item if item.standing or item.in_use else other
        first, cap = min(item.counts_from, other.counts_from), max(item.cap, other.cap)
        openings[item.limit, item.key] = shown._replace(counts_from=first, cap=cap)
    yield from openings.values()


def _guarded(guards: Sequence[Guard], facts: Facts, claim: Claim) -> Claim:
    """The claim, declined by the first clause that declines it."""
    if claim.declined:
        return claim
    for guard in guards:
        rule = guard.declines(facts, claim)
        if rule is not None:
            return claim.decline(rule)
    return claim


def derive(product: Product, facts: Facts, workings: Workings | None = None) -> frozenset[Item]:
    """All that the product's rules make of the facts given: L, with the day from which each item counts."""
    workings = workings or Workings()
    items: set[Item] = {Held(UNDATED, product.name), *_discrepancies(product, facts)}
    lines: tuple[Line, ...] = ()
    for section in product.sections:
        found = workings.run(section, product.guards, facts, lines)
        items.update(found)
        lines += tuple(item for item in found if isinstance(item, Line))
    return frozenset(items)


def _discrepancies(product: Product, facts: Facts) -> Iterator[Discrepancy]:
    """Recorded facts that would be refused now, since a correction took their ground away."""
    for refusal in product.refusals:
        if refusal.rule is None:
            continue
        for fact_type in refusal.types:
            for fact in facts.of(fact_type):
                ground = refusal.ground(facts.without(fact), fact)
                if ground is not None:
                    yield Discrepancy(fact.day, refusal.rule, str(ground.found), ground.allowed.en, (fact.event_id,))


def seen(product: Product | None, known: Timeline) -> Facts:
    """The facts that rules see: those in force, and what follows from all of them and acts on every day."""
    if product is None or not known.issued:
        return known.facts
    implied = tuple(product.from_the_start(known.facts))
    return Facts((*known.facts, *implied)) if implied else known.facts


def rewritten(
    product: Product | None, known: Timeline, journal: Journal, since: date, workings: Workings | None = None
) -> Journal:
    """The journal as the timeline has it, given one that holds for every day before `since`."""
    if since == UNDATED:
        kept, standing = [], set[Item]()
    else:
        kept, standing = [entry for entry in journal if entry.day < since], journal.standing(since - timedelta(1))
    return Journal([*kept, *_entries(product, known, standing, since, workings)])


def _entries(
    product: Product | None, known: Timeline, standing: set[Item], since: date, workings: Workings | None
) -> Iterator[Entry]:
    facts = seen(product, known)
    turns = product.turns(facts) if product and known.issued else ()
    days: list[date | None] = [since, *sorted({day for day in (*facts.days(), *turns) if day > since}), None]
    orphans = {Orphan(UNDATED, *orphan) for orphan in known.orphans}
    for day, following in pairwise(days):
        assert day is not None
        items = orphans | (derive(product, facts.dated_to(day), workings) if product and known.issued else set())
        now = {item for item in items if item.counts_from <= day}
        yield from (Entry(day, -1, item) for item in standing - now)
        yield from (Entry(day, 1, item) for item in now - standing)
        coming = {item for item in items - now if following is None or item.counts_from < following}
        yield from (Entry(item.counts_from, 1, item) for item in coming)
        standing = now | coming


def earliest_change(old: Facts, new: Facts) -> date | None:
    """The earliest day on which two sets of facts differ; None where they are the same."""
    before = _by_id(old)
    after = _by_id(new)
    changed = [fact.day for one in before.keys() | after.keys() if before.get(one) != after.get(one)
               for fact in (before.get(one), after.get(one)) if fact is not None]  # fmt: skip
    return min(changed, default=None)


def _by_id(facts: Iterable[Known[Any]]) -> dict[tuple[str, type[Any]], Known[Any]]:
    """By event and type: what acts from the start bears the id of the event that it follows from."""
    return {(fact.event_id, type(fact.data)): fact for fact in facts}
