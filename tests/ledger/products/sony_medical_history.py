"""Histories of sony-medical in a few words: a policy from 1 April 2022, debits missed and paid, lapses, stays and advanced care."""

from __future__ import annotations

from typing import Any

from ledger.errors import Refused
from tests.ledger.products.history import History

PLAN = {"treatment_monthly_limit": 300_000, "room_daily": 5_000, "advanced_care_limit": 10_000_000}
DEBITS = {"2022-10": "2022-10-27", "2022-11": "2022-11-28", "2022-12": "2022-12-27", "2023-01": "2023-01-27"}


def policy(period: tuple[str, str] = ("2022-04-01", "2027-04-01"), **issued: Any) -> History:
    return History("sony-medical", PLAN, period, **issued)


def renewed() -> History:
    h = policy(("2022-04-01", "2023-04-01"))
    h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
    return h


def miss(h: History, *months: str) -> list[str]:
    return [h.add("PremiumMissed", due_month=month, due_on=DEBITS[month]) for month in months]


def pay(h: History, paid_on: str, *months: str) -> None:
    h.add("PremiumPaid", due_months=list(months), paid_on=paid_on, amount=4_000 * len(months))


def lapsed(*, reinstated: str | None = None, period: tuple[str, str] = ("2022-04-01", "2027-04-01")) -> History:
    """Lapsed on 1 January 2023."""
    h = policy(period)
    miss(h, "2022-11", "2022-12")
    if reinstated:
        h.add("PolicyReinstated", reinstated_on=reinstated, unpaid_premium=28_000, interest=400)
    return h


def lapsed_twice(*, reinstated: str | None = None) -> History:
    """Lapsed from 1 January to 19 January 2023, and again from 1 April."""
    h = lapsed(reinstated="2023-01-20")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-02-27")
    h.add("PremiumMissed", due_month="2023-03", due_on="2023-03-27")
    if reinstated:
        h.add("PolicyReinstated", reinstated_on=reinstated, unpaid_premium=8_000, interest=0)
    return h


def stay(
    h: History, stay_id: str, first: str, last: str | None, charges: dict[str, int], condition: str = "c1", **more: Any
) -> None:
    if not any(getattr(event.data, "condition_id", None) == condition for event in h.policy.recorded):
        h.add("ConditionRecorded", condition_id=condition, kind="sickness", **more)
    h.add("HospitalAdmitted", stay_id=stay_id, admitted_on=first, condition_id=condition)
    if last:
        h.add("HospitalDischarged", stay_id=stay_id, discharged_on=last)
    for month, amount in charges.items():
        h.add("HospitalChargesIncurred", month=month, stay_id=stay_id, treatment_charge=amount)


def care(h: History, day: str, fee: int, **more: Any) -> str:
    return h.add("AdvancedCareReceived", **{"received_on": day, "scheme": "advanced", "technical_fee": fee} | more)


def states(h: History, *days: str) -> list[str]:
    return [h.state(day)[0] for day in days]


def limit(h: History, day: str, name: str, key: str) -> tuple[int, int, int] | None:
    rows = [row for row in h.on(day)["limits"] if (row["limit"], row["key"]) == (name, key)]
    return (rows[0]["cap"], rows[0]["used"], rows[0]["remaining"]) if rows else None


def reinstate(h: History, day: str) -> str | None:
    """The rule that refuses the reinstatement; None where it is admitted."""
    try:
        h.add("PolicyReinstated", reinstated_on=day, unpaid_premium=0, interest=0)
    except Refused as refused:
        return refused.rule
    return None


def cool_off(h: History, received: str, requested: str) -> str | None:
    """The rule that refuses the request; None where it is admitted."""
    try:
        h.add("CoolingOffRequested", received_on=received, requested_on=requested, channel="email")
    except Refused as refused:
        return refused.rule
    return None
