"""Stays in hospital as the facts have them: an admission, the last day known of it, and whether it ended."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.periods import days
from ledger.timeline import Facts

STAYS: frozenset[type[ev.Fact]] = frozenset({ev.HospitalAdmitted, ev.StayConfirmed, ev.HospitalDischarged})


class Stay(NamedTuple):
    """A stay from `first` to `last`, both days included. Without a known discharge it counts to its last confirmed day,
    and to the admission day alone where there is none: nothing accrues without evidence. `events`: the admission, then all that
    tells how long it lasted."""

    first: date
    stay_id: str
    last: date
    discharged_on: date | None
    alive: bool
    admission: ev.HospitalAdmitted
    event_id: str
    events: tuple[str, ...]

    @property
    def condition_id(self) -> str:
        return self.admission.condition_id

    @property
    def days(self) -> int:
        return days(self.first, self.last)


def stays(facts: Facts) -> tuple[Stay, ...]:
    """All stays in order of admission, then of stay_id."""
    confirmed: dict[str, list[tuple[date, str]]] = {}
    for fact in facts.of(ev.StayConfirmed):
        confirmed.setdefault(fact.data.stay_id, []).append((fact.data.through, fact.event_id))
    discharged = {fact.data.stay_id: fact for fact in facts.of(ev.HospitalDischarged)}
    found = []
    for admitted in facts.of(ev.HospitalAdmitted):
        stay_id, first = admitted.data.stay_id, admitted.data.admitted_on
        known = confirmed.get(stay_id, [])
        end = discharged.get(stay_id)
        last = end.data.discharged_on if end is not None else max((through for through, _ in known), default=first)
        evidence = sorted([*(event_id for _, event_id in known), *([end.event_id] if end is not None else [])])
        found.append(
            Stay(
                first, stay_id, max(first, last), end.data.discharged_on if end else None, end.data.alive if end else True,
                admitted.data, admitted.event_id, (admitted.event_id, *evidence),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda stay: (stay.first, stay.stay_id)))
