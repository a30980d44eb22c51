"""What happens to policies: a history of about a wanted number of facts, for each product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from bench.story import Story

LAST_DAY = date(2024, 12, 31)
WEEK = timedelta(7)


def story(product: str, rng: Random, policy_id: str) -> Story:
    """A policy's history: about 40 facts, corrections included."""
    told = Story(rng, policy_id)
    STORIES[product](told, min(75, max(15, round(rng.gauss(39, 8)))))
    told.correct()
    return told


def _month(day: date, n: int = 0) -> date:
    """The first day of the month n months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, 1)


def _year(day: date, n: int) -> date:
    return day.replace(year=day.year + n)


def _renew(told: Story, start: date, years: int) -> None:
    for n in range(1, years):
        told.tell(
            _year(start, n) - timedelta(30),
            "PolicyRenewed",
            period_start=_year(start, n),
            period_end=_year(start, n + 1),
        )


def _claim(
    told: Story, day: date, facts: Sequence[str], payments: Sequence[tuple[str, int]], claimant: str = "insured"
) -> None:
    """A claim for facts: filed, complete, decided now and then, and paid."""
    claim = f"k{len(told)}"
    filed = told.tell(
        day, "ClaimFiled", *facts, delay=1, claim_id=claim, filed_on=day, facts=list(facts), claimant=claimant
    )
    complete = day + timedelta(told.rng.randint(0, 10))
    told.tell(complete, "ClaimDocumentsCompleted", filed, delay=1, claim_id=claim, completed_on=complete)
    if told.chance(0.1):
        told.tell(
            complete + WEEK,
            "InquiryOpened",
            filed,
            claim_id=claim,
            opened_on=complete + WEEK,
            ground="medical_institution",
        )
    paid = complete + timedelta(told.rng.randint(5, 40))
    for benefit, amount in payments:
        told.tell(
            paid,
            "BenefitPaid",
            filed,
            delay=0,
            claim_id=claim,
            benefit=benefit,
            paid_on=paid,
            amount=amount,
            payee="insured",
        )


# ---- seikatsu -------------------------------------------------------------------------------------------------------------------

SICKNESSES = ("K35.8", "I21.4", "E11.9", "J18.9", "K80.2", "I63.9", "M51.2", "N20.1")
CANCERS = ("C50.9", "C34.1", "C16.9", "C18.7")
UNITS = {"1": 1, "2": 2, "3": 3, "4": 4}


def _seikatsu(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2019, 2020, 2021)), 1, 1)
    units = rng.choice("11223")
    riders = {
        "medical_lump_sum": told.chance(0.7),
        "anticancer": told.chance(0.5),
        "cancer_diagnosis": told.chance(0.5),
    }
    if told.chance(0.5):
        riders["three_diseases"] = rng.choice("ABCD")
    plan: dict[str, Any] = {"units": units, "hospital_type": rng.choice((365, 365, 60)), "riders": riders}
    if told.chance(0.2):
        plan["belongings"] = plan["personal_liability"] = True
    insured = {
        "person_id": f"p-{told.policy_id}",
        "birth_date": date(rng.randint(1950, 1990), 5, 5).isoformat(),
        "sex": "F",
    }
    years = LAST_DAY.year - start.year + 1
    told.tell(
        start - timedelta(40),
        "PolicyIssued",
        delay=0,
        product="seikatsu",
        period_start=start,
        period_end=_year(start, 1),
        plan=plan,
        insured=insured,
    )
    _renew(told, start, years)
    cancer = told.chance(0.15)
    while len(told) < wanted:
        day = told.day(start + timedelta(20), LAST_DAY - timedelta(200))
        if cancer:
            _treated_for_cancer(told, day, int(units))
            cancer = False
        else:
            rng.choice((_in_hospital, _in_hospital, _injured))(told, day, int(units))


def _condition(told: Story, kind: str, icd10: str, day: date) -> tuple[str, str]:
    """A condition of a day, now and then one begun years before; its id and its event's id."""
    one = f"c{len(told)}"
    onset = day - timedelta(told.rng.choice((3, 10, 30) if told.chance(0.94) else (900, 2000)))
    dated: dict[str, Any] = {"accident_on": day} if kind == "injury" else {"onset_on": onset}
    return one, told.tell(day, "ConditionRecorded", delay=0, condition_id=one, kind=kind, icd10=icd10, **dated)


