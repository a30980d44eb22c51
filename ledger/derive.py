"""From the timeline to the journal. Pure: the facts in force and a product in, signed entries out.

For each day d let L(d) be what the rules give for the facts dated to d; the entries of day d are L(d) - L(d-1). Between two days on which
facts come into view L changes by arithmetic alone (runs grow, items reach the day they count from), so the rules run once for each
such day, only from the earliest day that news can change, and only those sections that read something of what is new (`Workings`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.facts import Facts, Known, Read
from ledger.journal import UNDATED, Discrepancy, Entry, Held, Item, Journal, Line, Opening, Orphan
from ledger.limits import Claim, within_limits
from ledger.product import Guard, Product, Refusal, Section
from ledger.timeline import Timeline

NAME_CONDITIONS = ("condition_id", "caused_by", "other_condition_ids", "unrelated_conditions")
"""The fields by which facts name conditions."""


class Worked(NamedTuple):
    """A section's work: the day and the lines it was done for, what its rules gave, the claims past the guards, what was read for
    either, and the items that they come to within their limits."""

    on: date | None
    before: tuple[Line, ...]
    given: tuple[Claim | Item, ...]
    read: Read
    claims: tuple[Claim, ...]
    guarding: Read
    items: frozenset[Item]
    lines: tuple[Line, ...]


class Judgement(NamedTuple):
    """A recorded fact beside the others: the discrepancy where it would be refused now, and what was read to see that."""

    fact: Known[Any]
    read: frozenset[type[ev.Fact]]
    found: Discrepancy | None


class Judged(NamedTuple):
    """The facts of one refusal's types, each judged beside the others, by event id; and what was read for all of them."""

    read: frozenset[type[ev.Fact]]
    of_each: Mapping[str, Judgement]

    def found(self) -> Iterator[Discrepancy]:
        """The discrepancies."""
        return (judgement.found for judgement in self.of_each.values() if judgement.found is not None)


class Day(NamedTuple):
    """What the rules made of the facts in view on a day."""

    facts: Facts
    worked: dict[str, Worked]
    judged: dict[int, Judged]


class Workings:
    """What the rules last made of each day of one policy. What rests on nothing that changed is taken from the same day, or from the
    one before it, and not worked out again."""

    __slots__ = ("days", "items", "order")

    def __init__(self) -> None:
        self.days: dict[date, Day] = {}
        self.items: dict[date, frozenset[Item]] = {}
        self.order: list[date] = []

    def forget(self, since: date, but: Iterable[date]) -> None:
        """Drops the days from one on that are no longer days on which something turns."""
        still, place = frozenset(but), bisect_left(self.order, since)
        for gone in (day for day in self.order[place:] if day not in still):
            self.days.pop(gone, None)
            del self.items[gone]
        self.order[place:] = [day for day in self.order[place:] if day in still]

    def keep(self, day: date, items: frozenset[Item]) -> None:
        """Keeps what came of a day."""
        if day not in self.items:
            insort(self.order, day)
        self.items[day] = items

    def standing(self, before: date) -> frozenset[Item] | None:
        """The items that stand at the end of the day before; None where that is not kept."""
        kept = self._last(before)
        return None if kept is None else _counting(self.items[kept], before - timedelta(1))

    def kept_for(self, facts: Facts) -> list[tuple[Day, set[type[ev.Fact]]]]:
        """The same day and the one before it, as they were last worked out, with the types of facts that differ."""
        assert facts.on is not None
        kept = [self.days[day] for day in (facts.on, self._last(facts.on)) if day in self.days]
        return [(day, day.facts.differing(facts)) for day in kept]

    def _last(self, before: date) -> date | None:
        place = bisect_left(self.order, before)
        return self.order[place - 1] if place else None


# ---- what the rules make of the facts of a day ------------------------------------------------------------------------------------


