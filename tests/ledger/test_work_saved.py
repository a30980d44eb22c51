"""What is not worked out again when news come: the days before them, and the sections, guards, limits and refusals that they do not touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from ledger import derive
from ledger import events as ev
from ledger.derive import Workings, earliest_change, rewritten
from ledger.errors import Words
from ledger.facts import Facts, Known
from ledger.journal import UNDATED, Held, Item, Journal, Line
from ledger.limits import Claim, Limit, within_limits
from ledger.product import Ground, Guard, Product, Refusal, Section
from ledger.products import PRODUCTS
from ledger.timeline import Timeline

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
        yield Claim("care", one.data.cost_id, day, day, day, "time", 1, one.data.gross, ("XX-01",), (one.event_id,), (YEAR,))


def lines_before(facts: Facts, lines: Sequence[Line]) -> Iterator[Item]:
    asked["lines"] += 1
    yield Held(UNDATED, f"{len(lines)} lines")


def by_day(facts: Facts, lines: Sequence[Line]) -> Iterator[Item]:
    asked["day"] += 1
    yield Held(UNDATED, f"turned: {facts.reached(TURN)}")


def void(facts: Facts, claim: Claim) -> str | None:
    asked["guard"] += 1
    return "XX-02" if any(fact.data.ground == "other" for fact in facts.of(ev.PolicyVoided)) else None


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
    (Guard("void", frozenset({ev.PolicyVoided}), void),),
    (Refusal("XX-03", (ev.ClaimFiled,), filed_before),), turns=lambda facts: (TURN,),
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
    assert told.news((26, missed(26))) == {"refusal": 1}


def test_a_guard_is_asked_where_something_that_it_reads_is_there(told: Told) -> None:
    """Of the three costs on day 20, and on the days after it that hold the same; of three costs and one more on another."""
    assert told.news((20, ev.PolicyVoided(ground="other")))["guard"] == 3
    assert told.news((35, missed(35))) == {"refusal": 1}
    assert told.news((40, cost(40)))["guard"] == 4


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
    assert told.news((35, missed(35))).get("refusal") == 1
    assert told.news((36, cost(36))).get("refusal", 0) == 0
    assert told.news((37, filed(37))).get("refusal") == 1
    assert told.news((38, missed(38))).get("refusal") == 2
