"""SK-60 and SK-66 to SK-69: the diagnosis of cancer, and anticancer treatment by the month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan

END = "2023-12-31"
DIAGNOSIS = {"cancer_diagnosis": True}
ANTICANCER = {"anticancer": True}


def diagnosed(
    history: Seikatsu,
    day: str = "2023-03-10",
    started: str | None = "2023-03-20",
    condition_id: str = "c1",
    **more: Any,
) -> str:
    return history.add(
        "CancerDiagnosed", diagnosed_on=day, condition_id=condition_id, treatment_started_on=started, **more
    )


def treated(history: Seikatsu, first: str, last: str | None = None, condition_id: str = "c1", **more: Any) -> str:
    return history.add(
        "AnticancerTreated", from_=first, to=last or first, condition_id=condition_id, **{"drug": "chemotherapy"} | more
    )


def with_cancer(riders: Mapping[str, Any], icd10: str = "C34.1", onset: str = "2023-01-05", **more: Any) -> Seikatsu:
    history = Seikatsu(riders=dict(riders), **more)
    history.sickness(icd10=icd10, onset=onset)
    return history


def declined(history: Seikatsu, day: str = END) -> list[str]:
    return [line["rules"][-1] for line in history.on(day)["benefits"] if line["decision"] == "declined"]


# ---- SK-60 ----------------------------------------------------------------------------------------------------------------------------


def test_sk_60_counts_from_the_later_of_diagnosis_and_start_of_treatment() -> None:
    history = with_cancer(DIAGNOSIS)
    diagnosed(history)

    assert (history.pays("2023-03-19"), declined(history, "2023-03-19")) == ({}, [])
    assert (history.pays("2023-03-20"), declined(history, "2023-03-20")) == ({"cancer_diagnosis": 1_000_000}, [])
    assert history.used("2023-03-20", "cancer_diagnosis.period") == {"2023-01-01": (1, 1)}

    earlier = with_cancer(DIAGNOSIS)
    diagnosed(earlier, "2023-03-10", "2023-03-01")
    assert earlier.pays("2023-03-10") == {"cancer_diagnosis": 1_000_000}


@pytest.mark.parametrize(
    ("icd10", "more", "rules"),
    [
        ("C34.1", {}, []),
        ("D05.1", {}, []),
        ("D47.1", {}, []),
        ("D47.2", {}, ["SK-60"]),
        ("K35.8", {}, ["SK-60"]),
        ("C34.1", {"pathology": False}, ["SK-60"]),
        ("C34.1", {"pathology": False, "accepted_otherwise": True}, []),
        ("C34.1", {"first_ever": False}, ["SK-60"]),
    ],
)
def test_sk_60_first_ever_cancer_proven_and_treated(icd10: str, more: dict[str, Any], rules: list[str]) -> None:
    history = with_cancer(DIAGNOSIS, icd10)
    diagnosed(history, **more)

    assert declined(history) == rules


def test_sk_60_without_treatment_there_is_no_line() -> None:
    history = with_cancer(DIAGNOSIS)
    diagnosed(history, started=None)

    assert history.on(END)["benefits"] == []


def test_sk_60_once_a_policy_period() -> None:
    history = with_cancer(DIAGNOSIS)
    history.renewed(2024)
    for day in ("2023-03-10", "2023-12-31", "2024-01-01"):
        diagnosed(history, day, day)

    assert history.pays("2023-12-31") == {"cancer_diagnosis": 1_000_000}
    assert history.pays("2024-01-01") == {"cancer_diagnosis": 2_000_000}


@pytest.mark.parametrize(("onset", "rules"), [("2022-12-31", ["SK-04"]), ("2023-01-01", [])])
def test_sk_60_07_only_the_cancers_own_onset_counts_without_relief(onset: str, rules: list[str]) -> None:
    history = Seikatsu(riders=DIAGNOSIS)
    history.sickness("c0", onset="2020-01-01")
    history.sickness("c1", icd10="C34.1", onset=onset, caused_by=["c0"])
    history.renewed(2024, 2025)
    diagnosed(history, "2025-06-01", "2025-06-01")

    assert declined(history, "2025-12-31") == rules


def test_sk_60_not_held_no_line() -> None:
    history = with_cancer(ANTICANCER)
    diagnosed(history)

    assert history.on(END)["benefits"] == []


# ---- SK-66, SK-67 ---------------------------------------------------------------------------------------------------------------------


def test_sk_66_every_month_touched_counts_from_its_first_treated_day() -> None:
    history = with_cancer(ANTICANCER)
    treated(history, "2023-04-25", "2023-06-02")

    assert history.pays("2023-04-24") == {}
    assert [history.pays(day)["anticancer"] for day in ("2023-04-25", "2023-05-01", "2023-05-31", "2023-06-01", END)] == [
        100_000, 200_000, 200_000, 300_000, 300_000,
    ]  # fmt: skip


def test_sk_66_one_amount_a_month() -> None:
    history = with_cancer(ANTICANCER)
    treated(history, "2023-04-05")
    treated(history, "2023-04-25")

    assert history.pays(END) == {"anticancer": 100_000}


@pytest.mark.parametrize(("icd10", "amount"), [("C50.4", 50_000), ("C61", 50_000), ("C34.1", 100_000)])
def test_sk_66_half_for_hormone_therapy_of_breast_or_prostate_cancer(icd10: str, amount: int) -> None:
    history = with_cancer(ANTICANCER, icd10)
    treated(history, "2023-04-05", drug="hormone")

    assert history.pays(END) == {"anticancer": amount}


def test_sk_66_chemotherapy_later_in_the_month_makes_it_whole_from_its_own_day() -> None:
    history = with_cancer(ANTICANCER, "C50.4")
    treated(history, "2023-04-05", drug="hormone")
    treated(history, "2023-04-20")

    assert history.pays("2023-04-19") == {"anticancer": 50_000}
    assert history.pays("2023-04-20") == {"anticancer": 100_000}


@pytest.mark.parametrize(
    ("icd10", "more"),
    [
        ("D05.1", {}),
        ("K35.8", {}),
        ("C34.1", {"scheme": "advanced"}),
        ("C34.1", {"scheme": "trial"}),
        ("C34.1", {"approved": False}),
    ],
)
def test_sk_67_what_is_no_anticancer_treatment(icd10: str, more: dict[str, Any]) -> None:
    history = with_cancer(ANTICANCER, icd10)
    treated(history, "2023-04-05", **more)

    assert (history.pays(END), declined(history)) == ({}, ["SK-67"])


# ---- SK-68, SK-69 ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "keys"), [("2023-09-30", 1), ("2023-10-01", 1), ("2023-10-31", 1), ("2023-11-01", 2)]
)
def test_sk_68_a_month_within_six_after_the_last_treated_one_is_the_same_incident(second: str, keys: int) -> None:
    history = with_cancer(ANTICANCER)
    treated(history, "2023-04-01")
    treated(history, second)

    assert len(history.used(END, "anticancer.incident")) == keys


def test_sk_68_is_named_by_the_months_that_join_not_by_the_first() -> None:
    history = with_cancer(ANTICANCER)
    treated(history, "2023-04-25")
    treated(history, "2023-05-02")

    assert [line["rules"] for line in history.on(END)["benefits"]] == [["SK-66"], ["SK-68", "SK-66"]]


def test_sk_68_a_month_reported_late_bridges_two_incidents_and_its_retraction_parts_them() -> None:
    history = with_cancer(ANTICANCER)
    history.renewed(2024)
    treated(history, "2023-04-25")
    treated(history, "2024-02-10")
    assert history.used("2024-12-31", "anticancer.incident") == {
        "c1/2023-04": (100_000, 6_000_000),
        "c1/2024-02": (100_000, 6_000_000),
    }

    bridge = treated(history, "2023-09-01")
    assert history.used("2024-12-31", "anticancer.incident") == {"c1/2023-04": (300_000, 6_000_000)}

    history.add("FactRetracted", target=bridge, reason="another patient")
    assert set(history.used("2024-12-31", "anticancer.incident")) == {"c1/2023-04", "c1/2024-02"}


def test_sk_68_one_chain_of_conditions_is_one_incident_keyed_by_the_first_treated() -> None:
    history = with_cancer(ANTICANCER)
    history.sickness("c2", icd10="C79.3", caused_by=["c1"])
    treated(history, "2023-04-25", condition_id="c2")
    treated(history, "2023-05-25", condition_id="c1")

    assert history.used(END, "anticancer.incident") == {"c2/2023-04": (200_000, 6_000_000)}


def test_sk_69_six_million_yen_an_incident_over_60_months_and_renewals() -> None:
    history = with_cancer(ANTICANCER)
    history.renewed(*range(2024, 2030))
    treated(history, "2023-02-01", "2028-03-31")  # 62 months

    assert history.used("2027-12-31", "anticancer.incident") == {"c1/2023-02": (5_900_000, 6_000_000)}
    assert history.used("2028-01-01", "anticancer.incident") == {"c1/2023-02": (6_000_000, 6_000_000)}
    assert history.pays("2028-12-31") == {"anticancer": 6_000_000}
    assert [line["decision"] for line in history.on("2028-12-31")["benefits"]].count("reduced") == 2


def test_sk_69_incidents_that_start_in_one_period_share_six_million_yen() -> None:
    history = with_cancer(ANTICANCER)
    history.sickness("c2", icd10="C61")
    history.renewed(*range(2024, 2030))
    treated(history, "2023-02-01", "2026-01-31")  # 36 months
    treated(history, "2023-03-01", "2026-02-28", "c2")  # 36 months

    assert history.pays("2027-12-31") == {"anticancer": 6_000_000}
    assert history.used("2027-12-31", "anticancer.period")["2023-01-01"] == (6_000_000, 6_000_000)
    incidents = history.used("2027-12-31", "anticancer.incident")
    assert incidents == {"c1/2023-02": (3_100_000, 6_000_000), "c2/2023-03": (2_900_000, 6_000_000)}


def test_sk_69_from_the_day_of_a_change_the_rider_is_asked_anew_within_the_month() -> None:
    history = with_cancer({})
    history.add("CoverageChanged", effective_on="2023-05-15", plan=plan(riders=ANTICANCER))
    treated(history, "2023-05-10", "2023-05-20")

    assert declined(history) == ["SK-04"]


def test_sk_69_treatment_in_a_gap_between_periods_begins_no_incident() -> None:
    history = with_cancer(ANTICANCER, onset="2023-06-05")
    history.renewed(2025)
    treated(history, "2024-11-20", "2025-02-10")

    assert declined(history, "2025-12-31") == ["SK-00", "SK-00"]
    assert history.used("2025-12-31", "anticancer.incident") == {"c1/2025-01": (200_000, 6_000_000)}


def test_sk_69_an_incident_belongs_to_the_period_of_its_first_treated_day() -> None:
    history = with_cancer(ANTICANCER)
    history.renewed(2024)
    treated(history, "2023-12-31", "2024-01-01")

    assert history.used("2024-06-30", "anticancer.period") == {
        "2023-01-01": (200_000, 6_000_000),
        "2024-01-01": (0, 6_000_000),
    }


def test_sk_07_an_onset_before_the_riders_entry_declines_every_month() -> None:
    history = with_cancer(ANTICANCER, onset="2022-12-31")
    treated(history, "2023-04-25", "2023-05-02")

    assert declined(history) == ["SK-04", "SK-04"]


# ---- the rider held or not ------------------------------------------------------------------------------------------------------------


def test_sk_60_the_limit_of_the_period_is_shown_where_the_rider_is_held() -> None:
    assert with_cancer(DIAGNOSIS).used(END, "cancer_diagnosis.period") == {"2023-01-01": (0, 1)}
    assert with_cancer(ANTICANCER).used(END, "cancer_diagnosis.period") == {}


def test_sk_66_without_the_rider_there_is_no_line() -> None:
    never, dropped = with_cancer({}), with_cancer(ANTICANCER)
    dropped.add("CoverageChanged", effective_on="2023-04-01", plan=plan())
    for history in (never, dropped):
        treated(history, "2023-04-05")
        assert history.on(END)["benefits"] == []


def test_sk_07_what_caused_a_cancer_under_treatment_is_no_matter() -> None:
    history = Seikatsu(riders=ANTICANCER)
    history.sickness("c0", onset="2020-01-01")
    history.sickness("c1", icd10="C34.1", caused_by=["c0"])
    treated(history, "2023-04-05")

    assert history.pays(END) == {"anticancer": 100_000}


def test_sk_69_treatment_that_ended_in_a_gap_begins_no_incident_with_the_period_after_it() -> None:
    history = with_cancer(ANTICANCER)
    history.add("PolicyRenewed", period_start="2024-02-15", period_end="2025-02-15")
    treated(history, "2024-02-01", "2024-02-10")

    assert (history.pays("2024-12-31"), declined(history, "2024-12-31")) == ({}, ["SK-00"])


def test_sk_69_treatment_on_the_first_day_of_the_period_after_a_gap_begins_one() -> None:
    history = with_cancer(ANTICANCER)
    history.add("PolicyRenewed", period_start="2024-02-15", period_end="2025-02-15")
    treated(history, "2024-02-01", "2024-02-15")

    assert history.pays("2024-12-31") == {"anticancer": 100_000}


def test_sk_69_the_first_day_of_a_period_is_its_own() -> None:
    history = with_cancer(ANTICANCER)
    history.renewed(2024)
    treated(history, "2024-01-01")

    assert history.used("2024-06-30", "anticancer.period") == {"2024-01-01": (100_000, 6_000_000)}
