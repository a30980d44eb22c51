"""SK-20 to SK-25: which stays are one hospitalisation (1回の入院).

Stays are taken in order of admission, each seeing only those before it: what comes later never changes how an earlier stay was joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ledger.periods import ONE_DAY, days, days_after, nth_day
from ledger.product import clause
from ledger.products.general.endings import refused
from ledger.products.general.stays import Stay
from ledger.products.general.stays import stays as read_stays
from ledger.products.seikatsu.rules.conditions import accident_day, conditions, same_chain
from ledger.products.seikatsu.rules.cover import TERMS, Cover, base, cover, policy
from ledger.products.seikatsu.rules.purposes import declines_stay
from ledger.timeline import Facts


class Piece(NamedTuple):
    """A covered stay, or the part of one from `first` on (SK-25). Its days count from `counted_from`: a day in two stays counts once."""

    first: date
    stay: Stay
    last: date
    counted_from: date
    cover: Cover

    @property
    def at(self) -> tuple[date, str]:
        """Its place among the pieces: by first day, then by stay_id."""
        return self.first, self.stay.stay_id


class Hospitalisation(NamedTuple):
    """Covered stays that are one hospitalisation, in order of admission; the first says cause, layers and period.

    `kind`: sickness; injury (the accident's); late_injury (an accident's days that count as sickness, SK-24, SK-25).
    """

    kind: str
    pieces: tuple[Piece, ...]

    @property
    def key(self) -> str:
        """The stay_id of the first stay."""
        return self.pieces[0].stay.stay_id

    @property
    def first(self) -> date:
        return self.pieces[0].first

    @property
    def condition_id(self) -> str:
        """The direct cause."""
        return self.pieces[0].stay.condition_id

    @property
    def cover(self) -> Cover:
        """Base cover of the first stay."""
        return self.pieces[0].cover

    def runs(self, from_day: int = 1) -> Iterator[tuple[Piece, date, date]]:
        """The counted days from the n-th on, as runs: the piece, its first and its last such day."""
        before = 0
        for piece in self.pieces:
            first = piece.counted_from + timedelta(max(0, from_day - 1 - before))
            if first <= piece.last:
                yield piece, first, piece.last
            before += days(piece.counted_from, piece.last)

    def day(self, n: int) -> date | None:
        """The day on which the n-th counted day is reached."""
        return next((first for _, first, _ in self.runs(n)), None)

    def events(self, on: date) -> tuple[str, ...]:
        """The facts of the stays that count by a day."""
        stays = {piece.stay.stay_id: piece.stay for piece in self.pieces if piece.counted_from <= min(on, piece.last)}
        return tuple(event for stay in stays.values() for event in stay.events)


class Uncovered(NamedTuple):
    """A stay that is declined by itself: `rule` says why, else `cover`. `runs`: its days that lie in no covered and no earlier stay."""

    stay: Stay
    cover: Cover
    rule: str | None
    runs: tuple[tuple[date, date], ...] = ()

    def declined_by(self, day: date) -> str:
        """The clause that declines the stay's line of a day. What is no stay to be paid is not asked whether it is covered."""
        return self.rule or self.cover.declined_by(day) or "SK-00"

    def spans(self, first: date, last: date) -> tuple[tuple[date, date], ...]:
        """A run of days, split where another clause declines."""
        return ((first, last),) if self.rule else self.cover.spans(first, last)


class Hospital(NamedTuple):
    """All stays, read for cover and joined."""

    sickness: tuple[Hospitalisation, ...]
    injuries: tuple[Hospitalisation, ...]
    late_injuries: tuple[Hospitalisation, ...]
    uncovered: tuple[Uncovered, ...]


def stays(facts: Facts) -> tuple[Stay, ...]:
    """All stays in order of admission."""
    return facts.once(read_stays)


def hospital(facts: Facts) -> Hospital:
    """All stays, read for cover and joined."""
    return facts.once(_hospital)


def _hospital(facts: Facts) -> Hospital:
    uncovered: list[Uncovered] = []
    sick: list[list[Piece]] = []
    hurt: list[list[Piece]] = []
    for stay in stays(facts):
        if _is_sickness(facts, stay):
            _admit_sickness(facts, stay, sick, uncovered)
        else:
            _admit_injury(facts, stay, hurt, uncovered)
    on_time, late = _split_injuries(facts, hurt)
    counted_from = _counted_once(piece for group in (*sick, *on_time, *late) for piece in group)

    def of_kind(kind: str, groups: list[list[Piece]]) -> tuple[Hospitalisation, ...]:
        counted = ([piece._replace(counted_from=counted_from[piece.at]) for piece in group] for group in groups)
        return tuple(Hospitalisation(kind, tuple(group)) for group in counted)

    taken = [(piece.first, piece.last) for group in (*sick, *hurt) for piece in group]
    return Hospital(
        of_kind("sickness", sick),
        of_kind("injury", on_time),
        of_kind("late_injury", late),
        tuple(_left_over(uncovered, taken)),
    )


