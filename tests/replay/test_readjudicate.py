"""Today's rules over old facts: what would differ and why, recorded only when told to, and never into the past."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.application import ClaimsLedger
from ledger.events import Assessed
from ledger.products import PRODUCTS
from ledger.terms import Terms
from replay.readjudicate import readjudicated
from tests.command import jsonl, run
from tests.ledger.stores import ToldClock

SAMPLES = Path(__file__).parents[2] / "ledger" / "samples"
DOCS = Path(__file__).parents[2] / "docs" / "samples"
ON = "2025-03-31"
COST = "cyber_cost:forensics:2024-08-20"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C")
    path = tmp_path / "x.db"
    for history in (DOCS / "late-discharge.jsonl", *sorted(SAMPLES.glob("*.jsonl"))):
        assert run("import", history, "--db", path).code == 0
    return path


def plant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other terms of cyber: the incident-cost limit of clinics is doubled."""
    terms = PRODUCTS["cyber"].terms

    def at(self: Terms, name: str, day: date) -> Any:
        value = self.row(name, day).value
        return {step: 2 * cap for step, cap in value.items()} if self is terms and name == "incident_cost_limit_clinic" else value

    monkeypatch.setattr(Terms, "at", at)
    monkeypatch.setattr(terms, "version", "2030-01")
    monkeypatch.setattr(terms, "hash", "f" * 64)


