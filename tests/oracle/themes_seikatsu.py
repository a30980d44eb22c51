"""Themes of random `seikatsu` histories: each tells some facts that lie by the numbers of a few rules."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from . import dates
from .dates import plus
from .teller_seikatsu import Teller

GAPS = (0, 1, 2, 30, 178, 179, 179, 180, 180, 181, 181, 182)
PLAIN, LIFE, THREE, CANCER = ("K57.3", "M51.2", "F32.1"), ("E11.9", "I20.9", "I10"), ("I21.0", "I63.9", "I60.1", "C34.1"), ("C34.1", "C50.4", "C61", "D05.1", "D47.1", "D46.2")


def onset_before(t: Teller, day: date) -> date:
    """Mostly shortly before the day, at times by the policy's start."""
    return t.near(t.start) if t.chance(0.2) else plus(day, -t.rng.randint(0, 40))


def joined(t: Teller) -> None:
    """SK-20, SK-21, SK-37, SK-62: stays of one chain, gaps round 179 to 181, visits before, between and after."""
    t.hold("medical_lump_sum")
    first = t.some_day()
    c1 = t.sick(t.rng.choice(PLAIN + LIFE + THREE), onset_before(t, first))
    chain = [c1]
    if t.chance(0.5):
        chain.append(t.sick(t.rng.choice(PLAIN), onset_before(t, first), (c1,)))
    if t.chance(0.25):
        other = t.sick(t.rng.choice(LIFE), t.near(t.start, 20))
        chain.append(t.sick(t.rng.choice(PLAIN), onset_before(t, first), (c1, other)))
    visited = [plus(first, -t.pick(89, 90, 91, 1, 5)) for _ in range(t.pick(0, 1, 2))]
    day = first
    for _ in range(t.pick(2, 2, 3, 4)):
        last = t.stay(t.rng.choice(chain), day, t.pick(1, 2, 3, 4, 5, 8, 9, 13, 14, 45, 89, 90))
        if t.chance(0.6):
            visited.append(plus(last, t.pick(0, 1, 20, 179, 180, 181)))
        day = plus(last, t.rng.choice(GAPS))
    for day in visited:
        t.visit(t.rng.choice(chain), day, mode=t.pick_mode(), purpose="checkup" if t.chance(0.07) else None)


def others(t: Teller) -> None:
    """SK-22: other conditions at admission, arising during a stay, admitted while another stay runs."""
    first = t.some_day()
    c1 = t.sick(t.rng.choice(PLAIN + LIFE), onset_before(t, first))
    length = t.pick(5, 10, 20)
    arises = t.rng.choice([first, plus(first, -1), plus(first, length - 1), plus(first, length), plus(first, 3), t.near(t.start)])
    c2 = t.sick(t.rng.choice(PLAIN + LIFE), arises)
    last = t.stay(c1, first, length, (c2,) if t.chance(0.5) else ())
    second = t.rng.choice([plus(last, -2), last, plus(last, 1), plus(last, 180), plus(last, 181), plus(first, 2)])
    last2 = t.stay(c2, second, t.pick(1, 5, 15), (c1,) if t.chance(0.2) else ())
    third = plus(max(last, last2), t.rng.choice(GAPS))
    last3 = t.stay(t.rng.choice([c1, c2]), third, t.pick(1, 5, 14))
    if t.chance(0.4):
        c3 = t.sick("H25.9", t.near(third, 1), (c2,) if t.chance(0.5) else ())
        t.stay(c3, t.rng.choice([last3, plus(last3, -1), plus(last3, 180)]), 4)
    for c in (c1, c2, c2):
        if t.chance(0.6):
            t.visit(c, t.rng.choice([plus(last, 1), plus(last2, 1), plus(last3, 1), plus(last3, 180), plus(last3, 181), plus(first, -90)]))