def _left_over(uncovered: Iterable[Uncovered], taken: list[tuple[date, date]]) -> Iterator[Uncovered]:
    """Declined stays with the days that they alone have: a day in two stays counts once."""
    for one in uncovered:
        runs, start = [], one.stay.first
        for first, last in sorted(span for span in taken if span[0] <= one.stay.last):
            if start < first:
                runs.append((start, first - ONE_DAY))
            start = max(start, last + ONE_DAY)
        if start <= one.stay.last:
            runs.append((start, one.stay.last))
        taken.append((one.stay.first, one.stay.last))
        yield one._replace(runs=tuple(runs))


def _counted_once(pieces: Iterable[Piece]) -> dict[tuple[date, str], date]:
    """The day from which each piece's days count: a day in two stays counts once, for the stay that began earlier."""
    counted_from: dict[tuple[date, str], date] = {}
    through = date.min
    for piece in sorted(pieces, key=lambda piece: (piece.stay.first, piece.stay.stay_id, piece.first)):
        counted_from[piece.at] = max(piece.first, through + ONE_DAY)
        through = max(through, piece.last)
    return counted_from


# ---- sickness: SK-20 to SK-23 ----------------------------------------------------------------------------------------


def _admit_sickness(facts: Facts, stay: Stay, groups: list[list[Piece]], uncovered: list[Uncovered]) -> None:
    """Joins a stay to the hospitalisation it belongs to, or starts one; a stay that is declined does neither."""
    declined_by = declines_stay(stay, conditions(facts)[stay.condition_id])
    relief_day = uncovered_included(facts, stay)
    group = joined_to(facts, stay, groups, TERMS.number("join_days", stay.first)) if declined_by is None else None
    if group:
        covered = cover(facts, base, stay.condition_id, group[0].first, relief_day)
        if covered.amount:
            group.append(Piece(stay.first, stay, stay.last, stay.first, covered))
            return
    covered = cover(facts, base, stay.condition_id, stay.first, relief_day)
    if declined_by is None and covered.amount:
        declined_by = refused(facts, stay.first, stay.condition_id)
    if declined_by is None and covered.amount:
        groups.append([Piece(stay.first, stay, stay.last, stay.first, covered)])
    else:
        uncovered.append(Uncovered(stay, covered, declined_by))


@clause("SK-05", "SK-20")
def uncovered_included(facts: Facts, stay: Stay) -> date:
    """The first admission day of the stays that SK-20 joins with this one, uncovered and declined ones included (Q30)."""
    chain = [
        one
        for one in stays(facts)
        if _is_sickness(facts, one) and same_chain(facts, one.condition_id, stay.condition_id)
    ]
    first = last = date.min
    for one in chain[: chain.index(stay) + 1]:
        within = one.first <= days_after(last, TERMS.number("join_days", one.first))
        first = first if within else one.first
        last = max(last, one.last) if within else one.last
    return first


def _is_sickness(facts: Facts, stay: Stay) -> bool:
    return conditions(facts)[stay.condition_id].kind != "injury"


def joined_to(facts: Facts, stay: Stay, groups: Sequence[list[Piece]], within: int) -> list[Piece] | None:
    """The hospitalisation that a stay joins: by its own chain first; of several the one that began first."""
    for belongs in JOINS:
        for group in groups:
            in_time = stay.first <= days_after(max(piece.last for piece in group), within)
            if in_time and any(belongs(facts, stay, piece) for piece in group):
                return group
    return None


@clause("SK-20")
def same_cause(facts: Facts, stay: Stay, earlier: Piece) -> bool:
    """Stays for one chain of conditions join within 180 days after the last discharge (Q12)."""
    return same_chain(facts, stay.condition_id, earlier.stay.condition_id)


@clause("SK-22")
def during_a_stay(facts: Facts, stay: Stay, earlier: Piece) -> bool:
    """A stay for another condition joins where it begins on or before the discharge day of a running stay (Q12, ②)."""
    return earlier.first <= stay.first <= earlier.last


@clause("SK-22")
def present_or_arisen(facts: Facts, stay: Stay, earlier: Piece) -> bool:
    """It joins within 180 days, too, where the condition was there at an admission or arose during a stay (Q12, ②, ③)."""
    onset = conditions(facts)[stay.condition_id].onset_on
    arose = onset is not None and earlier.first <= onset <= min(earlier.last, stay.first)
    return arose or stay.condition_id in earlier.stay.admission.other_condition_ids


