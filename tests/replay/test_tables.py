"""Answers and histories as a person reads them: every part of an answer is shown, in words, and nothing can move the cursor."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rich.console import Console

from ledger import events as ev
from ledger.errors import Language
from ledger.events.envelope import assessed
from ledger.journal import Entry, Held, Journal, Line, Opening, Span, Use
from ledger.recorders.log import LogRecord
from replay import tables, trail
from replay.as_of import Known, answer

RECORDED = datetime(2023, 4, 1, tzinfo=UTC)


def shown(parts: Any, width: int = 160) -> str:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False, highlight=False).print(*parts, sep="\n")
    return out.getvalue()


def an_answer(**parts: Any) -> dict[str, Any]:
    empty = answer(Known("P-1", 0, 0, None, None, Journal.EMPTY), date(2023, 10, 31), RECORDED)
    return empty | parts


LINE = {
    "line_id": "surgery:e1:2023-04-10", "benefit": "surgery", "key": "e1", "counts_from": "2023-04-10", "from": "2023-04-10",
    "to": "2023-04-10", "quantity": 1, "unit": "time", "rate": 1_000_000, "gross": 1_000_000, "payable": 0, "decision": "declined",
    "rules": ["CY-04", "CY-12"], "events": ["e1"], "cut_by": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "language", "expected"),
    [
        ({}, "en", ["P-1", "on 2023-10-31  known at 2023-04-01T09:00:00+09:00  position 0", "status unknown"]),
        ({}, "ja", ["基準日 2023-10-31", "状態 契約なし"]),
        ({"benefits": [LINE]}, "en", ["surgery", "surgery:e1:2023-04-10", "1 time ", "1,000,000", "declined: CY-12 Exclusions"]),
        ({"benefits": [LINE]}, "ja", ["手術給付金", "1回", "不支給: CY-12 お支払いできない主な場合"]),
        (
            {"benefits": [LINE | {"decision": "reduced", "payable": 400_000, "rules": ["CY-04"],
                                  "cut_by": [{"limit": "cyber.cost.incident", "key": "i1", "by": 600_000}]}]},
            "en", ["400,000", "reduced: costs of an incident (i1) −600,000 yen", "CY-04"],
        ),
        (
            {"certificates": [{"claim_id": "k1", "claimed": 310_000, "threshold": 300_000, "required": True, "rules": ["SK-90"]}]},
            "ja", ["診断書", "k1", "310,000円", "300,000円", "必要", "SK-90"],
        ),
        (
            {"deadlines": [{"kind": "payment", "claim_id": "k1", "due_on": "2023-05-30", "met_on": None, "overdue": True,
                            "rules": ["GN-01"]}]},
            "en", ["deadlines", "payment", "2023-05-30", "overdue", "GN-01"],
        ),
        (
            {"refunds": [{"kind": "premium", "amount": 3_000, "due_from": "2026-02-10", "rules": ["KR-07"]}]},
            "ja", ["返還保険料", "3,000円", "2026-02-10", "KR-07"],
        ),
        ({"orphans": [{"event_id": "e2", "rests_on": "e1"}]}, "en", ["facts whose ground was taken back", "e2", "e1"]),
        (
            {"discrepancies": [{"rule": "SM-03", "recorded": "2023-01-01", "derived": "2023-02-01", "events": ["e1", "e2"]}]},
            "ja", ["記録と導出の相違", "SM-03", "2023-01-01", "2023-02-01", "e1", "e2"],
        ),
        (
            {"status": {"state": "undetermined", "since": None, "until": None, "rules": []},
             "undetermined": {"since": 7, "reason": "TermMissing: \x1b[2J"}},
            "en", ["status undetermined", r"undetermined since position 7: TermMissing: \u001b[2J"],
        ),
    ],
)  # fmt: skip
def test_a_part_of_an_answer_is_shown_in_words(parts: dict[str, Any], language: Language, expected: list[str]) -> None:
    text = shown(tables.answer(an_answer(**parts), language))

    assert [words for words in expected if words not in text] == []


def test_a_part_that_has_nothing_to_say_is_left_out() -> None:
    text = shown(tables.answer(an_answer(), "en"))

    assert len(text.splitlines()) == 4


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_amount_and_no_day_is_cut_however_narrow_the_screen(width: int, language: Language) -> None:
    """A number that has lost its last digits would be read as another number."""
    long = {"rate": 987_654_321_012, "gross": 987_654_321_012, "payable": 123_456_789_012, "from": "2023-04-10", "to": "2023-12-31"}
    limit = {
        "limit": "parent_care.home_modification", "key": "2024-06-01", "unit": "yen", "cap": 111_222_333_444, "used": 11_222_333_444,
        "remaining": 100_000_000_000, "from": "2024-06-01", "to": "2034-05-31", "rules": ["OY-05"],
    }  # fmt: skip

    text = shown(tables.answer(an_answer(benefits=[LINE | long], limits=[limit]), language), width)

    words = set(text.split())
    amounts = {"987,654,321,012", "123,456,789,012", "111,222,333,444", "11,222,333,444", "100,000,000,000"}
    assert {*amounts, "2023-04-10", "2023-12-31", "2034-05-31"} <= words
    assert "surgery:e1:2023-04-10" in words or width == 20


def test_columns_stand_below_one_another_whatever_the_width_of_their_signs() -> None:
    lines = [LINE | {"benefit": benefit} for benefit in ("surgery", "hospital_daily", "hole_in_one")]

    rows = [row for row in shown(tables.answer(an_answer(benefits=lines), "ja"), 200).splitlines() if "1,000,000" in row]

    cells = [sum(2 if ord(sign) > 0x2E7F else 1 for sign in row[: row.index("1,000,000")]) for row in rows]
    assert len(set(cells)) == 1
    assert len(cells) == 3


# ---- the trail -------------------------------------------------------------------------------------------------------------------


def record(position: int, event: ev.Event) -> LogRecord:
    state = ev.encode(event)
    event_id = None if event.type == "Assessed" else event.event_id
    us = int((RECORDED - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
    return LogRecord(position, event.policy_id, position, event.type, event_id, us, us, us, b"", b"", state)


CONFIRMED = ev.StayConfirmed(stay_id="s1", through=date(2023, 3, 20))
FACT = ev.Event("0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b01", "P-1", "StayConfirmed", 1, RECORDED, CONFIRMED)


def line(days: int) -> Line:
    first, last, yen = date(2023, 3, 1), date(2023, 3, days), 5000 * days
    uses = (Use("hospital_days.stay", "s1", days),)
    return Line(first, "hospital_daily", "s1", first, last, "day", days, 5000, yen, yen, "payable", ("SK-30",), (), (), uses)


def step(*entries: Entry, fault: str | None = None, cause: Any = "facts") -> list[LogRecord]:
    follows = assessed(FACT, entries=[entry.encoded() for entry in entries], fault=fault, cause=cause, cause_position=1)
    return [record(2, follows)]


def test_the_trail_sums_what_an_assessment_takes_back_and_adds() -> None:
    opening = Opening(date(2023, 3, 1), "hospital_days.stay", "s1", "days", 365, date(2023, 3, 1), None, ("SK-31",))
    first = Entry(line(20).first, 1, line(20))
    before = [record(1, FACT), *step(Entry(opening.first, 1, opening), first)]
    after = [record(3, FACT), record(4, step(first._replace(sign=-1), Entry(line(31).first, 1, line(31)))[0].event)]

    _, last = trail.trail(before + after, RECORDED)

    assert last["changed"] == {
        "limits": [{"limit": "hospital_days.stay", "key": "s1", "unit": "days", "old": 20, "new": 31}],
        "benefits": [{"benefit": "hospital_daily", "movement": "payable", "old": 100_000, "new": 155_000}],
        "states": [],
    }


def test_what_is_taken_back_and_added_again_has_not_changed() -> None:
    there = Entry(line(20).first, 1, line(20))

    [only] = trail.trail([record(1, FACT), *step(there, there._replace(sign=-1))], RECORDED)

    assert only["changed"] == {"limits": [], "benefits": [], "states": []}


def test_a_state_that_is_taken_back_and_added_again_has_not_changed() -> None:
    span = Span(date(2023, 1, 1), "in_force", None, ())
    lapsed = Span(date(2023, 2, 1), "lapsed", None, ("SM-02",))
    there, back, new = Entry(span.first, 1, span), Entry(span.first, -1, span), Entry(lapsed.first, 1, lapsed)
    entries = (there, back, new, Entry(span.first, 1, Held(span.first, "x")))

    [only] = trail.trail([record(1, FACT), *step(*entries)], RECORDED)

    assert only["changed"]["states"] == [{"sign": 1, "state": "lapsed", "from": "2023-02-01", "to": None}]


def test_rules_run_again_are_a_step_of_their_own() -> None:
    again = step(Entry(line(20).first, 1, line(20)), cause="rules")

    first, second = trail.trail([record(1, FACT), *again], RECORDED)

    assert (first["type"], first["changed"]["benefits"]) == ("StayConfirmed", [])
    assert (second["type"], second["event_id"], second["data"]) == ("Assessed", None, None)
    assert second["changed"]["benefits"][0]["new"] == 100_000
    assert "rules run again" in shown(trail.tables("P-1", [first, second], "en"))


def test_a_fault_is_told() -> None:
    steps = list(trail.trail([record(1, FACT), *step(fault="TermMissing: no row")], RECORDED))

    assert steps[0]["fault"] == "TermMissing: no row"
    assert "判定できない: TermMissing: no row" in shown(trail.tables("P-1", steps, "ja"))