class Stay(NamedTuple):
    """A stay as told: its id, the ids of its facts, and the day of discharge."""

    stay_id: str
    facts: list[str]
    last: date


def _stay(told: Story, condition: tuple[str, str], day: date, nights: int) -> Stay:
    stay, last = f"s{len(told)}", day + timedelta(nights)
    admitted = told.tell(
        day, "HospitalAdmitted", condition[1], stay_id=stay, admitted_on=day, condition_id=condition[0]
    )
    if nights > 30:
        told.tell(day + timedelta(30), "StayConfirmed", admitted, stay_id=stay, through=day + timedelta(30))
    facts = [admitted, told.tell(last, "HospitalDischarged", admitted, stay_id=stay, discharged_on=last)]
    if told.chance(0.4):
        on = told.day(day, last)
        surgery = {
            "performed_on": on,
            "condition_id": condition[0],
            "code": "K672-2",
            "name": "腹腔鏡下手術",
            "basis": "medical_fee",
            "stay_id": stay,
        }
        facts.append(told.tell(on, "SurgeryPerformed", admitted, **surgery))
    return Stay(stay, facts, last)


def _visits(told: Story, condition: tuple[str, str], day: date, count: int) -> tuple[list[str], date]:
    facts = []
    for _ in range(count):
        day += timedelta(told.rng.randint(3, 14))
        facts.append(told.tell(day, "OutpatientVisited", condition[1], visited_on=day, condition_id=condition[0]))
    return facts, day


def _in_hospital(told: Story, day: date, units: int) -> None:
    rng = told.rng
    condition = _condition(told, "sickness", rng.choice(SICKNESSES), day)
    nights = rng.choice((2, 4, 6, 9, 13, 20, 45))
    _, facts, last = _stay(told, condition, day, nights)
    _claim(told, last + WEEK, facts, [("hospital_daily", 5_000 * units * (nights + 1))])
    visits, last = _visits(told, condition, last, rng.choice((0, 2, 3, 4, 6)))
    if visits:
        _claim(told, last + WEEK, visits, [("outpatient_daily", 3_000 * units * len(visits))])
    if told.chance(0.2):
        _stay(told, condition, last + timedelta(rng.choice((20, 100, 175, 185))), 5)


def _injured(told: Story, day: date, units: int) -> None:
    condition = _condition(told, "injury", told.rng.choice(("S82.1", "S52.5", "S93.4")), day)
    visits, last = _visits(told, condition, day, told.rng.choice((3, 5, 8)))
    if told.chance(0.3):
        until = day + timedelta(28)
        worn = {
            "from_": day,
            "to": until,
            "condition_id": condition[0],
            "device": "cast",
            "site": "long_bone",
            "injury": "fracture",
        }
        told.tell(day, "ImmobilisationWorn", condition[1], **worn)
    _claim(told, last + WEEK, visits, [("outpatient_daily", 3_000 * units * len(visits))])


def _treated_for_cancer(told: Story, day: date, units: int) -> None:
    condition = _condition(told, "sickness", told.rng.choice(CANCERS), day)
    diagnosed = told.tell(day, "CancerDiagnosed", condition[1], diagnosed_on=day, condition_id=condition[0])
    _, facts, last = _stay(told, condition, day + timedelta(12), told.rng.choice((10, 14, 21)))
    _claim(
        told,
        last + WEEK,
        [diagnosed, *facts],
        [("hospital_daily", 5_000 * units * 12), ("cancer_diagnosis", 1_000_000)],
    )
    for n in range(1, told.rng.choice((3, 6, 8)) + 1):
        first = _month(last, n)
        course = {
            "from_": first,
            "to": first + timedelta(13),
            "condition_id": condition[0],
            "drug": told.rng.choice(("chemotherapy", "hormone")),
        }
        given = told.tell(first, "AnticancerTreated", condition[1], **course)
        if n % 3 == 0:
            _claim(told, first + timedelta(20), [given], [("anticancer", 100_000)])


# ---- sony-medical -----------------------------------------------------------------------------------------------------------------


