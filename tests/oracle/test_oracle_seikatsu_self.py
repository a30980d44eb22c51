"""The reference calculator for `seikatsu` held against the worked examples of its source, and against numbers counted by hand."""
from __future__ import annotations

import pytest

from .story_seikatsu import Story, after


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
    assert (s.pays("2023-12-31"), s.declined("2023-12-31")) == ({}, ["SK-67"])


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


# ---- numbers counted by hand, at their boundaries --------------------------------------------------------------------------
@pytest.mark.parametrize(("gap", "one"), [(179, True), (180, True), (181, False)])
def test_sk_20_within_180_days(gap: int, one: bool) -> None:
    s = Story().renewed("2024-01-01")
    s.sick("c1", "K57.3", "2023-01-05")
    s.stay("a", "2023-01-10", "2023-01-12", "c1")
    s.stay("b", after("2023-01-12", gap), after("2023-01-12", gap + 1), "c1")
    assert ("hospital_days.stay|b" not in s.on("2024-06-30")["limits"]) is one


@pytest.mark.parametrize(("gap", "lumps"), [(179, 1), (180, 0)])
def test_sk_21_counts_from_the_discharge_day_itself(gap: int, lumps: int) -> None:
    s = Story(riders={"medical_lump_sum": True})
    s.sick("c1", "K57.3", "2023-01-05")
    s.stay("a", "2023-01-10", "2023-01-12", "c1")
    s.stay("b", after("2023-01-12", gap), after("2023-01-12", gap + 1), "c1")
    assert s.pays("2023-12-31").get("lump_admission", 0) == 50_000 * lumps


def test_sk_20_a_bridging_stay_taken_back() -> None:
    s = Story(kind=60)
    s.sick("c1", "K57.3", "2023-01-05")
    s.stay("a", "2023-01-10", "2023-02-28", "c1")
    bridge = s.stay("b", "2023-06-01", "2023-06-02", "c1")
    s.stay("c", "2023-10-01", "2023-10-20", "c1")
    assert s.used("2023-12-31", "hospital_days.stay|a") == 60
    s.tell("FactRetracted", target=bridge, reason="another patient")
    got = s.on("2023-12-31")
    assert (got["limits"]["hospital_days.stay|a"][2], got["limits"]["hospital_days.stay|c"][2], len(got["orphans"])) == (50, 10, 1)   # the period's 60


@pytest.mark.parametrize(("gap", "rules"), [(181, ["SK-04"]), (180, ["SK-04", "SK-05"])])
def test_sk_05_a_stay_before_the_day_bars_the_next_within_180_days(gap: int, rules: list[str]) -> None:
    s = Story(period=("2021-04-01", "2022-04-01")).renewed("2022-04-01", "2023-04-01")
    s.sick("c1", "M51.2", "2020-06-01")
    s.stay("a", "2023-02-01", "2023-02-10", "c1")                                              # entry + 730 = 2023-04-01
    s.stay("b", after("2023-02-10", gap), after("2023-02-10", gap + 4), "c1")
    assert s.declined("2024-03-31") == rules


def test_sk_05_across_the_day_and_sk_06() -> None:
    s = Story(period=("2021-04-01", "2022-04-01")).renewed("2022-04-01", "2023-04-01")
    s.sick("c1", "M51.2", "2020-06-01")
    s.stay("a", "2023-03-30", "2023-04-03", "c1")
    for day in ("2023-03-31", "2023-04-01"):
        s.tell("SurgeryPerformed", performed_on=day, condition_id="c1", name="手術", basis="medical_fee")
    lines = [(l[0], l[2], l[3], l[6], l[7]) for l in s.on("2024-03-31")["lines"]]
    assert lines == [("hospital_daily", "2023-03-30", "2023-03-31", "declined", "SK-04"), ("hospital_daily", "2023-04-01", "2023-04-03", "declined", "SK-05"),
                     ("surgery", "2023-03-31", "2023-03-31", "declined", "SK-04"), ("surgery", "2023-04-01", "2023-04-01", "payable", "")]


