"""The reference calculator for `seikatsu` held against the worked examples of its source, and against numbers counted by hand."""
from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from . import seikatsu as oracle


class Story:
    """A policy's history in recording order, and what the calculator says of it."""

    def __init__(self, units: str = "1", kind: int = 365, period: tuple[str, str] = ("2023-01-01", "2024-01-01"), riders: dict | None = None,
                 **plan: Any) -> None:
        self.events: list[dict] = []
        self.plan = {"units": units, "hospital_type": kind, "riders": riders or {}} | plan
        self.issued = self.tell("PolicyIssued", product="seikatsu", plan=self.plan, period_start=period[0], period_end=period[1],
                                insured={"person_id": "p1", "birth_date": "1970-05-05"})

    def tell(self, type_: str, **data: Any) -> str:
        event_id = str(uuid.UUID(int=len(self.events) + 1))
        self.events.append({"event_id": event_id, "policy_id": "S-1", "type": type_, "recorded_at": "2023-01-01T00:00:00+09:00",
                            "data": {k.rstrip("_"): v for k, v in data.items()}})
        return event_id

    def renewed(self, *starts: str) -> Story:
        for start in starts:
            self.tell("PolicyRenewed", period_start=start, period_end=f"{int(start[:4]) + 1}{start[4:]}")
        return self

    def sick(self, condition_id: str, icd10: str, onset: str, **more: Any) -> str:
        return self.tell("ConditionRecorded", condition_id=condition_id, kind="sickness", icd10=icd10, onset_on=onset, **more)

    def injury(self, condition_id: str, accident: str) -> str:
        return self.tell("ConditionRecorded", condition_id=condition_id, kind="injury", icd10="S82.1", accident_on=accident)

    def stay(self, stay_id: str, first: str, last: str | None, condition_id: str, alive: bool = True, **more: Any) -> str:
        event_id = self.tell("HospitalAdmitted", stay_id=stay_id, admitted_on=first, condition_id=condition_id, **more)
        if last:
            self.tell("HospitalDischarged", stay_id=stay_id, discharged_on=last, alive=alive)
        return event_id

    def on(self, day: str) -> dict:
        return oracle.answer(self.events, date.fromisoformat(day))

    def pays(self, day: str) -> dict[str, int]:
        out: dict[str, int] = {}
        for l in self.on(day)["lines"]:
            if l[5]:
                out[l[0]] = out.get(l[0], 0) + l[5]
        return out

    def declined(self, day: str) -> list[str]:
        return sorted(l[7] for l in self.on(day)["lines"] if l[6] == "declined")

    def used(self, day: str, row: str) -> int:
        used: int = self.on(day)["limits"][row][2]
        return used


def after(day: str, n: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=n)).isoformat()


# ---- worked examples of the source ----------------------------------------------------------------------------------------
def test_q8_q9_fifteen_days_one_visit_a_second_stay() -> None:
    s = Story("4")
    s.sick("c1", "K35.8", "2023-03-01")
    s.stay("s1", "2023-03-01", "2023-03-15", "c1")
    s.tell("ClaimFiled", claim_id="k1", filed_on="2023-03-16", claimant="insured")
    assert s.pays("2023-12-31") == {"hospital_daily": 300_000}
    assert s.pays("2023-03-05") == {"hospital_daily": 100_000}
    assert s.on("2023-12-31")["certificates"] == [("k1", 300_000, 300_000, False)]
    s.tell("OutpatientVisited", visited_on="2023-03-20", condition_id="c1")
    assert s.on("2023-12-31")["certificates"] == [("k1", 310_000, 300_000, True)]
    s.stay("s2", "2023-05-01", "2023-05-06", "c1")
    assert s.pays("2023-12-31") == {"hospital_daily": 420_000, "outpatient_daily": 10_000}
    assert s.on("2023-12-31")["limits"]["hospital_days.stay|s1"] == ["days", 365, 21]
    assert s.on("2023-12-31")["limits"]["outpatient_days.after|s1"] == ["days", 30, 1]


def test_q9_certificates_by_claim() -> None:
    s = Story("4")
    s.sick("c1", "K35.8", "2023-03-01")
    first = s.stay("s1", "2023-03-01", "2023-03-15", "c1")
    second = s.stay("s2", "2023-05-01", "2023-05-06", "c1")
    s.tell("ClaimFiled", claim_id="k1", filed_on="2023-03-20", claimant="insured", facts=[first])
    s.tell("ClaimFiled", claim_id="k2", filed_on="2023-05-20", claimant="insured", facts=[second])
    assert s.on("2023-12-31")["certificates"] == [("k1", 300_000, 300_000, False), ("k2", 420_000, 300_000, True)]
    s.tell("CertificateSubmitted", claim_id="k1", submitted_on="2023-04-01")
    assert s.on("2023-12-31")["certificates"] == [("k1", 300_000, 300_000, False), ("k2", 120_000, 300_000, False)]


