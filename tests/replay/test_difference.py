"""The difference between two answers: every movement by its cause, and the whole adding up to the yen."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import LedgerFault
from ledger.journal import Line, Settlement
from ledger.recorders.log import LogRecord
from replay import difference
from replay.difference import Point, money
from replay.steps import Cut, steps
from tests.command import jsonl, run
from tests.replay.adding_up import answer, change, grouped
from tests.replay.told import TELLERS, days_of, told

SEEDS = range(8)
DOCS = Path(__file__).parents[2] / "docs" / "samples"
SAMPLES = Path(__file__).parents[2] / "ledger" / "samples"
BEFORE, AFTER = "2023-03-21T00:00:00+09:00", "2023-04-11T00:00:00+09:00"


def pairs(records: list[LogRecord], seed: int) -> Iterator[tuple[Point, Point]]:
    """Two answers to compare: other days at one knowledge, one day at two, both other; backwards as well."""
    rng = random.Random(seed)
    last = records[-1].position + 1
    for _ in range(4):
        one, other = days_of(records, rng, 2)
        early, late = rng.randint(0, last), rng.randint(0, last)
        for on, cut in ((one, late), (other, early), (other, late)):
            yield Point(one, Cut(position=early)), Point(on, Cut(position=cut))


def histories() -> Iterator[tuple[str, int, list[LogRecord]]]:
    for product in TELLERS:
        for seed in SEEDS:
            yield product, seed, told(product, seed)


def lines(given: dict[str, Any]) -> Counter[str]:
    """The lines of an answer as texts, without the number that tells lines of one name apart."""
    return Counter(json.dumps(line | {"line_id": line["line_id"].split("#")[0]}, sort_keys=True) for line in given["benefits"])


# ---- all products, random histories ------------------------------------------------------------------------------------------------


def test_the_groups_come_to_the_difference_of_the_answers_account_by_account() -> None:
    compared = 0
    for product, seed, records in histories():
        for one, other in pairs(records, seed):
            moved = change(answer(records, one), answer(records, other))

            found = difference.difference("P", records, one, other)

            assert grouped(found["groups"]) == moved, (product, seed, one, other)
            compared += bool(moved)
    assert compared > 150


def test_the_movements_make_the_lines_of_the_second_answer_of_those_of_the_first() -> None:
    for product, seed, records in histories():
        for one, other in pairs(records, seed):
            if other.on < one.on:
                continue
            found = difference.difference("P", records, one, other)
            made = lines(answer(records, one))
            for group in found["groups"]:
                for movement in group["movements"]:
                    if "line_id" in movement:
                        _post(made, movement)

            assert +made == lines(answer(records, other)), (product, seed, one, other)


def _post(made: Counter[str], movement: dict[str, Any]) -> None:
    line = {name: value for name, value in movement.items() if name not in {"day", "sign", "kind", "uses"}}
    if movement["kind"] != "growth":
        made[json.dumps(line, sort_keys=True)] += movement["sign"]
        return
    [old] = [text for text in +made if _grows(json.loads(text), line)]
    made[old] -= 1
    before = json.loads(old)
    sums = {name: before[name] + line[name] for name in ("quantity", "gross", "payable")}
    cuts = [a | {"by": a["by"] + b["by"]} for a, b in zip(before["cut_by"], line["cut_by"], strict=True)]
    made[json.dumps(before | sums | {"to": line["to"], "cut_by": cuts}, sort_keys=True)] += 1


def _grows(before: dict[str, Any], line: dict[str, Any]) -> bool:
    same = ("benefit", "key", "rate", "decision", "rules", "events", "counts_from")
    follows = date.fromisoformat(before["to"]).toordinal() + 1 == date.fromisoformat(line["from"]).toordinal()
    return follows and all(before[name] == line[name] for name in same)


def test_each_news_moves_what_a_cut_before_and_after_it_differ_by() -> None:
    """The part that a cause is said to have is what comes out when that cause alone is left out at the end."""
    for product, seed, records in histories():
        on = days_of(records, random.Random(seed), 1)[0]
        positions = [step.position for step in steps(records)]
        whole = difference.difference("P", records, Point(on, Cut(position=0)), Point(on, Cut(position=positions[-1])))
        parts = {group["position"]: grouped([group]) for group in whole["groups"]}
        for before, position in zip([0, *positions], positions, strict=False):
            moved = change(*(answer(records, Point(on, Cut(position=at))) for at in (before, position)))
            assert moved == parts.get(position, {}), (product, seed, on, position)


def test_turned_round_the_same_movements_come_back_with_other_signs() -> None:
    for _, seed, records in histories():
        for one, other in pairs(records, seed):
            there, back = (difference.difference("P", records, *points) for points in ((one, other), (other, one)))
            movements = [
                sorted(json.dumps(m | {"sign": sign * m["sign"]}, sort_keys=True) for group in found["groups"] for m in group["movements"])
                for found, sign in ((there, 1), (back, -1))
            ]
            assert movements[0] == movements[1]


def test_no_movement_is_netted_against_another() -> None:
    """What was added by one event and taken back by a later one is there twice, though the answers agree."""
    twice = 0
    for _, seed, records in histories():
        on = days_of(records, random.Random(seed), 1)[0]
        found = difference.difference("P", records, Point(on, Cut(position=0)), Point(on, Cut()))
        entries = [entry for step in steps(records) for entry in step.entries if entry.day <= on and isinstance(entry.item, Settlement)]
        shown = [m for group in found["groups"] for m in group["movements"] if m["kind"] == "settlement"]
        assert len(shown) == len(entries)
        twice += any(entry.sign < 0 for entry in entries)
    assert twice


def test_a_movement_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check that guards every difference bites."""
    records = next(r for _, _, r in histories() if any(isinstance(e.item, Line) and e.item.payable for s in steps(r) for e in s.entries))
    points = Point(date(2200, 1, 1), Cut(position=0)), Point(date(2200, 1, 1), Cut())
    difference.difference("P", records, *points)

    monkeypatch.setattr(difference, "money", lambda movements: money([m for m in movements if m.sign < 0]))
    with pytest.raises(LedgerFault, match="do not add up"):
        difference.difference("P", records, *points)


