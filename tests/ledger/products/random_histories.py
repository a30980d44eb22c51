"""Random histories of a policy as wire events, and what the ledger makes of them. Seeded: the same seed gives the same history."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger import events as ev
from ledger.derive import derive
from ledger.errors import Refused
from ledger.journal import UNDATED, Entry, Journal, Orphan
from ledger.policy import Policy
from ledger.products.general.claims import day_of
from ledger.timeline import Facts, Known
from replay.as_of import Known as At
from replay.as_of import answer

INSTANT = datetime(2035, 1, 1, tzinfo=UTC)
Wire = dict[str, Any]


class Teller:
    """Tells one history. `add` records a fact where it is admitted; refused ones are kept with the rule that refused them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.policy = Policy("P-1")
        self.events: list[Wire] = []
        self.refused: list[tuple[int, Wire, str | None]] = []

    def add(self, type_: str, **data: Any) -> str | None:
        """The event's id, or None where it was refused."""
        data = {
            name.rstrip("_"): value.isoformat() if isinstance(value, date) else value for name, value in data.items()
        }
        event_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        wire = {
            "event_id": event_id,
            "policy_id": "P-1",
            "type": type_,
            "data": {k: v for k, v in data.items() if v is not None},
        }
        try:
            fact = ev.EVENT_TYPES[type_].parse(wire["data"])
            self.policy.admit(ev.Event(event_id, "P-1", type_, 1, INSTANT, fact))
        except Refused as refused:
            self.refused.append((len(self.events), wire, refused.rule))
            return None
        self.events.append(wire)
        return event_id

    def correct(self) -> None:
        """Takes back or repeats an earlier event, now and then."""
        if len(self.events) > 3 and self.random.random() < 0.5:
            target = self.random.choice(self.events[1:])
            self.add("FactRetracted", target=target["event_id"], reason="entered by mistake")

    def on(self, day: date) -> dict[str, Any]:
        """The answer of a day. A rule that raised is a failure."""
        assert self.policy.fault is None, self.policy.fault
        known = At("P-1", len(self.events), len(self.events), None, None, self.policy.journal, None)
        return answer(known, day, None)

    def days(self) -> list[date]:
        """The days worth asking about: those of the history and its turns, their neighbours, and some at random."""
        days = {day for day in self.policy.timeline.facts.days() if day.year > 1900}
        product = self.policy.product
        if product is not None and self.policy.timeline.issued:
            days.update(product.turns(self.policy.timeline.facts))
        first, last = min(days, default=date(2025, 1, 1)), max(days, default=date(2025, 1, 1))
        some = {first + timedelta(self.random.randrange(-40, (last - first).days + 400)) for _ in range(8)}
        return sorted({day + timedelta(n) for day in days for n in (-1, 0, 1)} | some)

    def pick(self, start: date, days: int) -> date:
        """A day within so many days from a start; now and then on or beside a day already used."""
        used = [day for day in self.policy.timeline.facts.days() if day.year > 1900]
        if used and self.random.random() < 0.3:
            return self.random.choice(used) + timedelta(self.random.choice((-1, 0, 0, 1)))
        return start + timedelta(self.random.randrange(days))

    def some(self, *values: Any) -> Any:
        return self.random.choice(values)


CLAIMED = (
    "CareCertified",
    "ConditionRecorded",
    "HospitalAdmitted",
    "HospitalChargesIncurred",
    "HospitalDischarged",
    "AdvancedCareReceived",
)
"""The facts that claims name."""