def test_sk_01_q31_an_increase_is_a_layer_of_its_own() -> None:
    s = Story(period=("2021-04-01", "2022-04-01")).renewed("2022-04-01", "2023-04-01", "2024-04-01")
    s.tell("CoverageChanged", effective_on="2022-04-01", plan=s.plan | {"units": "2"})
    s.sick("c1", "M51.2", "2021-06-01")
    s.stay("a", "2022-05-01", "2022-05-10", "c1")
    s.stay("b", "2024-04-10", "2024-04-19", "c1")                                              # increase + 730 = 2024-03-31
    assert s.pays("2022-12-31") == {"hospital_daily": 50_000}
    assert s.pays("2025-03-31") == {"hospital_daily": 150_000}


def test_sk_08_pregnancy_diagnosed_before_the_increase() -> None:
    s = Story()
    s.tell("CoverageChanged", effective_on="2023-04-01", plan=s.plan | {"units": "3"})
    s.tell("ConditionRecorded", condition_id="c1", kind="pregnancy", icd10="O20.0", onset_on="2023-05-01", pregnancy_diagnosed_on="2023-03-31")
    s.tell("ConditionRecorded", condition_id="c2", kind="pregnancy", icd10="O82", onset_on="2023-07-01", pregnancy_diagnosed_on="2023-03-31")
    s.stay("a", "2023-05-01", "2023-05-02", "c1")
    s.stay("b", "2023-07-01", "2023-07-02", "c2")
    assert s.pays("2023-12-31") == {"hospital_daily": 20_000}
    assert s.used("2023-12-31", "hospital_days.stay|a") == 4                                   # SK-23


@pytest.mark.parametrize(("n", "key"), [(179, "hospital_days.accident|c1"), (180, "hospital_days.stay|a")])
def test_sk_24_admitted_180_days_after_the_accident(n: int, key: str) -> None:
    s = Story()
    s.injury("c1", "2023-02-01")
    s.stay("a", after("2023-02-01", n), after("2023-02-01", n + 1), "c1")
    assert s.used("2023-12-31", key) == 2


def test_sk_25_beyond_180_days_in_one_running_stay() -> None:
    s = Story(kind=60)
    s.injury("c1", "2023-01-05")
    s.stay("a", "2023-01-05", "2023-09-01", "c1")                                              # 240 days
    got = s.on("2023-12-31")["limits"]
    assert (got["hospital_days.accident|c1"][2], got["hospital_days.stay|a"][2]) == (60, 60)
    assert [(l[2], l[3], l[6]) for l in s.on("2023-12-31")["lines"]] == [
        ("2023-01-05", "2023-03-05", "payable"), ("2023-03-06", "2023-07-03", "reduced"), ("2023-07-04", "2023-09-01", "payable")]


def test_sk_37_visits_before_between_after() -> None:
    s = Story()
    s.sick("c1", "K57.3", "2023-01-01")
    s.stay("a", "2023-06-01", "2023-06-05", "c1")
    s.stay("b", "2023-07-01", "2023-07-02", "c1")
    for day in ("2023-03-02", "2023-03-03", "2023-06-05", "2023-06-20", after("2023-07-02", 180), after("2023-07-02", 181)):
        s.tell("OutpatientVisited", visited_on=day, condition_id="c1")
    got = s.on("2023-12-31")
    assert [l[6:] for l in got["lines"] if l[0] == "outpatient_daily"] == [
        ("declined", "SK-37"), ("payable", ""), ("declined", "SK-36"), ("payable", ""), ("payable", ""), ("declined", "SK-37")]
    assert (got["limits"]["outpatient_days.before|a"][2], got["limits"]["outpatient_days.after|a"][2]) == (1, 2)
    assert s.declined("2023-05-31") == ["SK-37", "SK-37"]                                      # the stay is not known to the day