def pregnancy(t: Teller) -> None:
    """SK-08, SK-23, SK-33: pregnancies round the entry of a layer."""
    diagnosed = t.near(t.rng.choice([t.start, t.boundary(), t.some_day()]), 1)
    if t.chance(0.4):
        t.change(t.near(diagnosed, 1), lambda plan: plan.update(units="4"))
    c1 = t.condition("pregnancy", "O20.0", plus(diagnosed, t.pick(0, 30)) if t.chance(0.85) else None, pregnancy_diagnosed_on=diagnosed)
    c2 = t.condition("pregnancy", "O82", plus(diagnosed, 150), (c1,) if t.chance(0.3) else (),
                     pregnancy_diagnosed_on=diagnosed if t.chance(0.7) else plus(diagnosed, 1))
    c3 = t.sick("O99.8", plus(diagnosed, 100), (c1,)) if t.chance(0.3) else c2
    first = plus(diagnosed, t.pick(1, 30, 60))
    last = t.stay(c1, first, t.pick(3, 10, 14))
    second = plus(last, t.rng.choice(GAPS))
    purpose = t.rng.choice([None, None, "delivery"])
    insured = False if t.chance(0.4) else None
    last2 = t.stay(c2, second, t.pick(4, 8), purpose=purpose, health_insured=insured)
    if t.chance(0.5):
        t.stay(c2, plus(last2, 1), 5, health_insured=None if insured is False else False)
    t.surgery(c2, t.near(second), code="K898")
    if t.chance(0.5):
        t.visit(t.rng.choice([c1, c2, c3]), plus(last2, t.pick(1, 180, 181)))


def declined(t: Teller) -> None:
    """SK-33, SK-34, SK-35: purposes, deemed stays, exclusions, beside covered stays of the same chain."""
    borders = [date(2022, 9, 25), date(2022, 9, 26), date(2023, 5, 7), date(2023, 5, 8)]
    first = t.near(t.rng.choice(borders), 1) if t.chance(0.7) else t.some_day()
    covid = t.sick("U07.1", t.rng.choice([first, plus(first, -1), plus(first, 1)]))
    last = t.stay(covid, first, t.pick(5, 10), deemed=True, high_risk=t.rng.choice([None, None, "age65", "pregnant"]))
    if t.chance(0.6):
        last = t.stay(covid, plus(last, t.pick(0, 1, 20)), 7)
    c = t.sick(t.rng.choice(PLAIN), onset_before(t, first), exclusion=t.rng.choice([None, None, "congenital", "drunk_driving", "alcoholism", "neglected_treatment"]))
    day = plus(last, t.pick(-3, 1, 40))
    for _ in range(t.pick(2, 3)):
        purpose = t.rng.choice([None, "checkup", "examination", "examination"])
        last = t.stay(c, day, t.pick(2, 5), purpose=purpose, health_insured=False if t.chance(0.15) else None,
                      examination_basis=t.rng.choice([None, "symptomatic"]) if purpose == "examination" else None)
        if t.chance(0.5):
            t.visit(c, plus(last, t.pick(0, 1)))
        if t.chance(0.4):
            t.surgery(c, t.near(last, 1))
        day = plus(last, t.rng.choice(GAPS))


def injury(t: Teller) -> None:
    """SK-04a, SK-24, SK-25, SK-31, SK-38, SK-39, SK-63."""
    t.hold("medical_lump_sum", p=0.7)
    accident = t.some_day()
    c = t.injured(accident, exclusion="drunk_driving" if t.chance(0.07) else None)
    day = plus(accident, t.pick(0, 1, 10, 170, 178, 179, 180, 181))
    for _ in range(t.pick(0, 1, 2, 2, 3)):
        last = t.stay(c, day, t.pick(1, 5, 14, 30, 60, 61, 90, 180, 181, 186, 270, 366, 367))
        day = plus(last, t.rng.choice(GAPS))
    for _ in range(t.pick(0, 1, 2, 3)):
        t.visit(c, plus(accident, t.pick(-1, 0, 1, 30, 178, 179, 180)), mode=t.rng.choice([None, "judo_therapist", "massage_acupuncture", "other_therapy", "home_visit"]),
                doctor_consent=t.rng.choice([None, True]))
    if t.chance(0.5):
        worn = plus(accident, t.pick(0, 0, 1, 1, 100, 150))
        t.tell("ImmobilisationWorn", (c[1],), from_=worn, to=plus(worn, t.pick(10, 60, 89, 90, 91, 130)), condition_id=c[0],
               device=t.rng.choice(["cast", "cast", "splint", "hard_corset", "external_fixator", "other"]), site=t.rng.choice(["long_bone", "spine", "other"]),
               injury=t.rng.choice(["fracture", "fracture", "fracture", "other"]))
    if t.chance(0.4):
        t.surgery(c, plus(accident, t.pick(0, 5, 181, 400)), code="K048")
    if t.chance(0.3):
        t.change(plus(accident, t.pick(0, 1, 30, 200)), lambda plan: plan.update(units="E"))