def claims(teller: Teller, start: date, benefits: tuple[str, ...]) -> None:
    """A claim or two with what belongs to it."""
    for number in range(teller.random.randrange(3)):
        facts = [e["event_id"] for e in teller.events if e["type"] in CLAIMED]
        named = teller.random.sample(facts, min(len(facts), teller.some(0, 1, 1, 2)))
        known = teller.policy.timeline.facts
        filed = max([teller.pick(start, 1800), *(day_of(known, fact) for fact in named)])
        arose = teller.some(None, None, filed - timedelta(teller.some(1000, 1095, 1096, 1097, 1200)))
        claim = f"k{number}"
        if (
            teller.add(
                "ClaimFiled", claim_id=claim, filed_on=filed, right_arose_on=arose, facts=named, claimant="insured"
            )
            is None
        ):
            continue
        for _ in range(teller.random.randrange(3)):
            completed = filed + timedelta(teller.random.randrange(20))
            teller.add("ClaimDocumentsCompleted", claim_id=claim, completed_on=completed)
            for _ in range(teller.random.randrange(3)):
                opened = completed + timedelta(teller.some(-3, 0, 28, 29, 30, 31, 60, 90))
                ground = teller.some(
                    "public_authority", "medical_institution", "disability_review", "disaster_area", "overseas"
                )
                teller.add("InquiryOpened", claim_id=claim, opened_on=opened, ground=ground)
            for _ in range(teller.random.randrange(3)):
                from_ = completed + timedelta(teller.some(-5, 0, 10, 28, 29, 30, 31))
                teller.add(
                    "ClaimObstructed", claim_id=claim, from_=from_, to=from_ + timedelta(teller.random.randrange(12))
                )
        if teller.random.random() < 0.3:
            outcome = teller.some("accepted", "declined", "partly")
            teller.add(
                "ClaimDecided",
                claim_id=claim,
                decided_on=filed + timedelta(teller.random.randrange(60)),
                outcome=outcome,
            )
        for _ in range(teller.random.randrange(3)):
            amount = teller.some(0, 50_000, 120_000, 200_000, 1_000_000)
            teller.add(
                "BenefitPaid", claim_id=teller.some(claim, claim, None), benefit=teller.some(*benefits),
                paid_on=filed + timedelta(teller.random.randrange(90)), amount=amount, payee="insured",
            )  # fmt: skip
    if teller.random.random() < 0.2:
        teller.add(
            "BenefitRecovered",
            benefit=teller.some(*benefits),
            recovered_on=teller.pick(start, 900),
            amount=30_000,
            reason="overpaid",
        )
    if teller.random.random() < 0.2:
        teller.add("PremiumOffset", benefit=teller.some(*benefits), offset_on=teller.pick(start, 900), amount=8_000)


def endings(teller: Teller, start: date, days: int) -> None:
    """What ends the contract, rarely."""
    roll = teller.random.random()
    if roll < 0.08:
        teller.add("PolicyCancelled", cancelled_on=teller.pick(start, days))
    elif roll < 0.12:
        teller.add("PolicyWithdrawn", withdrawn_on=teller.pick(start, days))
    elif roll < 0.30:
        day = teller.pick(start, days)
        conditions = [e["data"]["condition_id"] for e in teller.events if e["type"] == "ConditionRecorded"]
        teller.add(
            "PolicyRescinded", rescinded_on=day, ground=teller.some("disclosure", "disclosure", "serious", "additional_premium"),
            reason_arose_on=day - timedelta(teller.random.randrange(200)),
            insurer_knew_on=teller.some(None, day - timedelta(teller.some(0, 27, 28, 29, 30, 31, 32))),
            unrelated_conditions=teller.random.sample(conditions, min(len(conditions), teller.random.randrange(2))),
        )  # fmt: skip
    elif roll < 0.34:
        teller.add("PolicyVoided", ground=teller.some("unlawful_gain", "other"))
    elif roll < 0.38:
        teller.add("PolicyRevoked", ground=teller.some("fraud", "duress"))
    elif roll < 0.48:
        teller.add("PersonDied", person_id=teller.some("p1", "p1", "p2"), died_on=teller.pick(start, days))


def told(tell: Callable[[Teller], None], seeds: range) -> Iterator[tuple[int, Teller]]:
    """Histories by seed."""
    for seed in seeds:
        teller = Teller(seed)
        tell(teller)
        yield seed, teller


# ---- 介護両立支援プラン -------------------------------------------------------------------------------------------------------------


def ryoritsu(teller: Teller) -> None:
    """A history of the 介護両立支援プラン."""
    start = date(2024, teller.some(2, 4, 4), teller.some(1, 1, 29) if teller.random.random() < 0.9 else 15)
    plan = {"care_benefit": teller.some(500_000, 1_000_000), "min_level": teller.some("care1", "care2", "care3")}
    entered = teller.some(None, None, None, start + timedelta(31), start - timedelta(400))
    teller.add("PolicyIssued", product="ryoritsu", period_start=start, period_end=start.replace(year=2025, day=min(start.day, 28)),
               entered_on=entered, plan=plan, insured={"person_id": "p1"})  # fmt: skip
    acts: list[Callable[[], object]] = [lambda: _care(teller, start) for _ in range(teller.random.randrange(4))]
    acts += [lambda: _premium(teller, start) for _ in range(teller.random.randrange(4))]
    acts += [lambda: _renewal(teller, start)] * teller.random.randrange(2)
    acts += [lambda: _change(teller, start)] * teller.random.randrange(2)
    acts += [lambda: endings(teller, start, 760)] * 2
    acts += [lambda: claims(teller, start, ("care_benefit",))]
    acts += [teller.correct]
    teller.random.shuffle(acts)
    for act in acts:
        act()