def derive(product: Product, facts: Facts, workings: Workings | None = None) -> frozenset[Item]:
    """All that the product's rules make of the facts in view on a day: L, with the day from which each item counts."""
    workings = workings if workings is not None else Workings()
    kept = workings.kept_for(facts)
    worked: dict[str, Worked] = {}
    lines: tuple[Line, ...] = ()
    for section in product.sections:
        earlier = [(day.worked[section.name], changed) for day, changed in kept]
        found = worked[section.name] = _work(section, product.guards, facts, lines if section.reads_lines else (), earlier)
        lines += found.lines
    judged = {
        n: _judge(refusal, facts, [(day.judged[n], changed) for day, changed in kept])
        for n, refusal in enumerate(product.refusals)
        if refusal.rule is not None
    }
    assert facts.on is not None
    workings.days[facts.on] = Day(facts, worked, judged)
    discrepancies = (found for judgement in judged.values() for found in judgement.found())
    return frozenset({Held(UNDATED, product.name)}).union(discrepancies, *(found.items for found in worked.values()))


Kept = Sequence[tuple[Worked, set[type[ev.Fact]]]]


def _work(section: Section, guards: Sequence[Guard], facts: Facts, lines: tuple[Line, ...], kept: Kept) -> Worked:
    """The section's work, as far as it was not done before for the same."""
    on = facts.on if section.reads_day else None
    for worked, changed in kept:
        untouched = section.reads.isdisjoint(changed) and all(guard.reads.isdisjoint(changed) for guard in guards)
        if untouched and worked.on == on and worked.before == lines:
            return worked
    given, read = _given(section, facts.only(section.reads, on), lines, kept)
    reads = section.reads.union(*(guard.reads for guard in guards))
    claims, guarding = _past_guards(guards, facts.only(reads, on), given, kept)
    for worked, _ in kept:
        if worked.claims == claims and worked.given == given:
            return worked._replace(on=on, before=lines, read=read, guarding=guarding)
    others = [item for item in given if not isinstance(item, Claim)]
    found = tuple(_one_opening_each([*others, *within_limits(claims)]))
    own_lines = tuple(item for item in found if isinstance(item, Line))
    return Worked(on, lines, given, read, claims, guarding, frozenset(found), own_lines)


def _given(section: Section, view: Facts, lines: tuple[Line, ...], kept: Kept) -> tuple[tuple[Claim | Item, ...], Read]:
    """What the section's rules give."""
    for worked, changed in kept:
        if worked.before == lines and worked.read.facts.keys().isdisjoint(changed) and view.agree(worked.read):
            return worked.given, worked.read
    return view.noting(lambda: tuple(section.derive(view, lines)))


def _past_guards(guards: Sequence[Guard], view: Facts, given: tuple[Claim | Item, ...], kept: Kept) -> tuple[tuple[Claim, ...], Read]:
    """The claims, each declined by the first clause that declines it."""
    for worked, changed in kept:
        if worked.given == given and worked.guarding.facts.keys().isdisjoint(changed) and view.agree(worked.guarding):
            return worked.claims, worked.guarding

    def guarded() -> tuple[Claim, ...]:
        made = [claim for claim in given if isinstance(claim, Claim)]
        asked = [guard for guard in guards if any(view.of(fact_type) for fact_type in guard.reads)] if made else []
        return tuple(_guarded(asked, view, claim) for claim in made)

    return view.noting(guarded)


def _guarded(guards: Sequence[Guard], facts: Facts, claim: Claim) -> Claim:
    """The claim, declined by the first clause that declines it."""
    if claim.declined:
        return claim
    for guard in guards:
        rule = guard.declines(facts, claim)
        if rule is not None:
            return claim.decline(rule)
    return claim


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


def _judge(refusal: Refusal, facts: Facts, kept: Sequence[tuple[Judged, set[type[ev.Fact]]]]) -> Judged:
    """Recorded facts that would be refused now, since a correction took their ground away."""
    for judged, changed in kept:
        if changed.isdisjoint(refusal.types) and _untouched(judged.read, changed):
            return judged
    hold = next((judged.of_each for judged, changed in kept if _untouched(judged.read, changed)), {})
    of_each: dict[str, Judgement] = {}
    for fact in (fact for fact_type in refusal.types for fact in facts.of(fact_type)):
        before = hold.get(fact.event_id)
        of_each[fact.event_id] = before if before is not None and before.fact == fact else _judgement(refusal, facts, fact)
    return Judged(frozenset[Any]().union(*(one.read for one in of_each.values())), of_each)


