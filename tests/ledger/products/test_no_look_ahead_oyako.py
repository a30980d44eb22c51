"""No rule of 親子のちから looks ahead: what the journal gives on a day is what the rules say when every fact, and every
certificate, is cut to that day. Void and revoked from the start excepted: they act on every day, once known."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ledger import events as ev
from ledger.derive import derive, seen
from ledger.errors import Refused
from ledger.journal import UNDATED, Deadline, Discrepancy, Line, Opening, Span
from ledger.policy import Policy
from ledger.products.oyako import PRODUCT
from ledger.timeline import Facts, Known
from replay.as_of import benefits, limits
from tests.ledger.products.oyako_history import CHILD, PARENT

SEEDS = 150
INSTANT = datetime(2030, 1, 1, tzinfo=UTC)
START = date(2024, 4, 1)
LEVELS = ["support2", "care1", "care1", "care2", "care3", "care5"]
CATEGORIES = [
    "care_service",
    "housekeeping",
    "meals",
    "home_modification",
    "home_modification",
    "care_home",
    "care_home",
]
Wire = tuple[str, dict[str, Any]]


def day(rng: Random, first: int = -60, last: int = 1_200) -> str:
    return (START + timedelta(rng.randint(first, last))).isoformat()


def later(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days)).isoformat()


def issue(rng: Random) -> Wire:
    entered = rng.choice(["2024-04-01", "2024-04-01", "2024-07-01", "2022-04-01"])
    start = max(entered, "2024-04-01")
    data = {"product": "oyako", "plan": {"plan": rng.choice("ABCD")}, "period_start": start, "period_end": "2025-04-01"}
    return "PolicyIssued", data | {"entered_on": entered, "insured": CHILD, "parent": PARENT}


def certificates(rng: Random) -> list[Wire]:
    """A chain of certificates that mostly continue one another, with a gap, an overlap or a lower level now and then."""
    found: list[Wire] = []
    first = day(rng, *rng.choice([(-300, 5), (-5, 60), (0, 500), (0, 500)]))
    for _ in range(rng.randint(0, 5)):
        last = later(first, rng.randint(30, 500))
        data = {"person_id": "m2" if rng.random() < 0.1 else "m1", "certified_on": later(first, rng.randint(0, 40))}
        data |= {"valid_from": first, "valid_to": last, "level": rng.choice(LEVELS)}
        data |= {"dementia": rng.choice(["I", "IIa", "M"])} if rng.random() < 0.5 else {}
        data |= {"cause_arose_on": day(rng, -500, 400)} if rng.random() < 0.3 else {}
        data |= {"condition_id": rng.choice(["c1", "c2"])} if rng.random() < 0.4 else {}
        found.append(("CareCertified", data))
        first = later(last, rng.choice([1, 1, 1, 0, 2, -20, 90]))
    return found


def costs(rng: Random) -> list[Wire]:
    found: list[Wire] = []
    for n in range(rng.randint(1, 12)):
        used_on, gross = day(rng, 0), rng.choice([15, 146_795, 800_000, 2_000_000, 4_000_000])
        cost = {"cost_id": f"k{n}", "used_on": used_on, "category": rng.choice(CATEGORIES), "gross": gross}
        cost |= {"public_benefit": rng.choice([0, 0, 5, 100_000])} | ({"in_japan": False} if rng.random() < 0.1 else {})
        found.append(("CareCostIncurred", cost | ({"nature": "deposit"} if rng.random() < 0.1 else {})))
        if rng.random() < 0.3:
            back = {
                "cost_id": f"k{n}",
                "refunded_on": later(used_on, rng.randint(-5, 200)),
                "amount": rng.randint(1, gross),
            }
            found.append(("CareCostRefunded", back))
    return found


def endings(rng: Random) -> list[Wire]:
    """Deaths, ends of care, withdrawals, rescissions, premiums missed: each seldom."""
    rescinded = {"rescinded_on": day(rng, 0, 700), "ground": "disclosure", "unrelated_conditions": ["c1"]}
    serious = {"rescinded_on": day(rng, 0, 700), "ground": "serious", "reason_arose_on": day(rng, 0, 700)}
    month = rng.choice(["2024-06", "2024-07", "2024-09", "2024-12", "2025-06"])
    due_on = later(f"{month}-01", 58)
    paid = {"due_months": [month], "paid_on": later(due_on, rng.choice([-10, 0, 1])), "amount": 3_810}
    seldom: list[tuple[int, Wire]] = [
        (10, ("PersonDied", {"person_id": rng.choice(["m1", "p1", "x1"]), "died_on": day(rng, 0)})),
        (10, ("CareEnded", {"person_id": "m1", "ended_on": day(rng, -30)})),
        (7, ("PolicyWithdrawn", {"withdrawn_on": day(rng, 0, 500)})),
        (4, ("PolicyCancelled", {"cancelled_on": day(rng, 0, 500)})),
        (10, ("PolicyRescinded", rescinded)),
        (5, ("PolicyRescinded", serious)),
        (4, ("PolicyLapsed", {"lapsed_on": day(rng, 0, 500), "ground": "care_state"})),
        (15, ("PremiumMissed", {"due_month": month, "due_on": due_on})),
        (15, ("PremiumPaid", paid)),
    ]
    return [wire for percent, wire in seldom if rng.random() * 100 < percent]


def random_facts(rng: Random) -> list[Wire]:
    """A random policy: the issue, the conditions, and the rest in any order (a fact never before the one that it names)."""
    rest = [*certificates(rng), *endings(rng)]
    for year in range(2025, 2025 + rng.randint(0, 3)):
        plan = {"plan": {"plan": rng.choice("ABCD")}} if rng.random() < 0.5 else {}
        rest.append(("PolicyRenewed", {"period_start": f"{year}-04-01", "period_end": f"{year + 1}-04-01"} | plan))
    if rng.random() < 0.2:
        rest.append(("CoverageChanged", {"effective_on": day(rng, 0, 700), "plan": {"plan": rng.choice("ABCD")}}))
    rest += [("BenefitPaid", {"benefit": "parent_care", "paid_on": day(rng, 0), "amount": 50_000, "payee": "insured"})]
    rng.shuffle(rest)
    exclusion = {"exclusion": "war"} if rng.random() < 0.2 else {}
    conditions: list[Wire] = [
        ("ConditionRecorded", {"condition_id": "c1", "kind": "sickness", "onset_on": day(rng, -400, 400)} | exclusion),
        ("ConditionRecorded", {"condition_id": "c2", "kind": "injury", "accident_on": day(rng, -400, 400)}),
    ]
    mixed = costs(rng)
    for wire in rest:
        mixed.insert(rng.randint(0, len(mixed)), wire)
    return [issue(rng), *conditions, *mixed]


def admitted(rng: Random, wires: list[Wire]) -> tuple[Policy, int]:
    """The policy with all facts that it takes, and how many it refused; some are retracted again."""
    policy, refused = Policy("P-1"), 0
    for type_, data in wires:
        event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{type_} {sorted(data.items())}"))
        try:
            policy.admit(ev.Event(event_id, "P-1", type_, 1, INSTANT, ev.EVENT_TYPES[type_].parse(data)))
        except Refused:
            refused += 1
            continue
        if type_ in {"CareCertified", "PremiumMissed", "PersonDied"} and rng.random() < 0.1:
            retraction = ev.FactRetracted(target=event_id, reason="an error")
            policy.admit(
                ev.Event(str(uuid.UUID(int=rng.getrandbits(128))), "P-1", "FactRetracted", 1, INSTANT, retraction)
            )
        assert policy.fault is None, policy.fault
    return policy, refused


def cut(fact: Known[Any], on: date) -> Known[Any]:
    """The fact as it stands on a day: a certificate that runs tells of the days to it alone."""
    if isinstance(fact.data, ev.CareCertified):
        return Known(fact.event_id, fact.day, fact.data.model_copy(update={"valid_to": min(fact.data.valid_to, on)}))
    return fact


def shown(items: Iterable[Any], on: date) -> tuple[Any, ...]:
    """What an answer shows of items: lines, limits, the state of the day, deadlines and discrepancies."""
    lines = [item.through(on) for item in items if isinstance(item, Line)]
    openings = [item for item in items if isinstance(item, Opening)]
    state = [s for s in items if isinstance(s, Span) and s.first <= on and (s.last is None or on <= s.last)]
    others = sorted(repr(item) for item in items if isinstance(item, Deadline | Discrepancy))
    return benefits(lines), limits(sorted(openings, key=repr), lines, on), state, others


def days_to_ask(facts: Facts, rng: Random) -> list[date]:
    """Days of facts and beside them, days beside the ends of certificates, and some others."""
    turning = [fact.day for fact in facts if fact.day > UNDATED] + [f.data.valid_to for f in facts.of(ev.CareCertified)]
    beside = [turn + timedelta(n) for turn in turning for n in (-1, 0, 1, 2)]
    return [*rng.sample(beside, min(14, len(beside))), *(START + timedelta(rng.randint(-30, 4_100)) for _ in range(4))]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_day_of_the_journal_is_what_the_facts_cut_to_it_say(seed: int) -> None:
    rng = Random(seed)
    policy, _ = admitted(rng, random_facts(rng))
    facts = seen(PRODUCT, policy.timeline)
    for on in days_to_ask(facts, rng):
        strict = derive(PRODUCT, Facts((cut(fact, on) for fact in facts if fact.day <= on), on))
        now = {item for item in strict if item.counts_from <= on}
        assert shown(policy.journal.standing(on), on) == shown(now, on), on


@pytest.mark.parametrize("seed", range(SEEDS))
def test_news_by_news_the_journal_is_that_of_all_facts_at_once_in_any_order(seed: int) -> None:
    rng = Random(seed)
    wires = random_facts(rng)
    policy, refused = admitted(Random(seed), wires)
    assert policy.readjudicate() == ()

    (issued, *conditions), rest = wires[:3], wires[3:]
    moved = [wire for wire in rest if wire[0] != "CareCostRefunded"]
    rng.shuffle(moved)
    other, refused_there = admitted(Random(1), [issued, *conditions, *moved, *(w for w in rest if w not in moved)])
    if refused == refused_there and {e.event_id for e in policy.recorded} == {e.event_id for e in other.recorded}:
        assert other.journal == policy.journal


def test_the_histories_say_something() -> None:
    """Among them are triggers, costs paid, cut and declined by every rule, and policies void and revoked."""
    states: set[str] = set()
    rules: set[str] = set()
    for seed in range(SEEDS):
        rng = Random(seed)
        policy, _ = admitted(rng, random_facts(rng))
        standing = policy.journal.standing(date(2028, 1, 1))
        states |= {item.state for item in standing if isinstance(item, Span)}
        rules |= {line.rules[-1] for line in standing if isinstance(line, Line) and line.decision == "declined"}
        rules |= {cut_by.limit for line in standing if isinstance(line, Line) for cut_by in line.cuts}

    assert states >= {
        "pending",
        "in_force",
        "lapsed",
        "matured",
        "void",
        "revoked",
        "rescinded",
        "withdrawn",
        "ended_by_death",
    }
    assert rules >= {
        "OY-01", "OY-02", "OY-03", "OY-06", "OY-10", "OY-11", "OY-13", "OY-17", "OY-18", "KR-04", "KR-10",
        "parent_care.balance", "parent_care.home_modification", "parent_care.care_home",
    }  # fmt: skip