def preexisting(t: Teller) -> None:
    """SK-04 to SK-07: onsets round an entry, stays and surgeries round entry + 730."""
    t.periods = t.pick(3, 4)
    t.hold("medical_lump_sum", p=0.5)
    entry = t.start
    if t.chance(0.5):
        entry = plus(t.start, t.pick(1, 100, 366))
        t.change(entry, lambda plan: (plan.update(units="4"), plan["riders"].update(three_diseases="C")))
    cause = t.sick(t.rng.choice(LIFE), plus(entry, t.pick(-300, -40, -1, -1, 0, 1)))
    c = t.sick(t.rng.choice(PLAIN + THREE), plus(entry, t.pick(-1, 0, 1, 50)), (cause,)) if t.chance(0.5) else cause
    border = plus(entry, 730)
    first = t.rng.choice([t.near(border, 2), plus(border, -t.pick(5, 30, 185, 200))])
    for _ in range(t.pick(1, 2, 3)):
        last = t.stay(t.rng.choice([c, c, cause]), first, t.pick(1, 3, 6, 10), purpose="checkup" if t.chance(0.12) else None)
        first = plus(last, t.rng.choice(GAPS))
    for day in (t.near(border, 1), t.near(first)):
        if t.chance(0.6):
            t.surgery(c, day)
    if t.chance(0.4):
        t.tell("AdvancedCareReceived", (c[1],), received_on=t.near(border, 1), condition_id=c[0], scheme="advanced", technical_fee=500_000)
    if t.chance(0.5):
        t.visit(t.rng.choice([c, cause]), plus(first, -t.pick(1, 90, 175)))


def long_stays(t: Teller) -> None:
    """SK-31, SK-32, SK-61, SK-62, SK-65: the limits of days."""
    t.hold("medical_lump_sum", p=0.7)
    t.hold("three_diseases", t.rng.choice("ABCD"))
    t.hold("cancer_long_stay")
    day = t.some_day()
    if t.chance(0.3):
        rider = t.rng.choice(["cancer_long_stay", "medical_lump_sum", "three_diseases"])
        t.plan["riders"].pop(rider, None)
        t.change(plus(day, -t.pick(-1, 0, 1, 4)), lambda plan: plan["riders"].update({rider: "D" if rider == "three_diseases" else True}))
    conditions = [t.sick(t.rng.choice((*THREE, "D05.1", "K57.3")), plus(day, -t.pick(0, 5))) for _ in range(t.pick(1, 2))]
    for _ in range(t.pick(2, 3)):
        last = t.stay(t.rng.choice(conditions), day, t.pick(7, 8, 59, 60, 61, 100, 120, 127, 128, 200, 360, 365, 366, 400))
        day = plus(last, t.rng.choice(GAPS))
    if t.chance(0.4):
        t.change(t.some_day(), lambda plan: plan.update(hospital_type=425 - plan["hospital_type"]))


def many_visits(t: Teller) -> None:
    """SK-37: thirty visits before, after, or between two hospitalisations."""
    first = t.some_day()
    c = t.sick(t.rng.choice(PLAIN), max(t.start, plus(first, -20)))
    last = t.stay(c, first, t.pick(3, 9), known=1)
    second = plus(last, t.pick(60, 181, 200, 250))
    t.stay(c, second, 4, known=1)
    side = t.rng.choice([plus(last, 1), plus(second, -70), plus(first, -89)])
    step = t.pick(1, 2)
    for n in range(t.pick(31, 32)):
        t.visit(c, plus(side, n * step))


