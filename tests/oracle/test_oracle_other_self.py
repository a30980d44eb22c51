"""The oracle of oyako, sony-medical, ryoritsu and cyber against the numbers that the sources and the specification give."""
from __future__ import annotations

import random
from datetime import date

import pytest

from . import claims, contract, cyber, dates, histories_other, oyako, ryoritsu, sony_medical, timeline


def history(product: str, plan: dict, period: tuple[str, str], *events: tuple, **issued) -> list[dict]:
    data = {"product": product, "plan": plan, "period_start": period[0], "period_end": period[1],
            "insured": {"person_id": "p1", "birth_date": "1970-05-05"}} | issued
    all_events = [("PolicyIssued", data), *events]
    return [{"event_id": f"00000000-0000-4000-8000-{i:012d}", "policy_id": "X", "type": type_, "recorded_at": "2022-01-01T00:00:00+09:00", "data": d}
            for i, (type_, d) in enumerate(all_events)]


def pays(answer: dict) -> dict[str, int]:
    out: dict[str, int] = {}
    for l in answer["lines"]:
        if l[5]:
            out[l[0]] = out.get(l[0], 0) + l[5]
    return out


def declined(answer: dict) -> list[str]:
    return sorted(l[7] for l in answer["lines"] if l[6] == "declined")


def d(text: str) -> date:
    return date.fromisoformat(text)


# ---- oyako ---------------------------------------------------------------------------------------------------------------
PARENT = {"person_id": "m1", "birth_date": "1950-07-01"}


def oy(*events: tuple, plan: str = "B", **more) -> list[dict]:
    return history("oyako", {"plan": plan}, more.pop("period", ("2024-04-01", "2025-04-01")), *events, parent=PARENT, **more)


def cert(valid_from: str, valid_to: str, level: str = "care2", **more) -> tuple:
    return "CareCertified", {"person_id": "m1", "certified_on": valid_from, "valid_from": valid_from, "valid_to": valid_to, "level": level} | more


def cost(cost_id: str, used_on: str, gross: int, category: str = "care_service", **more) -> tuple:
    return "CareCostIncurred", {"cost_id": cost_id, "used_on": used_on, "category": category, "gross": gross} | more


def test_oyako_worked_example():
    h = oy(cert("2024-06-01", "2025-05-31", "care1", dementia="IIa"), cost("k1", "2024-06-30", 266_000, public_benefit=150_885),
           cost("k2", "2024-06-30", 31_680, "housekeeping"))
    a = oyako.answer(h, d("2024-06-30"))
    assert pays(a) == {"parent_care": 146_795, "incidental_expenses": 14_680}
    assert a["settlement"]["payable"] == 161_475
    assert (a["state"], a["since"], a["until"]) == ("lapsed", "2024-06-02", None)
    assert a["limits"][("parent_care.balance", "2024-06-01")] == ("yen", 5_000_000, 146_795)
    assert a["limits"][("incidental.total", "2024-06-01")] == ("yen", 500_000, 14_680)
    assert oyako.answer(h, d("2024-06-01"))["state"] == "in_force"


def test_oyako_care1_without_dementia():
    h = oy(cert("2024-06-01", "2025-05-31", "care1", dementia="I"), cost("k1", "2024-06-30", 20_000, "meals"))
    a = oyako.answer(h, d("2024-06-30"))
    assert (pays(a), a["state"], declined(a), a["limits"]) == ({}, "in_force", ["OY-01"], {})


@pytest.mark.parametrize(("more", "last"), [
    ([], "2025-05-31"),                                                            # valid_to with no next certificate
    ([cert("2025-06-01", "2026-05-31")], "2026-05-31"),                            # continued by the day after
    ([cert("2025-06-02", "2026-05-31")], "2025-05-31"),                            # a day's gap ends it for good
    ([cert("2024-09-01", "2024-12-31", "care3")], "2024-12-31"),                   # takes its place from its own valid_from
    ([cert("2024-09-01", "2025-08-31", "support2")], "2024-08-31"),                # below A/B
    ([("CareEnded", {"person_id": "m1", "ended_on": "2024-08-15"})], "2024-08-15"),
    ([("PersonDied", {"person_id": "m1", "died_on": "2024-08-15"})], "2024-08-15"),
    ([("PersonDied", {"person_id": "p1", "died_on": "2024-08-15"})], "2024-08-15"),
    ([("PersonDied", {"person_id": "else", "died_on": "2024-08-15"})], "2025-05-31"),
])
def test_oy_02_last_day(more, last):
    after = date.fromordinal(d(last).toordinal() + 1).isoformat()
    a = oyako.answer(oy(cert("2024-06-01", "2025-05-31"), *more, cost("a", last, 1_000), cost("b", after, 1_000)), d("2030-01-01"))
    assert {l[1]: l[6] for l in a["lines"] if l[0] == "parent_care"} == {"a": "payable", "b": "declined"}


