"""Random histories of sony-medical: premiums missed and lapses, stays with their charges, advanced care, cooling-off."""
from __future__ import annotations

import random
from datetime import date, timedelta

from . import dates, general
from .teller_other import Story


def sony_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "sony-medical", policy_id, corrections, ambiguous)
    start = rng.choice([date(2021, 4, 1), date(2022, 1, 1), date(2022, 7, 1), date(2022, 4, 15)])
    end = date(start.year + rng.choice([1, 2, 5]), start.month, start.day)
    s.low, s.high = start - timedelta(days=20), max(end, start + timedelta(days=900)) + timedelta(days=200)
    if (s.high - s.low).days > 1500:
        s.high = s.low + timedelta(days=1500)
    plan = {"treatment_monthly_limit": rng.choice([100_000, 300_000]), "room_daily": rng.choice([3_000, 5_000]), "advanced_care_limit": rng.choice([1_000_000, 10_000_000])}
    s.fact("PolicyIssued", product="sony-medical", period_start=start, period_end=end, plan=plan, insured={"person_id": "p1", "birth_date": "1975-01-01"})
    s.heat(start, end)
    renewed = None
    if s.chance(0.5):
        renewed = end
        new = {**plan, "treatment_monthly_limit": 200_000} if s.chance(0.3) else None
        s.fact("PolicyRenewed", _name="renewal", period_start=end, period_end=date(end.year + rng.choice([1, 5]), end.month, end.day), plan=new)
    if s.chance(0.2):
        lower = {**plan, "treatment_monthly_limit": rng.choice([50_000, 100_000]), "room_daily": rng.choice([1_000, 5_000])}
        if s.chance(0.2):
            del lower["room_daily"]
        if s.chance(0.2) and ambiguous:
            lower["advanced_care_limit"] = 500_000
        s.fact("CoverageChanged", effective_on=s.day(start, s.high), plan=lower)

    # debits missed and made good
    lapse = None
    first_month = dates.month_plus(dates.month_of(s.day(start, s.high - timedelta(days=200), hot=0.2)), 0)
    if s.chance(0.75):
        run = rng.choice([1, 2, 2, 2, 3, 4])
        months = [dates.month_plus(first_month, i) for i in range(run)]
        if s.chance(0.15) and run > 2:
            months.pop(1)
        dues = {}
        for m in months:
            dues[m] = dates.month_first(m) + timedelta(days=rng.choice([26, 26, 27]))
            s.fact("PremiumMissed", due_month=m, due_on=dues[m])
            s.heat(dues[m])
        if len(months) > 1 and months[1] == dates.month_plus(months[0], 1):
            grace_end = dates.month_last(months[1])
            s.heat(grace_end, grace_end)
            lapse = grace_end + timedelta(days=1)
            how = rng.choice(["nothing", "nothing", "nothing", "both", "both", "one", "apart"])
            second = dues[months[1]]
            pay = rng.choice([second, second + timedelta(days=1), grace_end, grace_end, lapse])
            if how == "both":
                s.fact("PremiumPaid", due_months=[months[0], months[1]], paid_on=pay, amount=8_000)
            elif how == "one":
                s.fact("PremiumPaid", due_months=[rng.choice(months[:2])], paid_on=pay, amount=4_000)
            elif how == "apart":
                s.fact("PremiumPaid", due_months=[months[0]], paid_on=rng.choice([dues[months[0]], second, second + timedelta(days=1), grace_end]), amount=4_000)
                s.fact("PremiumPaid", due_months=[months[1]], paid_on=pay, amount=4_000)
        elif s.chance(0.7):
            s.fact("PremiumPaid", due_months=[months[0]], paid_on=dues[months[0]] + timedelta(days=rng.choice([3, 30])), amount=4_000)
        if lapse and s.chance(0.6):
            year_end = dates.last_of_n_years_from(lapse, 1)
            s.heat(year_end)
            back = rng.choice([lapse + timedelta(days=30), lapse + timedelta(days=151), year_end, year_end + timedelta(days=1), end - timedelta(days=1), end])
            s.heat(back)
            s.fact("PolicyReinstated", _needs=[x[3] for x in s.script if x[0] == "PremiumMissed"] if s.chance(0.9) else [], reinstated_on=back, unpaid_premium=12_000, interest=100)
            if s.chance(0.2):                                                    # and again after it
                for i in (1, 2):
                    m = dates.month_plus(dates.month_of(back), i)
                    s.fact("PremiumMissed", due_month=m, due_on=dates.month_first(m) + timedelta(days=26))
                s.heat(dates.month_last(dates.month_plus(dates.month_of(back), 2)))
    if s.chance(0.2):
        recorded = lapse if lapse and s.chance(0.5) else rng.choice([dates.month_first(dates.month_plus(first_month, rng.randrange(-2, 6))), s.day(start, s.high)])
        if recorded >= start:
            s.fact("PolicyLapsed", lapsed_on=recorded, ground="premium")
            s.heat(recorded)
            if s.chance(0.3):
                s.fact("PolicyReinstated", reinstated_on=recorded + timedelta(days=rng.choice([30, 100])), unpaid_premium=1, interest=0)

    # conditions, stays, charges, advanced care
    conditions: list[str] = []
    for i in range(rng.choice([1, 2, 3])):
        injury = s.chance(0.4)
        onset = s.day(start)
        s.fact("ConditionRecorded", _needs=[], _name=f"c{i}", condition_id=f"c{i}", kind="injury" if injury else "sickness", onset_on=None if injury else onset,
               accident_on=onset if injury else None, caused_by=[rng.choice(conditions)] if conditions and s.chance(0.4) else None)
        conditions.append(f"c{i}")
    names = []
    for i in range(rng.choice([0, 1, 2, 3])):
        admitted = s.day(start - timedelta(days=5))
        stay = f"s{rng.randrange(10)}{i}"
        condition = rng.choice(conditions)
        s.fact("HospitalAdmitted", [condition], stay, stay_id=stay, admitted_on=admitted, condition_id=condition)
        length = rng.choice([0, 5, 20, 45, 80, 150])
        left = admitted + timedelta(days=length)
        shown = rng.choice(["discharge", "discharge", "discharge", "confirmed", "both"])
        if shown in ("confirmed", "both"):
            s.fact("StayConfirmed", [stay], stay_id=stay, through=left if shown == "confirmed" else admitted + timedelta(days=length // 2))
        if shown in ("discharge", "both"):
            s.fact("HospitalDischarged", [stay], stay_id=stay, discharged_on=left, alive=None if s.chance(0.9) else False)
        if ambiguous and s.chance(0.3):
            left += timedelta(days=40)
        for m in dates.months_touched(admitted, left):
            if s.chance(0.85):
                room = s.yen(20_000, 100_000) if s.chance(0.5) else None
                names.append(s.fact("HospitalChargesIncurred", [stay], month=m, stay_id=stay, treatment_charge=s.yen(50_000, 100_000, 200_000, 400_000),
                                    room_charge=room, room_days=rng.choice([1, 4, 10]) if room else None))
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        condition = rng.choice(conditions) if s.chance(0.7) else None
        names.append(s.fact("AdvancedCareReceived", [condition] if condition else [], received_on=s.day(start - timedelta(days=5)), condition_id=condition, scheme="advanced",
                            eligible=False if s.chance(0.1) else None, in_japan=False if s.chance(0.1) else None, technical_fee=s.yen(400_000, 1_000_000, 5_000_000)))
    if s.chance(0.1):
        condition = rng.choice(conditions)
        s.fact("SurgeryPerformed", [condition], performed_on=s.day(start), condition_id=condition, name="手術", basis="medical_fee")
    if s.chance(0.3):
        received = (renewed or end) + timedelta(days=rng.choice([-20, -1, 0, 3]))
        asked = received + timedelta(days=rng.choice([0, 6, 7, 7, 8]))
        s.heat(asked)
        s.fact("CoolingOffRequested", ["renewal"] if s.chance(0.9) else [], received_on=received, requested_on=asked, channel="letter")
        if renewed and s.chance(0.4):
            s.fact("AdvancedCareReceived", received_on=asked + timedelta(days=rng.choice([-2, 0, 1])), scheme="advanced", technical_fee=10_000)
    s.endings(conditions, 0.15, "p1", start)
    s.claims(names, general.BENEFITS["sony-medical"])
    events = s.finish()
    return (events, s.refused) if refusals else events