def surgeries(t: Teller) -> None:
    """SK-45 to SK-51."""
    day = date(2022, 3, 31) if t.chance(0.2) else t.some_day()
    c = t.sick(t.rng.choice(("H33.3", "I83.9", "C34.1", "E11.9", "N97.9")), onset_before(t, day))
    c2 = t.injured(plus(day, -5)) if t.chance(0.3) else t.sick("K57.3", onset_before(t, day))
    if t.chance(0.5):
        t.stay(t.rng.choice([c, c2]), t.near(day), t.pick(1, 5, 20), health_insured=False if t.chance(0.3) else None)
    for _ in range(t.pick(2, 4, 6)):
        odd = t.chance(0.2)
        t.surgery(t.rng.choice([c, c, c2]), day, code=t.rng.choice(["K276", "K276", "Ｋ２７６", "K617", "K617.2", "K617-2", "K276.1", None]),
                  side=t.rng.choice([None, "left", "right"]), basis=t.rng.choice(["advanced", "none", "dental_fee_only", "test_fee"]) if odd else "medical_fee",
                  kind=t.rng.choice([None, None, None, "open_excision", "wound_care", "transfusion"]))
        day = plus(day, t.pick(0, 1, 7, 12, 13, 14, 15))


def radiations(t: Teller) -> None:
    """SK-50."""
    day = t.some_day()
    c1 = t.sick(t.rng.choice(CANCER), onset_before(t, day))
    c2 = t.sick("C79.3", onset_before(t, day), (c1,)) if t.chance(0.6) else c1
    for _ in range(t.pick(3, 5, 7)):
        t.tell("RadiationGiven", ((c1 if t.chance(0.6) else c2)[1], c1[1], c2[1]), given_on=day, condition_id=t.rng.choice([c1, c2])[0],
               modality=t.rng.choice(["external", "external", "stereotactic", "hyperthermia"]), basis=t.rng.choice([None, None, None, "advanced", "none"]))
        day = plus(day, t.pick(0, 1, 30, 58, 59, 60, 61))


def advanced(t: Teller) -> None:
    """SK-55, SK-56: the ten millions of a period."""
    c = t.sick("C61", t.near(t.start, 20))
    for _ in range(t.pick(2, 4)):
        t.tell("AdvancedCareReceived", (c[1],), received_on=t.near(t.boundary()) if t.chance(0.5) else t.some_day(), condition_id=c[0] if t.chance(0.8) else None,
               scheme="advanced", technical_fee=t.pick(0, 2_900_000, 6_000_000, 9_999_999), transport=t.pick(0, 1, 60_000), in_japan=False if t.chance(0.1) else None,
               eligible=False if t.chance(0.1) else None, lodging=[{"nights": t.pick(0, 2, 4), "amount": t.pick(10_000, 20_001, 60_000)}] if t.chance(0.6) else None)


def cancer(t: Teller) -> None:
    """SK-60."""
    t.hold("cancer_diagnosis")
    if t.chance(0.4):
        t.change(plus(t.start, t.pick(1, 200)), lambda plan: plan["riders"].update(cancer_diagnosis=True))
        t.plan["riders"].pop("cancer_diagnosis", None)
    for _ in range(t.pick(1, 2, 3)):
        day = t.near(t.boundary()) if t.chance(0.5) else t.some_day()
        cause = t.sick("B18.2", t.near(t.start, 30))
        c = t.sick(t.rng.choice((*CANCER, "K57.3")), plus(day, -t.pick(0, 0, 400)), (cause,) if t.chance(0.4) else ())
        pathology = False if t.chance(0.2) else None
        t.tell("CancerDiagnosed", (c[1],), diagnosed_on=day, condition_id=c[0], pathology=pathology, accepted_otherwise=True if t.chance(0.3) else None,
               first_ever=False if t.chance(0.2) else None, treatment_started_on=plus(day, t.pick(-1, 0, 10, 60)) if t.chance(0.85) else None)


