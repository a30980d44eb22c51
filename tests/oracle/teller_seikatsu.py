"""What tells a random `seikatsu` history: days near the numbers of the rules, facts that know what must be recorded before them."""
from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from . import dates
from .dates import plus


class Teller:
    """Collects facts; each knows which facts must be recorded before it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.policy_id = f"S-{rng.getrandbits(32):08x}"
        self.facts: list[dict[str, Any]] = []
        self.plan: dict[str, Any] = {"units": rng.choice(["1", "1", "2", "3", "4", "E"]), "hospital_type": rng.choice([365, 60]), "riders": {}}
        self.changes: list[tuple[date, dict[str, Any], Callable[[dict], None]]] = []     # (day, the fact's data, what changes)
        self.start = rng.choice([date(2021, 4, 1), date(2022, 1, 1), date(2022, 4, 1), date(2020, 3, 1), date(2019, 10, 1), date(2020, 2, 29)])
        self.periods = rng.choice([1, 1, 2, 3, 3, 4])
        self.entered: date | None = None
        self.serial = 0

    # ---- days
    @property
    def end(self) -> date:
        return dates.years_after(self.start, self.periods)

    def boundary(self, n: int | None = None) -> date:
        """The first day of a period (n: of which), at times the first day after the last."""
        if n is None:
            n = self.rng.choice([*range(max(1, self.periods)), *range(1, self.periods), *range(1, self.periods + 1)])
        return dates.years_after(self.start, n)

    def near(self, day: date, spread: int = 2) -> date:
        return plus(day, self.rng.randint(-spread, spread))

    def some_day(self) -> date:
        """Mostly anywhere inside, often by a boundary of periods or by the 730th day."""
        r = self.rng.random()
        if r < 0.15:
            return self.near(self.boundary())
        if r < 0.25:
            return self.near(plus(self.start, 730))
        return plus(self.start, self.rng.randint(0, max(30, (self.end - self.start).days - 60)))

    def pick(self, *numbers: int) -> int:
        return self.rng.choice(numbers)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    # ---- facts
    def new_id(self) -> str:
        """A UUID of the random source."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def name(self, prefix: str) -> str:
        """An id whose order as text is not that of its making."""
        self.serial += 1
        return f"{self.rng.choice('abcZ')}{prefix}{self.rng.choice([self.serial, 100 - self.serial])}"

    def tell(self, type_: str, after: tuple[str, ...] = (), **data: Any) -> str:
        event_id = self.new_id()
        data = {k.rstrip("_"): v.isoformat() if isinstance(v, date) else v for k, v in data.items() if v is not None}
        self.facts.append({"event_id": event_id, "type": type_, "data": data, "after": list(after)})
        return event_id

    def condition(self, kind: str, icd10: str | None, onset: date | None, causes: tuple[tuple[str, str], ...] = (), **more: Any) -> tuple[str, str]:
        """(condition_id, event_id)."""
        condition_id = self.name("c")
        event_id = self.tell("ConditionRecorded", tuple(e for _, e in causes), condition_id=condition_id, kind=kind, icd10=icd10, onset_on=onset,
                             caused_by=[c for c, _ in causes] or None, **more)
        return condition_id, event_id

    def sick(self, icd10: str, onset: date, causes: tuple[tuple[str, str], ...] = (), **more: Any) -> tuple[str, str]:
        return self.condition("sickness", icd10, onset, causes, **more)

    def injured(self, accident: date, **more: Any) -> tuple[str, str]:
        return self.condition("injury", self.rng.choice(["S82.1", "S52.5", "S06.0", None]), None, accident_on=accident, **more)

    def stay(self, c: tuple[str, str], first: date, length: int, others: tuple[tuple[str, str], ...] = (), known: float = 0.75, **more: Any) -> date:
        """A stay of so many days, both ends counted, and what is known of its end; returns its last day."""
        stay_id = self.name("s")
        last = plus(first, length - 1)
        event_id = self.tell("HospitalAdmitted", (c[1], *(e for _, e in others)), stay_id=stay_id, admitted_on=first, condition_id=c[0],
                             other_condition_ids=[o for o, _ in others] or None, **more)
        if self.chance(known):
            self.tell("HospitalDischarged", (event_id,), stay_id=stay_id, discharged_on=last, alive=False if self.chance(0.07) else None)
        if self.chance(0.2 if length < 30 else 0.35):
            self.tell("StayConfirmed", (event_id,), stay_id=stay_id, through=plus(first, self.rng.randint(0, length + 3)))
        return last

    def pick_mode(self) -> str | None:
        """How a visit was made: mostly left out."""
        if self.chance(0.75):
            return None
        return self.rng.choice(["house_call", "home_visit", "home_nursing", "judo_therapist", "massage_acupuncture"])

    def visit(self, c: tuple[str, str], day: date, **more: Any) -> str:
        return self.tell("OutpatientVisited", (c[1],), visited_on=day, condition_id=c[0], **more)

    def surgery(self, c: tuple[str, str], day: date, **more: Any) -> str:
        return self.tell("SurgeryPerformed", (c[1],), performed_on=day, condition_id=c[0], **({"name": "手術", "basis": "medical_fee"} | more))

    def hold(self, rider: str, value: Any = True, p: float = 0.9) -> None:
        if self.chance(p):
            self.plan["riders"][rider] = value

    def change(self, day: date, what: Callable[[dict], None]) -> None:
        """A change of the plan on the day; the plans are filled in at the end."""
        self.tell("CoverageChanged", (), effective_on=day, plan={})
        self.changes.append((day, self.facts[-1]["data"], what))
