"""A policy's history in a few words, and what the ledger answers about it from its journal."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from ledger import events as ev
from ledger.policy import Policy
from replay.as_of import Known, answer

NAMESPACE = uuid.UUID("1d5b8d1c-6e53-4d1c-9c0f-0a4c0c7f6a11")
INSTANT = datetime(2030, 1, 1, tzinfo=UTC)
Answer = dict[str, Any]


class History:
    """Builds a policy fact by fact; `on(day)` is the answer of that day. A wire field `from` is given as `from_`."""

    def __init__(self, product: str, plan: dict[str, Any], period: tuple[str, str], **issued: Any) -> None:
        self.policy = Policy("P-1")
        self.ids: list[str] = []
        data = {
            "product": product,
            "plan": plan,
            "period_start": period[0],
            "period_end": period[1],
            "insured": {"person_id": "p1"},
        }
        self.issued = self.add("PolicyIssued", **data | issued)

    def add(self, type_: str, **data: Any) -> str:
        """Records a fact and gives its id. Raises Refused."""
        event_id = str(uuid.uuid5(NAMESPACE, str(len(self.ids))))
        fact = ev.EVENT_TYPES[type_].parse({name.rstrip("_"): value for name, value in data.items()})
        self.policy.admit(ev.Event(event_id, "P-1", type_, 1, INSTANT, fact))
        self.ids.append(event_id)
        return event_id

    def on(self, day: str) -> Answer:
        """What the policy stands at on a day, as far as all that was recorded tells."""
        known = Known("P-1", len(self.ids), len(self.ids), None, None, self.policy.journal, self.policy.fault)
        assert self.policy.fault is None, self.policy.fault
        return answer(known, date.fromisoformat(day), None)

    def lines(self, day: str) -> list[tuple[Any, ...]]:
        """The benefit lines of a day as (benefit, key, payable, decision, deciding rule where declined)."""
        return [
            (b["benefit"], b["key"], b["payable"], *([b["rules"][-1]] if b["decision"] == "declined" else []))
            for b in self.on(day)["benefits"]
        ]

    def state(self, day: str) -> tuple[Any, ...]:
        """The state of a day with its first and last day."""
        status = self.on(day)["status"]
        return status["state"], status["since"], status["until"]

    def deadlines(self, day: str, kind: str) -> list[tuple[Any, ...]]:
        """The deadlines of one kind as (due on, met on, overdue)."""
        return [(d["due_on"], d["met_on"], d["overdue"]) for d in self.on(day)["deadlines"] if d["kind"] == kind]

    def refunds(self, day: str) -> list[tuple[Any, ...]]:
        """The refunds as (amount, due from, rules)."""
        return [(r["amount"], r["due_from"], r["rules"]) for r in self.on(day)["refunds"]]
