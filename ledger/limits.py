"""Limits, applied in one place: claims in, benefit lines out. Every yen that is cut names the limit that cut it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from ledger.journal import Cut, Line, Opening, Use
from ledger.money import Step
from ledger.periods import days


class Limit(NamedTuple):
    """A cap in its unit (yen, days, times) over a window; `rules` are the clauses that set it."""

    limit: str
    key: str
    unit: str
    cap: int
    first: date
    last: date | None
    rules: tuple[str, ...]

    def standing(self, from_: date | None = None) -> Opening:
        """Shown through its window though nothing has used it; `from_`: the first day of that where it is not the window's."""
        return Opening(from_ or self.first, *self, standing=True)

    def in_use(self) -> Opening:
        """Shown from its first day on, also after its window, though nothing has used it."""
        return Opening(self.first, *self, in_use=True)


class Claim(NamedTuple):
    """A benefit line before limits. Declined where a rule says so: that rule is then the last of `rules`.

    `limits` cut in the order given. `order` ranks lines that count from one day: the fact's own id, then a rank among kinds of facts.
    `steps`: the arithmetic of the rate, where it was reckoned from several numbers; it is shown, and never stored.
    """

    benefit: str
    key: str
    counts_from: date
    first: date
    last: date
    unit: str  # day, month, time
    quantity: int
    rate: int
    rules: tuple[str, ...]
    events: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    declined: bool = False
    order: tuple[str, ...] = ()
    judged_on: date | None = (
        None  # the deciding day of the fact (admission, accident, …), for the clauses that serve every benefit
    )
    condition_id: str | None = None
    steps: tuple[Step, ...] = ()

    def decline(self, rule: str) -> Claim:
        """The claim declined by a rule, which is then the last of its rules, and named once."""
        return self._replace(declined=True, rules=(*(one for one in self.rules if one != rule), rule), limits=())

    @property
    def is_run(self) -> bool:
        return self.unit == "day"


def within_limits(claims: Iterable[Claim]) -> list[Line | Opening]:
    """The lines that claims come to, limits taken in the order of the day each line (each day of a run) counts from, then of ids."""
    lines: list[Line | Opening] = []
    limited: list[Claim] = []
    for claim in claims:
        if claim.declined or not claim.limits:
            lines.append(_line(claim, 0 if claim.declined else claim.rate * claim.quantity, (), ()))
        else:
            limited.append(claim)
    lines += _openings(limited)
    pieces: list[list[Line]] = [[] for _ in limited]
    for i, piece in take_turns(limited):
        pieces[i].append(piece)
    for of_claim in pieces:
        lines += joined(of_claim)
    return lines


def _openings(claims: list[Claim]) -> list[Opening]:
    first_touched: dict[Limit, date] = {}
    for claim in claims:
        for limit in claim.limits:
            first_touched[limit] = min(claim.counts_from, first_touched.get(limit, claim.counts_from))
    return [Opening(day, *limit) for limit, day in first_touched.items()]


def take_turns(claims: Sequence[Claim]) -> Iterator[tuple[int, Line]]:
    """Pieces of claims in the order in which they take of their limits, each with the place of its claim.

    A run goes on until another line's turn comes, or until a limit bites.
    """
    used: dict[tuple[str, str], int] = {}
    queue = [(claim.counts_from, claim.order, i, claim) for i, claim in enumerate(claims)]
    heapify(queue)
    while queue:
        day, order, i, claim = heappop(queue)
        last = claim.last
        if claim.is_run:
            turn = queue[0][0] - timedelta(1) if queue else claim.last
            last = min(claim.last, max(day, turn, claim.first))
            last = min(last, claim.first + timedelta(_uniform(claim, used) - 1))
        piece = claim._replace(last=last, quantity=days(claim.first, last)) if claim.is_run else claim
        yield i, _cut(piece, used)
        if last < claim.last and claim.is_run:
            following = last + timedelta(1)
            rest = claim._replace(
                first=following, quantity=days(following, claim.last), counts_from=max(claim.counts_from, following)
            )
            heappush(queue, (rest.counts_from, order, i, rest))


def _uniform(claim: Claim, used: dict[tuple[str, str], int]) -> int:
    """How many days of the run fare alike: up to where the tightest limit is used up."""
    per_day = [
        (limit.cap - used.get((limit.limit, limit.key), 0), claim.rate if limit.unit == "yen" else 1)
        for limit in claim.limits
    ]
    if any(room <= 0 for room, _ in per_day):
        return claim.quantity
    return max(1, min(room // need for room, need in per_day if need))


def _cut(claim: Claim, used: dict[tuple[str, str], int]) -> Line:
    """The claim less what each of its limits, in turn, takes off it; books what is left on all of them. The days of a piece fare alike."""
    n = claim.quantity if claim.unit == "day" else 1
    gross = each = claim.rate * claim.quantity // n
    cuts: list[Cut] = []
    for limit in claim.limits:
        room = max(0, limit.cap - used.get((limit.limit, limit.key), 0))
        allowed = min(each, room) if limit.unit == "yen" else each if room else 0
        if allowed < each:
            cuts.append(Cut(limit.limit, limit.key, (each - allowed) * n))
            each = allowed
    uses = []
    for limit in claim.limits:
        amount = each * n if limit.unit == "yen" else n if each or not gross else 0
        used[limit.limit, limit.key] = used.get((limit.limit, limit.key), 0) + amount
        uses.append(Use(limit.limit, limit.key, amount))
    return _line(claim, each * n, tuple(cuts), tuple(uses))


def _line(claim: Claim, payable: int, cuts: tuple[Cut, ...], uses: tuple[Use, ...]) -> Line:
    gross = claim.rate * claim.quantity
    decision = "declined" if claim.declined else "reduced" if cuts else "payable"
    return Line(
        claim.counts_from, claim.benefit, claim.key, claim.first, claim.last, claim.unit, claim.quantity, claim.rate,
        gross, payable, decision, claim.rules, claim.events, cuts, uses,
    )  # fmt: skip


def joined(pieces: list[Line]) -> list[Line]:
    """Adjoining pieces of one run that fared alike, as one line."""
    joined: list[Line] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _fared(before) == _fared(piece):
            both = before.quantity + piece.quantity
            joined[-1] = before._replace(
                last=piece.last,
                quantity=both,
                gross=before.rate * both,
                payable=before.payable + piece.payable,
                cuts=tuple(a._replace(by=a.by + b.by) for a, b in zip(before.cuts, piece.cuts, strict=True)),
                uses=tuple(
                    a._replace(amount=a.amount + b.amount) for a, b in zip(before.uses, piece.uses, strict=True)
                ),
            )
        else:
            joined.append(piece)
    return joined


def _fared(piece: Line) -> tuple[object, ...]:
    """How a day of the piece fared: pieces that agree can be one line."""
    n = piece.quantity
    cuts = tuple(cut._replace(by=cut.by // n) for cut in piece.cuts)
    return (
        piece.rate,
        piece.payable // n,
        piece.decision,
        cuts,
        tuple(use._replace(amount=use.amount // n) for use in piece.uses),
    )