def test_oy_02_ten_years_end_on_28_february():
    certs = [cert(f"{y}-03-01" if y != 2024 else "2024-02-29", f"{y + 1}-02-28" if (y + 1) % 4 else f"{y + 1}-02-29") for y in range(2024, 2036)]
    a = oyako.answer(oy(*certs, cost("a", "2034-02-28", 1_000), cost("b", "2034-03-01", 1_000), period=("2023-04-01", "2024-04-01")), d("2035-01-01"))
    assert {l[1]: l[6] for l in a["lines"] if l[0] == "parent_care"} == {"a": "payable", "b": "declined"}


def test_oy_04_05_08_sub_limit_balance_and_refund():
    h = oy(cert("2024-06-01", "2025-05-31"), cost("a", "2024-06-02", 1_200_000, "home_modification"), cost("b", "2024-06-03", 3_500_000, "care_home"),
           plan="A")
    a = oyako.answer(h, d("2024-06-30"))
    assert [(l[1], l[5], l[7]) for l in a["lines"] if l[0] == "parent_care"] == [
        ("a", 1_000_000, "parent_care.home_modification"), ("b", 2_000_000, "parent_care.balance+parent_care.care_home")]
    assert a["limits"][("parent_care.care_home", "2024-06-01")] == ("yen", 3_000_000, 2_000_000)
    h = [*h, *oy(("CareCostRefunded", {"cost_id": "a", "refunded_on": "2024-07-10", "amount": 700_000}))[1:]]
    h[-1]["event_id"] = "00000000-0000-4000-8000-000000000099"
    assert pays(oyako.answer(h, d("2024-07-09"))) == {"parent_care": 3_000_000, "incidental_expenses": 300_000}
    b = oyako.answer(h, d("2024-07-10"))
    assert [(l[1], l[5]) for l in b["lines"] if l[0] == "parent_care"] == [("a", 500_000), ("b", 2_500_000)]
    assert oyako.refused(h, {"event_id": "x", "type": "CareCostRefunded", "data": {"cost_id": "a", "refunded_on": "2024-08-01", "amount": 500_001}}) == "OY-08"
    assert oyako.refused(h, {"event_id": "x", "type": "CareCostRefunded", "data": {"cost_id": "a", "refunded_on": "2024-08-01", "amount": 500_000}}) is None


@pytest.mark.parametrize(("start", "valid_from", "void"), [
    ("2024-04-01", "2024-04-01", True), ("2024-04-01", "2024-03-01", True), ("2024-04-01", "2024-04-02", False),
    ("2024-06-01", "2024-05-31", True), ("2024-06-01", "2024-06-01", False)])
def test_oy_10_void(start, valid_from, void):
    h = oy(cert(valid_from, "2025-03-31"), cost("a", "2024-07-01", 1_000), period=(start, "2025-04-01"))
    for on in ("2024-06-01", "2024-07-01"):
        assert (oyako.answer(h, d(on))["state"] == "void") == void
    assert oyako.answer(h, d("2024-02-01"))["state"] == "pending"


@pytest.mark.parametrize(("trigger", "pays_"), [("2025-03-31", False), ("2025-04-01", True)])
def test_oy_11_year_from_the_first_start(trigger, pays_):
    h = oy(cert(trigger, "2026-03-31", cause_arose_on="2024-03-31"), cost("a", "2025-06-01", 1_000),
           ("PolicyRenewed", {"period_start": "2025-04-01", "period_end": "2026-04-01"}))
    assert bool(pays(oyako.answer(h, d("2025-06-30")))) == pays_