@pytest.fixture
def changed(db: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger under other terms than those it was recorded under."""
    plant(monkeypatch)
    return db


def again(db: Path, *more: str) -> list[dict[str, Any]]:
    outcome = run("readjudicate", "--on", ON, *more, "--db", db)
    assert outcome.code == 0, outcome.err
    return outcome.rows


def head(db: Path) -> int:
    with ClaimsLedger.open(str(db)) as ledger:
        return ledger.head()[0]


def answers(db: Path, *cut: str) -> Iterator[str]:
    """The bytes of what all policies stood at on some days, at a cut."""
    with ClaimsLedger.open(str(db)) as ledger:
        policies = list(ledger.policies())
    for policy in policies:
        for on in ("2023-06-30", ON, "2026-12-31"):
            yield run("asof", policy, "--on", on, *cut, "--db", db).out


# ---- nothing changed ---------------------------------------------------------------------------------------------------------------------


def test_the_same_rules_find_nothing_to_do(db: Path) -> None:
    before = head(db)

    assert again(db) == again(db, "--record") == []
    assert head(db) == before
    assert "policies that differ: 0" in run("readjudicate", "--on", ON, "--format", "table", "--db", db).out


# ---- a planted change -------------------------------------------------------------------------------------------------------------------


def test_what_would_differ_is_listed_with_amounts_lines_and_the_reason(changed: Path) -> None:
    before = head(changed)

    [row] = again(changed)

    assert (row["policy_id"], row["product"], row["fault"], row["recorded"]) == ("CY-2023-0008", "cyber", None, None)
    assert row["reason"]["cause"] == "terms"
    assert row["reason"]["terms"]["now"] == {"version": "2030-01", "hash": "f" * 64}
    assert row["reason"]["terms"]["then"]["version"] != "2030-01"
    [payable] = [one for one in row["benefits"] if (one["benefit"], one["movement"]) == ("cyber_cost", "payable")]
    assert (payable["from"], payable["to"], payable["by"]) == (1_000_000, 1_160_000, 160_000)
    lines = [(m["sign"], m["line_id"], m["payable"]) for m in row["movements"] if m.get("line_id") == COST]
    assert lines == [(-1, COST, 460_000), (1, COST, 620_000)]
    assert head(changed) == before


def test_it_is_recorded_only_when_told_to_and_once(changed: Path) -> None:
    before = head(changed)
    [rehearsed] = again(changed, "--dry-run")
    [recorded] = again(changed, "--record")

    assert again(changed, "--record") == again(changed) == []
    assert head(changed) == before + 1 == recorded["recorded"]["position"]
    assert {name: recorded[name] for name in recorded if name != "recorded"} == {n: rehearsed[n] for n in rehearsed if n != "recorded"}
    with ClaimsLedger.open(str(changed)) as ledger:
        [record] = ledger.log(before + 1)
        assessed = record.event.data
    assert isinstance(assessed, Assessed)
    assert (assessed.cause, assessed.cause_position, record.hash.hex()) == ("rules", before, recorded["recorded"]["hash"])


def test_answers_to_earlier_cuts_stay_as_they_are_byte_for_byte(changed: Path) -> None:
    cuts = (("--known-at", "2025-01-01T00:00:00+09:00"), ("--at-position", "12"), ("--at-position", str(head(changed))))
    before = [list(answers(changed, *cut)) for cut in cuts]
    now = head(changed)
    [row] = again(changed, "--record")

    assert [list(answers(changed, *cut)) for cut in cuts] == before
    asked = ("asof", row["policy_id"], "--on", ON, "--db", changed, "--at-position")
    [then, after] = [run(*asked, str(at)).rows[0] for at in (now, now + 1)]
    assert [given["settlement"]["by_benefit"]["cyber_cost"]["payable"] for given in (then, after)] == [1_000_000, 1_160_000]
    assert after["position"] == now + 1


def test_the_difference_names_the_rules_as_the_cause(changed: Path) -> None:
    now = head(changed)
    again(changed, "--record")

    [found] = run("diff", "CY-2023-0008", "--from", f"{ON}@{now}", "--to", f"{ON}@{now + 1}", "--db", changed).rows

    [group] = found["groups"]
    assert (group["cause"], group["position"]) == ("rules", now + 1)
    assert {"benefit": "cyber_cost", "movement": "payable", "by": 160_000} in group["benefits"]
    [explained] = run("explain", "CY-2023-0008", "--benefit", COST, "--on", ON, "--at-position", str(now + 1), "--db", changed).rows
    assert (explained["rules_changed"], explained["result"]["payable"]) == (False, 620_000)
    *_, last = run("timeline", "CY-2023-0008", "--db", changed).rows
    assert last["type"] == "Assessed"


def test_a_fact_that_comes_after_goes_on_from_what_was_recorded(changed: Path) -> None:
    again(changed, "--record")
    cost = {"incident_id": "ransomware", "cost_id": "late", "incurred_on": "2024-09-30", "amount": 900_000, "category": "legal_response"}
    event = {"event_id": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b01", "policy_id": "CY-2023-0008", "type": "CyberCostIncurred", "data": cost}
    assert run("record", "-", "--db", changed, given=jsonl(event)).code == 0

    [answer] = run("asof", "CY-2023-0008", "--on", ON, "--db", changed).rows

    assert answer["settlement"]["by_benefit"]["cyber_cost"]["payable"] == 2_000_000
    assert again(changed) == []


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (("--product", "cyber"), ["CY-2023-0008"]), (("--product", "oyako"), []), (("--policy", "CY-2023-0008"), ["CY-2023-0008"]),
        (("--policy", "L-0001"), []), (("--policy", "L-0001", "--policy", "CY-2023-0008"), ["CY-2023-0008"]),
    ],
)  # fmt: skip
def test_one_product_or_some_policies_may_be_chosen(changed: Path, chosen: tuple[str, ...], found: list[str]) -> None:
    assert [row["policy_id"] for row in again(changed, *chosen)] == found


def test_the_page_and_the_rows_say_it_too(changed: Path) -> None:
    asked = ("readjudicate", "--on", ON, "--db", changed)

    english, japanese = (run(*asked, "--format", "table", "--lang", language).out for language in ("en", "ja"))
    header, *rows = run(*asked, "--format", "csv").out.splitlines()

    assert "CY-2023-0008  Cyber cover for medical institutions  other terms" in english
    assert "サイバー事故対応費用 支払うべき額   1,000,000   1,160,000   +160,000" in japanese
    assert header.startswith("policy_id,product,cause,benefit,movement,from,to,by")
    assert "CY-2023-0008,cyber,terms,cyber_cost,payable,1000000,1160000,160000,," in rows


# ---- rules that fail, and policies that were undetermined ------------------------------------------------------------------------------


def test_rules_that_fail_leave_the_policy_as_it_stands(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = list(answers(db, "--at-position", str(head(db)))), head(db)
    terms = PRODUCTS["cyber"].terms
    at = Terms.at
    monkeypatch.setattr(Terms, "at", lambda self, name, day: 1 // 0 if self is terms else at(self, name, day))

    outcome = run("readjudicate", "--record", "--on", ON, "--db", db)

    [row] = outcome.rows
    assert (outcome.code, row["policy_id"], row["recorded"]) == (1, "CY-2023-0008", None)
    assert row["fault"].startswith("ZeroDivisionError")
    assert (head(db), list(answers(db, "--at-position", str(now)))) == (now, before)


def test_a_policy_that_was_undetermined_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    terms = PRODUCTS["cyber"].terms
    at = Terms.at
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Terms, "at", lambda self, name, day: 1 // 0 if self is terms and day.year == 2024 else at(self, name, day))
        run("import", SAMPLES / "cyber.jsonl", "--db", path)
        [undetermined] = run("asof", "CY-2023-0008", "--on", ON, "--db", path).rows
    [row] = again(path, "--record")
    [answer] = run("asof", "CY-2023-0008", "--on", ON, "--db", path).rows

    assert undetermined["status"]["state"] == "undetermined"
    assert (row["reason"]["cause"], row["fault"]) == ("undetermined", None)
    assert (answer["status"]["state"], answer["settlement"]["by_benefit"]["cyber_cost"]["payable"]) == ("in_force", 1_000_000)


# ---- interrupted, and at once ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with ten policies, under other terms than those they were recorded under."""
    lines = [json.loads(line) for line in (SAMPLES / "cyber.jsonl").read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "many.db"
    for n in range(10):
        own = {line["event_id"]: f"{line['event_id'][:-2]}{n:02d}" for line in lines}
        text = jsonl(*(line | {"event_id": own[line["event_id"]], "policy_id": f"CY-{n}"} for line in lines))
        for old, new in own.items():
            text = text.replace(old, new)
        assert run("import", "-", "--db", path, given=text).code == 0
    plant(monkeypatch)
    return path


def test_interrupted_it_goes_on_where_it_stopped_and_tells_how_far_it_is(many: Path) -> None:
    told: list[int] = []
    with ClaimsLedger.open(str(many)) as ledger:
        policies = list(ledger.policies())
        run_once = readjudicated(ledger, policies, date(2025, 3, 31), record=True, heard=told.append)
        first = [next(run_once)["policy_id"] for _ in range(3)]
        run_once.close()  # type: ignore[attr-defined]
        rest = [row["policy_id"] for row in readjudicated(ledger, policies, date(2025, 3, 31), record=True)]

    assert (first, told) == (policies[:3], [1, 2, 3])
    assert rest == policies[3:]
    assert again(many) == []


def test_two_that_run_the_rules_again_record_each_change_once(many: Path) -> None:
    before = head(many)
    with ClaimsLedger.open(str(many)) as one, ClaimsLedger.open(str(many)) as other:
        receipts = [ledger.readjudicate("CY-1") for ledger in (one, other, one)]

    assert [receipt is not None for receipt in receipts] == [True, False, False]
    assert head(many) == before + 1


def test_what_is_recorded_bears_the_present_and_never_an_earlier_instant(many: Path) -> None:
    clock = ToldClock()  # 2024: earlier than what was imported last
    with ClaimsLedger.open(str(many), clock=clock) as ledger:
        newest = max(record.recorded_at for record in ledger.log())
        receipt = ledger.readjudicate("CY-1")

    assert receipt is not None
    assert receipt.recorded_at == newest > clock.at


# ---- questions put wrongly ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--record", "--dry-run"), "--record"),
        (("--product", "no-such"), "--product"),
        (("--policy", "NO-SUCH"), "--policy"),
        (("--on", "2023-02-30"), "--on"),
    ],
)
def test_a_question_put_wrongly_is_refused(db: Path, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("readjudicate", *arguments, "--db", db)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"hoken: {message}: found ")