def anticancer(t: Teller) -> None:
    """SK-66 to SK-69."""
    t.hold("anticancer", p=0.8)
    if t.chance(0.3):
        t.change(plus(t.start, t.pick(1, 200, 400)), lambda plan: plan["riders"].update(anticancer=not plan["riders"].get("anticancer")))
    day = t.some_day()
    c1 = t.sick(t.rng.choice(CANCER), plus(day, -t.pick(0, 20, 20, 400)))
    c2 = t.sick(t.rng.choice(CANCER), plus(day, -t.pick(0, 20)), (c1,) if t.chance(0.6) else ())
    for _ in range(t.pick(2, 4, 6)):
        long = t.pick(0, 0, 1, 20, 45, 80) if t.chance(0.88) else t.pick(1_700, 1_830, 1_900)
        odd = t.chance(0.12)
        c = t.rng.choice([c1, c1, c2])
        t.tell("AnticancerTreated", (c[1],), from_=day, to=plus(day, long), condition_id=c[0], drug=t.rng.choice(["chemotherapy", "hormone", "hormone"]),
               approved=False if odd and t.chance(0.5) else None, scheme=t.rng.choice(["advanced", "trial"]) if odd else None)
        months = t.pick(0, 0, 1, 5, 6, 7, 8)
        day = plus(dates.add_months(plus(day, long), months), t.pick(0, 0, -2, 3))


def disabilities(t: Teller) -> None:
    """SK-70 to SK-72."""
    t.plan["injury_disability"] = t.pick(10_000_000, 3_333_333)
    accident = t.some_day()
    if t.chance(0.4):
        t.change(t.near(accident, 1), lambda plan: plan.update(injury_disability=20_000_000))
    c = t.injured(accident) if t.chance(0.93) else t.sick("M51.2", accident)
    sites = t.rng.sample(["arm", "leg", "eye", "ear", "spine", "hand"], 6)
    for _ in range(t.pick(1, 1, 2, 3)):
        mine = [sites.pop() for _ in range(t.pick(1, 2, 2))]
        t.tell("DisabilityFixed", (c[1],), fixed_on=plus(accident, t.pick(30, 90, 178, 179, 180)), accident_on=accident, condition_id=c[0],
               disabilities=[{"grade": t.rng.randint(1, 14), "site": s} for s in mine],
               existing=[{"grade": t.rng.randint(8, 14), "site": t.rng.choice([mine[0], "nose"])}] if t.chance(0.3) else None)


def things(t: Teller) -> None:
    """SK-75 to SK-79: liability, belongings, household, hole-in-one."""
    t.plan |= {"personal_liability": True, "bailee": t.pick(100_000, 1_000_000), "belongings": True, "household": t.pick(500_000, 3_000_000), "hole_in_one": t.pick(300_000, 250_005)}
    if t.chance(0.3):
        t.plan.pop(t.rng.choice(["personal_liability", "bailee", "belongings", "household", "hole_in_one"]))
    if t.chance(0.3):
        t.change(t.some_day(), lambda plan: plan.update(bailee=300_000, household=1_000_000))
    kinds = t.rng.choice([(1,), (2,), (2,), (1, 2, 3)])
    mine = t.rng.choice(["belongings", "household"])
    for _ in range(t.pick(2, 4, 6)):
        day = t.near(t.boundary()) if t.chance(0.3) else t.some_day()
        kind = t.pick(*kinds)
        if kind == 1:
            cover = t.rng.choice(["personal", "bailee"])
            t.tell("LiabilityIncurred", loss_id=t.name("l"), occurred_on=day, cover=cover, excluded="work" if t.chance(0.15) else None,
                   amount=t.pick(200_000_000, 200_000_001, 50_000) if cover == "personal" else t.pick(4_999, 5_001, 80_000, 400_000))
        elif kind == 2:
            items = [{"kind": t.rng.choice(["ordinary", "ordinary", "valuables", "cash_or_tickets", "excluded"]), "current_value": t.pick(2_000, 49_999, 99_999, 100_001, 400_000, 400_000)}
                     | ({"repair_cost": t.pick(1_000, 100_000, 300_001)} if t.chance(0.3) else {}) for _ in range(t.pick(1, 3, 4))]
            t.tell("PropertyLost", loss_id=t.name("l"), occurred_on=day, cover=mine if t.chance(0.8) else t.rng.choice(["belongings", "household"]),
                   cause=t.rng.choice(["damage", "damage", "theft", "left_behind"]), items=items, police_report="受理" if t.chance(0.5) else None)
        else:
            t.tell("HoleInOneAchieved", achieved_on=day, feat="hole_in_one", in_japan=t.chance(0.9), accompanied=t.chance(0.7), official=True if t.chance(0.3) else None,
                   caddie=False if t.chance(0.1) else None, costs={"gifts": t.pick(0, 100_000, 250_000), "party": 50_000, "tree": 0, "caddie": t.pick(0, 10_000),
                                                                   "other": t.pick(0, 30_000, 30_001, 90_000)})


