"""Reports over all policies: typed files that read back as they were, without formulas, with the question beside the rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from ledger import console
from ledger.errors import Refused
from projections import queries
from projections.catch_up import catch_up
from projections.queries import Question
from projections.rows import Limit, Policy
from replay import portfolio, sheets
from replay.portfolio import Filled
from tests.command import Outcome, run
from tests.projections.stores import Clock, Told, added, fact, held, histories, imported, jsonl, line, opened, opening

ON = date(2024, 6, 1)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠x", "\0=1", "=HYPERLINK(1)", "  -x", "\n@")


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with random policies of three products."""
    path = tmp_path_factory.mktemp("portfolio") / "ledger.db"
    wires = histories(5, each=4)
    with opened(str(path)) as (ledger, _):
        imported(ledger, wires)
    return path


def of(db: Path, *arguments: str) -> Outcome:
    outcome = run("report", *arguments, "--on", "2024-06-01", "--db", db)
    assert (outcome.code, outcome.err) == (0, ""), outcome.err
    return outcome


def rows_of(db: Path, *arguments: str) -> list[dict[str, Any]]:
    found = of(db, *arguments, "--format", "json").rows
    assert found
    return found


# ---- rows ----------------------------------------------------------------------------------------------------------------------


def test_rows_are_those_of_the_single_answers(db: Path) -> None:
    policies = sorted({row["policy_id"] for row in rows_of(db, "settlements")})
    questions = [{"policy_id": policy_id, "on": "2024-06-01"} for policy_id in policies]
    answers = run("asof", "--questions", "-", "--db", db, "--format", "json", given=b"".join(jsonl(questions))).rows

    heads = [{"policy_id": answer["policy_id"], "product": answer["product"]} for answer in answers]
    settlements = [{name: sums for name, sums in answer["settlement"].items() if name != "by_benefit"} for answer in answers]
    by_benefit = [(head, answer["settlement"]["by_benefit"]) for head, answer in zip(heads, answers, strict=True)]
    assert rows_of(db, "limits") == [head | row for head, answer in zip(heads, answers, strict=True) for row in answer["limits"]]
    assert rows_of(db, "settlements") == [head | sums for head, sums in zip(heads, settlements, strict=True)]
    assert rows_of(db, "settlements", "--by-benefit") == [
        head | {"benefit": name} | sums for head, benefits in by_benefit for name, sums in benefits.items()
    ]
    assert rows_of(db, "deadlines") == [{"policy_id": answer["policy_id"]} | row for answer in answers for row in answer["deadlines"]]


def test_limits_and_the_report_of_limits_are_the_same(db: Path) -> None:
    limits = run("limits", "--on", "2024-06-01", "--db", db, "--format", "json")

    assert limits.rows == rows_of(db, "limits")


