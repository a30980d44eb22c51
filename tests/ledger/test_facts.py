"""What was made of facts is made again where an answer differs that it asked for, and only there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ledger import events as ev
from ledger.facts import Facts, Known

DAY = date(2023, 4, 1)


def condition(n: int, onset: date = date(2023, 3, 1)) -> Known[Any]:
    data = ev.ConditionRecorded(condition_id=f"c{n}", kind="sickness", onset_on=onset)
    return Known(f"condition {n}", date.min, data)


def visit(n: int, of: int, day: date = DAY) -> Known[Any]:
    return Known(f"visit {n}", day, ev.OutpatientVisited(visited_on=day, condition_id=f"c{of}"))


class Counted:
    """A reading that counts how often it is made."""

    def __init__(self, read: Callable[[Facts], Any]) -> None:
        self._read, self.made = read, 0

    def __call__(self, facts: Facts) -> Any:
        self.made += 1
        return self._read(facts)


def made_for(read: Callable[[Facts], Any], *views: Facts) -> int:
    """How often a reading is made for views one after another; each time it comes to what it would anew."""
    counted = Counted(read)
    for view in views:
        assert view.once(counted) == read(Facts(view, view._on))
    return counted.made


ONE = Facts([condition(1), visit(1, of=1)])


def test_a_reading_is_made_once_of_the_same_facts() -> None:
    assert made_for(lambda facts: len(facts.of(ev.OutpatientVisited)), ONE, ONE) == 1


def test_other_facts_of_a_type_that_was_asked_for_make_it_again() -> None:
    assert made_for(lambda facts: len(facts.of(ev.OutpatientVisited)), ONE, ONE.plus(visit(2, of=1))) == 2
    assert made_for(len, ONE, ONE.plus(condition(2))) == 2


def test_other_facts_of_a_type_that_was_not_asked_for_do_not() -> None:
    assert made_for(lambda facts: len(facts.of(ev.OutpatientVisited)), ONE, ONE.plus(condition(2))) == 1


def test_facts_that_name_something_else_do_not() -> None:
    def of_c1(facts: Facts) -> int:
        return len(facts.naming(ev.OutpatientVisited, "condition_id", "c1"))

    assert made_for(of_c1, ONE, ONE.plus(visit(2, of=2))) == 1
    assert made_for(of_c1, ONE, ONE.plus(visit(2, of=1))) == 2


def test_the_fact_of_another_event_does_not() -> None:
    def its_day(facts: Facts) -> date | None:
        fact = facts.get("visit 2")
        return fact.day if fact else None

    assert made_for(its_day, ONE, ONE.plus(visit(3, of=1))) == 1
    assert made_for(its_day, ONE, ONE.plus(visit(2, of=1))) == 2


def test_a_reading_that_comes_to_the_same_makes_nothing_again_that_asked_for_it() -> None:
    def onsets(facts: Facts) -> tuple[Any, ...]:
        return tuple(sorted({fact.data.onset_on for fact in facts.of(ev.ConditionRecorded)}))

    assert made_for(lambda facts: facts.once(onsets)[0], ONE, ONE.plus(condition(2))) == 1
    assert made_for(lambda facts: facts.once(onsets)[0], ONE, ONE.plus(condition(2, onset=date(2023, 2, 1)))) == 2


def test_the_same_rows_in_another_order_are_another_answer() -> None:
    def by_condition(facts: Facts) -> dict[str, int]:
        return {fact.data.condition_id: 0 for fact in facts.of(ev.OutpatientVisited)}

    one_way = Facts([visit(1, of=1), visit(2, of=2)])
    other_way = Facts([visit(1, of=2), visit(2, of=1)], like=one_way)
    assert made_for(lambda facts: next(iter(facts.once(by_condition))), one_way, other_way) == 2


def test_what_is_read_of_facts_that_come_of_these_rests_on_all_of_them() -> None:
    def earlier(facts: Facts) -> int:
        return len(facts.dated_to(DAY).of(ev.OutpatientVisited))

    assert made_for(earlier, ONE, ONE.plus(visit(2, of=1))) == 2


def test_the_day_in_view_counts_as_far_as_it_was_asked_for() -> None:
    def days(read: Callable[[Facts], Any], *on: int) -> int:
        return made_for(read, *(ONE.dated_to(date(2023, 4, day)) for day in on))

    assert days(lambda facts: facts.on, 2, 3) == 2
    assert days(lambda facts: facts.reached(date(2023, 4, 3)), 3, 9) == 1
    assert days(lambda facts: facts.reached(date(2023, 4, 3)), 2, 3) == 2
    assert days(lambda facts: len(facts.of(ev.OutpatientVisited)), 2, 3) == 1


def test_nothing_is_asked_that_the_work_would_not_ask_again() -> None:
    def first_visit(facts: Facts) -> str:
        return facts.of(ev.OutpatientVisited)[0].event_id

    def visits(facts: Facts) -> int:
        return len(facts.of(ev.OutpatientVisited))

    assert made_for(lambda facts: facts.once(first_visit) if facts.once(visits) else None, ONE, ONE.without(visit_of(ONE))) == 2


def visit_of(facts: Facts) -> Known[Any]:
    return facts.of(ev.OutpatientVisited)[0]