@pytest.mark.parametrize(("icd10", "inside", "amount"), [("K35.8", True, 100_000), ("K35.8", False, 25_000), ("C16.9", True, 200_000), ("C16.9", False, 50_000)])
def test_q6_surgery(icd10: str, inside: bool, amount: int) -> None:
    s = Story()
    s.sick("c1", icd10, "2023-04-01")
    if inside:
        s.stay("s1", "2023-04-10", "2023-04-10", "c1")
    s.tell("SurgeryPerformed", performed_on="2023-04-10", condition_id="c1", name="手術", basis="medical_fee")
    assert s.pays("2023-12-31").get("surgery") == amount


def test_q10_diabetes_stay_varicose_surgery() -> None:
    s = Story()
    s.sick("c1", "E11.9", "2023-02-01")
    s.sick("c2", "I83.9", "2023-02-20")
    s.stay("s1", "2023-02-10", "2023-02-28", "c1", other_condition_ids=["c2"])
    s.tell("SurgeryPerformed", performed_on="2023-02-25", condition_id="c2", code="K617", name="下肢静脈瘤手術", basis="medical_fee", stay_id="s1")
    assert s.pays("2023-12-31") == {"hospital_daily": 190_000, "surgery": 100_000}


def test_q12_angina_with_cataract_then_cataract() -> None:
    s = Story()
    s.sick("c1", "I20.9", "2023-07-20")
    s.sick("c2", "H25.9", "2023-02-01")
    s.stay("s1", "2023-08-01", "2023-08-10", "c1", other_condition_ids=["c2"])
    s.stay("s2", "2023-09-01", "2023-09-10", "c2")
    assert s.pays("2023-12-31") == {"hospital_daily": 200_000}
    assert s.used("2023-12-31", "hospital_days.stay|s1") == 20


@pytest.mark.parametrize(("side", "amount", "rules"), [("right", 50_000, ["SK-49"]), ("left", 75_000, [])])
def test_q19_repeats(side: str, amount: int, rules: list[str]) -> None:
    s = Story()
    s.sick("c1", "H33.3", "2023-04-01")
    for day, eye in (("2023-04-04", "right"), ("2023-04-11", side), ("2023-04-19", "right")):
        s.tell("SurgeryPerformed", performed_on=day, condition_id="c1", code="Ｋ２７６", name="網膜光凝固術", side=eye, basis="medical_fee")
    assert s.pays("2023-12-31") == {"surgery": amount}
    assert s.declined("2023-12-31") == rules


def test_q18_radiation() -> None:
    s = Story()
    s.sick("c1", "C34.1", "2023-02-01")
    for day in ("2023-02-20", "2023-03-01", "2023-04-01", "2023-09-01"):
        s.tell("RadiationGiven", given_on=day, condition_id="c1", modality="external")
    assert s.pays("2023-12-31") == {"radiation": 100_000}
    assert s.declined("2023-12-31") == ["SK-50", "SK-50"]


@pytest.mark.parametrize(("insured", "amount", "daily"), [(True, 100_000, 50_000), (False, 25_000, 0)])
def test_q14_caesarean(insured: bool, amount: int, daily: int) -> None:
    s = Story()
    s.tell("ConditionRecorded", condition_id="c1", kind="pregnancy", icd10="O82", onset_on="2023-03-01", pregnancy_diagnosed_on="2023-01-15")
    s.stay("s1", "2023-03-01", "2023-03-10", "c1", health_insured=insured)
    s.tell("SurgeryPerformed", performed_on="2023-03-05", condition_id="c1", code="K898", name="帝王切開術", basis="medical_fee")
    assert s.pays("2023-12-31").get("surgery") == amount
    assert s.pays("2023-12-31").get("hospital_daily", 0) == daily


def test_q24_advanced_care_next_period() -> None:
    s = Story().renewed("2024-01-01")
    s.sick("c1", "C61", "2023-02-01")
    s.tell("AdvancedCareReceived", received_on="2023-06-01", condition_id="c1", scheme="advanced", technical_fee=2_900_000, transport=60_000,
           lodging=[{"nights": 4, "amount": 60_000}])
    assert s.pays("2023-12-31") == {"advanced_care": 3_000_000}
    assert s.on("2024-01-01")["limits"]["advanced_care.period|2024-01-01"] == ["yen", 10_000_000, 0]


@pytest.mark.parametrize(("kind", "paid_days"), [(365, 230), (60, 60)])
def test_q33_230_days(kind: int, paid_days: int) -> None:
    s = Story(kind=kind, riders={"medical_lump_sum": True})
    s.sick("c1", "F32.1", "2023-01-05")
    s.stay("s1", "2023-01-10", "2023-08-27", "c1")
    assert s.pays("2023-12-31") == {"lump_admission": 50_000, "lump_long": 100_000, "lump_discharge": 50_000, "hospital_daily": paid_days * 5_000}


