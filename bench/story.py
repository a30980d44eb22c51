"""One policy's history as a claims desk records it: facts a few days after they happened, some late, some corrected."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any, NamedTuple

Data = dict[str, Any]
JST = timezone(timedelta(hours=9))
LATE = 0.03
CORRECTED = 0.02
LAST_RECORDED = datetime(2025, 12, 31, tzinfo=JST)


class Told(NamedTuple):
    """A fact and the instant at which it is recorded."""

    recorded_at: datetime
    ordinal: int
    event_id: str
    type: str
    data: Data


class Story:
    """Collects a policy's facts; `events` gives them as wire events in order of recording."""

    def __init__(self, rng: Random, policy_id: str) -> None:
        self.rng = rng
        self.policy_id = policy_id
        self._told: list[Told] = []
        self._at: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._told)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def day(self, first: date, last: date) -> date:
        """Some day from `first` to `last`."""
        return first + timedelta(self.rng.randrange(max(1, (last - first).days + 1)))

    def tell(self, day: date, type_: str, *after: str, delay: int | None = None, **data: Any) -> str:
        """Tells a fact of a day, recorded after the facts that it names; gives its event id. A wire field `from` is `from_`."""
        if delay is None:
            delay = self.rng.randint(60, 500) if self.chance(LATE) else self.rng.randint(0, 14)
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=JST) + timedelta(days=delay, seconds=self.rng.randrange(30_000))
        return self._record(max([moment, *(self._at[one] + timedelta(seconds=60) for one in after)]), type_, data)

    def _record(self, moment: datetime, type_: str, data: Data) -> str:
        event_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        moment = min(moment, LAST_RECORDED)
        wire = {name.rstrip("_"): _wire(value) for name, value in data.items() if value is not None}
        self._told.append(Told(moment, len(self._told), event_id, type_, wire))
        self._at[event_id] = moment
        return event_id

    def correct(self) -> None:
        """Amends some facts, and takes some back, a while after they were recorded."""
        for told in list(self._told):
            if self.chance(CORRECTED):
                moment = told.recorded_at + timedelta(days=self.rng.randint(1, 200), seconds=self.rng.randrange(30_000))
                if told.type in CHANGES:
                    data = {"target": told.event_id, "data": CHANGES[told.type](deepcopy(told.data)), "reason": "訂正"}
                    self._record(moment, "FactAmended", data)
                elif told.type in {"OutpatientVisited", "CareCostRefunded"}:
                    self._record(moment, "FactRetracted", {"target": told.event_id, "reason": "誤記"})

    def events(self) -> list[Data]:
        """The wire events in order of recording."""
        return [
            {
                "event_id": told.event_id,
                "policy_id": self.policy_id,
                "type": told.type,
                "recorded_at": told.recorded_at.isoformat(),
                "data": told.data,
                "actor": "claims-desk",
            }
            for told in sorted(self._told)
        ]


def _wire(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _more(field: str) -> Callable[[Data], Data]:
    def change(data: Data) -> Data:
        data[field] = data[field] // 10 * 11
        return data

    return change


def _next_day(field: str) -> Callable[[Data], Data]:
    def change(data: Data) -> Data:
        data[field] = (date.fromisoformat(data[field]) + timedelta(1)).isoformat()
        return data

    return change


CHANGES: dict[str, Callable[[Data], Data]] = {
    "HospitalDischarged": _next_day("discharged_on"),
    "CareCostIncurred": _more("gross"),
    "HospitalChargesIncurred": _more("treatment_charge"),
    "CyberCostIncurred": _more("amount"),
    "CyberClaimSettled": _more("amount"),
    "BenefitPaid": _more("amount"),
    "PremiumPaid": _next_day("paid_on"),
    "SurgeryPerformed": _next_day("performed_on"),
    "AnticancerTreated": _next_day("to"),
    "CareCertified": _next_day("valid_to"),
}
"""How a correction changes a fact of each type."""
