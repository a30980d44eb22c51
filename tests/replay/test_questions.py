"""Many questions are answered as each alone, from histories that are read once and no further than asked."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from ledger import door
from ledger.application import ClaimsLedger
from ledger.recorders.log import LogRecord
from replay.as_of import answer
from replay.known import History, known
from replay.questions import Answers, Question

SAMPLES = {"cyber": "CY-2023-0008", "oyako": "OY-2023-0107", "ryoritsu": "KR-2022-0015", "sony-medical": "SM-2021-0311"}
ON = date(2025, 1, 31)


class Reads:
    """The streams of a ledger, and which were read."""

    def __init__(self, streams: dict[str, list[LogRecord]]) -> None:
        self.streams = streams
        self.read: list[str] = []

    def stream(self, policy_id: str) -> list[LogRecord]:
        self.read.append(policy_id)
        return self.streams.get(policy_id, [])


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[LogRecord]]:
    """The records of the samples' policies."""
    path: Path = tmp_path_factory.mktemp("questions") / "ledger.db"
    with ClaimsLedger.open(str(path)) as ledger:
        for sample in SAMPLES:
            lines = files("ledger").joinpath("samples", f"{sample}.jsonl").read_bytes().splitlines()
            ledger.import_events(door.read_lines(lines, mode="import"))
        return {policy_id: ledger.stream(policy_id) for policy_id in SAMPLES.values()}


@pytest.mark.parametrize("policy_id", SAMPLES.values())
def test_a_history_asked_for_every_cut_in_any_order_knows_what_a_fresh_one_knows(
    streams: dict[str, list[LogRecord]], policy_id: str
) -> None:
    records = streams[policy_id]
    history = History(policy_id, records)
    cuts = [record.recorded_at - timedelta(microseconds=1) for record in records] + [records[-1].recorded_at]

    for known_at in [*cuts[::-1], *cuts]:
        expected = known(policy_id, [r for r in records if r.recorded_at <= known_at])
        assert answer(history.known(known_at=known_at), ON, known_at) == answer(expected, ON, known_at)


@pytest.mark.parametrize("policy_id", SAMPLES.values())
def test_what_a_fact_caused_is_known_with_it(streams: dict[str, list[LogRecord]], policy_id: str) -> None:
    records = streams[policy_id]
    facts = [record for record in records if record.type != "Assessed"]

    for number, fact in enumerate(facts, start=1):
        cut = known(policy_id, records, at_position=fact.position)
        following = facts[number].position if number < len(facts) else records[-1].position + 1
        assert (cut.position, cut.events_seen) == (fact.position, number)
        assert cut.head_hash == next(r.hash.hex() for r in reversed(records) if r.position < following)


def test_nothing_beyond_the_cut_is_decoded(streams: dict[str, list[LogRecord]]) -> None:
    def damaged(_: bytes) -> None:
        raise ValueError("damaged")

    *records, last = streams["CY-2023-0008"]
    history = History("CY-2023-0008", [*records, last._replace(decode=damaged, type="Assessed")])  # type: ignore[arg-type]

    assert history.known(at_position=records[-3].position).position <= records[-3].position
    assert history.known().fault_since == last.position
    assert f"position {last.position}" in (history.known().fault or "")


def test_each_policy_is_read_once(streams: dict[str, list[LogRecord]]) -> None:
    reads = Reads(streams)
    questions = [
        Question(policy_id, on, datetime(year, 6, 1, tzinfo=UTC))
        for year in (2023, 2024, 2025)
        for policy_id in (*SAMPLES.values(), "NO-SUCH")
        for on in (date(2024, 1, 1), ON)
    ]

    together = list(Answers(reads).all(questions))

    assert sorted(reads.read) == sorted([*SAMPLES.values(), "NO-SUCH"])
    assert together == [Answers(Reads(streams)).one(question) for question in questions]


def test_with_little_room_the_answers_are_the_same(streams: dict[str, list[LogRecord]]) -> None:
    questions = [Question(policy_id, ON, None) for policy_id in [*SAMPLES.values()] * 2]
    reads = Reads(streams)

    assert list(Answers(reads, room=1).all(questions)) == list(Answers(Reads(streams)).all(questions))
    assert len(reads.read) == len(questions)


def test_answers_come_as_they_are_asked_for(streams: dict[str, list[LogRecord]]) -> None:
    reads = Reads(streams)
    answers = Answers(reads).all(Question(policy_id, ON, None) for policy_id in SAMPLES.values())

    assert next(answers)["policy_id"] == "CY-2023-0008"
    assert reads.read == ["CY-2023-0008"]
