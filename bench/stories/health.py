"""Histories of seikatsu and sony-medical policies: stays, visits, treatments, charges, and the claims for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bench.stories.common import (
    LAST_DAY,
    SICKNESSES,
    WEEK,
    claimed,
    fallen_ill,
    in_hospital,
    month_from,
    renewed,
    year_from,
)
from bench.story import Story

# ---- seikatsu --------------------------------------------------------------------------------------------------------

CANCERS = ("C50.9", "C34.1", "C16.9", "C18.7")
UNITS = {"1": 1, "2": 2, "3": 3, "4": 4}


def seikatsu(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2019, 2020, 2021)), 1, 1)
    units = rng.choice("11223")
    riders: dict[str, Any] = {
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
        period_end=year_from(start, 1),
        plan=plan,
        insured=insured,
    )
    renewed(told, start, years)
    cancer = told.chance(0.15)
    while len(told) < wanted:
        day = told.day(start + timedelta(20), LAST_DAY - timedelta(200))
        if cancer:
            _treated_for_cancer(told, day, int(units))
            cancer = False
        else:
            rng.choice((_a_stay, _a_stay, _injured))(told, day, int(units))


def visited(told: Story, condition: tuple[str, str], day: date, count: int) -> tuple[list[str], date]:
    facts = []
    for _ in range(count):
        day += timedelta(told.rng.randint(3, 14))
        facts.append(told.tell(day, "OutpatientVisited", condition[1], visited_on=day, condition_id=condition[0]))
    return facts, day


def _a_stay(told: Story, day: date, units: int) -> None:
    rng = told.rng
    condition = fallen_ill(told, "sickness", rng.choice(SICKNESSES), day)
    nights = rng.choice((2, 4, 6, 9, 13, 20, 45))
    _, facts, last = in_hospital(told, condition, day, nights)
    claimed(told, last + WEEK, facts, [("hospital_daily", 5_000 * units * (nights + 1))])
    visits, last = visited(told, condition, last, rng.choice((0, 2, 3, 4, 6)))
    if visits:
        claimed(told, last + WEEK, visits, [("outpatient_daily", 3_000 * units * len(visits))])
    if told.chance(0.2):
        in_hospital(told, condition, last + timedelta(rng.choice((20, 100, 175, 185))), 5)


def _injured(told: Story, day: date, units: int) -> None:
    condition = fallen_ill(told, "injury", told.rng.choice(("S82.1", "S52.5", "S93.4")), day)
    visits, last = visited(told, condition, day, told.rng.choice((3, 5, 8)))
    if told.chance(0.3):
        until = day + timedelta(28)
        worn: dict[str, Any] = {
            "from_": day,
            "to": until,
            "condition_id": condition[0],
            "device": "cast",
            "site": "long_bone",
            "injury": "fracture",
        }
        told.tell(day, "ImmobilisationWorn", condition[1], **worn)
    claimed(told, last + WEEK, visits, [("outpatient_daily", 3_000 * units * len(visits))])


def _treated_for_cancer(told: Story, day: date, units: int) -> None:
    condition = fallen_ill(told, "sickness", told.rng.choice(CANCERS), day)
    diagnosed = told.tell(day, "CancerDiagnosed", condition[1], diagnosed_on=day, condition_id=condition[0])
    _, facts, last = in_hospital(told, condition, day + timedelta(12), told.rng.choice((10, 14, 21)))
    claimed(
        told,
        last + WEEK,
        [diagnosed, *facts],
        [("hospital_daily", 5_000 * units * 12), ("cancer_diagnosis", 1_000_000)],
    )
    for n in range(1, told.rng.choice((3, 6, 8)) + 1):
        first = month_from(last, n)
        course: dict[str, Any] = {
            "from_": first,
            "to": first + timedelta(13),
            "condition_id": condition[0],
            "drug": told.rng.choice(("chemotherapy", "hormone")),
        }
        given = told.tell(first, "AnticancerTreated", condition[1], **course)
        if n % 3 == 0:
            claimed(told, first + timedelta(20), [given], [("anticancer", 100_000)])


# ---- sony-medical ----------------------------------------------------------------------------------------------------


def sony_medical(told: Story, wanted: int) -> None:
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
        period_end=year_from(start, 5),
        plan=plan,
        insured=insured,
    )
    if told.chance(0.25):
        first = month_from(start, rng.randint(3, 40))
        missed = [
            told.tell(due, "PremiumMissed", issued, due_month=due.isoformat()[:7], due_on=due)
            for due in (month_from(first, n) + timedelta(26) for n in (0, 1))
        ]
        paid, months = month_from(first, 1) + timedelta(28), [month_from(first, n).isoformat()[:7] for n in (0, 1)]
        told.tell(paid, "PremiumPaid", *missed, due_months=months, paid_on=paid, amount=8_000)
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
                month = month_from(month, 1)


def _charged(told: Story, day: date) -> None:
    rng = told.rng
    condition = fallen_ill(told, "sickness", rng.choice(SICKNESSES), day)
    stay_id, facts, last = in_hospital(told, condition, day, rng.choice((3, 8, 20, 45)))
    charges, month = [], month_from(day)
    while month <= last:
        charge = rng.randint(20, 400) * 1_000
        room = {"room_charge": 60_000, "room_days": 3} if told.chance(0.3) else {}
        data: dict[str, Any] = {"month": month.isoformat()[:7], "stay_id": stay_id, "treatment_charge": charge, **room}
        charges.append(told.tell(last, "HospitalChargesIncurred", facts[0], **data))
        month = month_from(month, 1)
    if told.chance(0.1):
        care: dict[str, Any] = {
            "received_on": day,
            "condition_id": condition[0],
            "scheme": "advanced",
            "technical_fee": 2_500_000,
        }
        charges.append(told.tell(day, "AdvancedCareReceived", condition[1], **care))
    claimed(told, last + timedelta(20), charges, [("hospital_treatment", 80_000)])