@pytest.mark.parametrize(("trigger", "cap"), [("2026-03-31", 3_000_000), ("2026-04-01", 5_000_000)])
def test_oy_12_cause_on_the_shared_day_belongs_to_the_earlier_period(trigger, cap):
    """Cause on the day of the increase: not before it (OY-11), but under the lower plan (OY-12) for the year from that day."""
    h = oy(("PolicyRenewed", {"period_start": "2025-04-01", "period_end": "2026-04-01", "plan": {"plan": "B"}}),
           cert(trigger, "2027-02-28", cause_arose_on="2025-04-01"), plan="A")
    assert oyako.answer(h, d("2026-04-01"))["limits"][("parent_care.balance", trigger)][1] == cap


def test_oy_12_and_oy_11_free_after_their_years():
    renewals = [("PolicyRenewed", {"period_start": "2025-04-01", "period_end": "2026-04-01", "plan": {"plan": "B"}}),
                ("PolicyRenewed", {"period_start": "2026-04-01", "period_end": "2027-04-01"})]
    for trigger, cap in (("2026-03-31", 3_000_000), ("2026-04-01", 5_000_000)):         # OY-11: the year from the increase
        a = oyako.answer(oy(*renewals, cert(trigger, "2027-02-28", cause_arose_on="2025-03-01"), plan="A"), d("2026-04-30"))
        assert a["limits"][("parent_care.balance", trigger)][1] == cap


def test_oy_13():
    first, later = ("PremiumMissed", {"due_month": "2024-06", "due_on": "2024-06-27"}), ("PremiumMissed", {"due_month": "2024-07", "due_on": "2024-07-29"})
    good = ("PremiumPaid", {"due_months": ["2024-06"], "paid_on": "2024-06-27", "amount": 3_390})
    assert oyako.answer(oy(first), d("2024-05-01"))["state"] == "revoked"
    assert oyako.answer(oy(first, good), d("2024-08-01"))["state"] == "in_force"
    assert oyako.answer(oy(first, cert("2024-06-26", "2025-05-31")), d("2024-08-01"))["state"] == "lapsed"
    assert [oyako.answer(oy(later), d(on))["state"] for on in ("2024-07-29", "2024-07-30")] == ["in_force", "withdrawn"]
    assert declined(oyako.answer(oy(later, cert("2024-07-30", "2025-05-31"), cost("a", "2024-08-01", 100)), d("2024-08-01"))) == ["OY-13"]
    assert pays(oyako.answer(oy(later, cert("2024-07-29", "2025-05-31"), cost("a", "2024-08-01", 100)), d("2024-08-01"))) == {"parent_care": 100, "incidental_expenses": 10}


def test_oy_14_15_19_20():
    def issue(**more):
        return {"event_id": "x", "type": "PolicyIssued", "data": {"product": "oyako", "plan": {"plan": "A"}, "period_start": "2024-06-01", "period_end": "2025-04-01",
                                                                  "insured": {"person_id": "p", "birth_date": "1980-01-01"}, "parent": PARENT} | more}
    assert oyako.refused([], issue(applied_on="2024-05-14")) is None
    assert oyako.refused([], issue(applied_on="2024-05-15")) == "OY-14"
    assert oyako.refused([], issue(applied_on="2024-04-15")) is None
    assert oyako.refused([], issue(applied_on="2024-05-15", period_start="2024-04-01")) is None
    assert oyako.refused([], issue(parent={"person_id": "m", "birth_date": "1984-06-02"})) == "OY-15"
    assert oyako.refused([], issue(parent={"person_id": "m", "birth_date": "1984-06-01"})) is None
    assert oyako.refused([], issue(parent={"person_id": "m", "birth_date": "1944-06-01"})) == "OY-15"
    assert oyako.refused([], issue(parent={"person_id": "m", "birth_date": "1944-06-02"})) is None
    assert oyako.refused([], issue(insured={"person_id": "p", "birth_date": "2006-06-02"})) == "OY-15"
    assert oyako.refused(oy(), {"event_id": "x", "type": "CoolingOffRequested", "data": {"received_on": "2024-04-01", "requested_on": "2024-04-02", "channel": "email"}}) == "OY-19"
    for day, rule in (("2025-03-31", None), ("2025-04-01", "OY-20")):
        assert oyako.refused(oy(), {"event_id": "x", "type": "PolicyRescinded", "data": {"rescinded_on": day, "ground": "disclosure"}}) == rule
    assert oyako.refused(oy(cert("2025-03-31", "2026-03-30")), {"event_id": "x", "type": "PolicyRescinded", "data": {"rescinded_on": "2026-01-01", "ground": "disclosure"}}) is None


