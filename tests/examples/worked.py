"""The worked examples that the sources themselves give, to the yen, and the basic two-time cases."""

from __future__ import annotations

from typing import Any

from tests.examples.scenario import Scenario

ALL: list[Scenario] = []


def seikatsu(
    name: str, units: str = "1", riders: dict[str, Any] | None = None, hospital_type: int = 365, **more: Any
) -> Scenario:
    plan = {"units": units, "hospital_type": hospital_type, "riders": riders or {}} | more.pop("plan", {})
    s = Scenario(name, "seikatsu", plan, **more)
    ALL.append(s)
    return s


def other(name: str, product: str, plan: dict[str, Any], **more: Any) -> Scenario:
    s = Scenario(name, product, plan, **more)
    ALL.append(s)
    return s


# ---- seikatsu: hospital days and claim papers (Q8, Q9, Q10) -------------------------------------------------------------
s = seikatsu("q8-fifteen-days", units="4")
s.sickness("c1", "K35.8", "2023-03-01")
s.stay("s1", "2023-03-01", "2023-03-15", "c1")
s.ask(
    "2023-12-31",
    pays={"hospital_daily": 300_000},
    state="in_force",
    limits=[("hospital_days.stay", "s1", {"cap": 365, "used": 15, "remaining": 350, "unit": "days"})],
)
s.ask("2023-03-05", pays={"hospital_daily": 100_000})

s = seikatsu("q9-second-stay", units="4")
s.sickness("c1", "K35.8", "2023-03-01")
s.stay("s1", "2023-03-01", "2023-03-15", "c1")
s.event("OutpatientVisited", visited_on="2023-03-20", condition_id="c1")
s.stay("s2", "2023-05-01", "2023-05-06", "c1")
s.ask(
    "2023-12-31",
    pays={"hospital_daily": 420_000, "outpatient_daily": 10_000},
    limits=[("hospital_days.stay", "s1", {"used": 21}), ("outpatient_days.after", "s1", {"used": 1, "cap": 30})],
)

s = seikatsu("q10-lifestyle")
s.sickness("c1", "E11.9", "2023-02-01")
s.sickness("c2", "I83.9", "2023-02-20")
s.stay("s1", "2023-02-10", "2023-02-28", "c1", other_condition_ids=["c2"])
s.event(
    "SurgeryPerformed",
    performed_on="2023-02-25",
    condition_id="c2",
    code="K617",
    name="下肢静脈瘤手術",
    basis="medical_fee",
    stay_id="s1",
)
s.ask("2023-12-31", pays={"hospital_daily": 190_000, "surgery": 100_000})

for name, icd10, stay, amount in [
    ("q6-plain-in", "K35.8", True, 100_000),
    ("q6-plain-out", "K35.8", False, 25_000),
    ("q6-lifestyle-in", "C16.9", True, 200_000),
    ("q6-lifestyle-out", "C16.9", False, 50_000),
]:
    s = seikatsu(name)
    s.sickness("c1", icd10, "2023-04-01")
    if stay:
        s.stay("s1", "2023-04-10", "2023-04-10", "c1")
    s.event(
        "SurgeryPerformed",
        performed_on="2023-04-10",
        condition_id="c1",
        name="手術",
        basis="medical_fee",
        **({"stay_id": "s1"} if stay else {}),
    )
    daily = {"q6-plain-in": 5_000, "q6-lifestyle-in": 10_000}.get(name, 0)
    s.ask("2023-12-31", pays={"surgery": amount, "hospital_daily": daily})

s = seikatsu("q12-cataract-later")
s.sickness("c1", "I20.9", "2023-07-20")
s.sickness("c2", "H25.9", "2023-02-01")
s.stay("s1", "2023-08-01", "2023-08-10", "c1", other_condition_ids=["c2"])
s.stay("s2", "2023-09-01", "2023-09-10", "c2")
s.ask("2023-12-31", pays={"hospital_daily": 200_000}, limits=[("hospital_days.stay", "s1", {"used": 20})])

# ---- repeats of one surgery, radiation (Q18, Q19) ------------------------------------------------------------------------
for name, second_side, rules, amount in [
    ("q19-same-eye", "right", ["SK-49"], 50_000),
    ("q19-other-eye", "left", [], 75_000),
]:
    s = seikatsu(name)
    s.sickness("c1", "H33.3", "2023-04-01")
    for day, side in (("2023-04-04", "right"), ("2023-04-11", second_side), ("2023-04-19", "right")):
        s.event(
            "SurgeryPerformed",
            performed_on=day,
            condition_id="c1",
            code="K276",
            name="網膜光凝固術",
            side=side,
            basis="medical_fee",
        )
    s.ask("2023-12-31", pays={"surgery": amount}, declined=rules)