def test_sk_38_sk_39_injury_visits() -> None:
    s = Story()
    s.injury("c1", "2023-01-05")
    s.tell("ImmobilisationWorn", from_="2023-01-05", to="2023-05-31", condition_id="c1", device="cast", site="long_bone", injury="fracture")
    s.tell("OutpatientVisited", visited_on=after("2023-01-05", 180), condition_id="c1")
    got = s.on("2023-12-31")
    assert got["limits"]["outpatient_days.injury|c1"] == ["days", 90, 90]
    assert s.declined("2023-12-31") == ["SK-38"]
    assert s.pays("2023-12-31") == {"outpatient_daily": 225_000}


@pytest.mark.parametrize(("n", "times"), [(59, 1), (60, 2)])
def test_sk_50_sixty_days(n: int, times: int) -> None:
    s = Story()
    s.sick("c1", "C34.1", "2023-02-01")
    for day in ("2023-02-20", after("2023-02-20", n)):
        s.tell("RadiationGiven", given_on=day, condition_id="c1", modality="external")
    assert s.pays("2023-12-31") == {"radiation": 50_000 * times}


@pytest.mark.parametrize(("code", "n", "times"), [("K276", 13, 1), ("K276", 14, 2), ("K617-2", 1, 2), ("K617.2", 1, 1), ("K617", 1, 2), ("K276.1", 1, 1)])
def test_sk_49_fourteen_days(code: str, n: int, times: int) -> None:
    s = Story()
    s.sick("c1", "H33.3", "2023-02-01")
    for day in ("2023-02-20", after("2023-02-20", n)):
        s.tell("SurgeryPerformed", performed_on=day, condition_id="c1", code=code, name="手術", basis="medical_fee")
    assert s.pays("2023-12-31") == {"surgery": 25_000 * times}


def test_sk_62_discharge_alive_or_more_than_365_days() -> None:
    for last, alive, paid in (("2023-02-13", True, 0), ("2023-02-14", True, 50_000), ("2023-02-14", False, 0)):
        s = Story(riders={"medical_lump_sum": True})
        s.sick("c1", "K57.3", "2023-01-05")
        s.stay("a", "2023-02-01", last, "c1", alive=alive)
        assert s.pays("2023-12-31").get("lump_discharge", 0) == paid
    s = Story(riders={"medical_lump_sum": True}).renewed("2024-01-01")
    s.sick("c1", "K57.3", "2023-01-05")
    s.tell("HospitalAdmitted", stay_id="a", admitted_on="2023-02-01", condition_id="c1")
    s.tell("StayConfirmed", stay_id="a", through="2024-02-01")
    assert (s.pays("2024-01-31").get("lump_discharge"), s.pays("2024-02-01").get("lump_discharge")) == (None, 50_000)


def test_sk_63_injury_90_days_within_365_days_from_the_accident() -> None:
    s = Story(riders={"medical_lump_sum": True}).renewed("2024-01-01")
    s.injury("c1", "2023-01-10")
    s.stay("a", after("2023-01-10", 179), after("2023-01-10", 448), "c1")                      # 270 days, 186 of them in time
    assert s.pays("2024-12-31")["lump_long"] == 100_000


@pytest.mark.parametrize(("grades", "percent"), [([5, 5], 89), ([4, 14], 69), ([2, 5], 100), ([6, 8], 69), ([8, 9], 42), ([13, 13], 10),
                                                  ([8, 13], 41), ([12, 13, 14], 15), ([13, 14], 7)])
def test_sk_71_several_disabilities(grades: list[int], percent: int) -> None:
    s = Story(injury_disability=10_000_000)
    s.injury("c1", "2023-01-10")
    s.tell("DisabilityFixed", fixed_on=after("2023-01-10", 179), accident_on="2023-01-10", condition_id="c1",
           disabilities=[{"grade": g, "site": f"x{n}"} for n, g in enumerate(grades)])
    assert s.pays("2023-12-31") == {"injury_disability": 100_000 * percent}


