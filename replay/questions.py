"""Questions of `asof`, and their answers: many at a time, each policy read once as long as it is asked about."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Protocol

from ledger import door
from ledger.errors import MISSING, Refused, Words
from ledger.events.base import POLICY_ID_WORDS
from ledger.recorders.log import LogRecord
from replay.as_of import Known, answer
from replay.known import History

FIELDS: Final = ("policy_id", "on", "known_at")
ROOM: Final = 50_000
"""Records of policies that are kept for further questions, all policies together."""


class Question(NamedTuple):
    """Asks what a policy stood at on a day, as far as was known at an instant, or at a position of the log."""

    policy_id: str
    on: date
    known_at: datetime | None
    at_position: int | None = None


class Streams(Protocol):
    """Where a policy's records are read."""

    def stream(self, policy_id: str) -> list[LogRecord]:
        """The records of one policy in order."""
        ...


def read_questions(stream: door.Lines | Iterable[bytes], on: date, known_at: datetime) -> list[Question]:
    """All questions of a JSONL stream; `on` and `known_at` serve where a line has none. Raises Refused at the first bad line."""
    questions = []
    for line, raw in door.numbered(stream):
        try:
            questions.append(_question(door.read_json(raw), on, known_at))
        except Refused as refused:
            raise refused.at(line=line) from None
    return questions


def _question(found: dict[str, Any], on: date, known_at: datetime) -> Question:
    for name in found:
        if name not in FIELDS:
            raise Refused(name, Words("未知の項目", "an unknown field"), FIELDS)
    if "policy_id" not in found:
        raise Refused("policy_id", MISSING, POLICY_ID_WORDS)
    return Question(
        door.checked_policy_id(found["policy_id"]),
        on if found.get("on") is None else door.day(found["on"], "on"),
        known_at if found.get("known_at") is None else door.instant(found["known_at"], "known_at"),
    )


class Answers:
    """Answers questions from the log. Policies asked about last are kept: what is recorded of them meanwhile is not seen."""

    def __init__(self, streams: Streams, room: int = ROOM) -> None:
        self._streams = streams
        self._room = room
        self._records = 0
        self._kept: OrderedDict[str, History] = OrderedDict()

    def all(self, questions: Iterable[Question]) -> Iterator[dict[str, Any]]:
        """An answer to each question, in order, as they are asked for."""
        return map(self.one, questions)

    def one(self, question: Question) -> dict[str, Any]:
        """The answer to one question."""
        return answer(self.known(question), question.on, question.known_at)

    def known(self, question: Question) -> Known:
        """What the ledger had of the policy at the question's cut."""
        return self._history(question.policy_id).known(known_at=question.known_at, at_position=question.at_position)

    def _history(self, policy_id: str) -> History:
        history = self._kept.get(policy_id)
        if history is None:
            history = self._kept[policy_id] = History(policy_id, self._streams.stream(policy_id))
            self._records += len(history)
            while self._records > self._room and len(self._kept) > 1:
                self._records -= len(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(policy_id)
        return history