s = seikatsu("q18-radiation")
s.sickness("c1", "C34.1", "2023-02-01")
for day in ("2023-02-20", "2023-03-01", "2023-04-01", "2023-09-01"):
    s.event("RadiationGiven", given_on=day, condition_id="c1", modality="external")
s.ask("2023-12-31", pays={"radiation": 100_000}, declined=["SK-50", "SK-50"])

# ---- childbirth (Q14, Q21) -----------------------------------------------------------------------------------------------
for name, insured, amount in [("q14-caesarean-insured", True, 100_000), ("q14-caesarean-private", False, 25_000)]:
    s = seikatsu(name)
    s.event(
        "ConditionRecorded",
        condition_id="c1",
        kind="pregnancy",
        icd10="O82",
        onset_on="2023-03-01",
        pregnancy_diagnosed_on="2023-01-15",
    )
    s.stay("s1", "2023-03-01", "2023-03-10", "c1", health_insured=insured)
    s.event(
        "SurgeryPerformed",
        performed_on="2023-03-05",
        condition_id="c1",
        code="K898",
        name="帝王切開術",
        basis="medical_fee",
        stay_id="s1",
    )
    s.ask("2023-12-31", pays={"surgery": amount, "hospital_daily": 50_000 if insured else 0})

# ---- advanced care: each period afresh (Q24) -----------------------------------------------------------------------------
s = seikatsu("q24-advanced-care")
s.sickness("c1", "C61", "2023-02-01")
s.event(
    "AdvancedCareReceived",
    received_on="2023-06-01",
    condition_id="c1",
    scheme="advanced",
    technical_fee=2_900_000,
    transport=60_000,
    lodging=[{"nights": 4, "amount": 60_000}],
)
s.event("PolicyRenewed", period_start="2024-01-01", period_end="2025-01-01")
s.ask(
    "2023-12-31",
    pays={"advanced_care": 3_000_000},
    limits=[("advanced_care.period", "2023-01-01", {"cap": 10_000_000, "used": 3_000_000, "remaining": 7_000_000})],
)
s.ask("2024-01-01", limits=[("advanced_care.period", "2024-01-01", {"used": 0, "remaining": 10_000_000})])

# ---- medical lump sums (Q33, Q34) ----------------------------------------------------------------------------------------
for name, kind in (("q33-230-days-365", 365), ("q33-230-days-60", 60)):
    s = seikatsu(name, riders={"medical_lump_sum": True}, hospital_type=kind)
    s.sickness("c1", "F32.1", "2023-01-05")
    s.stay("s1", "2023-01-10", "2023-08-27", "c1")
    s.ask(
        "2023-12-31",
        pays={
            "lump_admission": 50_000,
            "lump_long": 100_000,
            "lump_discharge": 50_000,
            "hospital_daily": 230 * 5_000 if kind == 365 else 60 * 5_000,
        },
    )

s = seikatsu("q34-joined", riders={"medical_lump_sum": True})
s.sickness("c1", "K57.3", "2023-01-05")
s.stay("a", "2023-01-10", "2023-01-12", "c1")
s.stay("b", "2023-02-01", "2023-02-12", "c1")
s.stay("c", "2023-09-01", "2023-09-10", "c1")
s.ask(
    "2023-12-31",
    pays={"lump_admission": 100_000, "lump_discharge": 50_000, "hospital_daily": 125_000},
    lines={"lump_admission": 2},
)

# ---- three diseases (Q36, Q37) -------------------------------------------------------------------------------------------
s = seikatsu("q36-forty-days", riders={"three_diseases": "A"})
s.sickness("c1", "I21.0", "2023-01-01")
s.stay("s1", "2023-01-01", "2023-02-09", "c1")
s.ask(
    "2023-12-31",
    pays={"three_lump": 235_000, "three_daily": 165_000, "hospital_daily": 400_000},
    limits=[("three_days.period", "2023-01-01", {"cap": 120, "used": 33})],
)

