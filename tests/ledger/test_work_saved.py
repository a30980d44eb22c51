"""What is not worked out again when news come: days before them; sections, guards, limits and refusals that they do not touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from ledger import derive
from ledger import events as ev
from ledger.derive import Workings, _one_opening_each, earliest_change, rewritten
from ledger.errors import Words
from ledger.facts import Facts, Known
from ledger.journal import UNDATED, Discrepancy, Entry, Held, Item, Journal, Line, Opening, Orphan
from ledger.limits import Claim, Limit, within_limits
from ledger.product import Ground, Guard, Product, Refusal, Section
from ledger.products import PRODUCTS
from ledger.timeline import OrphanFound, Timeline

START = date(2026, 4, 1)
YEAR = Limit("care.year", "2026", "yen", 1_000, START, None, ("XX-01",))

TURN = date(2026, 4, 23)
"""Day 22, on which something turns that no fact is dated to."""

asked = Counter[str]()
"""How often each rule was asked."""


# ---- a product that counts ---------------------------------------------------------------------------------------------------------


def costs(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim]:
    asked["costs"] += 1
    for one in facts.of(ev.CareCostIncurred):
        day = one.data.used_on
        if not one.data.gross:
            continue
        claim = Claim("care", one.data.cost_id, day, day, day, "time", 1, one.data.gross, ("XX-01",), (one.event_id,), (YEAR,))
        yield claim.decline("XX-04") if one.data.gross > 500 else claim


def lines_before(facts: Facts, lines: Sequence[Line]) -> Iterator[Item]:
    asked["lines"] += 1
    yield Held(UNDATED, f"{len(lines)} lines")


def by_day(facts: Facts, lines: Sequence[Line]) -> Iterator[Item]:
    asked["day"] += 1
    yield Held(UNDATED, f"turned: {facts.reached(TURN)}")


def void(facts: Facts, claim: Claim) -> str | None:
    asked["guard"] += 1
    return "XX-02" if any(fact.data.ground == "other" for fact in facts.of(ev.PolicyVoided)) else None


def never(facts: Facts, new: Known[Any]) -> Ground | None:
    return Ground("used_on", new.day, Words("なし", "none"))


def revoked(facts: Facts, claim: Claim) -> str | None:
    return "XX-05" if facts.of(ev.PolicyRevoked) else None


def filed_before(facts: Facts, new: Known[Any]) -> Ground | None:
    """A claim after two premiums missed is refused."""
    asked["refusal"] += 1
    missed = facts.of(ev.PremiumMissed)
    return Ground("filed_on", 1, Words("一回まで", "one at most")) if len(missed) > 1 else None


PRODUCT = Product(
    "care", *PRODUCTS["ryoritsu"][1:4], frozenset({"care"}),
    (
        Section("costs", frozenset({ev.CareCostIncurred}), costs),
        Section("lines", frozenset(), lines_before, reads_lines=True),
        Section("day", frozenset(), by_day, reads_day=True),
    ),
    (Guard("void", frozenset({ev.PolicyVoided, ev.PolicyWithdrawn}), void), Guard("revoked", frozenset({ev.PolicyRevoked}), revoked)),
    (
        Refusal("XX-03", (ev.ClaimFiled,), filed_before), Refusal(None, (ev.ClaimFiled,), filed_before),
        Refusal("XX-06", (ev.PersonDied,), never),
    ),
    turns=lambda facts: (TURN,),
)  # fmt: skip


def day(n: int) -> date:
    return START + timedelta(n)


def cost(n: int, gross: int = 100, cost_id: str = "") -> ev.Fact:
    return ev.CareCostIncurred(cost_id=cost_id or f"c{n}", used_on=day(n), category="care_service", gross=gross)


def missed(n: int) -> ev.Fact:
    return ev.PremiumMissed(due_month=f"{day(n):%Y-%m}", due_on=day(n))


def filed(n: int) -> ev.Fact:
    return ev.ClaimFiled(claim_id=f"k{n}", filed_on=day(n), claimant="insured")


class Told:
    """Facts told one after the other. After each the journal is that of all of them worked out from nothing."""

    def __init__(self, *facts: tuple[int, ev.Fact]) -> None:
        self.facts, self.journal, self.workings, self.n = Facts(), Journal.EMPTY, Workings(), 0
        self.news(*facts)

    def news(self, *facts: tuple[int, ev.Fact]) -> dict[str, int]:
        """What was asked for these facts, each in view from day `n` on."""
        after = self.facts.plus(*(Known(f"{self.n + i:03}", day(n), fact) for i, (n, fact) in enumerate(facts)))
        self.n += len(facts)
        return self.become(after)

    def gone(self, event_id: str) -> dict[str, int]:
        """What was asked when a fact was retracted."""
        return self.become(Facts((fact for fact in self.facts if fact.event_id != event_id), like=self.facts))

    def declined(self, n: int) -> dict[str, str]:
        """The costs that are declined on a day, with the rule."""
        lines = (item for item in self.journal.standing(day(n)) if isinstance(item, Line))
        return {line.key: line.rules[-1] for line in lines if line.decision == "declined"}

    def become(self, after: Facts) -> dict[str, int]:
        since = earliest_change(self.facts, after) if self.n > 1 and len(self.facts) else UNDATED
        assert since is not None
        asked.clear()
        known = Timeline(after, (), issued=True)
        journal = rewritten(PRODUCT, known, self.journal, since, self.workings)
        counted = dict(asked)
        assert journal == rewritten(PRODUCT, Timeline(Facts(after), (), issued=True), Journal.EMPTY, UNDATED)
        self.facts, self.journal = after, journal
        return counted


@pytest.fixture
def told() -> Told:
    """Three costs and a claim filed, in view from days 0, 10, 20 and 30 on."""
    return Told((0, cost(0)), (10, cost(10)), (20, cost(20)), (30, filed(30)))


# ---- what is asked again -----------------------------------------------------------------------------------------------------------


def test_news_of_the_last_day_ask_the_rules_of_that_day_alone(told: Told) -> None:
    assert told.news((40, cost(40))) == {"costs": 1, "lines": 1}


def test_late_news_ask_them_of_the_days_from_theirs_on(told: Told) -> None:
    """The costs of days 15, 20 and 30, on which no other cost comes into view, are those of day 20."""
    assert told.news((15, cost(15))) == {"costs": 2, "lines": 2}


def test_what_a_section_does_not_read_does_not_ask_it(told: Told) -> None:
    assert told.news((25, missed(25))) == {"refusal": 1}


def test_what_is_in_view_already_asks_nothing_that_does_not_read_it(told: Told) -> None:
    assert told.news((20, missed(20))) == {"refusal": 1}


def test_a_section_that_reads_the_day_is_asked_where_it_makes_a_difference(told: Told) -> None:
    """A cost of day 5 is seen on the days 10, 20, 22 and 30 as well; the section of the day rests on whether day 22 is reached."""
    asked.clear()
    Told((0, cost(0)), (10, cost(10)), (30, cost(30)))
    assert asked["day"] == 2 * 2, "once before and once from then on; and the same from nothing"
    assert "day" not in told.news((5, cost(5)))


def test_a_day_that_is_no_longer_one_is_forgotten(told: Told) -> None:
    told.news((25, missed(25)))
    assert told.gone("004") == {"refusal": 1}
    for n in (5, 4):
        told.news((n, cost(n)))
    assert told.workings.order == [UNDATED, *(day(n) for n in (0, 4, 5, 10, 20, 22, 30))]


def test_a_guard_is_asked_where_something_that_it_reads_is_there(told: Told) -> None:
    """Of the three costs on day 20, and on the days after it that hold the same; of three costs and one more on another."""
    assert told.news((20, ev.PolicyVoided(ground="other")))["guard"] == 3
    assert told.news((35, missed(35))) == {"refusal": 1}
    assert told.news((40, cost(40)))["guard"] == 4


def test_claims_that_are_the_same_are_not_guarded_again(told: Told) -> None:
    told.news((20, ev.PolicyVoided(ground="unlawful_gain")))
    assert told.news((35, cost(35, gross=0))) == {"costs": 1}


def test_claims_that_are_the_same_are_not_limited_again(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is asked, and declines nothing."""
    limited = Counter[int]()

    def counted(claims: Sequence[Claim]) -> list[Any]:
        limited[len(claims)] += 1
        return within_limits(claims)

    monkeypatch.setattr(derive, "within_limits", counted)
    assert told.news((20, ev.PolicyVoided(ground="unlawful_gain")))["guard"] == 3
    assert limited[3] == 1, "only where all is worked out from nothing, to compare"


