"""What an assessment's entries come to: which days an account is shown, and what is added up before it is stored."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.journal import Deadline, Entry, Held, Item, Opening
from projections.postings import netted, postings
from projections.said import Course, Said
from projections.tables import FOREVER, LIMIT
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


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (3, 2, 1, 0)])
def test_an_opening_is_of_the_product_held_and_one_that_goes_of_the_one_held_before(order: tuple[int, ...]) -> None:
    """In whatever order an assessment says so."""
    course, old, new = Course(), Entry(date.min, -1, Held(date.min, "oyako")), Entry(date.min, 1, Held(date.min, "cyber"))
    assert products(course, Entry(date.min, 1, Held(date.min, "oyako")), Entry(DAY, 1, opening())) == [("2024", 1, "oyako")]
    change = (old, new, Entry(DAY, -1, opening()), Entry(DAY, 1, opening(key="2025")))
    assert sorted(products(course, *(change[n] for n in order))) == [("2024", -1, "oyako"), ("2025", 1, "cyber")]
    assert products(course, Entry(DAY, 1, opening(key="2026"))) == [("2026", 1, "cyber")]
    assert products(course, Entry(date.min, -1, Held(date.min, "cyber")), Entry(DAY, -1, opening(key="2026"))) == [("2026", -1, "cyber")]
    assert products(course, Entry(DAY, 1, opening(key="2027"))) == [("2027", 1, None)]


def products(course: Course, *entries: Entry) -> list[tuple[str | None, int, str | None]]:
    """Of each opening that an assessment posts: its key, whether it comes or goes, and its product."""
    posted = course.take(Said("P-1", 1, 1, netted(postings(entry.encoded() for entry in entries))))
    return [(one.stands.key, one.sign, one.stands.product) for one in posted if one.stands is not None and one.account.kind == LIMIT]


def test_what_stood_twice_is_taken_back_twice() -> None:
    """Each by a movement that names one account."""
    due = Deadline(DAY, "payment", "k1", LAST, None, ("GN-01",))
    again = due._replace(counts_from=LAST)
    assert posted((-1, due), (-1, again)) == [("k1", -FOREVER, 0, -1)] * 2
    assert posted((1, due), (1, again)) == [("k1", FOREVER, 0, 1)] * 2
