"""Cyber: the tables of section 10, row by row, against the same tables as the calculator has them (CY-01, CY-02, CY-13)."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.products.cyber import PRODUCT
from tests.oracle import cyber

DAY = date(2025, 5, 5)
COST_CLINIC = cyber.COST | cyber.COST_CLINIC_1000
COST_OTHERS = {number: cyber.COST.get(number, amount) for number, amount in cyber.LIABILITY.items()}
PREMIUMS = {
    "premium_clinic": cyber.PREMIUM_CLINIC,
    "premium_hospital_50": {kind: pair[0] for kind, pair in cyber.PREMIUM_HOSPITAL.items()},
    "premium_hospital_100": {kind: pair[1] for kind, pair in cyber.PREMIUM_HOSPITAL.items()},
    "premium_care_facility_50": {kind: pair[0] for kind, pair in cyber.PREMIUM_CARE_FACILITY.items()},
    "premium_care_facility_100": {kind: pair[1] for kind, pair in cyber.PREMIUM_CARE_FACILITY.items()},
}


def test_cy_01_the_liability_limit_of_every_type() -> None:
    assert dict(PRODUCT.terms.at("liability_limit", DAY)) == cyber.LIABILITY


@pytest.mark.parametrize(
    ("term", "table"),
    [
        ("incident_cost_limit_clinic", COST_CLINIC),
        ("incident_cost_limit_hospital", COST_OTHERS),
        ("incident_cost_limit_care_facility", COST_OTHERS),
    ],
)
def test_cy_02_the_incident_cost_limit_of_every_type(term: str, table: dict[str, int]) -> None:
    assert dict(PRODUCT.terms.at(term, DAY)) == table


@pytest.mark.parametrize("term", PREMIUMS)
def test_cy_13_the_yearly_premium_of_every_type(term: str) -> None:
    assert dict(PRODUCT.terms.at(term, DAY)) == PREMIUMS[term]