# ---- sony-medical ------------------------------------------------------------------------------------------------------------
SONY_PLAN = {"treatment_monthly_limit": 300_000, "room_daily": 5_000, "advanced_care_limit": 10_000_000}


def sm(*events: tuple, period=("2022-04-01", "2027-04-01"), **more) -> list[dict]:
    return history("sony-medical", SONY_PLAN, period, *events, **more)


def missed(month: str, due: str) -> tuple:
    return "PremiumMissed", {"due_month": month, "due_on": due}


TWO = (missed("2022-11", "2022-11-28"), missed("2022-12", "2022-12-27"))


def test_sony_one_miss():
    h = sm(TWO[0], ("PremiumPaid", {"due_months": ["2022-11", "2022-12"], "paid_on": "2022-12-27", "amount": 8_000}))
    assert [sony_medical.answer(h, d(on))["state"] for on in ("2022-12-01", "2023-01-10")] == ["in_force", "in_force"]


def test_sony_two_misses():
    h = sm(*TWO, ("ConditionRecorded", {"condition_id": "c1", "kind": "sickness", "icd10": "K35.8", "onset_on": "2023-01-05"}),
           ("HospitalAdmitted", {"stay_id": "s1", "admitted_on": "2023-01-05", "condition_id": "c1"}),
           ("HospitalChargesIncurred", {"month": "2023-01", "stay_id": "s1", "treatment_charge": 120_000}),
           ("PolicyReinstated", {"reinstated_on": "2023-06-01", "unpaid_premium": 28_000, "interest": 400}),
           ("HospitalChargesIncurred", {"month": "2023-06", "stay_id": "s1", "treatment_charge": 90_000}))
    states = [sony_medical.answer(h, d(on)) for on in ("2022-12-27", "2022-12-28", "2022-12-31", "2023-01-01", "2023-05-31", "2023-06-01")]
    assert [(a["state"], a["since"], a["until"]) for a in states] == [
        ("in_force", "2022-04-01", "2022-12-27"), ("grace", "2022-12-28", "2022-12-31"), ("grace", "2022-12-28", "2022-12-31"),
        ("lapsed", "2023-01-01", None), ("lapsed", "2023-01-01", None), ("in_force", "2023-06-01", "2027-03-31")]
    a = sony_medical.answer(h, d("2023-06-30"))
    assert (a["state"], pays(a), declined(a)) == ("in_force", {}, ["SM-04", "SM-04"])
    assert [x for x in a["deadlines"] if x["kind"] == "reinstatement"] == [
        {"kind": "reinstatement", "claim_id": None, "due_on": "2023-12-31", "met_on": "2023-06-01", "overdue": False}]


def test_sm_03():
    miss = (missed("2022-12", "2022-12-27"), missed("2023-01", "2023-01-27"))
    recorded = ("PolicyLapsed", {"lapsed_on": "2023-01-01", "ground": "premium"})
    a = sony_medical.answer(sm(*miss, recorded), d("2023-02-10"))
    assert (a["state"], a["since"], a["discrepancies"]) == ("lapsed", "2023-02-01", [("SM-03", "2023-01-01", "2023-02-01")])
    a = sony_medical.answer(sm(recorded), d("2023-02-10"))
    assert (a["state"], a["since"], a["discrepancies"]) == ("lapsed", "2023-01-01", [])


def test_sm_05():
    def reinstate(day):
        return {"event_id": "x", "type": "PolicyReinstated", "data": {"reinstated_on": day, "unpaid_premium": 1, "interest": 0}}
    assert [sony_medical.refused(sm(*TWO), reinstate(day)) for day in ("2023-12-31", "2024-01-01")] == [None, "SM-05"]
    short = sm(*TWO, period=("2022-04-01", "2023-04-01"))
    assert [sony_medical.refused(short, reinstate(day)) for day in ("2023-03-31", "2023-04-01")] == [None, "SM-05"]
    assert sony_medical.refused(sm(*TWO, ("PolicyCancelled", {"cancelled_on": "2023-02-01"})), reinstate("2023-02-01")) == "SM-05"