def test_a_recorded_fact_is_judged_again_only_where_what_its_refusal_reads_is_new(told: Told) -> None:
    """Each claim filed is judged under the one refusal that is a clause."""
    assert told.news((35, missed(35)))["refusal"] == 1
    assert "refusal" not in told.news((36, cost(36)))
    assert told.news((37, filed(37)))["refusal"] == 1
    assert told.news((38, missed(38)))["refusal"] == 2


# ---- and what it comes to ----------------------------------------------------------------------------------------------------------


def test_the_first_that_declines_a_claim_decides_and_no_guard_is_asked_of_it_again(told: Told) -> None:
    """XX-04 by its own section; XX-02 before XX-05 by the order of the guards; XX-05 where the other is not there."""
    told.news((40, cost(40, gross=501)), (50, ev.PolicyRevoked(ground="fraud")))
    assert told.declined(49) == {"c40": "XX-04"}
    assert told.declined(50) == {"c0": "XX-05", "c10": "XX-05", "c20": "XX-05", "c40": "XX-04"}
    told.news((60, ev.PolicyVoided(ground="other")))
    assert told.declined(60) == {"c0": "XX-02", "c10": "XX-02", "c20": "XX-02", "c40": "XX-04"}


def test_what_would_be_refused_now_is_a_discrepancy_of_its_clause_and_of_nothing_that_is_none(told: Told) -> None:
    told.news((31, missed(31)), (32, missed(32)))
    found = [(item.rule, item.recorded) for item in told.journal.standing(day(32)) if isinstance(item, Discrepancy)]
    assert found == [("XX-03", 1)]


