"""SK-45 to SK-56: surgery, radiation and advanced care, by rule id: each number under, at and over, each window's days and those beside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu

END = "2023-12-31"


def operated(history: Seikatsu, day: str = "2023-04-10", condition_id: str = "c1", **more: Any) -> str:
    return history.add(
        "SurgeryPerformed",
        performed_on=day,
        condition_id=condition_id,
        **{"name": "手術", "basis": "medical_fee"} | more,
    )


def irradiated(history: Seikatsu, day: str, condition_id: str = "c1", **more: Any) -> str:
    return history.add("RadiationGiven", given_on=day, condition_id=condition_id, **{"modality": "external"} | more)


def advanced(history: Seikatsu, day: str = "2023-06-01", fee: int = 1_000_000, **more: Any) -> str:
    return history.add(
        "AdvancedCareReceived", received_on=day, condition_id="c1", scheme="advanced", technical_fee=fee, **more
    )


def declined(history: Seikatsu, benefit: str, day: str = END) -> list[str]:
    return [
        line["rules"][-1]
        for line in history.on(day)["benefits"]
        if line["benefit"] == benefit and line["decision"] == "declined"
    ]


# ---- SK-45, SK-46 -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "icd10", "in_hospital", "amount"),
    [
        ("1", "K35.8", True, 100_000),
        ("1", "K35.8", False, 25_000),
        ("1", "C16.9", True, 200_000),
        ("1", "C16.9", False, 50_000),
        ("E", "K35.8", True, 50_000),
        ("E", "K35.8", False, 12_500),
        ("4", "C16.9", True, 800_000),
    ],
)
def test_sk_45_base_times_units_times_place_and_disease(units: str, icd10: str, in_hospital: bool, amount: int) -> None:
    history = Seikatsu(units)
    history.sickness(icd10=icd10)
    if in_hospital:
        history.stay("s1", "2023-04-10", "2023-04-12")
    operated(history)

    assert history.pays(END)["surgery"] == amount


def test_sk_45_the_surgerys_own_condition_decides_not_the_stays() -> None:
    history = Seikatsu()
    history.sickness(icd10="E11.9")
    history.sickness("c2", icd10="I83.9")
    history.stay("s1", "2023-04-01", "2023-04-20")
    operated(history, condition_id="c2")

    assert history.pays(END)["surgery"] == 100_000


@pytest.mark.parametrize(
    ("day", "amount"),
    [("2023-04-09", 25_000), ("2023-04-10", 100_000), ("2023-04-12", 100_000), ("2023-04-13", 25_000)],
)
def test_sk_46_in_hospital_is_found_by_the_day(day: str, amount: int) -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-04-10", "2023-04-12")
    operated(history, day)

    assert history.pays(END)["surgery"] == amount


def test_sk_46_a_stay_named_is_no_condition_and_a_stay_outside_insurance_is_no_hospital() -> None:
    named = Seikatsu()
    named.sickness()
    named.stay("s1", "2023-04-10", "2023-04-12")
    operated(named, "2023-05-10", stay_id="s1")
    private = Seikatsu()
    private.sickness()
    private.stay("s1", "2023-04-10", "2023-04-12", health_insured=False)
    operated(private)

    assert named.pays(END)["surgery"] == 25_000
    assert private.pays(END)["surgery"] == 25_000


def test_sk_46_a_surgery_in_hospital_is_so_before_the_stay_is_over() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-04-10", "2023-04-12")
    operated(history)

    assert history.pays("2023-04-10")["surgery"] == 100_000


# ---- SK-47, SK-48, SK-51 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "pays"),
    [
        ({"basis": "medical_fee"}, True),
        ({"basis": "dental_and_medical_fee"}, True),
        ({"basis": "dental_fee_only"}, False),
        ({"basis": "test_fee"}, False),
        ({"basis": "none"}, False),
        ({"basis": "advanced"}, False),
        ({"basis": "advanced", "kind": "open_excision"}, True),
        ({"basis": "advanced", "kind": "debridement"}, False),
    ],
)
def test_sk_47_bases_that_are_payable(more: dict[str, Any], pays: bool) -> None:
    history = Seikatsu()
    history.sickness()
    operated(history, **more)

    assert declined(history, "surgery") == ([] if pays else ["SK-47"])


@pytest.mark.parametrize(
    "kind",
    [
        "wound_care",
        "skin_incision",
        "debridement",
        "closed_reduction",
        "tooth_extraction",
        "transfusion",
        "stem_cell_transplant",
    ],
)
def test_sk_48_kinds_that_are_declined(kind: str) -> None:
    history = Seikatsu()
    history.sickness()
    operated(history, kind=kind)

    assert declined(history, "surgery") == ["SK-48"]


def test_sk_48_an_open_excision_is_no_such_kind() -> None:
    history = Seikatsu()
    history.sickness()
    operated(history, kind="open_excision")

    assert history.pays(END) == {"surgery": 25_000}


@pytest.mark.parametrize(
    ("icd10", "day", "rules"),
    [("N97.9", "2022-03-31", ["SK-51"]), ("N97.9", "2022-04-01", []), ("N46", "2022-03-31", ["SK-51"]), ("N45", "2022-03-31", [])],
)
def test_sk_51_infertility_from_april_2022(icd10: str, day: str, rules: list[str]) -> None:
    history = Seikatsu(period=("2022-01-01", "2023-01-01"))
    history.sickness(icd10=icd10, onset="2022-01-05")
    operated(history, day)

    assert declined(history, "surgery", "2022-12-31") == rules


# ---- SK-49 ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "rules"), [("2023-04-04", ["SK-49"]), ("2023-04-17", ["SK-49"]), ("2023-04-18", [])])
def test_sk_49_within_14_days_from_the_last_paid_one_that_day_included(day: str, rules: list[str]) -> None:
    history = Seikatsu()
    history.sickness(icd10="H33.3")
    operated(history, "2023-04-04", code="K276")
    operated(history, day, code="K276")

    assert declined(history, "surgery") == rules


def test_sk_49_what_a_rescission_declines_is_not_the_last_paid_one() -> None:
    history = Seikatsu()
    history.sickness()
    history.sickness("c2")
    operated(history, "2023-04-04", code="K276")
    operated(history, "2023-04-05", "c2", code="K276")
    history.add("PolicyRescinded", rescinded_on="2023-06-01", ground="disclosure", unrelated_conditions=["c2"])
    assert declined(history, "surgery", "2023-05-31") == ["SK-49"]
    assert declined(history, "surgery") == ["KR-04"]


def test_kr_10_surgery_for_an_injury_is_judged_by_the_accident() -> None:
    history = Seikatsu()
    history.injury("i1", "2023-01-05")
    operated(history, "2023-02-25", "i1")
    history.add("PolicyRescinded", rescinded_on="2023-03-01", ground="serious", reason_arose_on="2023-02-20")
    assert declined(history, "surgery") == []


def test_sk_50_what_a_rescission_declines_is_not_the_last_paid_one() -> None:
    history = Seikatsu()
    history.sickness()
    history.sickness("c2", caused_by=["c1"])
    irradiated(history, "2023-04-04")
    irradiated(history, "2023-04-05", "c2")
    history.add("PolicyRescinded", rescinded_on="2023-06-01", ground="disclosure", unrelated_conditions=["c2"])
    assert declined(history, "radiation", "2023-05-31") == ["SK-50"]
    assert declined(history, "radiation") == ["KR-04"]


def test_sk_49_counts_from_the_last_paid_one_not_from_a_declined_one() -> None:
    history = Seikatsu()
    history.sickness(icd10="H33.3")
    for day in ("2023-04-04", "2023-04-11", "2023-04-19"):
        operated(history, day, code="K276", side="right")

    assert history.pays(END)["surgery"] == 50_000


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        ({"code": "K276", "side": "right"}, {"code": "K276", "side": "left"}, []),
        ({"code": "K276", "side": "right"}, {"code": "K276"}, ["SK-49"]),
        ({"code": "K276"}, {"code": "Ｋ２７６"}, ["SK-49"]),
        ({"code": "K617.2"}, {"code": "K617.2"}, ["SK-49"]),
        ({"code": "K617-2"}, {"code": "K617-2"}, []),
        ({"code": "K617"}, {"code": "K617"}, []),
        ({"code": "K533"}, {"code": "K533.1"}, ["SK-49"]),
        ({"code": "K533"}, {"code": "K533-2"}, []),
        ({"code": "K277"}, {"code": "K277"}, []),
        ({}, {}, []),
    ],
)
def test_sk_49_which_surgeries_are_the_same(
    first: dict[str, Any], second: dict[str, Any], rules: list[str]
) -> None:
    history = Seikatsu()
    history.sickness()
    operated(history, "2023-04-04", **first)
    operated(history, "2023-04-10", **second)

    assert declined(history, "surgery") == rules


def test_sk_06_a_surgery_is_judged_by_its_own_day() -> None:
    history = Seikatsu(period=("2021-04-01", "2022-04-01"))
    for year in (2022, 2023):
        history.add("PolicyRenewed", period_start=f"{year}-04-01", period_end=f"{year + 1}-04-01")
    history.sickness(onset="2020-06-01")
    operated(history, "2023-03-31")
    operated(history, "2023-04-01")

    assert declined(history, "surgery") == ["SK-04"]
    assert history.pays(END) == {"surgery": 25_000}


# ---- SK-50 ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("icd10", "amount"), [("K35.8", 25_000), ("C34.1", 50_000)])
def test_sk_50_five_times_the_base_ten_for_lifestyle(icd10: str, amount: int) -> None:
    history = Seikatsu()
    history.sickness(icd10=icd10)
    history.stay("s1", "2023-04-10", "2023-04-10")
    irradiated(history, "2023-04-10")

    assert history.pays(END)["radiation"] == amount


@pytest.mark.parametrize(("day", "rules"), [("2023-02-21", ["SK-50"]), ("2023-04-20", ["SK-50"]), ("2023-04-21", [])])
def test_sk_50_once_in_60_days_from_the_last_paid_one(day: str, rules: list[str]) -> None:
    history = Seikatsu()
    history.sickness(icd10="C34.1")
    irradiated(history, "2023-02-20")
    irradiated(history, day)

    assert declined(history, "radiation") == rules


def test_sk_50_another_modality_on_another_day_is_another_therapy_on_one_day_one_pays() -> None:
    other_day, same_day = Seikatsu(), Seikatsu()
    for history, day in ((other_day, "2023-02-21"), (same_day, "2023-02-20")):
        history.sickness(icd10="C34.1")
        irradiated(history, "2023-02-20")
        irradiated(history, day, modality="stereotactic")

    assert declined(other_day, "radiation") == []
    assert declined(same_day, "radiation") == ["SK-50"]


def test_sk_50_is_counted_for_each_chain_of_conditions() -> None:
    history = Seikatsu()
    history.sickness(icd10="C34.1")
    history.sickness("c2", icd10="C79.3", caused_by=["c1"])
    history.sickness("c3", icd10="C61")
    for condition_id in ("c1", "c2", "c3"):
        irradiated(history, f"2023-03-0{condition_id[1]}", condition_id)

    assert declined(history, "radiation") == ["SK-50"]
    assert history.pays(END)["radiation"] == 100_000


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({"basis": "none"}, ["SK-50"]),
        ({"basis": "advanced"}, []),
        ({"modality": "hyperthermia"}, ["SK-50"]),
        ({"modality": "hyperthermia", "basis": "advanced"}, []),
        ({"modality": "brachytherapy"}, []),
    ],
)
def test_sk_50_bases_and_hyperthermia(more: dict[str, Any], rules: list[str]) -> None:
    history = Seikatsu()
    history.sickness(icd10="C34.1")
    irradiated(history, "2023-03-01", **more)

    assert declined(history, "radiation") == rules


# ---- SK-55, SK-56 -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nights", "amount", "paid"), [(4, 39_999, 39_999), (4, 40_000, 40_000), (4, 40_001, 40_000)])
def test_sk_55_lodging_at_most_10_000_yen_a_night_of_its_entry(nights: int, amount: int, paid: int) -> None:
    history = Seikatsu()
    history.sickness()
    advanced(history, fee=100, transport=50, lodging=[{"nights": nights, "amount": amount}, {"nights": 9, "amount": 1}])

    assert history.pays(END) == {"advanced_care": 151 + paid}


@pytest.mark.parametrize("more", [{"eligible": False}, {"in_japan": False}])
def test_sk_55_only_designated_care_in_japan(more: dict[str, Any]) -> None:
    history = Seikatsu()
    history.sickness()
    advanced(history, **more)

    assert declined(history, "advanced_care") == ["SK-55"]


def test_sk_56_ten_million_yen_a_period_under_at_and_over() -> None:
    history = Seikatsu()
    history.sickness()
    advanced(history, "2023-06-01", 9_999_999)
    advanced(history, "2023-07-01", 1)
    advanced(history, "2023-08-01", 5)

    assert history.used("2023-06-30", "advanced_care.period") == {"2023-01-01": (9_999_999, 10_000_000)}
    assert history.used("2023-07-31", "advanced_care.period") == {"2023-01-01": (10_000_000, 10_000_000)}
    assert history.pays(END) == {"advanced_care": 10_000_000}
    [cut] = [line for line in history.on(END)["benefits"] if line["decision"] == "reduced"]
    assert cut["cut_by"] == [{"limit": "advanced_care.period", "key": "2023-01-01", "by": 5}]


def test_sk_56_starts_afresh_with_each_period_and_takes_by_the_day_received() -> None:
    history = Seikatsu()
    history.renewed(2024)
    history.sickness()
    advanced(history, "2024-01-01", 10_000_000)
    advanced(history, "2023-12-31", 10_000_000)

    assert history.used("2023-12-31", "advanced_care.period") == {"2023-01-01": (10_000_000, 10_000_000)}
    assert history.pays("2024-01-01") == {"advanced_care": 20_000_000}


def test_sk_56_a_retracted_treatment_frees_the_limit_for_a_later_one() -> None:
    history = Seikatsu()
    history.sickness()
    first = advanced(history, "2023-06-01", 8_000_000)
    advanced(history, "2023-07-01", 8_000_000)
    assert history.pays(END) == {"advanced_care": 10_000_000}

    history.add("FactRetracted", target=first, reason="another patient")

    assert history.pays(END) == {"advanced_care": 8_000_000}
