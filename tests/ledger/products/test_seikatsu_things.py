"""SK-70 to SK-79: injury disability, liability, belongings, household goods, hole-in-one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu

END = "2023-12-31"


def holding(**covers: Any) -> Seikatsu:
    return Seikatsu(more=covers)


def declined(history: Seikatsu, day: str = END) -> list[str]:
    return [line["rules"][-1] for line in history.on(day)["benefits"] if line["decision"] == "declined"]


# ---- SK-70 to SK-72 -------------------------------------------------------------------------------------------------------------------


def disabled(
    history: Seikatsu,
    *grades: tuple[int, str],
    on: str = "2023-03-01",
    accident: str = "2023-01-05",
    existing: tuple[tuple[int, str], ...] = (),
) -> str:
    def listed(pairs: tuple[tuple[int, str], ...]) -> list[dict[str, Any]]:
        return [{"grade": grade, "site": site} for grade, site in pairs]

    more = {"existing": listed(existing)} if existing else {}
    return history.add(
        "DisabilityFixed", fixed_on=on, accident_on=accident, condition_id="i1", disabilities=listed(grades), **more
    )


def injured(amount: int = 10_000_000) -> Seikatsu:
    history = holding(injury_disability=amount)
    history.injury()
    return history


@pytest.mark.parametrize(
    ("grade", "percent"), list(enumerate((100, 89, 78, 69, 59, 50, 42, 34, 26, 20, 15, 10, 7, 4), 1))
)
def test_sk_70_the_percentage_of_each_grade(grade: int, percent: int) -> None:
    history = injured()
    disabled(history, (grade, "hand"))

    assert history.pays(END) == {"injury_disability": 100_000 * percent}


@pytest.mark.parametrize(("on", "rules"), [("2023-07-02", []), ("2023-07-03", []), ("2023-07-04", ["SK-70"])])
def test_sk_70_within_180_days_from_the_accident_that_day_included(on: str, rules: list[str]) -> None:
    history = injured()
    disabled(history, (14, "hand"), on=on)

    assert declined(history) == rules


@pytest.mark.parametrize(
    ("grades", "percent"),
    [
        ((5, 5), 89),
        ((5, 6), 78),  # one of 1 to 5 only: two of 1 to 8, two up from 5
        ((8, 8), 50),
        ((8, 9), 42),  # two of 1 to 13, one up from 8
        ((2, 5), 100),
        ((1, 5), 100),
        ((9, 13), 33),  # one up would be 34; the sum is 26 + 7
        ((9, 12), 34),
        ((13, 13), 10),
        ((13, 14), 7),
        ((14, 14), 4),
        ((3, 4, 5), 100),
    ],
)
def test_sk_71_two_or_more_raise_the_heaviest(grades: tuple[int, ...], percent: int) -> None:
    history = injured()
    disabled(history, *((grade, f"site{n}") for n, grade in enumerate(grades)))

    assert history.pays(END) == {"injury_disability": 100_000 * percent}


def test_sk_72_worsening_pays_the_difference_at_that_site() -> None:
    history = injured()
    disabled(history, (7, "hand"), existing=((10, "hand"), (3, "eye")))

    assert history.pays(END) == {"injury_disability": 100_000 * (42 - 20)}


def test_sk_72_several_of_one_accident_are_one_assessment_from_the_later_day() -> None:
    history = injured()
    disabled(history, (8, "hand"), on="2023-03-01")
    disabled(history, (8, "foot"), on="2023-04-01")

    assert history.pays("2023-03-31") == {"injury_disability": 3_400_000}
    assert history.pays("2023-04-01") == {"injury_disability": 5_000_000}
    assert len(history.on("2023-04-01")["benefits"]) == 1


def test_sk_72_an_accident_is_that_of_its_condition_though_one_report_names_another_day() -> None:
    history = injured()
    disabled(history, (8, "hand"))
    disabled(history, (8, "foot"), accident="2023-01-06")

    assert history.pays(END) == {"injury_disability": 5_000_000}


def test_sk_70_the_amount_is_that_of_the_day_of_the_accident() -> None:
    history = injured()
    history.add("CoverageChanged", effective_on="2023-01-06", plan={"units": "1", "injury_disability": 20_000_000})
    disabled(history, (1, "hand"))

    assert history.pays(END) == {"injury_disability": 10_000_000}


# ---- SK-75, SK-76 ---------------------------------------------------------------------------------------------------------------------


def liable(history: Seikatsu, amount: int, cover: str = "personal", on: str = "2023-05-01", **more: Any) -> str:
    return history.add(
        "LiabilityIncurred", loss_id=f"l{len(history.ids)}", occurred_on=on, cover=cover, amount=amount, **more
    )


@pytest.mark.parametrize(
    ("amount", "paid"), [(199_999_999, 199_999_999), (200_000_000, 200_000_000), (200_000_001, 200_000_000)]
)
def test_sk_75_two_hundred_million_yen_an_accident(amount: int, paid: int) -> None:
    history = holding(personal_liability=True)
    liable(history, amount)
    liable(history, 1)

    assert history.pays(END) == {"liability": paid + 1}


@pytest.mark.parametrize("excluded", ["work", "vehicle", "household_relative", "natural_disaster", "excluded_object"])
@pytest.mark.parametrize(("cover", "rule"), [("personal", "SK-75"), ("bailee", "SK-76")])
def test_sk_75_sk_76_any_exclusion_declines(cover: str, rule: str, excluded: str) -> None:
    history = holding(personal_liability=True, bailee=1_000_000)
    liable(history, 10_000, cover, excluded=excluded)

    assert declined(history) == [rule]


@pytest.mark.parametrize(("amount", "paid"), [(4_999, 0), (5_000, 0), (5_001, 1), (100_000, 95_000)])
def test_sk_76_less_5_000_yen_an_accident(amount: int, paid: int) -> None:
    history = holding(bailee=1_000_000)
    liable(history, amount, "bailee")

    assert history.pays(END) == ({"bailee": paid} if paid else {})


def test_sk_76_the_plans_amount_a_period_and_afresh_in_the_next() -> None:
    history = holding(bailee=100_000)
    history.renewed(2024)
    liable(history, 85_000, "bailee")
    liable(history, 85_000, "bailee", on="2023-12-31")
    liable(history, 85_000, "bailee", on="2024-01-01")

    assert history.used(END, "bailee.period") == {"2023-01-01": (100_000, 100_000)}
    assert history.pays("2024-01-01") == {"bailee": 180_000}


# ---- SK-77, SK-78 ---------------------------------------------------------------------------------------------------------------------


def item(value: int, kind: str = "ordinary", repair: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "current_value": value} | ({"repair_cost": repair} if repair is not None else {})


def lost(
    history: Seikatsu,
    *items: dict[str, Any],
    cover: str = "belongings",
    cause: str = "damage",
    on: str = "2023-05-01",
    **more: Any,
) -> str:
    return history.add(
        "PropertyLost",
        loss_id=f"l{len(history.ids)}",
        occurred_on=on,
        cover=cover,
        cause=cause,
        items=list(items),
        **more,
    )


@pytest.mark.parametrize(
    ("items", "paid"),
    [
        ([item(3_000)], 0),
        ([item(3_001)], 1),
        ([item(99_999)], 96_999),
        ([item(100_000)], 97_000),
        ([item(100_001)], 97_000),
        ([item(80_000, repair=20_000)], 17_000),
        ([item(20_000, repair=80_000)], 17_000),
        ([item(30_000, "cash_or_tickets"), item(20_000, "cash_or_tickets")], 47_000),
        ([item(30_000, "cash_or_tickets"), item(20_001, "cash_or_tickets")], 47_000),
        ([item(50_000), item(50_000, "excluded")], 47_000),
        ([item(150_000, "valuables"), item(100_000)], 197_000),
    ],
)
def test_sk_77_what_belongings_come_to(items: list[dict[str, Any]], paid: int) -> None:
    history = holding(belongings=True)
    lost(history, *items)

    assert history.pays(END) == ({"belongings": paid} if paid else {})


def test_sk_77_at_most_300_000_a_period() -> None:
    history = holding(belongings=True)
    for _ in range(4):
        lost(history, item(100_000))

    assert history.used(END, "belongings.period") == {"2023-01-01": (300_000, 300_000)}


@pytest.mark.parametrize(
    ("cause", "more", "rules"),
    [
        ("left_behind", {}, ["SK-77"]),
        ("lost", {}, ["SK-77"]),
        ("damage", {}, []),
        ("theft", {}, ["SK-77"]),
        ("theft", {"police_report": "中央署 第12号"}, []),
    ],
)
def test_sk_77_causes(cause: str, more: dict[str, Any], rules: list[str]) -> None:
    history = holding(belongings=True)
    lost(history, item(50_000), cause=cause, **more)

    assert declined(history) == rules


def test_sk_77_excluded_things_alone_are_declined() -> None:
    history = holding(belongings=True)
    lost(history, item(50_000, "excluded"))

    assert declined(history) == ["SK-77"]


@pytest.mark.parametrize(
    ("items", "paid"),
    [
        ([item(1)], 1),
        ([item(500_000)], 500_000),
        ([item(299_999, "valuables")], 299_999),
        ([item(300_001, "valuables")], 300_000),
        ([item(50_001, "cash_or_tickets")], 50_000),
        ([item(10_000), item(1_000_000, "excluded")], 10_000),
        ([item(3_000_001)], 3_000_000),
    ],
)
def test_sk_78_what_household_goods_come_to(items: list[dict[str, Any]], paid: int) -> None:
    history = holding(household=3_000_000)
    lost(history, *items, cover="household")

    assert history.pays(END) == {"household": paid}


@pytest.mark.parametrize(("more", "rules"), [({}, ["SK-78"]), ({"police_report": "第3号"}, [])])
def test_sk_78_a_theft_needs_a_police_report(more: dict[str, Any], rules: list[str]) -> None:
    history = holding(household=3_000_000)
    lost(history, item(10_000), cover="household", cause="theft", **more)

    assert declined(history) == rules


# ---- SK-79 ------------------------------------------------------------------------------------------------------------------------------


def achieved(history: Seikatsu, other: int = 0, gifts: int = 0, **more: Any) -> str:
    costs = {"gifts": gifts, "party": 0, "tree": 0, "caddie": 0, "other": other}
    facts = {"feat": "hole_in_one", "in_japan": True, "accompanied": True} | more
    return history.add("HoleInOneAchieved", achieved_on="2023-05-01", costs=costs, **facts)


@pytest.mark.parametrize(("other", "paid"), [(29_999, 29_999), (30_000, 30_000), (30_001, 30_000)])
def test_sk_79_other_costs_up_to_a_tenth(other: int, paid: int) -> None:
    history = holding(hole_in_one=300_000)
    achieved(history, other)

    assert history.pays(END) == {"hole_in_one": paid}


def test_sk_79_the_insured_amount_for_each_achievement() -> None:
    history = holding(hole_in_one=300_000)
    achieved(history, gifts=300_001)
    achieved(history, gifts=299_999)

    assert history.pays(END) == {"hole_in_one": 599_999}


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({"in_japan": False}, ["SK-79"]),
        ({"accompanied": False}, ["SK-79"]),
        ({"accompanied": False, "official": True}, []),
        ({"caddie": False}, ["SK-79"]),
    ],
)
def test_sk_79_in_japan_witnessed_with_a_caddie(more: dict[str, Any], rules: list[str]) -> None:
    history = holding(hole_in_one=300_000)
    achieved(history, gifts=1, **more)

    assert declined(history) == rules


def test_sk_00_a_loss_outside_the_period_is_declined() -> None:
    history = holding(personal_liability=True)
    liable(history, 10, on="2024-01-01")

    assert declined(history, "2024-01-01") == ["SK-00"]