def _care(teller: Teller, start: date) -> None:
    condition = teller.some(None, f"c{teller.random.randrange(3)}")
    if condition is not None:
        teller.add("ConditionRecorded", condition_id=condition, kind="sickness", onset_on=teller.pick(start, 700))
    known = {e["data"]["condition_id"] for e in teller.events if e["type"] == "ConditionRecorded"}
    day = teller.pick(start - timedelta(60), 900)
    teller.add(
        "CareCertified", person_id=teller.some("p1", "p1", "p1", "p2"), certified_on=day + timedelta(teller.random.randrange(40)),
        valid_from=day,
        valid_to=day + timedelta(364), level=teller.some("support2", "care1", "care2", "care3", "care5"),
        condition_id=condition if condition in known else None,
    )  # fmt: skip


def _months(start: date, first: int, count: int) -> list[str]:
    return [
        f"{start.year + (start.month - 1 + n) // 12}-{(start.month - 1 + n) % 12 + 1:02d}"
        for n in range(first, first + count)
    ]


def _premium(teller: Teller, start: date) -> None:
    months = _months(start, teller.random.randrange(14), teller.some(1, 1, 2, 12))
    due = date.fromisoformat(f"{months[0]}-27")
    if teller.random.random() < 0.5:
        teller.add("PremiumMissed", due_month=months[0], due_on=due)
    else:
        paid_on = due + timedelta(teller.some(-60, -26, -27, 0, 5, 40))
        teller.add("PremiumPaid", due_months=months, paid_on=paid_on, amount=teller.some(36_000, 3_000, 10_001, 7))


def _renewal(teller: Teller, start: date) -> None:
    end = start.replace(year=2025, day=min(start.day, 28))
    plan = teller.some(None, {"care_benefit": 2_000_000, "min_level": "care2"})
    if teller.random.random() < 0.7:
        teller.add("PolicyRenewed", period_start=end, period_end=end.replace(year=2026), plan=plan)
    if teller.random.random() < 0.7:
        sent = end - timedelta(teller.some(100, 92, 91, 90, 89, 30, -5))
        teller.add("RenewalNoticeSent", sent_on=sent, deadline=end - timedelta(teller.some(30, 14)))
    if teller.random.random() < 0.4:
        teller.add("RenewalRefused", refused_on=end - timedelta(teller.some(40, 31, 30, 29, 14, 13)))


def _change(teller: Teller, start: date) -> None:
    day = start + timedelta(teller.random.randrange(400))
    plan = {"care_benefit": teller.some(800_000, 3_000_000), "min_level": teller.some("care1", "care2")}
    due = teller.some(None, day + timedelta(45))
    teller.add("CoverageChanged", effective_on=day, plan=plan, added_premium_due_on=due)
    if due is not None and teller.random.random() < 0.7:
        teller.add("PremiumMissed", due_month=due.isoformat()[:7], due_on=due.replace(day=27))
    if due is not None and teller.random.random() < 0.5:
        teller.add(
            "PremiumPaid",
            due_months=[due.isoformat()[:7]],
            paid_on=due + timedelta(teller.some(-40, -5, 3, 30)),
            amount=500,
        )


# ---- ソニー損保の医療保険 -----------------------------------------------------------------------------------------------------------


