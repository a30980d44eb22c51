"""Histories of oyako, ryoritsu and cyber policies: costs of care, premiums, incidents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bench.stories.common import LAST_DAY, claimed, month_from, renewed, year_from
from bench.story import Story

# ---- oyako -----------------------------------------------------------------------------------------------------------


def oyako(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2020, 2021, 2022)), 4, 1)
    plan = rng.choice("AABCD")
    told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="oyako", plan={"plan": plan},
        period_start=start, period_end=year_from(start, 1),
        insured={"person_id": f"p-{told.policy_id}", "birth_date": "1980-02-03"},
        parent={"person_id": f"m-{told.policy_id}", "birth_date": "1953-06-15"},
    )  # fmt: skip
    renewed(told, start, LAST_DAY.year - start.year + 1)
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
        claimed(told, used + timedelta(20), costs, [("parent_care", 50_000 * len(costs))])


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


# ---- ryoritsu --------------------------------------------------------------------------------------------------------


def ryoritsu(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2019, 2020)), 4, 1)
    person = f"p-{told.policy_id}"
    issued = told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="ryoritsu", premium_monthly=3_000,
        period_start=start, period_end=year_from(start, 1),
        plan={"care_benefit": 3_000_000, "min_level": rng.choice(("care2", "care3"))},
        insured={"person_id": person, "birth_date": "1955-01-01"},
    )  # fmt: skip
    years = LAST_DAY.year - start.year
    renewed(told, start, years)
    for n in range(1, years):
        sent = year_from(start, n) - timedelta(100)
        told.tell(sent, "RenewalNoticeSent", issued, sent_on=sent, deadline=year_from(start, n) - timedelta(30))
    if told.chance(0.5):
        day = told.day(start + timedelta(60), date(2023, 12, 31))
        data: dict[str, Any] = {
            "person_id": person,
            "certified_on": day + timedelta(20),
            "valid_from": day,
            "valid_to": day + timedelta(364),
            "level": "care3",
        }
        claimed(told, day + timedelta(40), [told.tell(day, "CareCertified", **data)], [("care_benefit", 3_000_000)])
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
        month = month_from(month, 1)


# ---- cyber -----------------------------------------------------------------------------------------------------------


def cyber(told: Story, wanted: int) -> None:
    rng = told.rng
    start = date(rng.choice((2020, 2021, 2022)), 5, 5)
    plan = {
        "type": rng.choice(("S1", "S2", "P1", "S1000")),
        "facility_kind": "hospital",
        "size": rng.choice((50, 70, 100)),
    }
    told.tell(
        start - timedelta(30), "PolicyIssued", delay=0, product="cyber", period_start=start, period_end=year_from(start, 1), plan=plan,
        insured={"person_id": f"h-{told.policy_id}"}, facilities=["north", "south"],
    )  # fmt: skip
    renewed(told, start, LAST_DAY.year - start.year + 1)
    while len(told) < wanted:
        day = told.day(start, date(2024, 6, 30))
        incident = f"i{len(told)}"
        kind = rng.choice(("cyber_attack", "cyber_attack", "leak"))
        leak: dict[str, Any] = {"leak_evident": "public_announcement"} if kind == "leak" else {}
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
        claimed(told, day + timedelta(130), losses, [])