def income(t: Teller) -> None:
    """SK-80 to SK-82: a year and more of months; a few of them at the borders of 20% and 80%."""
    t.plan["income"] = {"monthly": t.pick(200_000, 150_000)}
    if t.chance(0.3):
        t.change(plus(t.start, t.pick(1, 60)), lambda plan: plan.update(income={"monthly": 300_000}))
    disabled = t.near(t.start, 3) if t.chance(0.2) else plus(t.start, t.pick(0, 14, 31, 60, 90))
    c = t.sick("M51.2", plus(disabled, -t.pick(0, 3, 20))) if t.chance(0.7) else t.injured(disabled)
    disability_id = t.name("d")
    d = t.tell("WorkDisabilityStarted", (c[1],), disability_id=disability_id, disabled_on=disabled, condition_id=c[0], mental=True if t.chance(0.3) else None)
    month = dates.month_of(disabled)
    for n in range(t.pick(14, 16, 20, 28)):
        early = n < 5
        usual = 300_000
        recovered = 0 if early or t.chance(0.6) else t.pick(100_000, 239_999, 239_999, 240_000, 240_001) if t.chance(0.2) else 60_000
        if n == 7 and t.chance(0.1):
            month = dates.month_plus(month, 1)
        t.tell("WorkIncomeReported", (d,), disability_id=disability_id, month=month, usual_income=usual, recovered_income=recovered,
               benefits_received=t.pick(0, 0, 50_000, 250_000), totally_unable=recovered == 0 and not (early and t.chance(0.02)))
        month = dates.month_plus(month, 1)
    if t.chance(0.3):
        t.tell("WorkResumed", (d,), disability_id=disability_id, resumed_on=plus(disabled, t.pick(364, 365, 366, 380, 410, 500)))
    if t.chance(0.15):
        t.tell("PersonDied", person_id="p1", died_on=plus(disabled, t.pick(365, 400, 450)))


def care(t: Teller) -> None:
    """SK-85 to SK-87."""
    t.plan["care"] = {"lump_sum": t.pick(3_000_000, 1_000_000), "annuity": t.pick(600_000, 365_001), "min_level": t.rng.choice(["care2", "care3"])}
    if t.chance(0.35):
        more = t.rng.choice([None, {"lump_sum": 5_000_000, "annuity": 900_000, "min_level": "care2"}])
        t.change(t.some_day(), lambda plan: plan.update(care=more) if more else plan.pop("care", None))
    day = t.some_day()
    for _ in range(t.pick(1, 2, 3, 4)):
        last = plus(day, t.pick(60, 88, 89, 90, 91, 180, 364))
        t.tell("CareCertified", person_id="p1" if t.chance(0.95) else "p2", certified_on=plus(day, t.pick(-15, -1, 0, 20)), valid_from=day, valid_to=last,
               level=t.rng.choice(["care1", "care2", "care3", "care3", "care5"]), cause_arose_on=t.near(t.start, 1) if t.chance(0.3) else None)
        if t.chance(0.15):
            t.tell("CareEnded", person_id="p1", ended_on=plus(day, t.pick(89, 90, 91, 120)))
        day = plus(last, t.pick(1, 1, 1, 2, 30, -20))


THEMES: dict[str, Callable[[Teller], None]] = {
    "joined": joined, "others": others, "pregnancy": pregnancy, "declined": declined, "injury": injury, "preexisting": preexisting, "long_stays": long_stays,
    "many_visits": many_visits, "surgeries": surgeries, "radiations": radiations, "advanced": advanced, "cancer": cancer, "anticancer": anticancer,
    "disabilities": disabilities, "things": things, "income": income, "care": care}