# ---- as a user asks ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C")
    path = tmp_path / "x.db"
    for history in (DOCS / "late-discharge.jsonl", SAMPLES / "cyber.jsonl", SAMPLES / "oyako.jsonl"):
        assert run("import", history, "--db", path).code == 0
    return path


def test_news_is_named_with_what_it_moved(db: Path) -> None:
    outcome = run("diff", "L-0001", "--from", f"2023-03-31@{BEFORE}", "--to", f"2023-03-31@{AFTER}", "--db", db)

    [found] = outcome.rows
    [group] = found["groups"]
    assert (group["cause"], group["type"]) == ("fact", "HospitalDischarged")
    assert group["data"] == {"stay_id": "s1", "discharged_on": "2023-03-31", "alive": True}
    moved = [(m["sign"], m["from"], m["to"], m["payable"]) for m in group["movements"] if "line_id" in m]
    assert moved == [(-1, "2023-03-01", "2023-03-20", 200_000), (1, "2023-03-01", "2023-03-31", 310_000)]
    assert {"benefit": "hospital_daily", "movement": "payable", "from": 200_000, "to": 310_000, "by": 110_000} in found["benefits"]
    assert {"limit": "hospital_days.stay", "key": "s1", "by": {"cap": 0, "used": 11, "remaining": -11}} in group["limits"]
    assert outcome.code == 0


def test_a_correction_is_named_with_its_target_and_reason(db: Path) -> None:
    points = [f"2024-12-31@{at}" for at in ("2024-10-01T09:00:00+09:00", "2024-11-19T09:00:00+09:00")]
    [found] = run("diff", "OY-2023-0107", "--from", points[0], "--to", points[1], "--db", db).rows

    [group] = found["groups"]
    assert (group["cause"], group["type"], group["target"]) == ("correction", "FactAmended", "66138ab4-8bc2-5bc1-a341-f77d8bc140d5")
    assert group["reason"] == "見積額で記録していた。実際の請求額に訂正"
    assert [(row["benefit"], row["by"]) for row in group["benefits"] if row["movement"] == "payable"] == [
        ("incidental_expenses", -10_000), ("parent_care", -100_000),
    ]  # fmt: skip


def test_days_that_pass_are_a_cause_and_a_run_shows_the_days_it_grew_by(db: Path) -> None:
    [found] = run("diff", "L-0001", "--from", f"2023-03-10@{AFTER}", "--to", f"2023-03-31@{AFTER}", "--db", db).rows

    [group] = found["groups"]
    [growth] = group["movements"]
    assert (group["cause"], group["from"], group["to"]) == ("time", "2023-03-10", "2023-03-31")
    assert (growth["kind"], growth["from"], growth["to"]) == ("growth", "2023-03-11", "2023-03-31")
    assert (growth["quantity"], growth["payable"]) == (21, 210_000)


