"""The forms of what the command line prints: tables, days in eras, CSV, and what each event changed."""

import csv
import io
import re
from pathlib import Path

import pytest

from ledger import console
from tests.command import AFTER, BEFORE, SAMPLES, event, jsonl, run

pytestmark = pytest.mark.usefixtures("in_english")


# ---- forms -------------------------------------------------------------------------------------------------------------------


def test_a_table_says_what_a_person_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    run("import", SAMPLES / "cyber.jsonl", "--db", tmp_path / "x.db")

    english = run("asof", "CY-2023-0008", "--on", "2025-04-01", "--format", "table", "--lang", "en", "--db", tmp_path / "x.db").out
    japanese = run("asof", "CY-2023-0008", "--on", "2025-04-01", "--format", "table", "--lang", "ja", "--db", tmp_path / "x.db").out

    assert "in force  since 2023-05-05 until 2025-05-05" in english
    assert re.search(r"cyber liability .* 9,400,000 +9,000,000 +reduced: liability and costs of the period", english)
    assert re.search(r"liability and costs of the period +2024-05-05 .* 10,000,000 +10,000,000 +0 ", english)
    assert re.search(r"^ total +11,387,500 +2,470,000 +0 +0 +8,917,500$", english, re.MULTILINE)
    assert "状態 有効  2023-05-05 から 2025-05-05 まで" in japanese
    assert "減額: 保険期間の賠償と費用の合計" in japanese
    assert all(line == line.rstrip() for line in (english + japanese).splitlines())


def test_a_declined_line_names_its_clause_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    run("import", SAMPLES / "cyber.jsonl", "--db", tmp_path / "x.db")
    incident = {"incident_id": "i9", "discovered_on": "2024-09-01", "kind": "leak", "exclusion": "war"}
    cost = {"incident_id": "i9", "cost_id": "k9", "incurred_on": "2024-09-02", "amount": 1, "category": "leak_response"}
    leak = (event(1, "CyberIncidentDiscovered", "CY-2023-0008", **incident), event(2, "CyberCostIncurred", "CY-2023-0008", **cost))
    run("record", "-", "--db", tmp_path / "x.db", given=jsonl(*leak))

    asked = ("asof", "CY-2023-0008", "--on", "2024-12-31", "--format", "table", "--db", tmp_path / "x.db")

    assert "declined: CY-12 Exclusions" in run(*asked).out
    assert "不支給: CY-12 お支払いできない主な場合" in run(*asked, "--lang", "ja").out


def test_era_shows_the_days_of_tables_in_japanese_eras(db: Path) -> None:
    asked = ("asof", "L-0001", "--on", "2019-04-30", "--known-at", AFTER, "--era", "--format", "table", "--db", db)

    assert "基準日 平成31年4月30日  時点 令和5年4月11日 00:00:00+09:00" in run(*asked, "--lang", "ja").out
    assert "on H31-04-30  known at R5-04-11 00:00:00+09:00" in run(*asked).out


def test_csv_gives_the_benefit_lines_as_rows(db: Path) -> None:
    questions = jsonl(*({"policy_id": "L-0001", "on": on, "known_at": AFTER} for on in ("2023-03-10", "2023-03-31")))

    rows = list(csv.DictReader(io.StringIO(run("asof", "--questions", "-", "--format", "csv", "--db", db, given=questions).out)))

    assert [(row["on"], row["benefit"], row["from"], row["to"], row["payable"]) for row in rows] == [
        ("2023-03-10", "hospital_daily", "2023-03-01", "2023-03-10", "100000"),
        ("2023-03-31", "hospital_daily", "2023-03-01", "2023-03-31", "310000"),
    ]
    assert rows[0]["rules"] == "SK-30"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "　=1", "＝1", "＋1", "－1", "＠1", "\0=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_taken_for_a_formula(text: str) -> None:
    assert console.csv_cell(text) == f"'{text}"
    assert console.csv_cell([text, "x"]) == f"'{text} x"


def test_amounts_stay_numbers_in_csv() -> None:
    assert (console.csv_cell(-100), console.csv_cell(None), console.csv_cell("a=b"), console.csv_cell(True)) == (-100, "", "a=b", "true")


def test_what_was_written_into_the_ledger_cannot_move_the_cursor(db: Path) -> None:
    wrong = event(1, "FactRetracted", "L-0001", target="31658afb-20a4-5ae5-b179-10d4a7b40779", reason="\x1b[2J[bold]=x\u202e")
    run("record", "-", "--db", db, given=jsonl(wrong))

    shown = run("timeline", "L-0001", "--format", "table", "--db", db).out
    rows = list(csv.DictReader(io.StringIO(run("timeline", "L-0001", "--format", "csv", "--db", db).out)))

    assert r"\u001b[2J[bold]=x\u202e" in shown
    assert rows[-1]["reason"] == "\x1b[2J[bold]=x\u202e"


# ---- timeline ------------------------------------------------------------------------------------------------------------------


def test_a_timeline_says_what_each_event_changed(db: Path) -> None:
    steps = run("timeline", "L-0001", "--db", db).rows

    assert [(step["position"], step["type"]) for step in steps] == [
        (1, "PolicyIssued"), (3, "ConditionRecorded"), (4, "HospitalAdmitted"), (6, "StayConfirmed"), (8, "HospitalDischarged"),
    ]  # fmt: skip
    assert [step["changed"]["benefits"] for step in steps[2:]] == [
        [{"benefit": "hospital_daily", "movement": "payable", "old": old, "new": new}]
        for old, new in ((0, 10_000), (10_000, 200_000), (200_000, 310_000))
    ]
    assert {"limit": "hospital_days.stay", "key": "s1", "unit": "days", "old": 20, "new": 31} in steps[-1]["changed"]["limits"]
    assert {"sign": 1, "state": "in_force", "from": "2023-01-01", "to": "2023-12-31"} in steps[0]["changed"]["states"]
    assert steps[-1]["evidence"] == ["退院証明書 2023-04-08"]


def test_a_timeline_names_the_target_and_the_reason_of_a_correction(db: Path) -> None:
    target = "3d1e9946-e219-5bfb-a4a0-912acf4cba12"
    run("record", "-", "--db", db, given=jsonl(event(1, "FactRetracted", "L-0001", target=target, reason="別の患者")))

    *_, last = run("timeline", "L-0001", "--db", db).rows

    assert (last["type"], last["target"], last["reason"]) == ("FactRetracted", target, "別の患者")
    assert last["changed"]["benefits"] == [{"benefit": "hospital_daily", "movement": "payable", "old": 310_000, "new": 200_000}]
    table = run("timeline", "L-0001", "--format", "table", "--lang", "ja", "--db", db).out
    assert "事実の取消し" in table
    assert f"→ {target}" in table
    assert "310,000 → 200,000円" in table


def test_a_timeline_ends_with_what_was_known(db: Path) -> None:
    steps = run("timeline", "L-0001", "--known-at", BEFORE, "--db", db).rows

    assert [step["position"] for step in steps] == [1, 3, 4, 6]
    assert run("timeline", "NO-SUCH", "--db", db) == (0, "", "")