def test_q34_joined() -> None:
    s = Story(riders={"medical_lump_sum": True})
    s.sick("c1", "K57.3", "2023-01-05")
    for stay_id, first, last in (("a", "2023-01-10", "2023-01-12"), ("b", "2023-02-01", "2023-02-12"), ("c", "2023-09-01", "2023-09-10")):
        s.stay(stay_id, first, last, "c1")
    assert s.pays("2023-12-31") == {"lump_admission": 100_000, "lump_discharge": 50_000, "hospital_daily": 125_000}


def test_q36_q37_three_diseases() -> None:
    s = Story(riders={"three_diseases": "A"})
    s.sick("c1", "I21.0", "2023-01-01")
    s.stay("s1", "2023-01-01", "2023-02-09", "c1")
    assert s.pays("2023-12-31") == {"three_lump": 235_000, "three_daily": 165_000, "hospital_daily": 400_000}
    s = Story(riders={"three_diseases": "A"})
    s.sick("c1", "I63.9", "2023-01-01")
    s.stay("s1", "2023-02-01", "2023-02-05", "c1")
    s.stay("s2", "2023-03-01", "2023-04-04", "c1")
    assert s.pays("2023-03-02") == {"hospital_daily": 70_000}
    assert s.pays("2023-03-03") == {"hospital_daily": 80_000, "three_lump": 235_000, "three_daily": 5_000}
    assert s.pays("2023-12-31") == {"three_lump": 235_000, "three_daily": 165_000, "hospital_daily": 400_000}
    s = Story(riders={"three_diseases": "A"})
    s.sick("c1", "I63.9", "2023-01-01")
    s.stay("s1", "2023-02-01", "2023-02-05", "c1")
    s.stay("s2", "2023-10-01", "2023-11-04", "c1")
    assert s.pays("2023-12-31") == {"three_lump": 235_000, "three_daily": 140_000, "hospital_daily": 400_000}


@pytest.mark.parametrize(("icd10", "drug", "amount"), [("C34.1", "chemotherapy", 500_000), ("C50.4", "hormone", 250_000)])
def test_q39_anticancer_months(icd10: str, drug: str, amount: int) -> None:
    s = Story(riders={"anticancer": True})
    s.sick("c1", icd10, "2023-03-01")
    for first, last in (("2023-04-05", "2023-04-05"), ("2023-04-25", "2023-04-25"), ("2023-05-15", "2023-05-15"), ("2023-07-15", "2023-09-30")):
        s.tell("AnticancerTreated", from_=first, to=last, condition_id="c1", drug=drug)
    assert s.pays("2023-12-31") == {"anticancer": amount}
    assert s.used("2023-12-31", "anticancer.incident|c1/2023-04") == s.used("2023-12-31", "anticancer.period|2023-01-01") == amount


@pytest.mark.parametrize(("month", "new"), [("2023-10", False), ("2023-11", True)])
def test_q40_incidents(month: str, new: bool) -> None:
    s = Story(riders={"anticancer": True})
    s.sick("c1", "C34.1", "2023-03-01")
    for day in ("2023-04-25", f"{month}-15"):
        s.tell("AnticancerTreated", from_=day, to=day, condition_id="c1", drug="chemotherapy")
    assert s.pays("2023-12-31") == {"anticancer": 200_000}
    assert (f"anticancer.incident|c1/{month}" in s.on("2023-12-31")["limits"]) is new


def test_q38_in_situ() -> None:
    s = Story(riders={"anticancer": True})
    s.sick("c1", "D05.1", "2023-03-01")
    s.tell("AnticancerTreated", from_="2023-04-25", to="2023-04-25", condition_id="c1", drug="chemotherapy")
    assert s.pays("2023-12-31") == {}
    assert s.declined("2023-12-31") == ["SK-67"]


def test_q82_q85_care() -> None:
    s = Story(care={"lump_sum": 3_000_000, "annuity": 600_000, "min_level": "care2"})
    s.tell("CareCertified", person_id="p1", certified_on="2023-04-25", valid_from="2023-04-05", valid_to="2024-04-04", level="care5")
    assert s.pays("2023-07-03") == {}
    assert s.pays("2023-07-04") == {"care_lump": 3_000_000, "care_annuity": 1_644}
    assert s.pays("2023-07-31") == {"care_lump": 3_000_000, "care_annuity": 28 * 1_644}


def test_q76_income_three_years_although_sixty_comes_first() -> None:
    s = Story(period=("2027-01-01", "2028-01-01"), income={"monthly": 200_000})                # born 1970-05-05
    s.sick("c1", "M51.2", "2027-06-01")
    s.tell("WorkDisabilityStarted", disability_id="d1", disabled_on="2027-06-01", condition_id="c1")
    for n in range(60):
        s.tell("WorkIncomeReported", disability_id="d1", month=f"{2027 + (5 + n) // 12}-{(5 + n) % 12 + 1:02d}", usual_income=300_000, recovered_income=0,
               benefits_received=0, totally_unable=True)
    lines = [l for l in s.on("2033-12-31")["lines"] if l[0] == "income_monthly"]
    assert (lines[0][2], lines[-1][3], sum(l[5] for l in lines)) == ("2028-05-31", "2031-05-30", 200_000 * 36 + 6_667)