def test_sm_11():
    h = sm(("PolicyRenewed", {"period_start": "2027-04-01", "period_end": "2032-04-01"}))
    def cool(received, requested):
        return {"event_id": "00000000-0000-4000-8000-000000000099", "policy_id": "X", "type": "CoolingOffRequested", "recorded_at": "2027-05-01T00:00:00+09:00",
                "data": {"received_on": received, "requested_on": requested, "channel": "letter"}}
    assert [sony_medical.refused(h, cool("2027-04-03", day)) for day in ("2027-04-10", "2027-04-11")] == [None, "SM-11"]
    assert sony_medical.refused(sm(), cool("2027-04-03", "2027-04-04")) == "SM-11"
    g = [*h, cool("2027-04-03", "2027-04-10")]
    assert [sony_medical.answer(g, d(on))["state"] for on in ("2027-04-09", "2027-04-10")] == ["in_force", "matured"]
    care = {"event_id": "00000000-0000-4000-8000-000000000098", "policy_id": "X", "type": "AdvancedCareReceived", "recorded_at": "2027-05-02T00:00:00+09:00",
            "data": {"received_on": "2027-04-10", "scheme": "advanced", "technical_fee": 1_000}}
    assert sony_medical.answer([*g, care], d("2027-05-01"))["state"] == "in_force"


# ---- cyber -----------------------------------------------------------------------------------------------------------------------
def cy(type_: str, *events: tuple, kind: str = "clinic", size: int = 0, period=("2025-05-05", "2026-05-05"), plan: dict | None = None, **more) -> list[dict]:
    return history("cyber", {"type": type_, "facility_kind": kind, "size": size} | (plan or {}), period, *events, **more)


def test_cyber_combined():
    h = cy("S1", ("CyberIncidentDiscovered", {"incident_id": "i1", "discovered_on": "2025-08-01", "kind": "cyber_attack"}),
           ("CyberCostIncurred", {"incident_id": "i1", "cost_id": "k1", "incurred_on": "2025-08-10", "amount": 3_000_000, "category": "incident_response"}),
           ("CyberClaimSettled", {"incident_id": "i1", "settlement_id": "t1", "settled_on": "2025-12-01", "amount": 9_500_000}))
    a = cyber.answer(h, d("2026-05-04"))
    assert pays(a) == {"cyber_cost": 1_000_000, "cyber_liability": 9_000_000}
    assert a["limits"][("cyber.combined.period", "2025-05-05")] == ("yen", 10_000_000, 10_000_000)
    assert a["limits"][("cyber.cost.incident", "i1")] == ("yen", 1_000_000, 1_000_000)
    assert [cyber.answer(h, d(on))["state"] for on in ("2025-05-04", "2025-05-05", "2026-05-05", "2026-05-06")] == ["pending", "in_force", "in_force", "matured"]


def test_cyber_leak_only():
    h = cy("P1", ("CyberIncidentDiscovered", {"incident_id": "i1", "discovered_on": "2025-08-01", "kind": "other_it"}),
           ("CyberClaimSettled", {"incident_id": "i1", "settlement_id": "t1", "settled_on": "2025-12-01", "amount": 500_000}))
    a = cyber.answer(h, d("2026-05-04"))
    assert (pays(a), declined(a)) == ({}, ["CY-07"])


@pytest.mark.parametrize(("type_", "kind", "liability", "cost_limit"), [
    ("S1", "clinic", 10, 1), ("P2", "hospital", 30, 3), ("S3", "clinic", 50, 5), ("S4", "clinic", 100, 10), ("P5", "care_facility", 200, 20),
    ("S1000", "clinic", 10, 10), ("P3000", "clinic", 30, 30), ("S20000", "clinic", 200, 30), ("S20000", "hospital", 200, 200), ("P5000", "care_facility", 50, 50)])
def test_cy_01_02(type_, kind, liability, cost_limit):
    a = cyber.answer(cy(type_, kind=kind, size=50), d("2025-06-01"))
    assert a["limits"][("cyber.liability.period", "2025-05-05")][1] == liability * 1_000_000
    assert a["limits"][("cyber.cost.period", "2025-05-05")][1] == cost_limit * 1_000_000


