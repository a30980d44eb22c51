"""Seikatsu: surgery, radiation, injury disability and property: what a line says, repeats, limits in the course of a period."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger import events as ev
from ledger.money import Reckoned
from ledger.products.seikatsu.rules.disability import percent_added
from ledger.timeline import Known
from tests.ledger.products.seikatsu_history import Seikatsu, plan
from tests.ledger.products.test_seikatsu_surgery import declined, irradiated, operated
from tests.ledger.products.test_seikatsu_things import disabled, injured, item, lost

END = "2023-12-31"


def shown(history: Seikatsu, benefit: str, day: str = END) -> list[dict[str, Any]]:
    return [line for line in history.on(day)["benefits"] if line["benefit"] == benefit]


# ---- SK-45 to SK-50 --------------------------------------------------------------------------------------------------


def test_sk_45_sk_50_a_declined_treatment_shows_what_it_would_come_to() -> None:
    history = Seikatsu()
    history.sickness(onset="2022-06-01")
    operated(history)
    irradiated(history, "2023-04-11")
    found = [(line["benefit"], line["gross"], line["decision"]) for line in history.on(END)["benefits"]]
    assert found == [("surgery", 25_000, "declined"), ("radiation", 25_000, "declined")]


def test_sk_49_the_last_paid_one_counts_not_the_first() -> None:
    history = Seikatsu()
    history.sickness()
    for day in ("2023-04-04", "2023-04-18", "2023-04-25"):
        operated(history, day, code="K276")
    assert declined(history, "surgery") == ["SK-49"]


@pytest.mark.parametrize("benefit", ["surgery", "radiation"])
def test_sk_35_an_exclusion_declines_surgery_and_radiation(benefit: str) -> None:
    history = Seikatsu()
    history.sickness(exclusion="drunk_driving")
    operated(history)
    irradiated(history, "2023-04-11")
    assert declined(history, benefit) == ["SK-35"]


# ---- SK-70 to SK-72 --------------------------------------------------------------------------------------------------


def test_sk_70_a_single_assessment_names_its_grade_s_clause_alone_several_name_all() -> None:
    history = injured()
    disabled(history, (8, "hand"), on="2023-03-01")
    disabled(history, (8, "foot"), on="2023-04-01")
    assert [line["rules"] for line in shown(history, "injury_disability", "2023-03-31")] == [["SK-70"]]
    assert [line["rules"] for line in shown(history, "injury_disability")] == [["SK-71", "SK-72", "SK-70"]]


def test_sk_72_where_nothing_was_there_before_nothing_is_subtracted() -> None:
    fixed = {"fixed_on": "2023-03-01", "accident_on": "2023-01-05", "condition_id": "i1", "disabilities": [{"grade": 7, "site": "hand"}]}
    day = date(2023, 3, 1)
    assert percent_added([Known("d1", day, ev.DisabilityFixed.parse(fixed))], day) == Reckoned(42)


def test_sk_72_where_nothing_has_worsened_nothing_is_due() -> None:
    history = injured()
    disabled(history, (7, "hand"), existing=((7, "hand"),))
    assert history.pays(END) == {}


def test_sk_35_an_exclusion_declines_injury_disability() -> None:
    history = Seikatsu(more={"injury_disability": 1_000_000})
    history.injury(exclusion="drunk_driving")
    disabled(history, (1, "hand"))
    assert declined(history, "injury_disability") == ["SK-35"]


# ---- SK-76 to SK-78: limits of a period ------------------------------------------------------------------------------


def test_sk_78_the_limit_stands_by_what_was_held_last_in_its_period() -> None:
    history = Seikatsu(more={"household": 1_000_000})
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(household=3_000_000))
    assert history.used("2023-05-31", "household.period") == {"2023-01-01": (0, 1_000_000)}
    assert history.used("2023-06-01", "household.period") == {"2023-01-01": (0, 3_000_000)}


def test_sk_78_what_a_renewal_raises_leaves_the_limit_of_the_period_before() -> None:
    history = Seikatsu(more={"household": 1_000_000})
    history.renewed(2024, plan=plan(household=3_000_000))
    lost(history, item(10_000), cover="household")
    assert history.used("2024-06-01", "household.period") == {"2023-01-01": (10_000, 1_000_000), "2024-01-01": (0, 3_000_000)}


def test_sk_77_the_limit_is_shown_where_the_cover_is_held() -> None:
    assert Seikatsu(more={"belongings": True}).used("2023-01-01", "belongings.period") == {"2023-01-01": (0, 300_000)}
    assert Seikatsu().used("2023-01-01", "belongings.period") == {}
