"""How a benefit line comes about: the rules run over the facts as they were known, and what they did on the way to that line.

What the ledger said is stored; this shows how it follows. Where today's rules no longer give the line, nothing is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger import events as ev
from ledger.derive import seen
from ledger.journal import UNDATED, Line
from ledger.limits import Claim, Limit, joined, take_turns, within_limits
from ledger.product import Product, Section
from ledger.terms import LookUp, looked_up
from ledger.timeline import Facts, timeline

TRIED: Final = 300
"""Facts that are left out one by one, to see whether they matter; of a policy with more in view the rest counts as considered."""

Account = tuple[str, str]
Uses = Mapping[Account, Mapping[Line, int]]
"""What lines have taken of limits, in the limits' units."""


class Taking(NamedTuple):
    """A piece of the line as it took of its limits, and what was taken of them before, by which lines (this one's earlier pieces too)."""

    piece: Line
    before: Uses


class Derivation(NamedTuple):
    """How a line comes about. `needed`: the events without which it would be another line; `considered`: those in view that change
    nothing in it. `lines`: those of earlier sections that its section was given.
    """

    section: Section
    claim: Claim
    line: Line
    takings: tuple[Taking, ...]
    look_ups: tuple[LookUp, ...]
    needed: frozenset[str]
    considered: frozenset[str]
    lines: tuple[Line, ...]


class _Worked(NamedTuple):
    """A section run: its claims, and the lines that each came to."""

    section: Section
    claims: list[Claim]
    lines: list[tuple[int, Line]]
    given: tuple[Line, ...]

    def found(self, line: Line, on: date) -> tuple[Claim, Line] | None:
        """The claim and the whole line of a line as it stands on a day."""
        return next(((self.claims[i], one) for i, one in self.lines if one.counts_from <= on and one.through(on) == line), None)


def derivation(product: Product, recorded: Sequence[ev.Event], on: date, line: Line) -> Derivation | None:
    """How the rules give a line, as it stands on a day, of events as recorded; None where they do not."""
    day = _day_in_view(product, recorded, on)
    view = _view(product, recorded, day)
    for worked in _sections(product, view, day):
        found = worked.found(line, on)
        if found is not None:
            break
    else:
        return None
    claim, whole = found
    section = worked.section
    in_view = {fact.event_id for fact in view if type(fact.data) in _reads(product, section)}
    needed = frozenset(_needed(product, recorded, day, section, line, on)) | {one for one in line.events if one in in_view}
    heard = _heard(product, view, day, section, claim, needed)
    takings = tuple(_takings(worked, claim, whole.through(on)))
    return Derivation(section, claim, whole, takings, heard, needed, frozenset(in_view - needed), worked.given)


def today(product: Product, recorded: Sequence[ev.Event], on: date) -> list[Line]:
    """All lines that the rules give now for a day, as they stand on it."""
    day = _day_in_view(product, recorded, on)
    worked = _sections(product, _view(product, recorded, day), day)
    return [line.through(on) for one in worked for _, line in one.lines if line.counts_from <= on]


# ---- running the rules -----------------------------------------------------------------------------------------------------------


def _day_in_view(product: Product, recorded: Sequence[ev.Event], on: date) -> date:
    """The last day, by the day asked about, on which something comes into view or turns: the rules were run for it."""
    facts = seen(product, timeline(recorded))
    return max((day for day in (*facts.days(), *product.turns(facts)) if day <= on), default=UNDATED)


def _view(product: Product, recorded: Sequence[ev.Event], day: date) -> Facts:
    known = timeline(recorded)
    return seen(product, known).dated_to(day) if known.issued else Facts((), day)


def _reads(product: Product, section: Section) -> frozenset[type[ev.Fact]]:
    return section.reads.union(*(guard.reads for guard in product.guards))


def _of(facts: Iterable[Any], types: frozenset[type[ev.Fact]], day: date) -> Facts:
    return Facts((fact for fact in facts if type(fact.data) in types), day)


def _sections(product: Product, view: Facts, day: date, only: Section | None = None) -> Iterator[_Worked]:
    """The sections in order, run anew. `only` one of them: with those before it, where it reads their lines."""
    lines: tuple[Line, ...] = ()
    for section in product.sections:
        if only is None or section is only or only.reads_lines:
            worked = _worked(product, section, view, day, lines)
            lines += tuple(line for _, line in worked.lines)
            yield worked
        if section is only:
            return


def _worked(product: Product, section: Section, view: Facts, day: date, lines: tuple[Line, ...]) -> _Worked:
    given = lines if section.reads_lines else ()
    claims = [_past_guards(product, section, view, day, claim) for claim in _claims(section, view, day, given)]
    limited = _limited(claims)
    pieces: dict[int, list[Line]] = {i: [] for i in limited}
    for n, piece in take_turns([claims[i] for i in limited]):
        pieces[limited[n]].append(piece)
    found = [(i, line) for i, of_claim in pieces.items() for line in joined(of_claim)]
    for i, claim in enumerate(claims):
        if i not in pieces:
            found += [(i, line) for line in within_limits([claim]) if isinstance(line, Line)]
    return _Worked(section, claims, found, given)


