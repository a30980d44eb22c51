"""How a benefit line comes about: the rules run over the facts as they were known, and what they did on the way to that line.

What the ledger said is stored; this shows how it follows. Where today's rules no longer give the line, nothing is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger import events as ev
from ledger.derive import seen
from ledger.journal import UNDATED, Line
from ledger.limits import Claim, joined, take_turns, within_limits
from ledger.product import Product, Section
from ledger.terms import LookUp, looked_up
from ledger.timeline import Facts, Timeline, timeline

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


class Rerun:
    """Today's rules over the facts known of a policy, for a day. What several lines ask for is worked out once."""

    def __init__(self, product: Product, recorded: Sequence[ev.Event], on: date) -> None:
        """Raises what the rules raise, here and when they are asked."""
        self.product, self.recorded, self.on = product, recorded, on
        self.known = timeline(recorded)
        self.day = _day_in_view(product, self.known, on)
        self.whole = _Run(product, _view(product, self.known, self.day), self.day)
        self._without: dict[str, _Run] = {}

    def lines(self) -> list[Line]:
        """All lines that the rules give, as they stand on the day."""
        worked = map(self.whole.worked, self.product.sections)
        return [line.through(self.on) for one in worked for _, line in one.lines if line.counts_from <= self.on]

    def derivation(self, line: Line) -> Derivation | None:
        """How the rules give a line, as it stands on the day; None where they do not."""
        for worked in map(self.whole.worked, self.product.sections):
            found = worked.found(line, self.on)
            if found is not None:
                break
        else:
            return None
        claim, whole = found
        section = worked.section
        in_view = {fact.event_id for fact in self.whole.view if type(fact.data) in _reads(self.product, section)}
        needed = frozenset(self._needed(section, line)) | {one for one in line.events if one in in_view}
        heard = self._heard(section, claim, needed)
        takings = tuple(_takings(worked, claim, whole.through(self.on)))
        return Derivation(section, claim, whole, takings, heard, needed, frozenset(in_view - needed), worked.given)

    # ---- which facts matter ------------------------------------------------------------------------------------------------------

    def _needed(self, section: Section, line: Line) -> Iterator[str]:
        """The events without which the line would be another, or none: each is taken back in thought, and the rules are run."""
        sections = self.product.sections if section.reads_lines else (section,)
        reads = frozenset[type[ev.Fact]]().union(*(_reads(self.product, one) for one in sections))
        for event_id in list(dict.fromkeys(fact.event_id for fact in self.whole.view if type(fact.data) in reads))[:TRIED]:
            try:
                same = self._run_without(event_id).worked(section).found(line, self.on) is not None
            except Exception:  # noqa: BLE001 - rules may well fail for facts that could never have been recorded so
                same = False
            if not same:
                yield event_id

    def _run_without(self, event_id: str) -> _Run:
        if event_id not in self._without:
            taken_back = _taken_back(event_id, self.recorded[0].policy_id)
            known = timeline([*self.recorded, taken_back], self.known.facts)
            self._without[event_id] = _Run(self.product, _view(self.product, known, self.day), self.day)
        return self._without[event_id]

    # ---- what was looked up --------------------------------------------------------------------------------------------------------

    def _heard(self, section: Section, claim: Claim, needed: frozenset[str]) -> tuple[LookUp, ...]:
        """The terms looked up on the way to a claim: by its rules over the facts that it needs, else over all that are in view."""
        view = self.whole.view
        for facts in (Facts((fact for fact in view if fact.event_id in needed), self.day), Facts(view, self.day)):
            with looked_up() as heard:
                try:
                    reached = _Run(self.product, facts, self.day).reaches(section, claim)
                except Exception:  # noqa: BLE001 - fewer facts than could be recorded so; then all of them serve
                    reached = False
            if reached:
                break
        return tuple({(term.name, row.from_, asked): LookUp(term, asked, row) for term, asked, row in heard}.values())


def _taken_back(event_id: str, policy_id: str) -> ev.Event:
    retraction = ev.FactRetracted(target=event_id, reason="left out")
    return ev.Event("", policy_id, ev.FactRetracted.__name__, 1, None, retraction)


# ---- running the rules -----------------------------------------------------------------------------------------------------------


class _Run:
    """The rules over the facts in view on a day. A section is run when it is asked for, once."""

    def __init__(self, product: Product, view: Facts, day: date) -> None:
        self.product, self.view, self.day = product, view, day
        self._worked: dict[str, _Worked] = {}

    def worked(self, section: Section) -> _Worked:
        """A section, and those before it where it reads their lines."""
        if section.name not in self._worked:
            given = self._given(section)
            claims = list(self._claims(section, given))
            self._worked[section.name] = _Worked(section, claims, _lines(claims), given)
        return self._worked[section.name]

    def reaches(self, section: Section, claim: Claim) -> bool:
        """Runs the rules up to a claim, and the clauses that serve every benefit; whether the claim came."""
        return any(_is(one, claim) for one in self._claims(section, self._given(section)))

    def _given(self, section: Section) -> tuple[Line, ...]:
        """The lines that a section reads: those of the sections before it."""
        before = self.product.sections[: self.product.sections.index(section)] if section.reads_lines else ()
        return tuple(line for one in before for _, line in self.worked(one).lines)

    def _claims(self, section: Section, given: tuple[Line, ...]) -> Iterator[Claim]:
        """What the rules of a section claim, each claim declined by the first clause that declines it."""
        on = self.day if section.reads_day else None
        guarding = self.view.only(_reads(self.product, section), on)
        for one in section.derive(self.view.only(section.reads, on), given):
            if isinstance(one, Claim):
                rules = () if one.declined else (guard.declines(guarding, one) for guard in self.product.guards)
                rule = next((rule for rule in rules if rule is not None), None)
                yield one if rule is None else one.decline(rule)


def _lines(claims: list[Claim]) -> list[tuple[int, Line]]:
    """The lines that claims come to within their limits, each with the number of its claim."""
    limited = _limited(claims)
    pieces: dict[int, list[Line]] = {i: [] for i in limited}
    for n, piece in take_turns([claims[i] for i in limited]):
        pieces[limited[n]].append(piece)
    found = [(i, line) for i, of_claim in pieces.items() for line in joined(of_claim)]
    for i, claim in enumerate(claims):
        if i not in pieces:
            found += [(i, line) for line in within_limits([claim]) if isinstance(line, Line)]
    return found


def _day_in_view(product: Product, known: Timeline, on: date) -> date:
    """The last day, by the day asked about, on which something comes into view or turns: the rules were run for it."""
    facts = seen(product, known)
    return max((day for day in (*facts.days(), *product.turns(facts)) if day <= on), default=UNDATED)


def _view(product: Product, known: Timeline, day: date) -> Facts:
    return seen(product, known).dated_to(day) if known.issued else Facts((), day)


def _reads(product: Product, section: Section) -> frozenset[type[ev.Fact]]:
    return section.reads.union(*(guard.reads for guard in product.guards))


def _limited(claims: Sequence[Claim]) -> list[int]:
    return [i for i, claim in enumerate(claims) if claim.limits and not claim.declined]


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