def _judgement(refusal: Refusal, facts: Facts, fact: Known[Any]) -> Judgement:
    others = facts.without(fact)
    ground, read = others.noting(lambda: refusal.ground(others, fact))
    if ground is None:
        return Judgement(fact, others.types_of(read), None)
    recorded = ground.found if isinstance(ground.found, int) else str(ground.found)
    found = Discrepancy(fact.day, refusal.rule or "", recorded, ground.allowed.en, (fact.event_id,))
    return Judgement(fact, others.types_of(read), found)


def _untouched(read: frozenset[Any], changed: Collection[type[ev.Fact]]) -> bool:
    return not changed if ev.Fact in read else read.isdisjoint(changed)


# ---- the journal ---------------------------------------------------------------------------------------------------------------------


def seen(product: Product | None, known: Timeline) -> Facts:
    """The facts that rules see: those in force, and what follows from all of them and acts on every day."""
    if product is None or not known.issued:
        return known.facts
    implied = tuple(known.facts.once(product.from_the_start))
    return known.facts.plus(*implied) if implied else known.facts


def rewritten(
    product: Product | None, known: Timeline, journal: Journal, since: date, workings: Workings | None = None
) -> Journal:
    """The journal as the timeline has it, given one that holds for every day before `since`."""
    workings = workings if workings is not None else Workings()
    standing = frozenset[Item]() if since == UNDATED else workings.standing(since)
    if standing is None:
        standing = journal.standing(since - timedelta(1))
    return journal.before(since).plus(_entries(product, known, standing, since, workings))


def _entries(
    product: Product | None, known: Timeline, standing: frozenset[Item], since: date, workings: Workings
) -> Iterator[Entry]:
    facts = seen(product, known)
    turns = facts.once(product.turns) if product and known.issued else ()
    days = [since, *sorted({day for day in (*facts.days(), *turns) if day > since})]
    workings.forget(since, days)
    orphans = frozenset(Orphan(UNDATED, *orphan) for orphan in known.orphans)
    for day, following in zip_longest(days, days[1:]):
        assert day is not None
        items = orphans | derive(product, facts.dated_to(day), workings) if product and known.issued else orphans
        workings.keep(day, items)
        now = _counting(items, day)
        yield from (Entry(day, -1, item) for item in standing - now)
        yield from (Entry(day, 1, item) for item in now - standing)
        coming = [item for item in items - now if following is None or item.counts_from < following]
        yield from (Entry(item.counts_from, 1, item) for item in coming)
        standing = now.union(coming)


def _counting(items: frozenset[Item], on: date) -> frozenset[Item]:
    """The items that count by a day."""
    later = [item for item in items if item.counts_from > on]
    return items.difference(later) if later else items


def earliest_change(old: Facts, new: Facts) -> date | None:
    """The earliest day on which an answer may change where the facts change so; None where none can."""
    days: list[date] = []
    for fact_type in old.differing(new):
        before, after = ({fact.event_id: fact for fact in facts.of(fact_type)} for facts in (old, new))
        for one in before.keys() | after.keys():
            here = [fact for fact in (before.get(one), after.get(one)) if fact is not None]
            if before.get(one) != after.get(one) and not (one not in before and _says_nothing_yet(after[one], new)):
                days += [fact.day for fact in here]
    return min(days, default=None)


def _says_nothing_yet(new: Known[Any], facts: Facts) -> bool:
    """A condition says something through what names it, and by bringing its causes together."""
    if not isinstance(new.data, ev.ConditionRecorded) or len(new.data.caused_by) > 1:
        return False
    named = (vars(fact.data).get(field) or () for fact in facts if fact is not new for field in NAME_CONDITIONS)
    return not any(new.data.condition_id == names or (isinstance(names, tuple) and new.data.condition_id in names) for names in named)
