"""What an assessment's entries come to: which days an account is shown, and what is added up before it is stored."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.journal import Deadline, Entry, Item, Opening
from projections.postings import netted, postings
from projections.tables import FOREVER
from tests.projections.stores import DAY, line, opening

LAST = date(2024, 12, 31)


def posted(*entries: tuple[int, Item]) -> list[tuple[str, int, int, int]]:
    """Of each posting: what it is on, `shown_to`, the amount, and whether something comes to stand."""
    found = netted(postings(Entry(DAY, sign, item).encoded() for sign, item in entries))
    return [(one.account.key or one.account.name, one.shown_to, one.amount, one.sign) for one in found]


@pytest.mark.parametrize(
    ("limit", "shown_to"),
    [
        (opening(), 0),
        (opening(standing=True), LAST.toordinal()),
        (opening(in_use=True), FOREVER),
        (opening(standing=True, in_use=True), FOREVER),
    ],
)
def test_an_opening_says_to_which_day_its_limit_is_shown_unused(limit: Opening, shown_to: int) -> None:
    assert posted((1, limit._replace(last=LAST))) == [("2024", shown_to, 0, 1)]
    assert posted((-1, limit._replace(last=LAST))) == [("2024", -shown_to, 0, -1)]


def test_a_window_without_an_end_is_shown_for_ever() -> None:
    assert posted((1, opening(standing=True))) == [("2024", FOREVER, 0, 1)]


def test_a_line_shows_its_limit_for_ever_and_its_opening_bears_it() -> None:
    limit = opening(standing=True)._replace(last=LAST)
    assert posted((1, limit), (1, line(5))) == [
        ("2024", LAST.toordinal() + FOREVER, 5, 1),
        ("cyber_cost", FOREVER, 5, 0),
    ]
    assert posted((-1, line(5)), (1, line(7))) == [("2024", 0, 2, 0), ("cyber_cost", 0, 2, 0)]


def test_what_comes_to_nothing_is_left_out() -> None:
    assert posted((-1, line(5)), (1, line(5)), (1, opening()), (-1, opening())) == []


def test_what_stood_twice_is_taken_back_twice() -> None:
    """Each by a movement that names one account."""
    due = Deadline(DAY, "payment", "k1", LAST, None, ("GN-01",))
    again = due._replace(counts_from=LAST)
    assert posted((-1, due), (-1, again)) == [("k1", -FOREVER, 0, -1)] * 2
    assert posted((1, due), (1, again)) == [("k1", FOREVER, 0, 1)] * 2