s = seikatsu("q37-joined", riders={"three_diseases": "A"})
s.sickness("c1", "I63.9", "2023-01-01")
s.stay("s1", "2023-02-01", "2023-02-05", "c1")
s.stay("s2", "2023-03-01", "2023-04-04", "c1")
s.ask("2023-03-02", pays={"hospital_daily": 70_000})
s.ask("2023-03-03", pays={"hospital_daily": 80_000, "three_lump": 235_000, "three_daily": 5_000})
s.ask("2023-12-31", pays={"three_lump": 235_000, "three_daily": 165_000, "hospital_daily": 400_000})

s = seikatsu("q37-apart", riders={"three_diseases": "A"})
s.sickness("c1", "I63.9", "2023-01-01")
s.stay("s1", "2023-02-01", "2023-02-05", "c1")
s.stay("s2", "2023-10-01", "2023-11-04", "c1")
s.ask("2023-12-31", pays={"three_lump": 235_000, "three_daily": 140_000, "hospital_daily": 400_000})

# ---- anticancer (Q38, Q39, Q40) ------------------------------------------------------------------------------------------
for name, icd10, drug, amount in [
    ("q39-months", "C34.1", "chemotherapy", 500_000),
    ("q39-hormone", "C50.4", "hormone", 250_000),
]:
    s = seikatsu(name, riders={"anticancer": True})
    s.sickness("c1", icd10, "2023-03-01")
    for first, last in (
        ("2023-04-05", "2023-04-05"),
        ("2023-04-25", "2023-04-25"),
        ("2023-05-15", "2023-05-15"),
        ("2023-07-15", "2023-09-30"),
    ):
        s.event("AnticancerTreated", from_=first, to=last, condition_id="c1", drug=drug)
    s.ask(
        "2023-12-31",
        pays={"anticancer": amount},
        limits=[
            ("anticancer.incident", "c1/2023-04", {"cap": 6_000_000, "used": amount}),
            ("anticancer.period", "2023-01-01", {"used": amount}),
        ],
    )

s = seikatsu("q40-october-same", riders={"anticancer": True})
s.sickness("c1", "C34.1", "2023-03-01")
s.event("AnticancerTreated", from_="2023-04-25", to="2023-04-25", condition_id="c1", drug="chemotherapy")
s.event("AnticancerTreated", from_="2023-10-15", to="2023-10-15", condition_id="c1", drug="chemotherapy")
s.ask(
    "2023-12-31",
    pays={"anticancer": 200_000},
    limits=[("anticancer.incident", "c1/2023-04", {"used": 200_000})],
    no_limits=[("anticancer.incident", "c1/2023-10")],
)

s = seikatsu("q40-november-new", riders={"anticancer": True})
s.sickness("c1", "C34.1", "2023-03-01")
s.event("AnticancerTreated", from_="2023-04-25", to="2023-04-25", condition_id="c1", drug="chemotherapy")
s.event("AnticancerTreated", from_="2023-11-15", to="2023-11-15", condition_id="c1", drug="chemotherapy")
s.ask(
    "2023-12-31",
    pays={"anticancer": 200_000},
    limits=[
        ("anticancer.incident", "c1/2023-04", {"used": 100_000}),
        ("anticancer.incident", "c1/2023-11", {"used": 100_000}),
        ("anticancer.period", "2023-01-01", {"used": 200_000}),
    ],
)

s = seikatsu("q38-in-situ", riders={"anticancer": True})
s.sickness("c1", "D05.1", "2023-03-01")
s.event("AnticancerTreated", from_="2023-04-25", to="2023-04-25", condition_id="c1", drug="chemotherapy")
s.ask("2023-12-31", pays={}, declined=["SK-67"])

# ---- pre-existing conditions (Q30) ---------------------------------------------------------------------------------------
s = seikatsu("q30-interval-over-180", period=("2021-04-01", "2022-04-01"), recorded_at="2021-03-01T09:00:00+09:00")
for year in (2022, 2023):
    s.event("PolicyRenewed", period_start=f"{year}-04-01", period_end=f"{year + 1}-04-01")
s.sickness("c1", "M51.2", "2020-06-01")
s.stay("s1", "2022-05-01", "2022-05-10", "c1")
s.stay("s2", "2023-05-01", "2023-05-10", "c1")
s.ask("2024-03-31", pays={"hospital_daily": 50_000}, declined=["SK-04"])