def _limited(claims: Sequence[Claim]) -> list[int]:
    return [i for i, claim in enumerate(claims) if claim.limits and not claim.declined]


def _claims(section: Section, view: Facts, day: date, lines: tuple[Line, ...]) -> Iterator[Claim]:
    return (given for given in section.derive(_of(view, section.reads, day), lines) if isinstance(given, Claim))


def _past_guards(product: Product, section: Section, view: Facts, day: date, claim: Claim) -> Claim:
    """The claim, declined by the first clause that declines it."""
    facts = _of(view, _reads(product, section), day)
    rules = () if claim.declined else (guard.declines(facts, claim) for guard in product.guards)
    rule = next((rule for rule in rules if rule is not None), None)
    return claim if rule is None else claim.decline(rule)


# ---- which facts matter ----------------------------------------------------------------------------------------------------------


def _needed(
    product: Product, recorded: Sequence[ev.Event], day: date, section: Section, line: Line, on: date
) -> Iterator[str]:
    """The events without which the line would be another, or none: each is taken back in thought, and the rules are run."""
    view = _view(product, recorded, day)
    reads = frozenset().union(*(_reads(product, one) for one in product.sections)) if section.reads_lines else _reads(product, section)
    for event_id in list(dict.fromkeys(fact.event_id for fact in view if type(fact.data) in reads))[:TRIED]:
        try:
            without = _view(product, [*recorded, _taken_back(event_id, recorded[0].policy_id)], day)
            *_, worked = _sections(product, without, day, section)
            same = worked.found(line, on) is not None
        except Exception:  # noqa: BLE001 - rules may well fail for facts that could never have been recorded so
            same = False
        if not same:
            yield event_id


def _taken_back(event_id: str, policy_id: str) -> ev.Event:
    retraction = ev.FactRetracted(target=event_id, reason="left out")
    return ev.Event("", policy_id, ev.FactRetracted.__name__, 1, None, retraction)


# ---- what was looked up ------------------------------------------------------------------------------------------------------------


def _heard(product: Product, view: Facts, day: date, section: Section, claim: Claim, needed: frozenset[str]) -> tuple[LookUp, ...]:
    """The terms looked up on the way to a claim: by its rules over the facts that it needs, else over all that are in view."""
    for facts in (Facts((fact for fact in view if fact.event_id in needed), day), view):
        with looked_up() as heard:
            try:
                reached = _reaches(product, facts, day, section, claim)
            except Exception:  # noqa: BLE001 - fewer facts than could be recorded so; then all of them serve
                reached = False
        if reached:
            break
    return tuple({(term.name, row.from_, asked): LookUp(term, asked, row) for term, asked, row in heard}.values())


def _reaches(product: Product, facts: Facts, day: date, section: Section, claim: Claim) -> bool:
    """Runs the rules up to a claim, and the clauses that serve every benefit; whether the claim came."""
    lines: tuple[Line, ...] = ()
    if section.reads_lines:
        before = [worked for worked in _sections(product, facts, day, section) if worked.section is not section]
        lines = tuple(line for worked in before for _, line in worked.lines)
    return any(_is(_past_guards(product, section, facts, day, given), claim) for given in _claims(section, facts, day, lines))


def _is(given: Claim, claim: Claim) -> bool:
    """Whether a claim is the one sought; its limits aside, which other facts may move."""
    return given._replace(limits=()) == claim._replace(limits=())


# ---- limits, one after the other -----------------------------------------------------------------------------------------------------


def _takings(worked: _Worked, claim: Claim, line: Line) -> Iterator[Taking]:
    """The pieces of a line as it stands on a day, in the order in which they took of its limits; what went on unbroken as one."""
    limited = _limited(worked.claims)
    own = worked.claims.index(claim)
    before: dict[Account, Counter[Line]] = {(limit.limit, limit.key): Counter() for limit in claim.limits}
    last: Taking | None = None
    for n, piece in take_turns([worked.claims[i] for i in limited]):
        if limited[n] == own and line.first <= piece.first <= line.last:
            taking = Taking(piece.through(line.last), {account: dict(uses) for account, uses in before.items()})
            together = _together(last, taking, line)
            if last is not None and together is None:
                yield last
            last = together or taking
        of_line = next(one for i, one in worked.lines if i == limited[n] and one.first <= piece.first <= one.last)
        for use in piece.uses:
            if (use.limit, use.key) in before:
                before[use.limit, use.key][of_line] += use.amount
    if last is not None:
        yield last


def _together(last: Taking | None, taking: Taking, line: Line) -> Taking | None:
    """Two pieces as one, where nobody took of their limits between them."""
    if last is None or len(pieces := joined([last.piece, taking.piece])) > 1:
        return None
    booked = {(use.limit, use.key): use.amount for use in last.piece.uses}
    after = {account: sum(uses.values()) + booked[account] for account, uses in last.before.items()}
    now = {account: sum(uses.values()) for account, uses in taking.before.items()}
    return Taking(pieces[0], last.before) if after == now else None


def limits_of(claim: Claim) -> tuple[Limit, ...]:
    """The limits of a claim in the order in which they cut."""
    return () if claim.declined else claim.limits