def test_cy_06_10_11_14():
    def issue(**more):
        return {"event_id": "x", "type": "PolicyIssued", "data": cy("S1")[0]["data"] | more}
    assert cyber.refused([], issue(plan={"type": "P1", "facility_kind": "clinic", "size": 0, "options": {"business_interruption": 1}})) == "CY-06"
    assert cyber.refused([], issue(applied_on="2025-08-15", period_start="2025-09-05")) is None
    assert cyber.refused([], issue(applied_on="2025-08-16", period_start="2025-09-05")) == "CY-10"
    assert cyber.refused([], issue(applied_on="2025-08-16", period_start="2025-10-05")) is None
    each = cy("S1", plan={"sharing": "per_facility"}, facilities=["北", "南"])
    def incident(i):
        return {"event_id": "x", "type": "CyberIncidentDiscovered", "data": {"incident_id": i, "discovered_on": "2025-08-01", "kind": "leak"}}
    assert [cyber.refused(each, incident(i)) for i in ("北/1", "1", "東/1")] == [None, "CY-11", "CY-11"]
    assert ("cyber.cost.period", "南/2025-05-05") in cyber.answer(each, d("2025-06-01"))["limits"]
    assert cyber.refused(each, {"event_id": "x", "type": "CoolingOffRequested", "data": {"received_on": "2025-05-05", "requested_on": "2025-05-06", "channel": "email"}}) == "CY-14"


def test_cy_13():
    assert cyber.cy_13_premium({"type": "S1", "facility_kind": "clinic", "size": 0}) == 29_380
    assert cyber.cy_13_premium({"type": "P5", "facility_kind": "hospital", "size": 100}) == 309_410
    assert cyber.cy_13_premium({"type": "S3000", "facility_kind": "care_facility", "size": 50}) == 161_930
    assert cyber.cy_13_premium({"type": "S1", "facility_kind": "hospital", "size": 70}) is None


# ---- ryoritsu, general ---------------------------------------------------------------------------------------------------------------
def kr(*events: tuple, period=("2025-04-01", "2026-04-01"), **more) -> list[dict]:
    return history("ryoritsu", {"care_benefit": 1_000_000, "min_level": "care2"}, period, *events, **more)


def mine(valid_from: str, level: str = "care2", **more) -> tuple:
    return "CareCertified", {"person_id": "p1", "certified_on": valid_from, "valid_from": valid_from, "valid_to": "2027-03-31", "level": level} | more


def test_kr_07_refund():
    h = kr(("PremiumPaid", {"due_months": [f"2025-{m:02d}" for m in range(4, 13)] + ["2026-01", "2026-02", "2026-03"], "paid_on": "2025-04-01", "amount": 36_000}),
           ("PersonDied", {"person_id": "p1", "died_on": "2026-02-10"}))
    a = ryoritsu.answer(h, d("2026-02-10"))
    assert a["refunds"] == [{"kind": "premium", "amount": 3_000, "due_from": "2026-02-10"}]
    assert (a["state"], ryoritsu.answer(h, d("2026-02-09"))["refunds"]) == ("ended_by_death", [])


def test_kr_03_gap():
    gap = ("PremiumMissed", {"due_month": "2025-06", "due_on": "2025-06-27"})
    made_good = ("PremiumPaid", {"due_months": ["2025-06"], "paid_on": "2025-07-20", "amount": 3_000})
    for day, paid in (("2025-05-31", True), ("2025-06-01", False), ("2025-07-19", False), ("2025-07-20", True)):
        assert bool(pays(ryoritsu.answer(kr(gap, made_good, mine(day)), d("2025-12-31")))) == paid
    assert declined(ryoritsu.answer(kr(gap, mine("2026-01-01")), d("2026-01-31"))) == ["KR-03"]