s = seikatsu("q30-interval-within-180", period=("2021-04-01", "2022-04-01"), recorded_at="2021-03-01T09:00:00+09:00")
for year in (2022, 2023):
    s.event("PolicyRenewed", period_start=f"{year}-04-01", period_end=f"{year + 1}-04-01")
s.sickness("c1", "M51.2", "2020-06-01")
s.stay("s1", "2023-02-01", "2023-02-10", "c1")
s.stay("s2", "2023-05-01", "2023-05-10", "c1")
s.event(
    "SurgeryPerformed",
    performed_on="2023-05-03",
    condition_id="c1",
    name="椎間板摘出術",
    basis="medical_fee",
    stay_id="s2",
)
s.ask("2024-03-31", pays={"surgery": 100_000})

# ---- income, care (Q76, Q82, Q85) ----------------------------------------------------------------------------------------
s = seikatsu("q85-care", plan={"care": {"lump_sum": 3_000_000, "annuity": 600_000, "min_level": "care2"}})
s.event(
    "CareCertified",
    person_id="p1",
    certified_on="2023-04-25",
    valid_from="2023-04-05",
    valid_to="2024-04-04",
    level="care5",
)
s.ask("2023-07-03", pays={})
s.ask("2023-07-04", pays={"care_lump": 3_000_000, "care_annuity": 1_644})
s.ask("2023-07-31", pays={"care_lump": 3_000_000, "care_annuity": 28 * 1_644})

# ---- oyako ---------------------------------------------------------------------------------------------------------------
OYAKO: dict[str, Any] = {
    "product": "oyako",
    "period": ("2024-04-01", "2025-04-01"),
    "recorded_at": "2024-03-20T09:00:00+09:00",
    "parent": {"person_id": "m1", "birth_date": "1950-07-01"},
}
s = other("oyako-example", plan={"plan": "B"}, **OYAKO)
s.event(
    "CareCertified",
    person_id="m1",
    certified_on="2024-06-20",
    valid_from="2024-06-01",
    valid_to="2025-05-31",
    level="care1",
    dementia="IIa",
)
s.event(
    "CareCostIncurred",
    cost_id="k1",
    used_on="2024-06-30",
    category="care_service",
    gross=266_000,
    public_benefit=150_885,
)
s.event("CareCostIncurred", cost_id="k2", used_on="2024-06-30", category="housekeeping", gross=31_680)
s.ask(
    "2024-06-30",
    pays={"parent_care": 146_795, "incidental_expenses": 14_680},
    state="lapsed",
    limits=[
        (
            "parent_care.balance",
            None,
            {"cap": 5_000_000, "used": 146_795, "remaining": 4_853_205, "from": "2024-06-01", "to": "2034-05-31"},
        )
    ],
)
s.ask("2024-06-01", state="in_force")

s = other("oyako-care1-without-dementia", plan={"plan": "B"}, **OYAKO)
s.event(
    "CareCertified",
    person_id="m1",
    certified_on="2024-06-20",
    valid_from="2024-06-01",
    valid_to="2025-05-31",
    level="care1",
    dementia="I",
)
s.event("CareCostIncurred", cost_id="k1", used_on="2024-06-30", category="meals", gross=20_000)
s.ask("2024-06-30", pays={}, state="in_force", declined=["OY-01"])

# ---- sony-medical: missed debits, grace, lapse, reinstatement --------------------------------------------------------------
SONY: dict[str, Any] = {
    "product": "sony-medical",
    "plan": {"treatment_monthly_limit": 300_000, "room_daily": 5_000, "advanced_care_limit": 10_000_000},
    "period": ("2022-04-01", "2027-04-01"),
    "recorded_at": "2022-03-01T09:00:00+09:00",
}
s = other("sony-one-miss", **SONY)
s.event("PremiumMissed", due_month="2022-11", due_on="2022-11-28")
s.event("PremiumPaid", due_months=["2022-11", "2022-12"], paid_on="2022-12-27", amount=8_000)
s.ask("2022-12-01", state="in_force").ask("2023-01-10", state="in_force")

