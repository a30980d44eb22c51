"""SK-80 to SK-90: income in long disability, care, and claim papers."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.periods import month_add
from tests.ledger.products.seikatsu_history import INSURED, Seikatsu

# ---- SK-80 to SK-82: disabled on 2023-01-10, so that day 120 is 2023-05-09, day 365 is 2024-01-09 and pay begins on 2024-01-10 ----

USUAL, PLAN = 300_000, 200_000


def worker(monthly: int = PLAN, birth: str = "1980-05-05", **more: Any) -> Seikatsu:
    history = Seikatsu(more={"income": {"monthly": monthly}}, insured=INSURED | {"birth_date": birth})
    history.renewed(*range(2024, 2036))
    history.sickness(icd10="I63.9", onset=more.pop("onset", "2023-01-10"))
    data = {"disability_id": "d1", "disabled_on": "2023-01-10", "condition_id": "c1"} | more
    history.add("WorkDisabilityStarted", **data)
    return history


def reported(history: Seikatsu, month: str, recovered: int = 0, benefits: int = 0, unable: bool | None = None) -> str:
    return history.add(
        "WorkIncomeReported", disability_id="d1", month=month, usual_income=USUAL, recovered_income=recovered, benefits_received=benefits,
        totally_unable=recovered == 0 if unable is None else unable,
    )  # fmt: skip


def months(first: str, n: int) -> list[str]:
    return [month_add(first, i) for i in range(n)]


def unable_for(history: Seikatsu, n: int = 13) -> Seikatsu:
    for month in months("2023-01", n):
        reported(history, month)
    return history


def income(history: Seikatsu, day: str) -> int:
    return history.pays(day).get("income_monthly", 0)


def test_sk_80_pay_begins_on_day_366_with_a_month_in_part() -> None:
    history = unable_for(worker(), 14)

    assert income(history, "2024-01-09") == 0
    assert income(history, "2024-01-10") == 146_667  # 22 days of January: 200,000 × 22 / 30
    assert income(history, "2024-02-01") == 346_667


@pytest.mark.parametrize("partial", ["2023-01", "2023-05"])
def test_sk_80_totally_unable_in_every_month_that_days_1_to_120_touch(partial: str) -> None:
    history = worker()
    for month in months("2023-01", 14):
        reported(history, month, recovered=30_000 if month == partial else 0)

    assert income(history, "2024-03-01") == 0


@pytest.mark.parametrize(("disabled_on", "qualifies"), [("2023-01-01", True), ("2023-01-02", False)])
def test_sk_80_but_not_in_the_month_after_day_120(disabled_on: str, qualifies: bool) -> None:
    """Day 120 is 30 April, or 1 May; there is some work in May."""
    history = worker(onset="2023-01-01", disabled_on=disabled_on)
    for month in months("2023-01", 14):
        reported(history, month, recovered=30_000 if month == "2023-05" else 0)

    assert (income(history, "2024-03-01") > 0) is qualifies


@pytest.mark.parametrize(("recovered", "qualifies"), [(239_999, True), (240_000, False), (240_001, False)])
def test_sk_80_then_a_loss_above_20_percent_to_day_365(recovered: int, qualifies: bool) -> None:
    history = worker()
    for month in months("2023-01", 14):
        reported(history, month, recovered=recovered if month == "2023-06" else 0)

    assert (income(history, "2024-03-01") > 0) is qualifies


@pytest.mark.parametrize("missing", ["2023-01", "2023-07", "2024-01"])
def test_sk_80_a_month_without_a_report_does_not_qualify(missing: str) -> None:
    history = worker()
    for month in months("2023-01", 14):
        if month != missing:
            reported(history, month)

    assert income(history, "2024-03-01") == 0


@pytest.mark.parametrize(("onset", "rules"), [("2022-12-31", ["SK-80"]), ("2023-01-01", [])])
def test_sk_80_an_onset_before_the_entry_declines(onset: str, rules: list[str]) -> None:
    history = unable_for(worker(onset=onset))

    assert [b["rules"][-1] for b in history.on("2024-01-31")["benefits"] if b["decision"] == "declined"] == rules


@pytest.mark.parametrize(
    ("recovered", "benefits", "paid"),
    [
        (0, 0, 200_000), (0, 100_000, 200_000), (0, 100_001, 199_999), (100_000, 50_000, 150_000), (200_000, 150_000, 0),
        (239_999, 0, 60_001), (240_000, 0, 0),
    ],
)  # fmt: skip
def test_sk_81_the_plan_or_what_is_lost(recovered: int, benefits: int, paid: int) -> None:
    history = unable_for(worker())
    reported(history, "2024-02", recovered, benefits)

    assert income(history, "2024-02-29") - 146_667 == paid


def test_sk_82_ends_the_day_before_the_60th_birthday_but_not_before_three_years() -> None:
    at_60 = unable_for(worker(birth="1967-03-16"), 60)  # 60 on 2027-03-16, after three years to 2027-01-09
    early = unable_for(worker(birth="1965-05-05"), 60)  # 60 on 2025-05-05

    assert at_60.on("2028-01-01")["benefits"][-1]["to"] == "2027-03-15"
    assert early.on("2028-01-01")["benefits"][-1]["to"] == "2027-01-09"


def test_sk_82_two_years_for_a_mental_disorder() -> None:
    assert unable_for(worker(mental=True), 60).on("2028-01-01")["benefits"][-1]["to"] == "2026-01-09"


def test_sk_82_ends_before_work_is_resumed_from_that_day_on() -> None:
    history = unable_for(worker(), 20)
    history.add("WorkResumed", disability_id="d1", resumed_on="2024-03-16")

    assert income(history, "2024-03-15") == 546_667
    assert income(history, "2024-03-16") == 446_667  # 15 days of March: 100,000
    assert income(history, "2024-06-30") == 446_667


@pytest.mark.parametrize(("recovered", "goes_on"), [(240_000, True), (240_001, False)])
def test_sk_82_an_income_above_80_percent_ends_it_for_good(recovered: int, goes_on: bool) -> None:
    history = unable_for(worker())
    reported(history, "2024-02", recovered)
    reported(history, "2024-03")

    assert income(history, "2024-03-31") == 146_667 + (200_000 if goes_on else 0)


def test_sk_00_an_injured_worker_disabled_after_the_scheme_is_outside_it() -> None:
    history = Seikatsu(more={"income": {"monthly": PLAN}})
    history.injury("i1", "2023-01-05")
    history.add("PolicyCancelled", cancelled_on="2023-01-09")
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="i1")
    unable_for(history)

    assert {line["rules"][-1] for line in history.on("2024-06-30")["benefits"]} == {"SK-00"}


def test_sk_82_ends_with_death() -> None:
    history = unable_for(worker(), 20)
    history.add("PersonDied", person_id="p1", died_on="2024-02-15")

    assert income(history, "2024-06-30") == 146_667 + 100_000


# ---- SK-85 to SK-87 -------------------------------------------------------------------------------------------------------------------

CARE = {"lump_sum": 3_000_000, "annuity": 600_000, "min_level": "care2"}


def cared(**certificate: Any) -> Seikatsu:
    history = Seikatsu(more={"care": CARE})
    history.renewed(2024, 2025)
    if certificate:
        certified(history, **certificate)
    return history


def certified(
    history: Seikatsu, valid_from: str = "2023-04-05", valid_to: str = "2024-04-04", level: str = "care5", **more: Any
) -> str:
    certified_on = more.pop("certified_on", valid_from)
    person = more.pop("person_id", "p1")
    return history.add(
        "CareCertified",
        person_id=person,
        certified_on=certified_on,
        valid_from=valid_from,
        valid_to=valid_to,
        level=level,
        **more,
    )


def test_sk_86_sk_87_from_start_plus_90() -> None:
    history = cared(certified_on="2023-04-25")

    assert history.pays("2023-07-03") == {}
    assert history.pays("2023-07-04") == {"care_lump": 3_000_000, "care_annuity": 1_644}
    assert (
        history.pays("2024-04-04")
        == history.pays("2024-12-31")
        == {"care_lump": 3_000_000, "care_annuity": 1_644 * 276}
    )


def test_sk_85_starts_on_the_earlier_of_certified_on_and_valid_from() -> None:
    history = cared(certified_on="2023-04-01")

    assert history.pays("2023-06-29") == {}
    assert history.pays("2023-06-30")["care_annuity"] == 1_644


@pytest.mark.parametrize(("valid_to", "pays"), [("2023-07-03", False), ("2023-07-04", True)])
def test_sk_86_if_it_still_holds_that_day(valid_to: str, pays: bool) -> None:
    assert bool(cared(valid_to=valid_to).pays("2023-12-31")) is pays


@pytest.mark.parametrize(("level", "pays"), [("care1", False), ("care2", True), ("care3", True), ("support2", False)])
def test_sk_85_at_the_level_or_above(level: str, pays: bool) -> None:
    assert bool(cared(level=level).pays("2023-12-31")) is pays


def test_sk_85_a_state_that_began_before_the_entry_is_not_begun_by_its_next_certificate() -> None:
    history = cared(certified_on="2022-12-20", valid_from="2022-12-20", valid_to="2023-01-31")
    certified(history, "2023-02-01", "2023-12-31")

    assert history.pays("2023-12-31") == {}


def test_sk_85_another_person_is_not_the_insured() -> None:
    assert cared(person_id="m1").pays("2023-12-31") == {}


@pytest.mark.parametrize(("next_from", "annuity_to"), [("2024-04-05", "2024-12-31"), ("2024-04-06", "2024-04-04")])
def test_sk_85_a_certificate_by_the_day_after_continues_the_state(next_from: str, annuity_to: str) -> None:
    history = cared(level="care3")
    certified(history, next_from, "2024-12-31", "care2")

    first, *_ = [b for b in history.on("2025-06-30")["benefits"] if b["benefit"] == "care_annuity"]
    assert first["to"] == annuity_to


def test_sk_85_a_new_state_starts_after_the_one_before_though_certified_during_it() -> None:
    history = cared()
    certified(history, "2023-01-01", "2023-06-30")
    certified(history, "2023-07-02", "2023-12-31", certified_on="2023-03-01")

    annuity = [
        (line["from"], line["to"]) for line in history.on("2023-12-31")["benefits"] if line["benefit"] == "care_annuity"
    ]
    assert annuity == [("2023-04-01", "2023-06-30"), ("2023-09-29", "2023-12-31")]


def test_sk_85_a_lighter_certificate_ends_it_the_day_before() -> None:
    history = cared(level="care3")
    certified(history, "2023-10-01", "2024-09-30", "care1")

    assert history.pays("2023-12-31")["care_annuity"] == 1_644 * 89


def test_sk_85_ended_on_is_the_last_day() -> None:
    history = cared(level="care3")
    history.add("CareEnded", person_id="p1", ended_on="2023-07-10")

    assert history.pays("2023-12-31")["care_annuity"] == 1_644 * 7


@pytest.mark.parametrize(("arose", "rules"), [("2022-12-31", ["SK-85", "SK-85"]), ("2023-01-01", [])])
def test_sk_85_a_cause_before_the_entry_declines(arose: str, rules: list[str]) -> None:
    history = cared(level="care3", cause_arose_on=arose)

    assert [b["rules"][-1] for b in history.on("2023-12-31")["benefits"] if b["decision"] == "declined"] == rules


@pytest.mark.parametrize(("kind", "field"), [("sickness", "onset_on"), ("injury", "accident_on")])
@pytest.mark.parametrize(("arose", "paid"), [("2022-12-31", 0), ("2023-01-01", 3_000_000)], ids=["before", "on the day"])
def test_sk_85_a_cause_arises_with_onset_or_accident_of_its_condition(kind: str, field: str, arose: str, paid: int) -> None:
    history = cared()
    history.add("ConditionRecorded", condition_id="c1", kind=kind, **{field: arose})
    certified(history, condition_id="c1")

    assert history.pays("2023-12-31").get("care_lump", 0) == paid


def test_sk_86_the_lump_sum_once_in_a_lifetime() -> None:
    history = cared(valid_to="2023-12-31")
    certified(history, "2024-03-01", "2025-02-28")

    assert history.pays("2024-12-31")["care_lump"] == 3_000_000
    assert [b["rules"][-1] for b in history.on("2024-12-31")["benefits"] if b["decision"] == "declined"] == ["SK-86"]


def test_sk_87_goes_on_after_the_option_is_dropped_a_new_state_is_not_covered() -> None:
    history = cared(valid_to="2023-12-31")
    history.add("CoverageChanged", effective_on="2023-08-01", plan={"units": "1"})
    certified(history, "2024-03-01", "2025-02-28")

    assert history.pays("2025-12-31")["care_annuity"] == 1_644 * 181


@pytest.mark.parametrize(("annuity", "a_day"), [(365, 1), (366, 2), (730, 2), (731, 3)])
def test_sk_87_a_day_is_rounded_up(annuity: int, a_day: int) -> None:
    history = Seikatsu(more={"care": CARE | {"annuity": annuity}})
    certified(history)

    assert history.pays("2023-07-04")["care_annuity"] == a_day


# ---- SK-90 ------------------------------------------------------------------------------------------------------------------------------


def ill(units: str = "4", icd10: str = "K35.8", **more: Any) -> Seikatsu:
    history = Seikatsu(units, **more)
    history.sickness(icd10=icd10, onset="2023-03-01")
    return history


def claimed(history: Seikatsu, claim_id: str, on: str, *facts: str) -> None:
    history.add(
        "ClaimFiled", claim_id=claim_id, filed_on=on, claimant="insured", **({"facts": list(facts)} if facts else {})
    )


def papers(history: Seikatsu, day: str = "2023-12-31") -> list[tuple[Any, ...]]:
    return [(c["claim_id"], c["claimed"], c["threshold"], c["required"]) for c in history.on(day)["certificates"]]


def test_sk_90_exactly_300_000_not_yet_one_visit_more_is() -> None:
    at, over = ill(), ill()
    for history in (at, over):
        history.stay("s1", "2023-03-01", "2023-03-15")
    over.visit("2023-03-20")
    for history in (at, over):
        claimed(history, "k1", "2023-04-01")

    assert papers(at) == [("k1", 300_000, 300_000, False)]
    assert papers(over) == [("k1", 310_000, 300_000, True)]


def test_sk_90_amounts_add_up_since_the_last_certificate() -> None:
    history = ill()
    first = history.stay("s1", "2023-03-01", "2023-03-15")
    second = history.stay("s2", "2023-05-01", "2023-05-06")
    third = history.stay("s3", "2023-06-01", "2023-06-02")
    claimed(history, "k1", "2023-04-01", first)
    claimed(history, "k2", "2023-05-10", second)
    assert papers(history) == [("k1", 300_000, 300_000, False), ("k2", 420_000, 300_000, True)]

    history.add("CertificateSubmitted", claim_id="k2", submitted_on="2023-05-20")
    claimed(history, "k3", "2023-06-10", third)

    assert papers(history)[-1] == ("k3", 40_000, 300_000, False)


@pytest.mark.parametrize(("last", "required"), [("2023-03-04", False), ("2023-03-05", True)])
@pytest.mark.parametrize("icd10", ["C34.1", "I21.0", "I60.9", "I61.9", "I63.9"])
def test_sk_90_100_000_for_the_three_diseases(icd10: str, last: str, required: bool) -> None:
    history = ill("2", icd10)
    history.stay("s1", "2023-03-01", last)
    history.visit("2023-03-20")
    history.visit("2023-03-21")
    history.visit("2023-03-22")
    history.visit("2023-03-23")
    claimed(history, "k1", "2023-04-01")

    assert [(c[2], c[3]) for c in papers(history)] == [(100_000, required)]


@pytest.mark.parametrize(("first", "second", "threshold"), [("K35.8", "C34.1", 300_000), ("C34.1", "K35.8", 100_000)])
def test_sk_90_of_a_hospitalisation_the_direct_cause_decides(first: str, second: str, threshold: int) -> None:
    history = ill("2", first)
    history.sickness("c2", icd10=second, onset="2023-03-01")
    history.stay("s1", "2023-03-01", "2023-03-03", other_condition_ids=["c2"])
    joined = history.stay("s2", "2023-03-10", "2023-03-12", condition_id="c2")
    claimed(history, "k1", "2023-04-01", joined)

    assert [c[1:3] for c in papers(history)] == [(3 * history.on("2023-04-01")["benefits"][0]["rate"], threshold)]


def test_sk_90_always_for_anticancer_never_for_care() -> None:
    history = Seikatsu(riders={"anticancer": True}, more={"care": CARE})
    history.sickness(icd10="C34.1")
    treatment = history.add(
        "AnticancerTreated", from_="2023-03-01", to="2023-03-01", condition_id="c1", drug="chemotherapy"
    )
    certificate = certified(history)
    claimed(history, "k1", "2023-08-01", certificate)
    claimed(history, "k2", "2023-09-01", treatment)

    assert [(c[0], c[1], c[3]) for c in papers(history)] == [("k1", 0, False), ("k2", 100_000, True)]


def test_sk_90_grows_with_the_months_of_a_prescription_and_with_the_start_of_a_treatment() -> None:
    history = Seikatsu(riders={"anticancer": True, "cancer_diagnosis": True})
    history.sickness(icd10="C34.1")
    history.add("ClaimFiled", claim_id="k1", filed_on="2023-03-05", claimant="insured")
    history.add("AnticancerTreated", condition_id="c1", drug="chemotherapy", from_="2023-03-20", to="2023-05-06")
    history.add("CancerDiagnosed", condition_id="c1", diagnosed_on="2023-03-01", treatment_started_on="2023-06-10")
    days = ("2023-03-19", "2023-03-20", "2023-04-01", "2023-05-01", "2023-06-09", "2023-06-10")
    claimed = [history.on(day)["certificates"][0]["claimed"] for day in days]
    assert claimed == [0, 100_000, 200_000, 300_000, 300_000, 1_300_000]


def test_sk_90_grows_with_the_first_day_of_pay_for_a_work_disability() -> None:
    history = unable_for(worker(), 20)
    history.add("ClaimFiled", claim_id="k1", filed_on="2023-12-05", claimant="insured")

    assert [history.on(day)["certificates"][0]["required"] for day in ("2024-01-09", "2024-01-10")] == [False, True]


def test_sk_90_grows_with_a_stay_that_outlasts_the_filing() -> None:
    history = ill()
    history.stay("s1", "2023-03-01", "2023-03-31")
    claimed(history, "k1", "2023-03-10")

    assert papers(history, "2023-03-15") == [("k1", 300_000, 300_000, False)]
    assert papers(history, "2023-03-16") == [("k1", 320_000, 300_000, True)]