def test_time_is_taken_at_the_knowledge_that_came_earlier(db: Path) -> None:
    """The days known of pass first; what the discharge adds is the discharge's, not time's."""
    [found] = run("diff", "L-0001", "--from", f"2023-03-10@{BEFORE}", "--to", f"2023-03-31@{AFTER}", "--db", db).rows

    by_cause = {group["cause"]: {row["movement"]: row["by"] for row in group["benefits"]}["payable"] for group in found["groups"]}
    assert by_cause == {"time": 100_000, "fact": 110_000}


def test_a_limit_that_a_new_period_opens_anew_is_a_cause_of_its_own(db: Path) -> None:
    [found] = run("diff", "CY-2023-0008", "--from", "2024-05-05@9999", "--to", "2024-05-06@9999", "--db", db).rows

    [reset] = [group for group in found["groups"] if group["cause"] == "reset"]
    moved = {(row["limit"], row["key"]): row["by"] for row in reset["limits"]}
    assert reset["day"] == "2024-05-05"
    assert moved["cyber.combined.period", "2023-05-05"] == {"cap": -10_000_000, "used": 0, "remaining": -10_000_000}
    assert moved["cyber.combined.period", "2024-05-05"] == {"cap": 10_000_000, "used": 0, "remaining": 10_000_000}


def test_what_came_to_be_known_and_moved_nothing_is_listed(db: Path) -> None:
    event = {"event_id": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b01", "policy_id": "L-0001", "type": "PremiumPaid"}
    run("record", "-", "--db", db, given=jsonl(event | {"data": {"due_months": ["2023-02"], "paid_on": "2023-02-27", "amount": 1}}))
    at = run("timeline", "L-0001", "--db", db).rows[-1]["position"]

    outcome = run("diff", "L-0001", "--from", f"2023-03-31@{at - 1}", "--to", f"2023-03-31@{at}", "--exit-code", "--db", db)

    assert (outcome.code, outcome.rows[0]["changed"], outcome.rows[0]["groups"]) == (0, [], [])
    assert outcome.rows[0]["without_effect"] == [{"position": at, "type": "PremiumPaid", "event_id": event["event_id"]}]


def test_exit_code_tells_whether_answers_differ(db: Path) -> None:
    asked = ("diff", "L-0001", "--from", f"2023-03-10@{BEFORE}", "--exit-code", "--db", db, "--to")

    assert [run(*asked, f"{on}@{BEFORE}").code for on in ("2023-03-10", "2023-03-11")] == [0, 1]


def test_the_page_says_it_in_words(db: Path) -> None:
    asked = ("diff", "L-0001", "--from", f"2023-03-31@{BEFORE}", "--to", f"2023-03-31@{AFTER}", "--db", db, "--format", "table")

    english, japanese = (run(*asked, "--lang", language).out for language in ("en", "ja"))

    assert "a new fact: discharged" in english
    assert "+ hospital days s1  payable   2023-03-01 – 2023-03-31   +31 days   +310,000" in english
    assert "新しい事実: 退院" in japanese
    assert "= 入院給付金 未払残 +110,000; 入院給付金 支払うべき額 +110,000" in japanese


def test_csv_gives_movements_with_signed_amounts(db: Path) -> None:
    asked = ("diff", "L-0001", "--from", f"2023-03-31@{BEFORE}", "--to", f"2023-03-31@{AFTER}", "--db", db, "--format", "csv")

    header, *rows = run(*asked).out.splitlines()

    assert header.startswith("cause,position,event_id,day,sign,kind,benefit,key")
    assert [row.split(",")[-2] for row in rows] == ["-200000", "310000"]


@pytest.mark.parametrize("given", ["2023-03-31", "2023-03-31@", "@8", "2023-03-31@2023-03-21T00:00:00", "2023-02-30@8", "2023-03-31@-1"])
def test_a_point_put_wrongly_is_refused(db: Path, given: str) -> None:
    outcome = run("diff", "L-0001", "--from", given, "--to", "2023-03-31@8", "--db", db)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("hoken: --from")


def test_a_policy_not_known_differs_from_itself_in_nothing(db: Path) -> None:
    outcome = run("diff", "NO-SUCH", "--from", "2023-03-31@8", "--to", "2024-03-31@9", "--exit-code", "--db", db)

    assert (outcome.code, outcome.rows[0]["groups"]) == (0, [])
