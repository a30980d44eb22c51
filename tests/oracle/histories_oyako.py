"""Random histories of oyako: a chain of certificates from a trigger, costs and refunds, premiums missed, plans changed."""
from __future__ import annotations

import random
from datetime import date, timedelta

from . import dates, general, oyako
from .teller_other import Story, iso


def oyako_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "oyako", policy_id, corrections, ambiguous)
    year = rng.choice([2021, 2022, 2023])
    april = date(year, 4, 1)
    start = rng.choice([april, april, april, date(year, 7, 1), date(year, 5, 1), date(year + 1, 2, 1), date(year + 1, 3, 1)])
    end = date(year + 1, 4, 1)
    period_start, entered = start, None
    if start != april and s.chance(0.3):
        period_start, entered = april, start
    applied = None
    if s.chance(0.4):
        first_of_month = dates.add_months(start, -1)
        applied = rng.choice([first_of_month + timedelta(days=13), dates.add_months(start, -2) + timedelta(days=14), first_of_month, first_of_month + timedelta(days=14)])
    parent_birth = rng.choice([date(start.year - 40, start.month, 1), date(start.year - 80, start.month, 2), date(start.year - 75, 8, 15), date(start.year - 69, 12, 31),
                               date(start.year - 55, 2, 28)])
    child_birth = rng.choice([date(1975, 3, 3), date(start.year - 18, start.month, 1), date(start.year - 18, start.month, 2) if s.chance(0.2) else date(1980, 1, 1)])
    plan = rng.choice("AABCD")
    premium = None
    if s.chance(0.5):
        premium = oyako.oy_15_premium(parent_birth, start, {"plan": plan}) if s.chance(0.85) else 12_345
    s.low, s.high = start - timedelta(days=60), end + timedelta(days=3 * 365)
    s.heat(start, end, dates.last_of_n_years_from(start, 1), dates.add_months(start, 2))
    s.fact("PolicyIssued", product="oyako", period_start=period_start, period_end=end, entered_on=entered, plan={"plan": plan}, applied_on=applied,
           insured={"person_id": "p1", "birth_date": iso(child_birth)}, parent={"person_id": "m1", "birth_date": iso(parent_birth)}, premium_monthly=premium)
    p_start, p_end = end, date(end.year + 1, 4, 1)
    if ambiguous and s.chance(0.1):
        p_start += timedelta(days=30)
    for _ in range(rng.choice([0, 1, 2, 3])):
        new = rng.choice("ABCD") if s.chance(0.5) else None
        plan = new or plan
        s.fact("PolicyRenewed", period_start=p_start, period_end=p_end, plan={"plan": new} if new else None,
               premium_monthly=(oyako.oy_15_premium(parent_birth, p_start, {"plan": plan}) if s.chance(0.7) else 999) if s.chance(0.2) else None)
        s.heat(p_start, dates.last_of_n_years_from(p_start, 1))
        p_start, p_end = p_end, date(p_end.year + 1, 4, 1)
    last_end = p_start

    conditions = []
    for i in range(rng.choice([0, 1, 2])):
        onset = s.day(start - timedelta(days=30), last_end)
        exclusion = None
        if s.chance(0.15):
            exclusion = rng.choice(["crime", "war", "intentional", "alcoholism", "congenital", "neglected_treatment", "no_objective_findings"])
        if ambiguous and s.chance(0.05):
            exclusion = "prosthesis_only"
        injury = s.chance(0.4)
        s.fact("ConditionRecorded", _name=f"c{i}", condition_id=f"c{i}", kind="injury" if injury else "sickness", onset_on=None if injury else onset,
               accident_on=onset if injury else None, exclusion=exclusion)
        s.heat(onset, dates.last_of_n_years_from(onset, 1))
        conditions.append((f"c{i}", onset))

    # certificates: often a chain from a trigger
    certificates = []
    begin = s.day(start - timedelta(days=20), last_end + timedelta(days=20))
    if s.chance(0.75):
        begin = s.day(start + timedelta(days=1), last_end, hot=0.5)
    s.heat(begin, begin)
    trigger = begin
    for i in range(rng.choice([0, 1, 1, 2, 2, 3, 4])):
        likely = i == 0 and s.chance(0.8)
        until = begin + timedelta(days=rng.choice([30, 90, 183, 364, 365]))
        level = rng.choice(["care1", "care2", "care3"] if likely else ["care1", "care2", "care2", "care3", "care5", "support2", "independent"])
        dementia = rng.choice(["IIa", "IIIb"] if likely else ["I", "IIa", "IIb", "M", "none", None]) if level == "care1" else rng.choice([None, None, "IV"])
        condition, onset = rng.choice(conditions) if conditions and s.chance(0.6) else (None, None)
        cause = None
        if s.chance(0.4):
            cause = onset if onset and s.chance(0.6) else s.day(start - timedelta(days=30), last_end)
            s.heat(cause, dates.last_of_n_years_from(cause, 1))
        person = "m1" if likely or s.chance(0.9) else "x9"
        certificates.append(s.fact("CareCertified", [condition] if condition else [], f"cert{i}", person_id=person, certified_on=begin + timedelta(days=rng.randrange(30)),
                                   valid_from=begin, valid_to=until, level=level, dementia=dementia, cause_arose_on=cause, condition_id=condition))
        s.heat(begin, until)
        begin = rng.choice([until + timedelta(days=1), until + timedelta(days=1), until + timedelta(days=2), begin + timedelta(days=rng.randrange(1, 29)), s.day(start, last_end)])
    if s.chance(0.15):
        s.fact("CareEnded", person_id=rng.choice(["m1", "m1", "x9"]), ended_on=s.day(trigger))
    if s.chance(0.12):
        s.fact("PersonDied", person_id="m1", died_on=s.day(start))

    # premiums
    month = dates.month_plus(dates.month_of(start), 2)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        m = month if s.chance(0.2) else dates.month_plus(month, rng.randrange(1, 14))
        due = rng.choice([dates.month_last(m), dates.month_first(m) + timedelta(days=26), min(max(trigger, dates.month_first(m)), dates.month_last(m))])
        s.fact("PremiumMissed", due_month=m, due_on=due)
        s.heat(due)
        if s.chance(0.6):
            s.fact("PremiumPaid", due_months=rng.choice([[m], [m, dates.month_plus(m, 1)]]), paid_on=due + timedelta(days=rng.choice([-1, 0, 0, 1, 5])), amount=3_000)

    # costs and refunds
    costs = []
    for i in range(rng.choice([0, 2, 4, 8, 12])):
        used = s.day(trigger - timedelta(days=5), trigger + timedelta(days=rng.choice([25, 40, 100, 400, 800])), hot=0.4)
        category = rng.choice(["care_service", "housekeeping", "safety_check", "meals", "home_modification", "home_modification", "care_home", "care_home"])
        gross = s.yen(5_000, 100_000, 999_999, 1_500_000, 3_200_000)
        public = rng.choice([0, 0, None, gross // 2, gross, gross + 1])
        cost_id = f"k{rng.randrange(100)}-{i}"
        s.fact("CareCostIncurred", _name=cost_id, cost_id=cost_id, used_on=used, category=category, nature="deposit" if s.chance(0.08) else None, gross=gross,
               public_benefit=public, in_japan=False if s.chance(0.06) else None, payee=rng.choice([None, "insured", "provider"]))
        costs.append(cost_id)
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            rest = max(0, gross - (public or 0))
            s.fact("CareCostRefunded", [cost_id], cost_id=cost_id, refunded_on=used + timedelta(days=rng.choice([0, 1, 30, 200])),
                   amount=rng.choice([rest, rest // 2, rest // 2, rest // 3, 1, rest // 2 + 1, rest + 1]))
    s.endings([c for c, _ in conditions], 0.15, "p1", start)
    if s.chance(0.1):                                                          # OY-20, also of an added part
        s.fact("PolicyRescinded", rescinded_on=s.day(start, last_end), ground="disclosure",
               unrelated_conditions=[rng.choice(conditions)[0]] if conditions and s.chance(0.4) else None)
    if s.chance(0.03):
        s.fact("CoolingOffRequested", received_on=start, requested_on=start + timedelta(days=2), channel="letter")
    s.claims(costs or certificates, general.BENEFITS["oyako"])
    events = s.finish()
    return (events, s.refused) if refusals else events