def test_kr_02_and_kr_05():
    a = ryoritsu.answer(kr(), d("2026-01-02"))
    assert a["deadlines"] == [{"kind": "renewal_notice", "claim_id": None, "due_on": "2026-01-01", "met_on": None, "overdue": True}]
    assert [ryoritsu.answer(kr(), d(on))["state"] for on in ("2026-04-01", "2026-04-02")] == ["in_force", "matured"]
    for knew, day, rule in (("2026-01-25", "2026-02-25", None), ("2026-01-25", "2026-02-26", "KR-05"), ("2026-03-01", "2026-04-01", "KR-05"), ("2026-03-01", "2026-03-31", None)):
        assert ryoritsu.refused(kr(), {"event_id": "x", "type": "PolicyRescinded", "data": {"rescinded_on": day, "ground": "disclosure", "insurer_knew_on": knew}}) == rule


def test_gn_01_02_03():
    assert claims.payment_due(d("2025-04-01"), [], set()) == d("2025-04-30")
    assert claims.payment_due(d("2025-04-01"), [(d("2025-04-30"), "medical_institution")], set()) == d("2025-06-29")
    assert claims.payment_due(d("2025-04-01"), [(d("2025-05-01"), "medical_institution")], set()) == d("2025-04-30")
    assert claims.payment_due(d("2025-04-01"), [], {d("2025-03-31"), d("2025-04-30"), d("2025-05-02")}) == d("2025-05-01")
    assert claims.payment_due(d("2025-04-01"), [], {d("2025-04-30"), d("2025-05-01")}) == d("2025-05-02")


def test_gn_04():
    h = kr(mine("2025-05-01"), ("ClaimFiled", {"claim_id": "q", "filed_on": "2028-05-02", "facts": ["00000000-0000-4000-8000-000000000001"], "claimant": "insured"}),
           period=("2025-04-01", "2030-04-01"))
    assert [declined(ryoritsu.answer(h, d(on))) for on in ("2028-05-01", "2028-05-02")] == [[], ["GN-04"]]
    h[2]["data"]["filed_on"] = "2028-05-01"
    assert declined(ryoritsu.answer(h, d("2029-01-01"))) == []


# ---- the generators, and what must hold of any answer ------------------------------------------------------------------------------------
@pytest.mark.parametrize("product", histories_other.HISTORIES)
def test_any_history(product):
    """Limits add up; nobody is paid more than the gross; settlement adds up; arrival order of plain facts does not matter."""
    module = histories_other.MODULES[product]
    for seed in range(60):
        rng = random.Random(seed)
        events = histories_other.HISTORIES[product](rng, corrections=seed % 2 == 0)
        assert [e["recorded_at"] for e in events] == sorted(e["recorded_at"] for e in events)
        for on in histories_other.days_to_ask(rng, events, 2):
            a = module.answer(events, on)
            assert all(0 <= used <= cap for _, cap, used in a["limits"].values())
            assert all(0 <= l[5] <= l[4] and (l[6] == "payable") == (l[5] == l[4] and not l[7]) for l in a["lines"])
            assert a["settlement"]["payable"] == sum(l[5] for l in a["lines"])
            assert len({l[:2] for l in a["lines"]}) == len(a["lines"])
            if seed % 2:
                mixed = [events[0], *rng.sample(events[1:], k=len(events) - 1)]
                assert module.answer(mixed, on) == a


def test_generated_histories_are_ones_an_import_accepts():
    for product, make in histories_other.HISTORIES.items():
        for seed in range(30):
            events, refused = make(random.Random(seed), refusals=True)
            for i, e in enumerate(events):
                assert histories_other.possible(events[:i], e)
                assert histories_other.MODULES[product].refused(events[:i], e) is None
            for before, e, rule in refused:
                assert before == events[:len(before)]
                assert histories_other.MODULES[product].refused(before, e) == rule
            assert len({e["event_id"] for e in events}) == len(events)
            assert timeline.known(events).policy_id


@pytest.mark.parametrize("product", histories_other.HISTORIES)
def test_the_state_turns_on_days_that_facts_name_and_the_days_after_them_alone(product: str) -> None:
    for seed in range(4):
        facts = timeline.known(histories_other.HISTORIES[product](random.Random(seed), corrections=False)).facts
        days = dates.days(date(2019, 1, 1), date(2030, 1, 1))
        for end_inside in (False, True):
            states = [contract.state_on(facts, day, end_inside) for day in days]
            turned = {day for day, before, state in zip(days[1:], states, states[1:], strict=False) if before != state}
            assert turned
            assert turned <= contract.turns(facts)
