"""Random histories of ryoritsu: certificates, premiums by the month, renewals and notices, changes of terms."""
from __future__ import annotations

import random
from datetime import date, timedelta

from . import dates, general
from .teller_other import Story


def ryoritsu_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "ryoritsu", policy_id, corrections, ambiguous)
    start = rng.choice([date(2020, 4, 1), date(2022, 4, 1), date(2022, 10, 1), date(2023, 1, 31), date(2022, 4, 15)])
    end = dates.add_months(start, 12)
    s.low, s.high = start - timedelta(days=10), end + timedelta(days=900)
    s.heat(start, end, dates.last_of_n_years_from(start, 1), dates.last_of_n_years_from(start, 5), dates.add_months(end, -3))
    s.fact("PolicyIssued", product="ryoritsu", period_start=start, period_end=end, plan={"care_benefit": 1_000_000, "min_level": rng.choice(["care1", "care2", "care3"])},
           insured={"person_id": "p1", "birth_date": "1960-01-01"}, premium_monthly=3_000)
    p = end
    for _ in range(rng.choice([0, 1, 2])):
        s.fact("PolicyRenewed", period_start=p, period_end=dates.add_months(p, 12), plan={"care_benefit": 2_000_000, "min_level": "care2"} if s.chance(0.2) else None)
        if s.chance(0.5):
            due = dates.add_months(p, -3)
            s.fact("RenewalNoticeSent", sent_on=due + timedelta(days=rng.choice([-10, 0, 1])), deadline=p - timedelta(days=30))
            if s.chance(0.5):
                s.fact("RenewalRefused", refused_on=p - timedelta(days=rng.choice([29, 30, 31])))
        p = dates.add_months(p, 12)
        s.heat(p)
    months = [dates.month_plus(dates.month_of(start), i) for i in range(24)]
    if s.chance(0.7):                                                          # premiums paid in runs
        i = 0
        while i < 12:
            n = rng.choice([1, 3, 6, 7, 12])
            s.fact("PremiumPaid", due_months=months[i:i + n], paid_on=dates.month_first(months[i]) + timedelta(days=26), amount=rng.choice([3_000 * n, 10_000, 36_000]))
            i += n
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        m = rng.choice(months)
        due = dates.month_first(m) + timedelta(days=26)
        s.fact("PremiumMissed", due_month=m, due_on=due)
        s.heat(dates.month_first(m), due)
        if s.chance(0.7):
            paid = rng.choice([due + timedelta(days=10), dates.month_first(m), dates.month_first(m) + timedelta(days=1), due + timedelta(days=90)])
            s.fact("PremiumPaid", due_months=[m if s.chance(0.8) else dates.month_plus(m, 1)], paid_on=paid, amount=3_000)
            s.heat(paid)
    if s.chance(0.25):
        changed = s.day(start, p)
        due = dates.month_last(dates.month_of(changed + timedelta(days=31)))
        s.fact("CoverageChanged", effective_on=changed, plan={"care_benefit": 3_000_000, "min_level": "care1"}, added_premium_due_on=due if s.chance(0.7) else None)
        s.heat(changed, due)
        if s.chance(0.4):
            s.fact("PremiumMissed", due_month=dates.month_of(due), due_on=due)
        if s.chance(0.6):
            paid = due + timedelta(days=rng.choice([-3, 0, 1, 15]))
            s.fact("PremiumPaid", due_months=[dates.month_of(due)], paid_on=paid, amount=500)
            s.heat(paid)
    conditions = []
    for i in range(rng.choice([0, 1, 2])):
        s.fact("ConditionRecorded", _name=f"c{i}", condition_id=f"c{i}", kind="sickness", onset_on=s.day(start))
        conditions.append(f"c{i}")
    names = []
    used = set()
    for i in range(rng.choice([0, 1, 1, 2, 3])):
        day = s.day()
        if day in used:
            continue
        used.add(day)
        condition = rng.choice(conditions) if conditions and s.chance(0.6) else None
        names.append(s.fact("CareCertified", [condition] if condition else [], f"cert{i}", person_id="p1" if s.chance(0.9) else "x9", certified_on=day + timedelta(days=20),
                            valid_from=day, valid_to=day + timedelta(days=364), level=rng.choice(["support2", "care1", "care2", "care2", "care3", "care5"]), condition_id=condition))
        s.heat(day)
    s.endings(conditions, 0.5, "p1", start)
    s.claims(names, general.BENEFITS["ryoritsu"])
    events = s.finish()
    return (events, s.refused) if refusals else events