def sony_medical(teller: Teller) -> None:
    """A history of the medical insurance."""
    start = date(2022, 4, 1)
    plan = {
        "treatment_monthly_limit": teller.some(100_000, 300_000),
        "room_daily": 5_000,
        "advanced_care_limit": teller.some(500_000, 3_000_000),
    }
    end = teller.some(date(2023, 4, 1), date(2023, 4, 1), date(2027, 4, 1))
    teller.add("PolicyIssued", product="sony-medical", period_start=start, period_end=end, plan=plan, insured={"person_id": "p1"},
               entered_on=teller.some(None, None, date(2022, 4, 16), date(2017, 4, 1)))  # fmt: skip
    acts: list[Callable[[], object]] = [lambda: _sickness(teller, start) for _ in range(teller.random.randrange(1, 4))]
    acts += [lambda: _stay(teller, start) for _ in range(teller.random.randrange(4))]
    acts += [lambda: _advanced(teller, start) for _ in range(teller.random.randrange(3))]
    acts += [lambda: _misses(teller) for _ in range(teller.random.randrange(3))]
    acts += [lambda: _sony_change(teller, start)] * teller.random.randrange(2)
    acts += [lambda: _sony_renewal(teller, end)] * teller.random.randrange(2)
    acts += [lambda: endings(teller, start, 500)]
    acts += [lambda: claims(teller, start, ("hospital_treatment", "room_charge", "advanced_care"))]
    acts += [teller.correct]
    teller.random.shuffle(acts)
    for act in acts:
        act()


def _sickness(teller: Teller, start: date) -> str | None:
    condition = f"c{teller.random.randrange(4)}"
    known = [e["data"]["condition_id"] for e in teller.events if e["type"] == "ConditionRecorded"]
    kind = teller.some("sickness", "injury")
    teller.add(
        "ConditionRecorded", condition_id=condition, kind=kind, onset_on=teller.some(None, teller.pick(start, 600)),
        accident_on=teller.pick(start, 600) if kind == "injury" else None,
        caused_by=teller.random.sample(known, min(len(known), teller.random.randrange(2))),
    )  # fmt: skip
    return condition


def _condition(teller: Teller, start: date) -> str:
    known = [e["data"]["condition_id"] for e in teller.events if e["type"] == "ConditionRecorded"]
    return teller.random.choice(known) if known else _sickness(teller, start) or "c0"