s = other("sony-two-misses", **SONY)
s.event("PremiumMissed", due_month="2022-11", due_on="2022-11-28")
s.event("PremiumMissed", due_month="2022-12", due_on="2022-12-27")
s.sickness("c1", "K35.8", "2023-01-05")
s.event("HospitalAdmitted", stay_id="s1", admitted_on="2023-01-05", condition_id="c1")
s.event("HospitalChargesIncurred", month="2023-01", stay_id="s1", treatment_charge=120_000)
s.event("PolicyReinstated", reinstated_on="2023-06-01", unpaid_premium=28_000, interest=400)
s.event("HospitalChargesIncurred", month="2023-06", stay_id="s1", treatment_charge=90_000)
s.ask("2022-12-28", state="grace").ask("2022-12-31", state="grace").ask("2023-01-01", state="lapsed")
s.ask("2023-06-30", state="in_force", pays={})

# ---- cyber ---------------------------------------------------------------------------------------------------------------
CYBER: dict[str, Any] = {
    "product": "cyber",
    "period": ("2025-05-05", "2026-05-05"),
    "recorded_at": "2025-04-01T09:00:00+09:00",
}
s = other("cyber-combined", plan={"type": "S1", "facility_kind": "clinic", "size": 0}, **CYBER)
s.event("CyberIncidentDiscovered", incident_id="i1", discovered_on="2025-08-01", kind="cyber_attack")
s.event(
    "CyberCostIncurred",
    incident_id="i1",
    cost_id="k1",
    incurred_on="2025-08-10",
    amount=3_000_000,
    category="incident_response",
)
s.event("CyberClaimSettled", incident_id="i1", settlement_id="t1", settled_on="2025-12-01", amount=9_500_000)
s.ask(
    "2026-05-04",
    pays={"cyber_cost": 1_000_000, "cyber_liability": 9_000_000},
    limits=[
        ("cyber.combined.period", None, {"cap": 10_000_000, "used": 10_000_000, "remaining": 0}),
        ("cyber.cost.incident", "i1", {"cap": 1_000_000, "remaining": 0}),
    ],
)

s = other("cyber-leak-only", plan={"type": "P1", "facility_kind": "clinic", "size": 0}, **CYBER)
s.event("CyberIncidentDiscovered", incident_id="i1", discovered_on="2025-08-01", kind="other_it")
s.event("CyberClaimSettled", incident_id="i1", settlement_id="t1", settled_on="2025-12-01", amount=500_000)
s.ask("2026-05-04", pays={}, declined=["CY-07"])

# ---- two times: late news, corrections, settlements ------------------------------------------------------------------------
s = seikatsu("late-discharge", units="2")
s.at("2023-03-20T10:00:00+09:00").sickness("c1", "K35.8", "2023-03-01")
s.event("HospitalAdmitted", stay_id="s1", admitted_on="2023-03-01", condition_id="c1")
s.event("StayConfirmed", stay_id="s1", through="2023-03-20")
s.at("2023-04-10T10:00:00+09:00").event("HospitalDischarged", stay_id="s1", discharged_on="2023-03-31")
s.ask("2023-03-31", "2023-03-19T00:00:00+09:00", pays={})
s.ask("2023-03-31", "2023-03-21T00:00:00+09:00", pays={"hospital_daily": 200_000})
s.ask("2023-03-31", "2023-04-11T00:00:00+09:00", pays={"hospital_daily": 310_000})
s.ask("2023-03-10", "2023-04-11T00:00:00+09:00", pays={"hospital_daily": 100_000})

s = seikatsu("overpaid", riders={"anticancer": True})
s.at("2023-05-01T10:00:00+09:00").sickness("c1", "C34.1", "2023-03-01")
s.event("AnticancerTreated", from_="2023-04-05", to="2023-04-05", condition_id="c1", drug="chemotherapy")
may = s.at("2023-06-01T10:00:00+09:00").event(
    "AnticancerTreated", from_="2023-05-08", to="2023-05-08", condition_id="c1", drug="chemotherapy"
)
s.at("2023-06-10T10:00:00+09:00").event(
    "BenefitPaid", benefit="anticancer", paid_on="2023-06-10", amount=200_000, payee="insured"
)
s.at("2023-09-01T10:00:00+09:00").event("FactRetracted", target=may, reason="treatment belonged to another patient")
s.ask(
    "2023-12-31",
    "2023-06-30T00:00:00+09:00",
    pays={"anticancer": 200_000},
    settlement={"payable": 200_000, "paid": 200_000, "outstanding": 0},
)
s.ask(
    "2023-12-31",
    "2023-09-02T00:00:00+09:00",
    pays={"anticancer": 100_000},
    settlement={"payable": 100_000, "paid": 200_000, "outstanding": -100_000},
)