def _sony_medical(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2020, 2021)), rng.choice((1, 4, 7)), 1)
    plan = {
        "treatment_monthly_limit": rng.choice((100_000, 300_000)),
        "room_daily": rng.choice((3_000, 5_000)),
        "advanced_care_limit": 10_000_000,
    }
    insured = {"person_id": f"p-{told.policy_id}", "birth_date": "1975-01-01"}
    issued = told.tell(
        start - timedelta(20),
        "PolicyIssued",
        delay=0,
        product="sony-medical",
        period_start=start,
        period_end=_year(start, 5),
        plan=plan,
        insured=insured,
    )
    if told.chance(0.25):
        first = _month(start, rng.randint(3, 40))
        missed = [
            told.tell(due, "PremiumMissed", issued, due_month=due.isoformat()[:7], due_on=due)
            for due in (_month(first, n) + timedelta(26) for n in (0, 1))
        ]
        told.tell(_month(first, 1) + timedelta(28), "PremiumPaid", *missed, due_months=[_month(first, n).isoformat()[:7] for n in (0, 1)],
                  paid_on=_month(first, 1) + timedelta(28), amount=8_000)  # fmt: skip
    month = start
    while len(told) < wanted:
        if told.chance(0.55) or month > LAST_DAY:
            _charged(told, told.day(start, LAST_DAY - timedelta(100)))
        for _ in range(rng.choice((2, 4, 6))):
            if month <= LAST_DAY:
                paid = month + timedelta(26)
                told.tell(
                    paid, "PremiumPaid", issued, delay=1, due_months=[month.isoformat()[:7]], paid_on=paid, amount=4_000
                )
                month = _month(month, 1)


def _charged(told: Story, day: date) -> None:
    rng = told.rng
    condition = _condition(told, "sickness", rng.choice(SICKNESSES), day)
    stay_id, facts, last = _stay(told, condition, day, rng.choice((3, 8, 20, 45)))
    charges, month = [], _month(day)
    while month <= last:
        charge = rng.randint(20, 400) * 1_000
        room = {"room_charge": 60_000, "room_days": 3} if told.chance(0.3) else {}
        data = {"month": month.isoformat()[:7], "stay_id": stay_id, "treatment_charge": charge, **room}
        charges.append(told.tell(last, "HospitalChargesIncurred", facts[0], **data))
        month = _month(month, 1)
    if told.chance(0.1):
        care = {"received_on": day, "condition_id": condition[0], "scheme": "advanced", "technical_fee": 2_500_000}
        charges.append(told.tell(day, "AdvancedCareReceived", condition[1], **care))
    _claim(told, last + timedelta(20), charges, [("hospital_treatment", 80_000)])


# ---- oyako ------------------------------------------------------------------------------------------------------------------------


def _oyako(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2020, 2021, 2022)), 4, 1)
    plan = rng.choice("AABCD")
    told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="oyako", plan={"plan": plan},
        period_start=start, period_end=_year(start, 1),
        insured={"person_id": f"p-{told.policy_id}", "birth_date": "1980-02-03"},
        parent={"person_id": f"m-{told.policy_id}", "birth_date": "1953-06-15"},
    )  # fmt: skip
    _renew(told, start, LAST_DAY.year - start.year + 1)
    day = used = told.day(start + timedelta(100), date(2023, 6, 30))
    for level in rng.choice((("care2",), ("care2", "care3"), ("care1", "care3", "care4"))):
        until = day + timedelta(364)
        told.tell(
            day, "CareCertified", person_id=f"m-{told.policy_id}", certified_on=day + timedelta(20),
            valid_from=day, valid_to=until, level=level,
            dementia="IIb" if level == "care1" else None,
        )  # fmt: skip
        day = until + timedelta(1)
    while len(told) < wanted:
        used = used + timedelta(rng.randint(5, 40))
        costs = [_cost(told, used + timedelta(n)) for n in range(rng.choice((1, 2, 3)))]
        _claim(told, used + timedelta(20), costs, [("parent_care", 50_000 * len(costs))])