def test_an_earlier_cut_says_what_was_known_then(db: Path) -> None:
    assert run("report", "settlements", "--on", "2024-06-01", "--at-position", "0", "--db", db, "--format", "json").out == ""
    then = rows_of(db, "settlements", "--known-at", "2022-01-20T00:00:00+09:00")
    assert 0 < len(then) <= len(rows_of(db, "settlements"))
    assert then != rows_of(db, "settlements")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("triangles",), "NAME"),
        (("limits", "--by-benefit"), "--by-benefit"),
        (("limits", "--out", "x.pdf"), "--out"),
        (("limits", "--out", "no/where.csv"), "--out"),
        (("limits", "--out", "x.csv", "--format", "csv"), "--format"),
        (("limits", "--at-position", "1", "--known-at", "2024-01-01T00:00:00Z"), "--at-position"),
        (("limits", "--known-at", "2024-01-01T00:00:00"), "--known-at"),
    ],
)
def test_what_cannot_be_asked_is_refused(db: Path, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("report", *arguments, "--db", db)
    assert (outcome.code, outcome.out) == (console.REFUSED, "")
    assert outcome.err.startswith(f"hoken: {message}")
    assert list(Path().iterdir()) == []


# ---- files read back -----------------------------------------------------------------------------------------------------------


def cells(row: dict[str, Any]) -> list[Any]:
    return list(row.values())


@pytest.mark.parametrize("name", ["limits", "settlements", "deadlines"])
def test_parquet_reads_back_typed(db: Path, name: str) -> None:
    of(db, name, "--out", "report.parquet")
    table = parquet.read_table("report.parquet")
    rows = [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in table.to_pylist()]

    assert rows == rows_of(db, name)
    types = {field.name: str(field.type) for field in table.schema}
    amounts = {"cap", "used", "remaining", "payable", "paid", "recovered", "offset", "outstanding"}
    assert {types[amount] for amount in amounts & types.keys()} <= {"int64"}
    assert {types[day] for day in {"from", "to", "due_on", "met_on"} & types.keys()} <= {"date32[day]"}
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert (metadata["report"], metadata["on"]) == (name, "2024-06-01")
    assert int(metadata["position"]) > 0
    assert any(key.startswith("terms ") for key in metadata)


@pytest.mark.parametrize("name", ["limits", "settlements", "deadlines"])
def test_csv_reads_back(db: Path, name: str) -> None:
    of(db, name, "--out", "report.csv")
    with Path("report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    expected = [{column: str(console.csv_cell(value)) for column, value in row.items()} for row in rows_of(db, name)]
    assert rows == expected


def test_json_lines_are_those_of_standard_output(db: Path) -> None:
    of(db, "limits", "--out", "report.jsonl")

    assert Path("report.jsonl").read_text(encoding="utf-8") == of(db, "limits", "--format", "json").out


@pytest.mark.parametrize("name", ["limits", "settlements", "deadlines"])
def test_excel_reads_back_typed(db: Path, name: str) -> None:
    of(db, name, "--out", "report.xlsx")
    book = openpyxl.load_workbook("report.xlsx")
    [_, *found] = book[name].iter_rows()
    rows = [[cell.value.date().isoformat() if isinstance(cell.value, datetime) else cell.value for cell in row] for row in found]

    plain = [[" ".join(value) if isinstance(value, list) else value for value in cells(row)] for row in rows_of(db, name)]
    assert rows == plain
    about = {row[0].value: row[1].value for row in book["question"].iter_rows()}
    assert (about["report"], about["on"]) == (name, "2024-06-01")
    assert {"known_at", "position", "hash"} < about.keys()
    assert any(str(key).startswith("terms ") for key in about)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl", ".xlsx"])
def test_the_same_question_gives_the_same_bytes(db: Path, suffix: str) -> None:
    written = []
    for n in range(2):
        out = f"{n}{suffix}"
        of(db, "limits", "--known-at", "2025-01-01T00:00:00+09:00", "--out", out)
        written.append(Path(out).read_bytes())

    assert written[0] == written[1]


def test_a_file_is_whole_or_not_there(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("report.csv").write_text("the one of yesterday")

    def fails(self: Filled) -> Iterator[tuple[Any, ...]]:
        yield ("T-1",)
        raise OSError("no space left on device")

    monkeypatch.setattr(Filled, "cells", fails)
    outcome = run("report", "limits", "--out", "report.csv", "--db", db)

    assert outcome.code == console.FAULT
    assert [(path.name, path.read_text()) for path in Path().iterdir()] == [("report.csv", "the one of yesterday")]


def test_progress_is_told_and_a_full_sheet_goes_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEET_ROWS", 1_200)
    rows = iter([limit(f"T-{n}") for n in range(3_000)])
    told: list[int] = []

    sheets.write(filled(rows), tmp_path / "r.xlsx", told.append)

    book = openpyxl.load_workbook(tmp_path / "r.xlsx", read_only=True)
    assert book.sheetnames == ["limits", "limits 2", "limits 3", "question"]
    lengths = [len(list(book[name].iter_rows(values_only=True))) for name in book.sheetnames[:3]]
    assert lengths == [1_201, 1_201, 601]
    assert told == [1_000, 2_000, 3_000]


# ---- formulas ------------------------------------------------------------------------------------------------------------------


def limit(policy_id: str, key: str = "k", first: date = ON) -> Limit:
    return Limit(policy_id, "cyber", "cost.period", key, "yen", 10, -3, 13, first, None, ("CY-05",))


def filled(rows: Iterator[Limit]) -> Filled:
    return Filled(portfolio.LIMITS, Question(ON), 1, "00", [], rows)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_no_text_becomes_a_formula_and_amounts_stay_numbers(tmp_path: Path, suffix: str) -> None:
    texts = [text for text in FORMULAS if suffix == ".csv" or "\0" not in text]
    path = tmp_path / f"r{suffix}"
    sheets.write(filled(iter([limit(text, text) for text in texts])), path, lambda rows: None)

    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert all(cell.startswith("'") for row in rows for cell in (row[0], row[3]))
        assert {(row[5], row[6]) for row in rows} == {("10", "-3")}
    else:
        written = list(openpyxl.load_workbook(path)["limits"].iter_rows())[1:]
        assert {cell.data_type for row in written for cell in (row[0], row[3])} == {"s"}
        assert {(row[5].data_type, row[6].value) for row in written} == {("n", -3)}


def test_a_formula_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tooth: cells written by what their text looks like."""
    monkeypatch.setattr(sheets._Sheets, "_write", lambda self, i, kind, cell: self._sheet.write(self._row, i, str(cell)))
    sheets.write(filled(iter([limit("=1+1")])), tmp_path / "r.xlsx", lambda rows: None)

    [_, row] = openpyxl.load_workbook(tmp_path / "r.xlsx")["limits"].iter_rows()
    assert row[0].data_type == "f"


def test_a_day_that_excel_cannot_count_is_text(tmp_path: Path) -> None:
    sheets.write(filled(iter([limit("T-1", first=date(1899, 12, 31)), limit("T-2")])), tmp_path / "r.xlsx", lambda rows: None)

    days = [row[8].value for row in openpyxl.load_workbook(tmp_path / "r.xlsx")["limits"].iter_rows()][1:]
    assert days == ["1899-12-31", datetime(2024, 6, 1)]  # noqa: DTZ001 - Excel's cells have no zone


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(Refused, match="hoken-ledger"):
        sheets.check(Path("r.xlsx"))


# ---- what is left out ----------------------------------------------------------------------------------------------------------


def test_undetermined_policies_are_named_in_the_file_and_on_standard_error(tmp_path: Path) -> None:
    db = tmp_path / "u.db"
    with opened(str(db), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, "T-1", [held(), *added(opening(), line(1))]), fact(1, "T-2", [held()], fault="RuleFailed: x")])
        catch_up(made, ledger)
        told: list[Policy] = []
        with queries.snapshot(made) as connection:
            report = portfolio.fill(connection, portfolio.LIMITS, Question(ON), told.append)
            sheets.write(report, tmp_path / "r.parquet", lambda rows: None)
    assert [one.policy_id for one in told] == ["T-2"]
    assert parquet.read_metadata(tmp_path / "r.parquet").metadata[b"undetermined T-2"] == b"3: RuleFailed: x"

    outcome = run("report", "limits", "--out", tmp_path / "r.xlsx", "--db", db)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "hoken: policy T-2 is undetermined since position 3: RuleFailed: x\n"
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "r.xlsx")["question"].iter_rows()]
    assert rows[-1] == ["undetermined T-2", "3: RuleFailed: x"]


def test_the_terms_applied_are_counted(tmp_path: Path) -> None:
    with opened(str(tmp_path / "t.db"), new_policy=Told, clock=Clock()) as (ledger, made):
        for n in range(3):
            ledger.record([fact(1, f"T-{n}", [held()], terms="2020-04")])
        ledger.record([fact(2, "T-1", added(line(1)), terms="2024-04"), fact(2, "T-2", added(line(1)), terms="2020-04")])
        catch_up(made, ledger)
        with queries.snapshot(made) as connection:
            now = portfolio.fill(connection, portfolio.LIMITS, Question(ON), print).terms
            then = portfolio.fill(connection, portfolio.LIMITS, Question(ON, at_position=5), print).terms
    assert now == [("cyber", "2020-04", "00", 2), ("cyber", "2024-04", "00", 1)]
    assert then == [("cyber", "2020-04", "00", 3)]


def test_json_goes_through_a_pipe_row_by_row(db: Path) -> None:
    """One object a line."""
    lines = of(db, "limits", "--format", "json").out.splitlines()
    assert [json.loads(line)["policy_id"] for line in lines] == sorted(json.loads(line)["policy_id"] for line in lines)
