"""Terms: dated rows, and nothing that falls back silently."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerFault
from ledger.terms import Row, TermMissing, Terms, TermsUnreadable

SHEET = """
version = "2024-04"

[hospital_daily]
clause = "SK-30"
unit = "yen a day and unit"
picked_by = "admission"
values = [
  { from = 1900-01-01, value = 5000, source = "Q8" },
  { from = 2024-04-01, value = 6000, source = "Q8 of 2024" },
]

[home_visit]
clause = ["SK-40", "SK-41"]
unit = "true or false"
picked_by = "accident"
values = [
  { from = 1900-01-01, source = "not yet" },
  { from = 2020-01-01, value = true, source = "Q17" },
  { from = 2030-01-01, source = "gone" },
]

[grades]
clause = "SK-70"
unit = "percent by grade"
picked_by = "accident"
values = [{ from = 1900-01-01, value = { 1 = 100, 2 = [89, { x = "y" }] }, source = "table" }]
"""


def one_term(rows: str, head: str = 'clause = "SK-30"\nunit = "yen"\npicked_by = "admission"') -> str:
    return f'version = "2024-04"\n[daily]\n{head}\nvalues = [{rows}]\n'


@pytest.mark.parametrize(
    ("day", "value"), [("1900-01-01", 5000), ("2024-03-31", 5000), ("2024-04-01", 6000), ("2200-12-31", 6000)]
)
def test_a_row_serves_from_its_day_to_the_next_row(day: str, value: int) -> None:
    assert Terms.parse(SHEET).at("hospital_daily", date.fromisoformat(day)) == value


def test_a_date_before_the_first_row_is_an_error_that_names_both() -> None:
    with pytest.raises(
        TermMissing, match=r"hospital_daily \(SK-30\) has no value on 1899-12-31: its first row starts on 1900-01-01"
    ):
        Terms.parse(SHEET).at("hospital_daily", date(1899, 12, 31))


def test_an_unknown_term_is_an_error_that_names_both() -> None:
    with pytest.raises(
        TermMissing,
        match=r"no term hospital_dayly, asked for on 2024-01-01; .* have grades, home_visit, hospital_daily",
    ):
        Terms.parse(SHEET).at("hospital_dayly", date(2024, 1, 1))
    with pytest.raises(TermMissing, match="no term nothing"):
        Terms.parse(SHEET).of("nothing")
    assert issubclass(TermMissing, LedgerFault)


@pytest.mark.parametrize(("day", "since"), [("2019-12-31", "1900-01-01"), ("2030-01-01", "2030-01-01")])
def test_a_row_without_a_value_ends_a_term(day: str, since: str) -> None:
    terms = Terms.parse(SHEET)

    assert terms.at("home_visit", date(2029, 12, 31)) is True
    with pytest.raises(
        TermMissing, match=rf"home_visit \(SK-40, SK-41\) has no value on {day}: it has none from {since} on"
    ):
        terms.at("home_visit", date.fromisoformat(day))


def test_a_row_says_where_it_comes_from() -> None:
    terms = Terms.parse(SHEET)

    assert terms.row("hospital_daily", date(2024, 5, 1)) == Row(date(2024, 4, 1), 6000, "Q8 of 2024", None, False)
    assert (terms.of("home_visit").clauses, terms.of("grades").unit, terms.of("grades").picked_by) == (
        ("SK-40", "SK-41"),
        "percent by grade",
        "accident",
    )


def test_all_terms_can_be_walked_through() -> None:
    terms = Terms.parse(SHEET)

    assert [term.name for term in terms] == ["hospital_daily", "home_visit", "grades"]
    assert len(terms) == 3
    assert "grades" in terms
    assert "nothing" not in terms
    assert [row.value for row in terms.of("hospital_daily").rows] == [5000, 6000]


def test_values_cannot_be_changed() -> None:
    grades = Terms.parse(SHEET).at("grades", date(2024, 1, 1))

    assert isinstance(grades, MappingProxyType)
    assert grades["2"] == (89, {"x": "y"})
    with pytest.raises(TypeError):
        grades["1"] = 0  # type: ignore[index]
    with pytest.raises(TypeError):
        grades["2"][1]["x"] = "z"


def test_a_number_is_a_whole_number() -> None:
    terms = Terms.parse(SHEET)

    assert terms.number("hospital_daily", date(2024, 5, 1)) == 6000
    with pytest.raises(LedgerFault, match="home_visit on 2024-05-01 is no whole number: True"):
        terms.number("home_visit", date(2024, 5, 1))


ROW = '{ from = 1900-01-01, value = 1, source = "Q8" }'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            one_term('{ from = 2000-01-01, value = 1, source = "Q8" }'),
            "first row starts on 1900-01-01, found 2000-01-01",
        ),
        (one_term(f"{ROW}, {ROW}"), "rise by date, found 1900-01-01 after 1900-01-01"),
        (
            one_term(
                ROW + ', { from = 2024-01-02, value = 2, source = "a" }, { from = 2024-01-01, value = 3, source = "a" }'
            ),
            "found 2024-01-01 after 2024-01-02",
        ),
        (one_term(""), "daily.values: List should have at least 1 item"),
        (one_term('{ from = 1900-01-01, value = 1.0, source = "Q8" }'), "found 1.0"),
        (one_term('{ from = 1900-01-01, value = [1, { a = 0.5 }], source = "Q8" }'), "found 0.5"),
        (one_term('{ from = 1900-01-01, value = 1900-01-01T00:00:00Z, source = "Q8" }'), "found datetime"),
        (one_term("{ from = 1900-01-01, value = 1 }"), "values.0.source: Field required"),
        (
            one_term('{ from = 1900-01-01, value = 1, source = "" }'),
            "values.0.source: String should have at least 1 character",
        ),
        (
            one_term('{ from = 1900-01-01, to = 1999-12-31, value = 1, source = "Q8" }'),
            "values.0.to: Extra inputs are not permitted",
        ),
        (one_term('{ from = "1900-01-01", value = 1, source = "Q8" }'), "values.0.from: Input should be a valid date"),
        (
            one_term('{ from = 1900-01-01T00:00:00, value = 1, source = "Q8" }'),
            "values.0.from: Input should be a valid date",
        ),
        (one_term(ROW, 'clause = "SK-30"\nunit = "yen"'), "daily.picked_by: Field required"),
        (one_term(ROW, 'clause = []\nunit = "yen"\npicked_by = "accident"'), "daily.clause"),
        (
            one_term(ROW, 'clause = "SK-30"\nunits = "yen"\npicked_by = "accident"'),
            "daily.units: Extra inputs are not permitted",
        ),
        (one_term(ROW).replace('version = "2024-04"', ""), "version"),
        (one_term(ROW).replace("2024-04", "latest"), "version: String should match pattern"),
        (one_term(ROW).replace("[daily]", "edition = 3\n[daily]"), "terms.edition"),
        ("version = ", "terms.toml: Invalid value"),
    ],
)
def test_what_is_not_said_as_terms_must_say_it_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(TermsUnreadable) as refused:
        Terms.parse(text)

    assert complaint in str(refused.value)


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text(SHEET, encoding="utf-8")

    assert Terms.load(tmp_path) is Terms.load(str(tmp_path))
    assert Terms.load(tmp_path).version == "2024-04"


def test_a_fault_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('version = "1"', encoding="utf-8")

    with pytest.raises(TermsUnreadable, match=str(tmp_path / "terms.toml")):
        Terms.load(tmp_path)


def test_the_hash_does_not_see_layout() -> None:
    head, *tables = SHEET.split("\n[")
    shuffled = (
        head
        + "\n# a comment\n"
        + "".join(f"\n[{table}" for table in reversed(tables)).replace("5000", "5_000").replace(" = ", "=")
    )

    assert Terms.parse(shuffled).hash == Terms.parse(SHEET).hash


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ("5000", "5001"),
        ("2024-04-01", "2024-04-02"),
        ("Q8 of 2024", "Q9"),
        ("SK-30", "SK-31"),
        ("yen a day", "yen per day"),
        ("89", "88"),
        ('2024-04"', '2024-05"'),
        ('"gone"', '"gone", value = false'),
    ],
)
def test_the_hash_sees_every_change(found: str, changed: str) -> None:
    assert Terms.parse(SHEET.replace(found, changed, 1)).hash != Terms.parse(SHEET).hash


@given(
    st.lists(
        st.tuples(st.dates(date(1900, 1, 2), date(2200, 1, 1)), st.integers(0, 10**12)),
        unique_by=lambda row: row[0],
        max_size=8,
    ),
    st.dates(date(1900, 1, 1), date(2200, 12, 31)),
)
def test_the_row_that_serves_is_the_last_one_begun(rows: list[tuple[date, int]], day: date) -> None:
    dated = [(date(1900, 1, 1), 0), *sorted(rows)]
    terms = Terms.parse(
        one_term(", ".join(f'{{ from = {start}, value = {value}, source = "s" }}' for start, value in dated))
    )

    assert terms.at("daily", day) == [value for start, value in dated if start <= day][-1]