def _stay(teller: Teller, start: date) -> None:
    stay, day = f"s{teller.random.randrange(5)}", teller.pick(start - timedelta(20), 600)
    if teller.add("HospitalAdmitted", stay_id=stay, admitted_on=day, condition_id=_condition(teller, start)) is None:
        return
    length = teller.random.randrange(80)
    end = teller.some("HospitalDischarged", "HospitalDischarged", "StayConfirmed", None)
    charged = list(range(teller.random.randrange(1, 4)))
    teller.random.shuffle(charged)
    for n in charged:
        month = (day.replace(day=1) + timedelta(31 * n)).isoformat()[:7]
        if teller.random.random() < 0.8:
            room = teller.some(None, 20_000, 200_000)
            teller.add(
                "HospitalChargesIncurred", month=month, stay_id=stay, treatment_charge=teller.some(0, 60_000, 120_000, 350_000),
                room_charge=room,
                room_days=None if room is None else teller.random.randrange(31),
            )  # fmt: skip
    if end == "HospitalDischarged":
        teller.add(end, stay_id=stay, discharged_on=day + timedelta(length))
    elif end == "StayConfirmed":
        teller.add(end, stay_id=stay, through=day + timedelta(length // 2))
        teller.add(end, stay_id=stay, through=day + timedelta(length))


def _advanced(teller: Teller, start: date) -> None:
    teller.add(
        "AdvancedCareReceived", received_on=teller.pick(start, 700), condition_id=teller.some(None, _condition(teller, start)),
        scheme="advanced",
        eligible=teller.some(None, None, True, False), in_japan=teller.some(None, None, True, False),
        technical_fee=teller.some(300_000, 500_000, 2_900_000),
    )  # fmt: skip
    if teller.random.random() < 0.3:
        teller.add(
            "SurgeryPerformed",
            performed_on=teller.pick(start, 700),
            condition_id=_condition(teller, start),
            name="手術",
            basis="medical_fee",
        )


def _misses(teller: Teller) -> None:
    """One to three months missed, some paid later, and often a reinstatement; now and then a recorded lapse."""
    first = teller.random.randrange(0, 12)
    months = _months(date(2022, 4, 1), first, teller.some(1, 2, 2, 2, 3))
    for month in months:
        day = date.fromisoformat(f"{month}-27") + timedelta(teller.some(0, 0, 1, 2))
        teller.add(
            "PremiumMissed", due_month=month, due_on=teller.some(day, day, day, (day + timedelta(9)).replace(day=1))
        )
    following = (date.fromisoformat(f"{months[-1]}-01") + timedelta(40)).replace(day=1)
    if teller.random.random() < 0.5:
        paid_on = following - timedelta(teller.some(40, 6, 5, 2, 1, 0, -10))
        paid = teller.random.sample(months, teller.random.randrange(1, len(months) + 1))
        teller.add("PremiumPaid", due_months=paid, paid_on=paid_on, amount=4_000 * len(paid))
    if teller.random.random() < 0.4:
        teller.add(
            "PolicyLapsed", lapsed_on=following + timedelta(teller.some(0, 0, 1, 31, -40, 400)), ground="premium"
        )
    if teller.random.random() < 0.6:
        day = following + timedelta(teller.some(-1, 0, 20, 45, 364, 365, 366))
        teller.add("PolicyReinstated", reinstated_on=day, unpaid_premium=8_000, interest=100)


def _sony_change(teller: Teller, start: date) -> None:
    plan: dict[str, Any] = {"treatment_monthly_limit": teller.some(50_000, 200_000, 400_000), "room_daily": teller.some(3_000, 10_000),
                            "advanced_care_limit": teller.some(400_000, 1_000_000, 9_000_000)}  # fmt: skip
    if teller.random.random() < 0.3:
        plan.pop(teller.some(*plan))
    teller.add("CoverageChanged", effective_on=teller.pick(start, 500), plan=plan)


def _sony_renewal(teller: Teller, end: date) -> None:
    plan = teller.some(
        None, {"treatment_monthly_limit": 250_000, "room_daily": 4_000, "advanced_care_limit": 2_000_000}
    )
    renewed = teller.add("PolicyRenewed", period_start=end, period_end=end.replace(year=end.year + 1), plan=plan)
    if renewed and teller.random.random() < 0.6:
        received = end + timedelta(teller.some(-20, -5, 0, 3, 30))
        requested = received + timedelta(teller.some(0, 3, 6, 7, 8))
        teller.add("CoolingOffRequested", received_on=received, requested_on=requested, channel="letter")


# ---- no look-ahead ------------------------------------------------------------------------------------------------------------------


def told_to(teller: Teller, day: date) -> dict[str, Any]:
    """The answer of a day from the facts dated to it alone, every run of days cut at it: what an answer must be, by definition."""
    product, facts = teller.policy.product, teller.policy.timeline.facts
    assert product is not None
    cut = [Known(fact.event_id, fact.day, _cut(fact.data, day)) for fact in facts if fact.day <= day]
    items = {item for item in derive(product, Facts(cut, day)) if item.counts_from <= day}
    items |= {Orphan(UNDATED, *orphan) for orphan in teller.policy.timeline.orphans}
    journal = Journal(Entry(UNDATED, 1, item) for item in items)
    return answer(At("P-1", len(teller.events), len(teller.events), None, None, journal, None), day, None)


def _cut(fact: ev.Fact, day: date) -> ev.Fact:
    """The fact with its days to a day only; a stay that ends later is known to go on to it."""
    if isinstance(fact, ev.HospitalDischarged) and fact.discharged_on > day:
        return ev.StayConfirmed(stay_id=fact.stay_id, through=day)
    if isinstance(fact, ev.StayConfirmed) and fact.through > day:
        return ev.StayConfirmed(stay_id=fact.stay_id, through=day)
    if isinstance(fact, ev.ClaimObstructed) and fact.to > day:
        return fact.model_copy(update={"to": day})
    if isinstance(fact, ev.CareCertified) and fact.valid_to > day:
        return fact.model_copy(update={"valid_to": day})
    return fact


def looks_ahead(tell: Callable[[Teller], None], seeds: range) -> list[str]:
    """Where the journal's answer and the strict one differ, first difference of each history."""
    found = []
    for seed, teller in told(tell, seeds):
        if teller.policy.timeline.issued:
            for day in teller.days():
                ledger, strict = teller.on(day), told_to(teller, day)
                parts = [part for part in strict if ledger[part] != strict[part]]
                if parts:
                    found.append(f"seed {seed} on {day}: {[(part, ledger[part], strict[part]) for part in parts]}")
                    break
    return found
