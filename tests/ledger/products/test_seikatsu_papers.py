"""SK-90: which claims count together, and what decides the amount from which a certificate is needed."""

from __future__ import annotations

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu
from tests.ledger.products.test_seikatsu_income_care import claimed, ill, papers


def three_claims() -> Seikatsu:
    """20,000 yen each, claimed on 1 April, 1 May and 1 June."""
    history = ill()
    for n, (stay, filed) in enumerate((("2023-03-10", "2023-04-01"), ("2023-04-10", "2023-05-01"), ("2023-05-10", "2023-06-01")), 1):
        claimed(history, f"k{n}", filed, history.stay(f"s{n}", stay, stay))
    return history


def certified(history: Seikatsu, claim_id: str, on: str) -> None:
    history.add("CertificateSubmitted", claim_id=claim_id, submitted_on=on)


def counted(history: Seikatsu) -> list[int]:
    return [paper[1] for paper in papers(history)]


def test_sk_90_claims_add_up_in_order_of_filing() -> None:
    assert counted(three_claims()) == [20_000, 40_000, 60_000]


@pytest.mark.parametrize(
    ("claim_id", "on", "then"),
    [
        ("k1", "2023-05-31", [20_000, 40_000, 20_000]),
        ("k1", "2023-06-01", [20_000, 40_000, 20_000]),
        ("k1", "2023-06-02", [20_000, 40_000, 60_000]),
        ("k1", "2023-04-30", [20_000, 20_000, 40_000]),
        ("k1", "2023-05-01", [20_000, 20_000, 20_000]),
        ("k3", "2023-06-01", [20_000, 40_000, 60_000]),
    ],
)
def test_sk_90_a_certificate_for_another_claim_by_the_filing_ends_what_was_claimed_to_its_day(
    claim_id: str, on: str, then: list[int]
) -> None:
    history = three_claims()
    certified(history, claim_id, on)
    assert counted(history) == then


def test_sk_90_of_several_certificates_the_last_counts() -> None:
    history = three_claims()
    certified(history, "k1", "2023-04-15")
    certified(history, "k2", "2023-05-15")
    assert counted(history) == [20_000, 20_000, 20_000]


@pytest.mark.parametrize(("icd10", "threshold"), [("K35.8", 300_000), ("C34.1", 100_000)])
def test_sk_90_of_a_surgery_its_own_condition_decides(icd10: str, threshold: int) -> None:
    history = ill("1", icd10)
    surgery = history.add("SurgeryPerformed", performed_on="2023-03-05", condition_id="c1", name="x", basis="medical_fee")
    claimed(history, "k1", "2023-04-01", surgery)
    assert [paper[2] for paper in papers(history)] == [threshold]


def test_sk_90_of_a_hospitalisation_another_that_is_claimed_with_it_does_not_decide() -> None:
    history = ill()
    history.sickness("c2", icd10="C34.1", onset="2023-03-01")
    first = history.stay("s1", "2023-03-01", "2023-03-02")
    history.stay("s2", "2023-03-10", "2023-03-12", condition_id="c2")
    claimed(history, "k1", "2023-04-01", first)
    assert [paper[2] for paper in papers(history)] == [300_000]


def test_sk_90_a_claim_of_which_nothing_is_payable_needs_none() -> None:
    history = ill()
    stay = history.stay("s1", "2023-03-01", "2023-03-20")
    checkup = history.stay("s2", "2023-04-01", "2023-04-02", purpose="checkup")
    claimed(history, "k1", "2023-04-05", stay)
    claimed(history, "k2", "2023-04-10", checkup)
    assert [paper[3] for paper in papers(history)] == [True, False]


def test_sk_90_grows_with_a_device_that_outlasts_the_filing() -> None:
    history = ill()
    history.injury("i1", "2023-03-01")
    worn = history.worn("2023-03-01", "2023-04-10")
    claimed(history, "k1", "2023-03-15", worn)
    assert [papers(history, day)[0][1] for day in ("2023-03-30", "2023-03-31", "2023-04-10", "2023-04-11")] == [
        300_000,
        310_000,
        410_000,
        410_000,
    ]


def test_sk_90_grows_with_a_named_stay_and_with_those_that_it_is_joined_to() -> None:
    history = ill()
    history.stay("s1", "2023-03-01", "2023-03-31")
    second = history.stay("s2", "2023-03-15", "2023-04-20")
    claimed(history, "k1", "2023-04-05", second)
    assert [papers(history, day)[0][1] for day in ("2023-04-05", "2023-04-06", "2023-04-20")] == [100_000, 120_000, 400_000]


def test_sk_90_one_line_of_anticancer_treatment_among_others_is_enough() -> None:
    history = ill("1", "C50.4", riders={"anticancer": True})
    history.add("AnticancerTreated", from_="2023-03-05", to="2023-03-05", condition_id="c1", drug="hormone")
    history.stay("s1", "2023-03-10", "2023-03-10")
    claimed(history, "k1", "2023-04-01")
    assert papers(history) == [("k1", 60_000, 100_000, True)]


def test_sk_90_a_diagnosis_of_which_no_treatment_has_started_adds_nothing() -> None:
    history = ill("1", "C50.4", riders={"cancer_diagnosis": True})
    history.add("CancerDiagnosed", condition_id="c1", diagnosed_on="2023-03-01")
    claimed(history, "k1", "2023-04-01")
    assert papers(history) == [("k1", 0, 300_000, False)]