def test_sk_72_worsening_and_late() -> None:
    s = Story(injury_disability=10_000_000)
    s.injury("c1", "2023-01-10")
    s.tell("DisabilityFixed", fixed_on="2023-03-01", accident_on="2023-01-10", condition_id="c1", disabilities=[{"grade": 7, "site": "arm"}],
           existing=[{"grade": 12, "site": "arm"}, {"grade": 3, "site": "eye"}])
    assert s.pays("2023-12-31") == {"injury_disability": 3_200_000}
    s.tell("DisabilityFixed", fixed_on=after("2023-01-10", 180), accident_on="2023-01-10", condition_id="c1", disabilities=[{"grade": 1, "site": "leg"}])
    assert (s.pays("2023-12-31"), s.declined("2023-12-31")) == ({"injury_disability": 3_200_000}, ["SK-70"])


def test_sk_69_incident_outlasts_its_period_and_stops_at_six_million() -> None:
    s = Story(riders={"anticancer": True})
    s.sick("c1", "C34.1", "2023-03-01")
    s.tell("AnticancerTreated", from_="2023-12-15", to="2029-06-30", condition_id="c1", drug="chemotherapy")
    assert s.pays("2029-12-31") == {"anticancer": 6_000_000}                                  # 60 of 67 months
    assert s.on("2029-12-31")["status"][0] == "matured"


def test_sk_77_sk_78_property() -> None:
    s = Story(belongings=True, household=3_000_000)
    items = [{"kind": "ordinary", "repair_cost": 150_000, "current_value": 120_000}, {"kind": "cash_or_tickets", "current_value": 80_000},
             {"kind": "valuables", "current_value": 400_000}, {"kind": "excluded", "current_value": 9_999}]
    for loss_id, cover in (("l1", "belongings"), ("l2", "household")):
        s.tell("PropertyLost", loss_id=loss_id, occurred_on="2023-05-01", cover=cover, cause="theft", items=items, police_report="受理 1")
        s.tell("PropertyLost", loss_id=loss_id + "x", occurred_on="2023-05-02", cover=cover, cause="theft", items=items)
    assert s.pays("2023-12-31") == {"belongings": 247_000, "household": 470_000}
    assert s.declined("2023-12-31") == ["SK-77", "SK-78"]


def test_sk_61_long_stay_for_cancer_from_day_366() -> None:
    s = Story("E", kind=60, riders={"cancer_long_stay": True}).renewed("2024-01-01")
    s.sick("c1", "D05.1", "2023-01-05")
    s.stay("a", "2023-01-10", "2024-01-10", "c1")                                              # 366 days
    assert s.pays("2024-12-31") == {"hospital_daily": 60 * 5_000, "cancer_long_stay": 5_000}


@pytest.mark.parametrize(("last", "paid"), [(89, 0), (90, 1_002_740)])
def test_sk_86_ninety_days(last: int, paid: int) -> None:
    s = Story(care={"lump_sum": 1_000_000, "annuity": 1_000_000, "min_level": "care2"})
    s.tell("CareCertified", person_id="p1", certified_on="2023-04-25", valid_from="2023-04-05", valid_to=after("2023-04-05", last), level="care2")
    assert sum(s.pays("2023-12-31").values()) == paid


def test_a_cut_by_on_is_a_cut_of_every_span() -> None:
    s = Story(riders={"anticancer": True})
    s.sick("c1", "C34.1", "2023-03-01")
    s.tell("AnticancerTreated", from_="2023-04-25", to="2023-06-30", condition_id="c1", drug="chemotherapy")
    s.stay("a", "2023-04-20", "2023-05-10", "c1")
    assert s.pays("2023-04-24") == {"hospital_daily": 50_000}
    assert s.pays("2023-05-01") == {"hospital_daily": 120_000, "anticancer": 200_000}
