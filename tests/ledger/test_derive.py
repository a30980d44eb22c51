"""The fast way to the journal gives what the slow one gives: the same bytes, in whatever order the facts came, on every day."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest

from bench import stories
from ledger import events as ev
from ledger.derive import seen
from ledger.door import read_object
from ledger.errors import Refused
from ledger.journal import UNDATED, Discrepancy, Entry, Held, Item, Journal, Line, Opening, Orphan, difference
from ledger.limits import Claim, within_limits
from ledger.policy import Policy
from ledger.product import Product
from ledger.products import PRODUCTS
from ledger.timeline import Facts, Timeline, timeline
from tests.ledger.products import seikatsu_history
from tests.oracle.histories_other import HISTORIES

INSTANT = datetime(2035, 1, 1, tzinfo=UTC)
Wire = dict[str, Any]


# ---- the slow way: every rule anew for every day ------------------------------------------------------------------------------------


def on_day(product: Product, known: Timeline, day: date) -> set[Item]:
    """All that the rules make of the facts dated to a day, with the day from which each item counts; nothing is kept, nothing skipped."""
    facts = list(seen(product, known).dated_to(day))
    items: set[Item] = {Held(UNDATED, product.name)}
    lines: tuple[Line, ...] = ()
    for section in product.sections:
        on = day if section.reads_day else None
        view = Facts([fact for fact in facts if type(fact.data) in section.reads], on)
        reads = section.reads.union(*(guard.reads for guard in product.guards))
        guarding = Facts([fact for fact in facts if type(fact.data) in reads], on)
        given = list(section.derive(view, lines if section.reads_lines else ()))
        claims = [guarded(product, guarding, claim) for claim in given if isinstance(claim, Claim)]
        found = [item for item in given if not isinstance(item, Claim)] + within_limits(claims)
        items.update(merged(found))
        lines += tuple(dict.fromkeys(item for item in found if isinstance(item, Line)))
    return items | set(discrepancies(product, facts))


def guarded(product: Product, facts: Facts, claim: Claim) -> Claim:
    rules = [] if claim.declined else [rule for guard in product.guards if (rule := guard.declines(facts, claim)) is not None]
    return claim.decline(rules[0]) if rules else claim


def merged(found: list[Any]) -> Iterator[Item]:
    """One opening of each limit: the standing one, from the earliest day, with the greatest cap."""
    openings: dict[Any, list[Opening]] = {}
    for item in found:
        if isinstance(item, Opening):
            openings.setdefault((item.limit, item.key), []).append(item)
        else:
            yield item
    for same in openings.values():
        best = next((item for item in reversed(same) if item.standing or item.in_use), same[0])
        yield best._replace(counts_from=min(item.counts_from for item in same), cap=max(item.cap for item in same))


def discrepancies(product: Product, facts: list[Any]) -> Iterator[Discrepancy]:
    for refusal in product.refusals:
        for fact in facts:
            if refusal.rule is not None and isinstance(fact.data, refusal.types):
                ground = refusal.ground(Facts([other for other in facts if other is not fact]), fact)
                if ground is not None:
                    recorded = ground.found if isinstance(ground.found, int) else str(ground.found)
                    yield Discrepancy(fact.day, refusal.rule, recorded, ground.allowed.en, (fact.event_id,))


def slow_journal(product: Product | None, known: Timeline) -> Journal:
    """For every day on which a fact comes into view or something turns: what counts then less what counted before."""
    orphans: set[Item] = {Orphan(UNDATED, *orphan) for orphan in known.orphans}
    facts = seen(product, known)
    turns = product.turns(facts) if product and known.issued else ()
    days: list[date] = sorted({UNDATED, *facts.days(), *turns})
    entries: list[Entry] = []
    before: set[Item] = set()
    for day, following in pairwise([*days, date.max]):
        items = orphans | (on_day(product, known, day) if product and known.issued else set())
        now = {item for item in items if item.counts_from <= day}
        later = {item for item in items if day < item.counts_from < following}
        entries += [Entry(day, -1, item) for item in before - now] + [Entry(day, 1, item) for item in now - before]
        entries += [Entry(item.counts_from, 1, item) for item in later]
        before = now | later
    return Journal(entries)


# ---- histories -------------------------------------------------------------------------------------------------------------------------


def events(wires: list[Wire]) -> list[ev.Event]:
    return [read_object(orjson.dumps(wire), mode="import") for wire in wires]


def of_the_oracle(product: str) -> Callable[[int], list[ev.Event]]:
    return lambda seed: events(HISTORIES[product](random.Random(seed)))


def of_the_bench(product: str) -> Callable[[int], list[ev.Event]]:
    return lambda seed: events(stories.story(product, random.Random(seed), "T-1").events()[:40])


def seikatsu(seed: int) -> list[ev.Event]:
    rng = random.Random(seed)
    facts = seikatsu_history.random_facts(rng)
    lines = [{"type": type_, "data": data} for type_, data in [facts[0], *rng.sample(facts[1:], len(facts) - 1)]]
    named = [line | {"policy_id": "T-1", "recorded_at": "2025-01-01T00:00:00Z"} for line in lines]
    wires = [line | {"event_id": f"00000000-0000-4000-8000-{n:012d}"} for n, line in enumerate(named)]
    return events(wires)


TOLD: dict[str, Callable[[int], list[ev.Event]]] = {
    **{f"{product}, told by the oracle": of_the_oracle(product) for product in HISTORIES},
    **{f"{product}, told by the bench": of_the_bench(product) for product in stories.STORIES if product in PRODUCTS},
    "seikatsu": seikatsu,
}
CASES = [pytest.param(told, seed, id=f"{name} {seed}") for name, told in TOLD.items() for seed in range(4)]


def admitted(wires: list[ev.Event]) -> tuple[Policy, list[tuple[ev.Event, Journal, tuple[list[Any], ...]]]]:
    """The policy after all events, and of each that was accepted: the event, the journal after it and the entries it caused.

    What is not accepted yet, since it names what comes later, is tried again at the end.
    """
    policy, steps, waiting = Policy(wires[0].policy_id), [], wires
    for _ in range(3):
        refused = []
        for event in waiting:
            try:
                stored = policy.admit(event)
            except Refused:
                refused.append(event)
                continue
            assessed = stored[1].data if len(stored) > 1 else None
            steps.append((stored[0], policy.journal, assessed.entries if isinstance(assessed, ev.Assessed) else ()))
        waiting = refused
    assert policy.fault is None, policy.fault
    return policy, steps


def slow(policy: Policy, recorded: list[ev.Event]) -> Journal:
    return slow_journal(policy.product, timeline(recorded)) if recorded else Journal()


# ---- what must hold ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "seed"), CASES)
def test_the_fast_way_gives_the_bytes_of_the_slow_one(told: Callable[[int], list[ev.Event]], seed: int) -> None:
    policy, steps = admitted(told(seed))
    recorded = [event for event, _, _ in steps]

    for n in [*random.Random(seed).sample(range(1, len(steps)), min(3, len(steps) - 1)), len(steps) - 1]:
        before, after = slow(policy, recorded[:n]), slow(policy, recorded[: n + 1])
        assert steps[n][1] == after
        assert list(steps[n][2]) == [entry.encoded() for entry in difference(before, after)]


@pytest.mark.parametrize(("told", "seed"), CASES)
def test_a_policy_read_from_the_store_goes_on_with_the_same_bytes(told: Callable[[int], list[ev.Event]], seed: int) -> None:
    history = told(seed)
    stored: list[ev.Event] = []
    warm = Policy("T-1")
    for event in history:
        cold = Policy("T-1")
        for one in stored if len(stored) % 7 == 0 else ():
            cold.fold(ev.decode(ev.encode(one)))
        try:
            new = warm.admit(event)
        except Refused:
            continue
        if cold.version:
            assert [ev.encode(one) for one in cold.admit(event)] == [ev.encode(one) for one in new]
        stored += new


@pytest.mark.parametrize(("told", "seed"), CASES)
def test_another_order_of_arrival_gives_the_same_journal(told: Callable[[int], list[ev.Event]], seed: int) -> None:
    _, steps = admitted(told(seed))
    facts = [event for event, _, _ in steps if not isinstance(event.data, ev.FactAmended | ev.FactRetracted)]
    kept, _ = admitted(facts)
    others = random.Random(seed).sample(facts[1:], len(facts) - 1)
    shuffled, taken = admitted([facts[0], *others])
    if len(taken) == len(facts):
        assert shuffled.journal == kept.journal


@pytest.mark.parametrize(("told", "seed"), CASES)
def test_the_journal_of_a_day_is_what_the_rules_say_of_the_facts_dated_to_it(told: Callable[[int], list[ev.Event]], seed: int) -> None:
    policy, _ = admitted(told(seed))
    known, product = policy.timeline, policy.product
    if not known.issued or product is None:
        return
    hot = {day + timedelta(n) for day in known.facts.days() if day > UNDATED for n in (-1, 0, 1, 9)}
    for day in random.Random(seed).sample(sorted(hot), min(25, len(hot))):
        expected = {cut(item, day) for item in on_day(product, known, day) if item.counts_from <= day}
        standing = {cut(item, day) for item in policy.journal.standing(day) if not isinstance(item, Orphan)}
        assert standing == expected, day


def cut(item: Item, day: date) -> Item:
    return item.through(day) if isinstance(item, Line) else item