def _cost(told: Story, day: date) -> str:
    rng = told.rng
    cost, gross = f"k{len(told)}", rng.randint(5, 300) * 1_000
    category = rng.choice(("care_service", "housekeeping", "meals", "home_modification", "care_home"))
    event_id = told.tell(
        day,
        "CareCostIncurred",
        cost_id=cost,
        used_on=day,
        category=category,
        gross=gross,
        public_benefit=gross // 2,
        payee="insured",
    )
    if told.chance(0.06):
        told.tell(
            day + timedelta(60),
            "CareCostRefunded",
            event_id,
            cost_id=cost,
            refunded_on=day + timedelta(60),
            amount=gross // 4,
        )
    return event_id


# ---- ryoritsu ---------------------------------------------------------------------------------------------------------------------


def _ryoritsu(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2019, 2020)), 4, 1)
    person = f"p-{told.policy_id}"
    issued = told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="ryoritsu", premium_monthly=3_000,
        period_start=start, period_end=_year(start, 1),
        plan={"care_benefit": 3_000_000, "min_level": rng.choice(("care2", "care3"))},
        insured={"person_id": person, "birth_date": "1955-01-01"},
    )  # fmt: skip
    years = LAST_DAY.year - start.year
    _renew(told, start, years)
    for n in range(1, years):
        sent = _year(start, n) - timedelta(100)
        told.tell(sent, "RenewalNoticeSent", issued, sent_on=sent, deadline=_year(start, n) - timedelta(30))
    if told.chance(0.5):
        day = told.day(start + timedelta(60), date(2023, 12, 31))
        data = {
            "person_id": person,
            "certified_on": day + timedelta(20),
            "valid_from": day,
            "valid_to": day + timedelta(364),
            "level": "care3",
        }
        _claim(told, day + timedelta(40), [told.tell(day, "CareCertified", **data)], [("care_benefit", 3_000_000)])
    month = start
    while len(told) < wanted:
        if told.chance(0.03):
            told.tell(
                month + timedelta(26),
                "PremiumMissed",
                issued,
                due_month=month.isoformat()[:7],
                due_on=month + timedelta(26),
            )
        paid = month + timedelta(26)
        told.tell(paid, "PremiumPaid", issued, delay=1, due_months=[month.isoformat()[:7]], paid_on=paid, amount=3_000)
        month = _month(month, 1)


# ---- cyber ------------------------------------------------------------------------------------------------------------------------


def _cyber(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2020, 2021, 2022)), 5, 5)
    plan = {
        "type": rng.choice(("S1", "S2", "P1", "S1000")),
        "facility_kind": "hospital",
        "size": rng.choice((50, 70, 100)),
    }
    told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="cyber", period_start=start, period_end=_year(start, 1), plan=plan,
        insured={"person_id": f"h-{told.policy_id}"}, facilities=["north", "south"],
    )  # fmt: skip
    _renew(told, start, LAST_DAY.year - start.year + 1)
    while len(told) < wanted:
        day = told.day(start, date(2024, 6, 30))
        incident = f"i{len(told)}"
        kind = rng.choice(("cyber_attack", "cyber_attack", "leak"))
        leak = {"leak_evident": "public_announcement"} if kind == "leak" else {}
        found = told.tell(day, "CyberIncidentDiscovered", incident_id=incident, discovered_on=day, kind=kind, **leak)
        losses = []
        for n in range(rng.choice((2, 4, 6))):
            on = day + timedelta(rng.randint(0, 120))
            own = f"{incident}-{n}"
            if told.chance(0.7):
                data: dict[str, Any] = {
                    "cost_id": own,
                    "incurred_on": on,
                    "category": rng.choice(("incident_response", "attack_response", "leak_response")),
                }
                losses.append(
                    told.tell(
                        on,
                        "CyberCostIncurred",
                        found,
                        incident_id=incident,
                        amount=rng.randint(50, 3_000) * 1_000,
                        **data,
                    )
                )
            else:
                losses.append(
                    told.tell(
                        on,
                        "CyberClaimSettled",
                        found,
                        incident_id=incident,
                        settlement_id=own,
                        settled_on=on,
                        amount=rng.randint(100, 9_000) * 1_000,
                    )
                )
        _claim(told, day + timedelta(130), losses, [])


STORIES: dict[str, Callable[[Story, int], None]] = {
    "seikatsu": _seikatsu,
    "sony-medical": _sony_medical,
    "oyako": _oyako,
    "ryoritsu": _ryoritsu,
    "cyber": _cyber,
}
