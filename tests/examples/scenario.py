"""Scenarios: a policy's history, and the questions that the ledger must answer about it.

A scenario is built with `Scenario(...)`, `.event(...)` and `.ask(...)`; `check` compares an answer with what is expected.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Self

NAMESPACE = uuid.UUID("6b3a6a1e-94a2-4c53-9d0e-7f1f5b0b7a11")

Answer = dict[str, Any]
LimitRow = tuple[str, str | None, dict[str, Any]]


@dataclass
class Question:
    """A question and what is expected; what is left out is not looked at."""

    on: str
    known_at: str
    pays: dict[str, int] | None = None
    """Benefit -> sum of payable; benefits not named must pay 0."""
    limits: list[LimitRow] = field(default_factory=list)
    """(limit, key or None, the fields of its only row)."""
    no_limits: list[tuple[str, str | None]] = field(default_factory=list)
    state: str | None = None
    declined: list[str] | None = None
    """The deciding (last) rules of the declined lines, sorted."""
    settlement: dict[str, int] | None = None
    lines: dict[str, int] | None = None
    """Benefit -> number of lines that pay."""


class Scenario:
    """One policy's history and the questions about it."""

    def __init__(
        self,
        name: str,
        product: str,
        plan: dict[str, Any],
        period: tuple[str, str] = ("2023-01-01", "2024-01-01"),
        recorded_at: str = "2022-12-01T09:00:00+09:00",
        **issued: Any,
    ) -> None:
        self.name, self.policy_id = name, "X-" + name
        self.lines: list[dict[str, Any]] = []
        self.questions: list[Question] = []
        self.clock = recorded_at
        data = {
            "product": product,
            "plan": plan,
            "period_start": period[0],
            "period_end": period[1],
            "insured": {"person_id": "p1", "birth_date": "1970-05-05"},
        }
        self.issued = self.event("PolicyIssued", **(data | issued))

    def at(self, recorded_at: str) -> Self:
        """Later events are recorded at this instant."""
        self.clock = recorded_at
        return self

    def event(self, type_: str, **data: Any) -> str:
        """Adds an event; returns its id. A field that is a Python keyword is given with a trailing underscore (`from_`)."""
        event_id = str(uuid.uuid5(NAMESPACE, f"{self.policy_id}/{len(self.lines)}"))
        named = {name.rstrip("_"): value for name, value in data.items()}
        place = {"event_id": event_id, "policy_id": self.policy_id, "type": type_, "recorded_at": self.clock}
        self.lines.append(place | {"data": named})
        return event_id

    def stay(self, stay_id: str, admitted: str, discharged: str, condition: str, **more: Any) -> None:
        """A stay from admission to discharge."""
        self.event("HospitalAdmitted", stay_id=stay_id, admitted_on=admitted, condition_id=condition, **more)
        self.event("HospitalDischarged", stay_id=stay_id, discharged_on=discharged)

    def sickness(self, condition_id: str, icd10: str, onset: str) -> str:
        """A sickness by its code and the day it began."""
        return self.event("ConditionRecorded", condition_id=condition_id, kind="sickness", icd10=icd10, onset_on=onset)

    def ask(self, on: str, known_at: str = "2035-01-01T00:00:00+09:00", **expected: Any) -> Self:
        """Adds a question."""
        self.questions.append(Question(on, known_at, **expected))
        return self


def history_of(scenarios: list[Scenario]) -> bytes:
    """All histories as one, by the time of recording; the order within a policy holds."""
    events = sorted((line for scenario in scenarios for line in scenario.lines), key=lambda line: line["recorded_at"])
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()


def questions_of(scenarios: list[Scenario]) -> bytes:
    """All questions, as `asof --questions` reads them."""
    asked = [{"policy_id": s.policy_id, "on": q.on, "known_at": q.known_at} for s in scenarios for q in s.questions]
    return "".join(json.dumps(question) + "\n" for question in asked).encode()


def check(question: Question, answer: Answer) -> list[str]:
    """What in the answer is not as expected."""
    return [*_limits(question, answer), *_lines(question, answer), *_sums(question, answer)]


def _limits(question: Question, answer: Answer) -> list[str]:
    wrong = []
    for limit, key, expected in question.limits:
        rows = [row for row in answer["limits"] if row["limit"] == limit and key in (None, row["key"])]
        if len(rows) != 1:
            wrong.append(f"{len(rows)} rows of limit {limit} {key or ''}")
            continue
        wrong += [
            f"limit {limit} {rows[0]['key']}: {name} is {rows[0][name]}, expected {value}"
            for name, value in expected.items()
            if rows[0][name] != value
        ]
    for row in answer["limits"]:
        if row["cap"] != row["used"] + row["remaining"]:
            wrong.append(f"limit {row['limit']} {row['key']}: cap {row['cap']} is not used + remaining")
        if (row["limit"], row["key"]) in question.no_limits:
            wrong.append(f"limit {row['limit']} {row['key']} is listed")
    return wrong


def _lines(question: Question, answer: Answer) -> list[str]:
    wrong = []
    paid: dict[str, list[int]] = {}
    for line in answer["benefits"]:
        if line["payable"]:
            paid.setdefault(line["benefit"], []).append(line["payable"])
    sums = {benefit: sum(amounts) for benefit, amounts in paid.items()}
    if question.pays is not None and sums != {k: v for k, v in question.pays.items() if v}:
        wrong.append(f"pays {sums}, expected {question.pays}")
    declined = sorted(line["rules"][-1] for line in answer["benefits"] if line["decision"] == "declined")
    if question.declined is not None and declined != sorted(question.declined):
        wrong.append(f"declined by {declined}, expected {sorted(question.declined)}")
    for benefit, count in (question.lines or {}).items():
        if len(paid.get(benefit, ())) != count:
            wrong.append(f"{len(paid.get(benefit, ()))} lines of {benefit}, expected {count}")
    return wrong


def _sums(question: Question, answer: Answer) -> list[str]:
    wrong = []
    if question.state is not None and answer["status"]["state"] != question.state:
        wrong.append(f"state {answer['status']['state']}, expected {question.state}")
    for name, value in (question.settlement or {}).items():
        if answer["settlement"][name] != value:
            wrong.append(f"settlement {name} is {answer['settlement'][name]}, expected {value}")
    return wrong