def test_what_a_discrepancy_found_is_a_number_or_a_text(told: Told) -> None:
    told.news((33, ev.PersonDied(person_id="p1", died_on=day(33))))
    assert [item.recorded for item in told.journal.standing(day(33)) if isinstance(item, Discrepancy)] == ["2026-05-04"]


@pytest.mark.parametrize("mark", ["standing", "in_use"])
def test_of_several_openings_of_a_limit_the_one_that_is_shown_unused_is_shown_from_the_first_day_with_the_greatest_cap(mark: str) -> None:
    used = Opening(day(3), *YEAR._replace(cap=5))
    marked = YEAR.standing() if mark == "standing" else YEAR.in_use()
    for items in ([used, marked], [marked, used]):
        assert list(_one_opening_each(items)) == [marked]
    assert list(_one_opening_each([used, used._replace(counts_from=day(1), cap=7)])) == [used._replace(counts_from=day(1), cap=7)]


def test_a_policy_whose_issue_is_not_in_force_has_nothing_and_no_rule_is_asked() -> None:
    def turns(facts: Facts) -> Iterator[Any]:
        raise AssertionError("asked")

    facts = Facts([Known("000", day(0), cost(0))])
    orphan = OrphanFound(0, "001", "000")
    unissued = PRODUCT._replace(turns=turns, from_the_start=turns)
    for product in (unissued, None):
        found = rewritten(product, Timeline(facts, (orphan,), issued=False), Journal.EMPTY, UNDATED)
        assert list(found) == [Entry(UNDATED, 1, Orphan(UNDATED, *orphan))]
    assert list(rewritten(None, Timeline(facts, (), issued=True), Journal.EMPTY, UNDATED)) == []


# ---- from which day on an answer may change ----------------------------------------------------------------------------------------


def condition(name: str, *causes: str) -> ev.Fact:
    return ev.ConditionRecorded(condition_id=name, kind="sickness", onset_on=day(0), caused_by=causes)


def visit(name: str) -> ev.Fact:
    return ev.OutpatientVisited(visited_on=day(5), condition_id=name)


def known(*facts: tuple[int, ev.Fact]) -> Facts:
    return Facts(Known(fact.model_dump_json(), day(n), fact) for n, fact in facts)


COSTS = known((0, cost(0)), (10, cost(10)))


@pytest.mark.parametrize(
    ("before", "after", "since"),
    [
        (COSTS, COSTS, None),
        (COSTS, known((0, cost(0)), (10, cost(10)), (20, cost(20))), 20),
        (COSTS, known((0, cost(0)), (10, cost(10)), (5, cost(5)), (30, cost(30))), 5),
        (COSTS, known((0, cost(0))), 10),
        (known((7, missed(20))), known((9, missed(20))), 7),
        (known((9, missed(20))), known((7, missed(20))), 7),
        (COSTS, known((0, cost(0)), (10, cost(10)), (3, condition("a"))), None),
        (COSTS, known((0, cost(0)), (10, cost(10)), (3, condition("b", "a"))), None),
        (COSTS, known((0, cost(0)), (10, cost(10)), (3, condition("c", "a", "b"))), 3),
        (known((5, visit("a"))), known((5, visit("a")), (3, condition("a"))), 3),
        (known((5, visit("b"))), known((5, visit("b")), (3, condition("a"))), None),
        (known((5, condition("b", "a"))), known((5, condition("b", "a")), (3, condition("a"))), 3),
        (known((3, condition("a"))), known(), 3),
    ],
    ids=[
        "nothing", "a fact", "two facts: the earlier", "one less", "one that is in view later", "one that is in view earlier",
        "a condition that nothing names", "one that follows from another", "one that joins two", "one that a visit names",
        "another than the visit names", "one from which another follows", "a condition taken away",
    ],
)  # fmt: skip
def test_the_earliest_day_that_news_can_change(before: Facts, after: Facts, since: int | None) -> None:
    assert earliest_change(before, after) == (None if since is None else day(since))
