"""What a product is: its plan, its terms, its sections of rules in order, and the grounds on which it refuses facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

from ledger.errors import Words
from ledger.events import Fact
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.periods import Clock
from ledger.terms import Terms
from ledger.timeline import Facts, Known

R = TypeVar("R", bound=Callable[..., Any])


class Plan(BaseModel):
    """Base of the products' plans: closed, never changed, whole numbers only."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Section(NamedTuple):
    """A part of a product's wording: the facts it reads, and what its rules make of them.

    `derive(facts, lines)` gives claims (lines before limits) and other items of the journal. It sees only the facts it `reads`, and
    the lines of earlier sections, and the day in view (`facts.on`), only where it says so. The claims of one section are limited
    together; a limit belongs to one section.
    """

    name: str
    reads: frozenset[type[Fact]]
    derive: Callable[[Facts, Sequence[Line]], Iterable[Claim | Item]]
    reads_lines: bool = False
    reads_day: bool = False


class Guard(NamedTuple):
    """A clause that serves every benefit of a product (void, rescission, prescription …): asked of each claim before limits,
    it gives the id of the rule that declines the claim, or None. `reads` are the facts it needs."""

    name: str
    reads: frozenset[type[Fact]]
    declines: Callable[[Facts, Claim], str | None]


class Ground(NamedTuple):
    """Why a fact cannot be recorded: the field, what was found, what is allowed."""

    field: str
    found: object
    allowed: Words


class Refusal(NamedTuple):
    """A rule that refuses facts of some types. Judged on the other facts in force; where a correction brings the ground about
    later, the fact stays and the answer shows a discrepancy. `rule` is None for what is no clause (a field that rules need)."""

    rule: str | None
    types: tuple[type[Fact], ...]
    ground: Callable[[Facts, Known[Any]], Ground | None]


def _no_turns(facts: Facts) -> Iterable[date]:
    return ()


def _nothing_from_the_start(facts: Facts) -> Iterable[Known[Any]]:
    return ()


class Product(NamedTuple):
    """One product. `benefits` are the names that lines and settlements may bear; `clock` the hour at which its periods turn.

    `turns` are days on which something turns that no fact is dated to (a leak that becomes evident): the rules run for them too.
    `from_the_start` gives what follows from all known facts and acts on every day: that the contract is void or revoked from the start.
    It gives undated facts (PolicyVoided, PolicyRevoked) with the ids of the events they follow from; rules see them like recorded ones.
    """

    name: str
    plan: type[Plan]
    terms: Terms
    clock: Clock
    benefits: frozenset[str]
    sections: tuple[Section, ...]
    guards: tuple[Guard, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    turns: Callable[[Facts], Iterable[date]] = _no_turns
    from_the_start: Callable[[Facts], Iterable[Known[Any]]] = _nothing_from_the_start


def clause(*ids: str) -> Callable[[R], R]:
    """Labels a rule with the clauses it computes. It registers nothing: tuples put the rules in order."""

    def label(rule: R) -> R:
        rule.clauses = ids  # type: ignore[attr-defined]
        return rule

    return label


def clauses_of(rule: Callable[..., Any]) -> tuple[str, ...]:
    """The clauses that a rule computes."""
    return getattr(rule, "clauses", ())
