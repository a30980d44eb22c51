"""Short histories for tests of the reference calculator for `seikatsu`."""
from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from . import seikatsu as oracle


class Story:
    """A policy's history in recording order, and what the calculator says of it."""

    def __init__(self, units: str = "1", kind: int = 365, period: tuple[str, str] = ("2023-01-01", "2024-01-01"), riders: dict | None = None,
                 **plan: Any) -> None:
        self.events: list[dict] = []
        self.plan = {"units": units, "hospital_type": kind, "riders": riders or {}} | plan
        self.issued = self.tell("PolicyIssued", product="seikatsu", plan=self.plan, period_start=period[0], period_end=period[1],
                                insured={"person_id": "p1", "birth_date": "1970-05-05"})

    def tell(self, type_: str, **data: Any) -> str:
        event_id = str(uuid.UUID(int=len(self.events) + 1))
        self.events.append({"event_id": event_id, "policy_id": "S-1", "type": type_, "recorded_at": "2023-01-01T00:00:00+09:00",
                            "data": {k.rstrip("_"): v for k, v in data.items()}})
        return event_id

    def renewed(self, *starts: str) -> Story:
        for start in starts:
            self.tell("PolicyRenewed", period_start=start, period_end=f"{int(start[:4]) + 1}{start[4:]}")
        return self

    def sick(self, condition_id: str, icd10: str, onset: str, **more: Any) -> str:
        return self.tell("ConditionRecorded", condition_id=condition_id, kind="sickness", icd10=icd10, onset_on=onset, **more)

    def injury(self, condition_id: str, accident: str) -> str:
        return self.tell("ConditionRecorded", condition_id=condition_id, kind="injury", icd10="S82.1", accident_on=accident)

    def stay(self, stay_id: str, first: str, last: str | None, condition_id: str, alive: bool = True, **more: Any) -> str:
        event_id = self.tell("HospitalAdmitted", stay_id=stay_id, admitted_on=first, condition_id=condition_id, **more)
        if last:
            self.tell("HospitalDischarged", stay_id=stay_id, discharged_on=last, alive=alive)
        return event_id

    def on(self, day: str) -> dict:
        return oracle.answer(self.events, date.fromisoformat(day))

    def pays(self, day: str) -> dict[str, int]:
        out: dict[str, int] = {}
        for l in self.on(day)["lines"]:
            if l[5]:
                out[l[0]] = out.get(l[0], 0) + l[5]
        return out

    def declined(self, day: str) -> list[str]:
        return sorted(l[7] for l in self.on(day)["lines"] if l[6] == "declined")

    def used(self, day: str, row: str) -> int:
        used: int = self.on(day)["limits"][row][2]
        return used


def after(day: str, n: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=n)).isoformat()
