"""What the histories of several products have in common: claims, conditions, stays, renewals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from bench.story import Story

LAST_DAY = date(2024, 12, 31)
WEEK = timedelta(7)
SICKNESSES = ("K35.8", "I21.4", "E11.9", "J18.9", "K80.2", "I63.9", "M51.2", "N20.1")


def month_from(day: date, n: int = 0) -> date:
    """The first day of the month n months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, 1)


def year_from(day: date, n: int) -> date:
    return day.replace(year=day.year + n)


def renewed(told: Story, start: date, years: int) -> None:
    for n in range(1, years):
        told.tell(
            year_from(start, n) - timedelta(30),
            "PolicyRenewed",
            period_start=year_from(start, n),
            period_end=year_from(start, n + 1),
        )


def claimed(
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


def fallen_ill(told: Story, kind: str, icd10: str, day: date) -> tuple[str, str]:
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


def in_hospital(told: Story, condition: tuple[str, str], day: date, nights: int) -> Stay:
    stay, last = f"s{len(told)}", day + timedelta(nights)
    admitted = told.tell(
        day, "HospitalAdmitted", condition[1], stay_id=stay, admitted_on=day, condition_id=condition[0]
    )
    if nights > 30:
        told.tell(day + timedelta(30), "StayConfirmed", admitted, stay_id=stay, through=day + timedelta(30))
    facts = [admitted, told.tell(last, "HospitalDischarged", admitted, stay_id=stay, discharged_on=last)]
    if told.chance(0.4):
        on = told.day(day, last)
        surgery: dict[str, Any] = {
            "performed_on": on,
            "condition_id": condition[0],
            "code": "K672-2",
            "name": "腹腔鏡下手術",
            "basis": "medical_fee",
            "stay_id": stay,
        }
        facts.append(told.tell(on, "SurgeryPerformed", admitted, **surgery))
    return Stay(stay, facts, last)
