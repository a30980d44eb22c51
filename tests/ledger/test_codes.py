"""ICD-10 lists and procedure codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import Icd10List, icd10_code, normal, procedure_listed
from ledger.errors import LedgerFault

CANCER = Icd10List.parse(["C00–C14", "C15-C26", "C50", "C97", "D00-D09", "D45", "D47.1", "D47.3"])


@pytest.mark.parametrize(
    "code",
    [
        "C00",
        "C00.0",
        "C14",
        "C14.9",
        "C15",
        "C26.9",
        "C50.4",
        "D05.1",
        "D45",
        "D45.0",
        "D47.1",
        "D47.10",
        "D47.3",
        "C141",
    ],
)
def test_a_code_belongs_to_its_category(code: str) -> None:
    assert CANCER.covers(code)


@pytest.mark.parametrize(
    "code", ["B99", "C27", "C49.9", "C51", "C98", "D10", "D44", "D46", "D47", "D47.0", "D47.2", "D47.9"]
)
def test_what_lies_beside_a_list_is_not_on_it(code: str) -> None:
    assert not CANCER.covers(code)


@pytest.mark.parametrize("code", [None, "", "C", "C5", "不明", "C50.", "50.4", "C50-C51", "C50.4††"])
def test_no_code_is_on_no_list(code: str | None) -> None:
    assert not CANCER.covers(code)


@pytest.mark.parametrize("code", ["ｃ５０．４", "Ｃ５０.4", " c50.4 ", "C50 .4", "c504", "C50.4†", "C50.4＊"])
def test_widths_case_and_blanks_do_not_count(code: str) -> None:
    assert icd10_code(code) == ("C50", "4")
    assert CANCER.covers(code)


@pytest.mark.parametrize("entry", ["C", "C14-C00", "C00-C14.9", "C00.1-C14", "C00-C05-C09", "", "がん"])
def test_an_entry_that_cannot_be_read_is_a_fault(entry: str) -> None:
    with pytest.raises(LedgerFault, match="no entry of an ICD-10 list"):
        Icd10List.parse([entry])


def test_equal_lists_are_read_once() -> None:
    assert Icd10List.parse(["C00-C14"]) is Icd10List.parse(["C00-C14"])


CATEGORY = st.builds(lambda letter, number: f"{letter}{number:02}", st.sampled_from("ABCDEIU"), st.integers(0, 99))


@given(CATEGORY, CATEGORY, CATEGORY, st.sampled_from(["", ".0", ".9", ".12"]))
def test_a_range_holds_what_lies_between_its_ends(one: str, other: str, code: str, decimal: str) -> None:
    first, last = sorted([one, other])

    assert Icd10List.parse([f"{first}-{last}"]).covers(code + decimal) is (first <= code <= last)


LISTED = ["K022", "K047", "K047-2", "K276", "K533", "K617.2", "K841-3"]


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("K276", "K276"),
        ("K276.1", "K276"),  # an item of a code listed without one
        ("K617.2", "K617.2"),
        ("K617.2.1", "K617.2"),
        ("K047-2.1", "K047-2"),
        ("Ｋ２７６", "K276"),
        ("k047－2", "K047-2"),
        ("K047‐2", "K047-2"),
        ("K047ー2", "K047-2"),
        ("K６１７．２", "K617.2"),
    ],
)
def test_sk_49_a_listed_code_covers_its_items(code: str, entry: str) -> None:
    assert procedure_listed(code, LISTED) == entry


@pytest.mark.parametrize(
    "code", [None, "", "K617", "K617.1", "K617.22", "K617-2", "K047-3", "K022-2", "K0221", "K27", "K841"]
)
def test_sk_49_another_item_or_a_hyphen_is_another_code(code: str | None) -> None:
    assert procedure_listed(code, LISTED) is None


def test_codes_compare_after_nfkc() -> None:
    assert normal(" ｋ０２２．１ ") == "K022.1"
