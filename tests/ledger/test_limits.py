"""Limits in one place: who takes what is left, in which order, and that every yen cut names its limit."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ledger.journal import Cut, Line, Opening, Use
from ledger.limits import Claim, Limit, within_limits
from ledger.periods import days

D = date(2023, 3, 1)


def yen_limit(cap: int, name: str = "year") -> Limit:
    return Limit(name, "k", "yen", cap, D, None, ("R-1",))


def day_limit(cap: int, name: str = "stay") -> Limit:
    return Limit(name, "k", "days", cap, D, None, ("R-2",))


def cost(own_id: str, amount: int, *limits: Limit, on: date = D, rank: str = "0") -> Claim:
    return Claim("cost", own_id, on, on, on, "time", 1, amount, ("R",), (own_id,), limits, order=(own_id, rank))


def run(own_id: str, first: date, n: int, *limits: Limit, rate: int = 100) -> Claim:
    last = first + timedelta(n - 1)
    return Claim("daily", own_id, first, first, last, "day", n, rate, ("R",), (own_id,), limits, order=(own_id,))


def lines(*claims: Claim) -> list[Line]:
    found = [line for line in within_limits(claims) if isinstance(line, Line)]
    return sorted(found, key=lambda line: (line.key, line.first))


def test_a_line_just_under_at_and_over_the_cap() -> None:
    assert [line.payable for line in lines(cost("a", 99, yen_limit(100)))] == [99]
    assert [line.decision for line in lines(cost("a", 100, yen_limit(100)))] == ["payable"]

    [over] = lines(cost("a", 101, yen_limit(100)))

    assert (over.payable, over.decision, over.cuts) == (100, "reduced", (Cut("year", "k", 1),))


def test_the_earlier_day_takes_first_then_the_smaller_id_then_cost_before_settlement() -> None:
    cap = yen_limit(100)
    later, earlier = cost("a", 80, cap, on=D + timedelta(1)), cost("b", 80, cap)
    assert [line.payable for line in lines(later, earlier)] == [20, 80]

    assert [line.payable for line in lines(cost("b", 80, cap), cost("a", 80, cap))] == [80, 20]
    same_id = within_limits([cost("a", 80, cap, rank="1"), cost("a", 70, cap, rank="0")])
    assert sorted(line.payable for line in same_id if isinstance(line, Line)) == [30, 70]


def test_what_one_limit_cuts_is_not_used_on_any_of_them() -> None:
    claim_limit, period, combined = yen_limit(50, "claim"), yen_limit(80, "period"), yen_limit(60, "combined")
    other = Limit("claim", "other", "yen", 50, D, None, ("R-1",))

    first, second = lines(cost("a", 70, claim_limit, period, combined), cost("b", 70, other, period, combined))

    assert (first.payable, first.cuts) == (50, (Cut("claim", "k", 20),))
    assert (second.payable, second.cuts) == (
        10,
        (Cut("claim", "other", 20), Cut("period", "k", 20), Cut("combined", "k", 20)),
    )
    assert second.uses == (Use("claim", "other", 10), Use("period", "k", 10), Use("combined", "k", 10))


def test_a_limit_that_bites_within_a_run_splits_it() -> None:
    paid, cut = lines(run("s", D, 5, day_limit(3)))

    assert (paid.first, paid.last, paid.payable, paid.decision) == (D, D + timedelta(2), 300, "payable")
    assert (cut.first, cut.last, cut.gross, cut.payable, cut.decision) == (
        D + timedelta(3),
        D + timedelta(4),
        200,
        0,
        "reduced",
    )
    assert cut.counts_from == cut.first


def test_a_yen_limit_pays_the_day_it_ends_in_part() -> None:
    lines_ = lines(run("s", D, 4, yen_limit(250)))

    assert [(line.quantity, line.payable, line.decision) for line in lines_] == [
        (2, 200, "payable"),
        (1, 50, "reduced"),
        (1, 0, "reduced"),
    ]


def test_a_run_names_the_limit_that_is_used_up_not_another_that_is_short_for_the_rest() -> None:
    period, stay = day_limit(3, "period"), day_limit(5, "stay")
    other = run("a", D - timedelta(10), 3, period)

    cut = [line for line in lines(other, run("b", D, 20, stay, period)) if line.key == "b"]

    assert [(line.quantity, line.payable, line.cuts) for line in cut] == [(20, 0, (Cut("period", "k", 2_000),))]


def test_runs_that_overlap_share_a_limit_day_by_day() -> None:
    found = lines(run("a", D, 6, day_limit(7)), run("b", D + timedelta(3), 4, day_limit(7)))

    paid = {(line.key, line.first, line.quantity) for line in found if line.payable}
    assert paid == {("a", D, 5), ("b", D + timedelta(3), 2)}


def test_a_run_gives_way_to_another_line_on_the_day_of_its_turn() -> None:
    """Of the 350 yen the run takes 200 by day 2; on day 3 it comes first, by its id, and the cost takes what is left."""
    year = yen_limit(350)
    found = lines(run("a", D, 5, year), cost("b", 80, year, on=D + timedelta(2)))

    assert [(line.key, line.quantity, line.payable) for line in found] == [("a", 3, 300), ("a", 2, 0), ("b", 1, 50)]
    first, last = lines(run("b", D, 5, year), cost("a", 80, year, on=D + timedelta(2)))[1:3]
    assert [(line.key, line.first, line.payable) for line in (first, last)] == [("b", D, 200), ("b", D + timedelta(2), 70)]


def test_days_that_pay_nothing_take_of_a_limit_of_days_and_nothing_of_one_of_yen() -> None:
    [free] = lines(run("s", D, 5, yen_limit(100), day_limit(9), rate=0))
    assert (free.payable, free.decision, free.uses) == (0, "payable", (Use("year", "k", 0), Use("stay", "k", 5)))


def test_days_that_are_cut_altogether_take_nothing_of_a_limit_of_days() -> None:
    stay = day_limit(9)
    *_, cut = lines(run("s", D, 5, yen_limit(200), stay))
    assert (cut.payable, cut.uses) == (0, (Use("year", "k", 0), Use("stay", "k", 0)))
    *_, whole = lines(cost("a", 200, yen_limit(200)), run("s", D, 5, yen_limit(200), stay))
    assert (whole.quantity, whole.uses[1]) == (5, Use("stay", "k", 0))


def test_a_line_of_another_unit_than_days_is_cut_as_a_whole() -> None:
    """Two of something over five days; a month."""
    twice = run("t", D, 5, yen_limit(150))._replace(unit="time", quantity=2)
    assert [(line.quantity, line.last, line.payable) for line in lines(twice)] == [(2, D + timedelta(4), 150)]


def test_what_has_no_limit_pays_in_full() -> None:
    assert [(line.payable, line.uses) for line in lines(run("a", D, 5), cost("b", 70))] == [(500, ()), (70, ())]


def test_an_opening_shows_a_limit_unused_through_its_window_or_from_its_first_day_on() -> None:
    year = yen_limit(50)
    assert (year.standing().standing, year.standing().in_use, year.standing().counts_from) == (True, False, D)
    assert (year.in_use().standing, year.in_use().in_use) == (False, True)
    assert year.standing(D + timedelta(1)).counts_from == D + timedelta(1)


def test_adjoining_pieces_that_fared_alike_are_one_line_again() -> None:
    [whole, _] = lines(run("a", D, 6, day_limit(90)), run("b", D + timedelta(3), 1, day_limit(90)))

    assert (whole.key, whole.quantity, whole.uses) == ("a", 6, (Use("stay", "k", 6),))


def test_declined_claims_use_nothing_and_open_nothing() -> None:
    found = within_limits([cost("a", 70, yen_limit(50)).decline("R-9")])

    assert [type(item) for item in found] == [Line]
    [line] = lines(cost("a", 70, yen_limit(50)).decline("R-9"))
    assert (line.rules, line.payable, line.gross) == (("R", "R-9"), 0, 70)


def test_the_rule_that_declines_is_the_last_and_named_once() -> None:
    both = cost("a", 70)._replace(rules=("R-1", "R-2"))
    assert both.decline("R-1").rules == ("R-2", "R-1")
    assert both.decline("R-3").rules == ("R-1", "R-2", "R-3")


def test_a_limit_opens_with_the_first_line_that_touches_it() -> None:
    cap = yen_limit(50)
    found = within_limits([cost("a", 70, cap, on=D + timedelta(4)), cost("b", 1, cap, on=D + timedelta(2))])

    assert [item.counts_from for item in found if isinstance(item, Opening)] == [D + timedelta(2)]


def claim(i: int, offset: int, n: int, rate: int, daily: bool) -> Claim:
    """A run of days or a cost."""
    first = D + timedelta(offset)
    return run(f"r{i}", first, n, rate=rate) if daily else cost(f"c{i}", rate * n, on=first)


CLAIMS = st.lists(
    st.builds(
        claim,
        st.integers(0, 99), st.integers(0, 30), st.integers(1, 20), st.integers(1, 500), st.booleans(),
    ),
    max_size=8,
    unique_by=lambda claim: claim.key,
)  # fmt: skip


@given(CLAIMS, st.integers(1, 40), st.integers(1, 8000), st.randoms())
def test_conservation_and_arrival_order(claims: list[Claim], day_cap: int, yen_cap: int, random: Random) -> None:
    """Every yen is payable or cut by a named limit; no cap is passed; the order in which claims are given does not matter."""
    limits = (day_limit(day_cap), yen_limit(yen_cap))
    claims = [claim._replace(limits=limits if claim.unit == "day" else limits[1:]) for claim in claims]

    found = lines(*claims)

    assert all(line.gross == line.payable + sum(cut.by for cut in line.cuts) for line in found)
    assert all(line.gross == line.rate * line.quantity for line in found)
    assert sum(line.quantity for line in found if line.unit == "day") == sum(
        c.quantity for c in claims if c.unit == "day"
    )
    assert sum(line.payable for line in found) <= yen_cap
    assert sum(line.quantity for line in found if line.unit == "day" and line.payable) <= day_cap
    random.shuffle(claims)
    assert lines(*claims) == found


@given(CLAIMS, st.integers(1, 40), st.integers(0, 60))
def test_a_run_cut_at_a_day_is_what_the_claims_cut_at_that_day_come_to(
    claims: list[Claim], day_cap: int, offset: int
) -> None:
    """No look-ahead: limiting the whole and cutting at a day equals limiting what counts by that day."""
    on = D + timedelta(offset)
    claims = [claim._replace(limits=(day_limit(day_cap),)) for claim in claims if claim.unit == "day"]
    cut_before = [
        claim._replace(last=min(claim.last, on), quantity=days(claim.first, min(claim.last, on)))
        for claim in claims
        if claim.first <= on
    ]

    cut_after = [line.through(on) for line in lines(*claims) if line.first <= on]

    assert cut_after == lines(*cut_before)