@clause("SK-23")
def same_pregnancy(facts: Facts, stay: Stay, earlier: Piece) -> bool:
    """Different conditions of one pregnancy join within 180 days (Q12)."""
    this, that = (conditions(facts)[one] for one in (stay.condition_id, earlier.stay.condition_id))
    both = this.kind == that.kind == "pregnancy"
    return (
        both and this.pregnancy_diagnosed_on is not None and this.pregnancy_diagnosed_on == that.pregnancy_diagnosed_on
    )


JOINS: tuple[Callable[[Facts, Stay, Piece], bool], ...] = (same_cause, same_pregnancy, during_a_stay, present_or_arisen)


@clause("SK-21")
def joined_for_lump_sums(facts: Facts) -> tuple[Hospitalisation, ...]:
    """For lump sums the 180 days are counted from the discharge day itself (Q12 note, Q34, Q37)."""
    groups: list[list[Piece]] = []
    for piece in sorted(
        (piece for one in hospital(facts).sickness for piece in one.pieces), key=lambda piece: piece.at
    ):
        group = joined_to(facts, piece.stay, groups, TERMS.number("join_days_lump", piece.first))
        if group:
            group.append(piece)
        else:
            groups.append([piece])
    return tuple(Hospitalisation("sickness", tuple(group)) for group in groups)


# ---- injuries: SK-24, SK-25 ------------------------------------------------------------------------------------------


def _admit_injury(facts: Facts, stay: Stay, groups: list[list[Piece]], uncovered: list[Uncovered]) -> None:
    """Puts a stay with the others of its accident, or sets it apart where it is declined."""
    declined_by = declines_stay(stay, conditions(facts)[stay.condition_id])
    covered = cover(facts, base, stay.condition_id, stay.first, None)
    if declined_by is None and covered.amount:
        declined_by = refused(facts, accident_day(conditions(facts)[stay.condition_id]) or stay.first, stay.condition_id)
    if declined_by is not None or not covered.amount:
        uncovered.append(Uncovered(stay, covered, declined_by))
        return
    group = next((group for group in groups if group[0].stay.condition_id == stay.condition_id), None)
    if group is None:
        groups.append(group := [])
    group.append(Piece(stay.first, stay, stay.last, stay.first, covered))


def _split_injuries(facts: Facts, groups: list[list[Piece]]) -> tuple[list[list[Piece]], list[list[Piece]]]:
    """For each accident its own hospitalisation, and the days that count as sickness, joined among themselves."""
    on_time: list[list[Piece]] = []
    late: list[list[Piece]] = []
    for group in groups:
        begun_in_time = [piece for piece in group if not begun_late(facts, piece.stay)]
        as_sickness = [piece for piece in group if begun_late(facts, piece.stay)]
        if begun_in_time:
            longest = longest_running(facts, begun_in_time[0].first)
            on_time.append(
                [piece._replace(last=min(piece.last, nth_day(piece.first, longest))) for piece in begun_in_time]
            )
            as_sickness += [beyond for piece in begun_in_time for beyond in _beyond(piece, longest)]
        late += _joined_by_days(sorted(as_sickness, key=lambda piece: piece.at))
    return on_time, late


@clause("SK-24")
def begun_late(facts: Facts, stay: Stay) -> bool:
    """A stay that begins after 180 days from the accident counts as sickness for the hospital days (Q47, Q50; Interpretation)."""
    accident_on = accident_day(conditions(facts)[stay.condition_id])
    return accident_on is not None and stay.first > nth_day(
        accident_on, TERMS.number("injury_admission_days", accident_on)
    )


@clause("SK-25")
def longest_running(facts: Facts, first_admission: date) -> int:
    """How many days of one running stay count as injury; those beyond are sickness days of a new hospitalisation (Q47; Interpretation)."""
    hospital_type = policy(facts).plan(first_admission).hospital_type
    return int(TERMS.at("injury_running_days", first_admission)[str(hospital_type)])


def _beyond(piece: Piece, longest: int) -> Iterator[Piece]:
    following = nth_day(piece.first, longest) + ONE_DAY
    if following <= piece.last:
        yield piece._replace(first=following, counted_from=following)


def _joined_by_days(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """One accident's pieces, joined within the days of SK-20."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = max((earlier.last for earlier in groups[-1]), default=date.min) if groups else date.min
        if groups and piece.first <= days_after(last, TERMS.number("join_days", piece.first)):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups
