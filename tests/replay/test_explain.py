"""The derivation of a line, of any past answer, and the checker that needs nothing but the document."""

import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger import events as ev
from ledger.canonical import canonical
from ledger.errors import Refused
from ledger.journal import Line
from ledger.policy import Policy
from ledger.products import PRODUCTS
from ledger.recorders.log import LogRecord
from ledger.terms import Terms, looked_up
from replay import as_of, checker
from replay.explain import Answered, digest, explanation
from replay.known import History
from replay.steps import Cut
from tests.command import jsonl, run
from tests.examples.worked import ALL
from tests.replay.told import TELLERS, days_of, records_of, stored, told

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "ledger" / "samples"
DOCS = ROOT / "docs" / "samples"
SEEDS = range(12)
AT = "2025-06-01T00:00:00+09:00"
Node = dict[str, Any]


def problems(document: Node) -> list[str]:
    return list(checker.check(checker.read(canonical(document))))


def asked() -> Iterator[tuple[str, list[LogRecord], date, Cut]]:
    """Past answers of random histories of all products."""
    for product in TELLERS:
        for seed in SEEDS:
            records, rng = told(product, seed), random.Random(seed)
            last = records[-1].position
            for on, first in ((days_of(records, rng, 1)[0], 1), (max(days_of(records, rng, 6)), last - 3)):
                yield product, records, on, Cut(position=rng.randint(max(1, first), last + 1))


def lines_of(records: list[LogRecord], on: date, cut: Cut) -> list[Node]:
    lines: list[Node] = as_of.answer(History("P", records).known(at_position=cut.position), on, None)["benefits"]
    return lines


# ---- any line of any past answer -----------------------------------------------------------------------------------------------------


def test_every_line_of_every_past_answer_is_derived_and_checks() -> None:
    decisions: dict[str, int] = {}
    for product, records, on, cut in asked():
        for line in lines_of(records, on, cut):
            document = explanation(records[0].policy_id, records, on, cut, line["line_id"])

            where = (product, records[0].policy_id, on, cut, line["line_id"])
            assert not document["rules_changed"], where
            assert problems(document) == [], where
            assert {name: document["line"][name] for name in line} == line, where
            decisions[line["decision"]] = decisions.get(line["decision"], 0) + 1
    assert min(decisions[name] for name in ("payable", "reduced", "declined")) >= 5, decisions


def test_every_line_of_the_worked_examples_is_derived_and_checks() -> None:
    """As each of their questions asks for it."""
    checked = 0
    for scenario in ALL:
        records = records_of(list(stored(scenario.lines)))
        for question in scenario.questions:
            on, cut = date.fromisoformat(question.on), Cut(datetime.fromisoformat(question.known_at))
            answered = Answered(scenario.policy_id, records, on, cut)
            for line_id in answered.lines:
                document = answered.explanation(line_id)
                assert (problems(document), document["rules_changed"]) == ([], False), (scenario.name, question.on, line_id)
                checked += 1
    assert checked > 80


def test_every_event_known_is_named_once_with_its_part() -> None:
    for _, records, on, cut in asked():
        known = {record.event_id for record in records if record.event_id and record.position <= (cut.position or 0)}
        for line in lines_of(records, on, cut)[:1]:
            document = explanation(records[0].policy_id, records, on, cut, line["line_id"])
            named = [one["event_id"] for kind in ("facts", "corrections", "others") for one in document[kind]]
            assert sorted(named) == sorted(known)


def test_a_fact_that_is_considered_and_not_used_changes_nothing() -> None:
    """Taking it back leaves the line as it is; taking back one that is needed does not."""
    tried = {"considered": 0, "needed": 0}
    for _, records, on, _ in asked():
        for line in lines_of(records, on, Cut())[-1:]:
            document = explanation(records[0].policy_id, records, on, Cut(), line["line_id"])
            for fact in document["facts"]:
                if fact["role"] in tried and tried[fact["role"]] < 25:
                    after = _with_retraction(records, fact["event_id"])
                    if after is None:
                        continue
                    stays = standing(records_of(after), on, line["line_id"]) == standing(records, on, line["line_id"])
                    assert stays == (fact["role"] == "considered"), (fact["role"], fact["type"], line)
                    tried[fact["role"]] += 1
    assert min(tried.values()) >= 10, tried


def standing(records: list[LogRecord], on: date, line_id: str) -> list[Line]:
    """The line of that id, with what it takes of its limits."""
    items = sorted(History("P", records).known().journal.standing(on), key=repr)
    return [line for name, line in as_of.named(item.through(on) for item in items if isinstance(item, Line)) if name == line_id]


def _with_retraction(records: list[LogRecord], target: str) -> list[ev.Event] | None:
    """The events and a retraction of one of them, as the ledger would store them; None where it refuses."""
    policy, events = Policy(records[0].policy_id), [record.event for record in records]
    for event in events:
        policy.fold(event)
    fact = ev.FactRetracted(target=target, reason="left out")
    taken_back = ev.Event("0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff", policy.policy_id, "FactRetracted", 1, events[-1].recorded_at, fact)
    try:
        return [*events, *policy.admit(taken_back)]
    except Refused:
        return None


def test_the_same_question_gives_the_same_bytes_whatever_came_later() -> None:
    for _, records, on, cut in list(asked())[::5]:
        known = [record for record in records if record.position <= (cut.position or 0) + 1]
        for line in lines_of(records, on, cut)[:1]:
            documents = [canonical(explanation(records[0].policy_id, some, on, cut, line["line_id"])) for some in (known, records)]
            assert documents[0] == documents[1]


def test_look_ups_are_heard_only_inside() -> None:
    terms = PRODUCTS["cyber"].terms
    with looked_up() as outer:
        terms.at("liability_limit", date(2025, 5, 5))
        with looked_up() as inner:
            terms.at("liability_limit", date(2024, 5, 5))
    terms.at("liability_limit", date(2023, 5, 5))

    assert [[look_up.day.year for look_up in heard] for heard in (outer, inner)] == [[2025], [2024]]


# ---- the arithmetic of rates -----------------------------------------------------------------------------------------------------------

COUNTED = {"half_units", "halves", "nothing", "days", "existing"}
"""Numbers that rules count or that are no more than arithmetic: they stand in no fact and no term."""

RECKONED = {
    "hospital_daily", "outpatient_daily", "surgery", "radiation", "advanced_care", "injury_disability", "belongings", "household", "bailee",
    "care_annuity", "income_monthly", "parent_care", "incidental_expenses", "room_charge",
}  # fmt: skip


def all_lines() -> Iterator[Node]:
    """The derivations of every line of the samples, and of random histories, long after."""
    histories = [told_of_the_sample(path.stem) for path in sorted(SAMPLES.glob("*.jsonl"))]
    histories += [told(product, seed) for product in TELLERS for seed in range(40 if product == "seikatsu" else 4)]
    on = date(2031, 1, 1)
    for records in histories:
        for line in lines_of(records, on, Cut()):
            yield explanation(records[0].policy_id, records, on, Cut(), line["line_id"])


def test_a_rate_reckoned_from_several_numbers_shows_each_where_it_stands() -> None:
    reckoned: set[str] = set()
    for document in all_lines():
        assert problems(document) == []
        benefit = document["line"]["benefit"]
        reckoned |= {benefit} if document["steps"] else set()
        leaves = [operand for step in document["steps"] for operand in step["operands"] if operand["step"] is None]
        assert [one["name"] for one in leaves if one["found"] is None and one["name"] not in COUNTED] == [], benefit
        if not document["steps"]:
            assert document["rate"]["found"] is not None, (benefit, document["line"]["rate"])
    assert reckoned >= RECKONED


def test_the_steps_of_a_rate_are_those_of_the_clause() -> None:
    """SK-45: 5,000 yen a unit, by the times of the place and the disease; units are counted in halves."""
    records = told_of_the_sample("seikatsu")
    line = next(one for one in lines_of(records, date(2024, 1, 1), Cut()) if one["benefit"] == "surgery")
    document = explanation(records[0].policy_id, records, date(2024, 1, 1), Cut(), line["line_id"])

    [product, half] = document["steps"]
    base, times, half_units = product["operands"]
    assert (base["name"], base["value"], times["name"].startswith("surgery_times")) == ("treatment_base", 5_000, True)
    assert product["result"] == 5_000 * times["value"] * half_units["value"]
    assert (half["op"], half["operands"][0]["step"], half["result"]) == ("divide_half_up", 1, line["rate"])
    assert document["rate"] == {"name": "rate", "value": line["rate"], "step": 2, "found": None}


# ---- as a user asks --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain") / "x.db"
    for history in (DOCS / "late-discharge.jsonl", *sorted(SAMPLES.glob("*.jsonl"))):
        assert run("import", history, "--db", path).code == 0
    return path


def explained(db: Path, policy: str, line: str, on: str, *more: str) -> Node:
    outcome = run("explain", policy, "--benefit", line, "--on", on, *(more or ("--known-at", AT)), "--db", db)
    assert outcome.code == 0, outcome.err
    [document] = outcome.rows
    return document


def test_a_line_says_what_it_rests_on_and_what_it_needs(db: Path) -> None:
    document = explained(db, "CY-2023-0008", "cyber_cost:forensics:2024-08-20", "2025-03-31")

    parts = [(fact["role"], fact["type"], fact["in_force"].get("cost_id")) for fact in document["facts"]]
    assert parts == [
        ("needed", "PolicyIssued", None), ("needed", "PolicyRenewed", None), ("rests_on", "CyberIncidentDiscovered", None),
        ("rests_on", "CyberCostIncurred", "forensics"), ("considered", "CyberBusinessLoss", None), ("considered", "ClaimFiled", None),
        ("needed", "CyberCostIncurred", "call-centre"), ("considered", "CyberClaimSettled", None),
    ]  # fmt: skip
    assert document["result"] == {"decision": "reduced", "gross": 620_000, "payable": 460_000}


def test_each_limit_is_taken_in_turn_with_what_was_used_before_and_by_which_lines(db: Path) -> None:
    document = explained(db, "CY-2023-0008", "cyber_cost:forensics:2024-08-20", "2025-03-31")

    [piece] = document["pieces"]
    numbers = [[limit[n] for n in ("cap", "used_before", "room", "asked", "allowed", "cut", "used_after")] for limit in piece["limits"]]
    assert numbers == [
        [1_000_000, 540_000, 460_000, 620_000, 460_000, 160_000, 1_000_000],
        [1_000_000, 540_000, 460_000, 460_000, 460_000, 0, 1_000_000],
        [10_000_000, 540_000, 9_460_000, 460_000, 460_000, 0, 1_000_000],
    ]
    assert piece["limits"][0]["used_by"] == [{"line_id": "cyber_cost:call-centre:2024-08-06", "amount": 540_000, "of": 540_000}]
    assert [one["after_this_line"] for one in document["left"]] == [0, 0, 9_000_000]


def test_terms_are_named_with_their_row_their_source_and_the_day_that_picked_it(db: Path) -> None:
    document = explained(db, "L-0001", "hospital_daily:s1:2023-03-01", "2023-03-31")

    [read] = [read for read in document["terms_read"] if read["term"] == "hospital_daily"]
    assert (read["day"], read["from"], read["value"], read["source"]) == (
        "2023-03-01", "1900-01-01", {"lifestyle": 10_000, "other": 5_000}, "Q8, Q10",
    )  # fmt: skip


def test_a_past_answer_is_explained_as_it_was(db: Path) -> None:
    before = explained(db, "L-0001", "hospital_daily:s1:2023-03-01", "2023-03-31", "--known-at", "2023-03-21T00:00:00+09:00")
    after = explained(db, "L-0001", "hospital_daily:s1:2023-03-01", "2023-03-31")

    assert [document["result"]["payable"] for document in (before, after)] == [200_000, 310_000]
    assert "HospitalDischarged" not in {fact["type"] for fact in before["facts"]}
    assert problems(before) == problems(after) == []


def test_a_declined_line_is_explained_by_the_clause_that_decides(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    run("import", SAMPLES / "cyber.jsonl", "--db", path)
    at = {"policy_id": "CY-2023-0008"}
    incident = {"incident_id": "i9", "discovered_on": "2024-09-01", "kind": "leak", "exclusion": "war"}
    cost = {"incident_id": "i9", "cost_id": "k9", "incurred_on": "2024-09-02", "amount": 70_000, "category": "leak_response"}
    ids = [f"0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b0{n}" for n in (1, 2)]
    types = ("CyberIncidentDiscovered", "CyberCostIncurred")
    rows = [at | {"event_id": i, "type": t, "data": d} for i, t, d in zip(ids, types, (incident, cost), strict=True)]
    run("record", "-", "--db", path, given=jsonl(*rows))

    document = explained(path, "CY-2023-0008", "cyber_cost:k9:2024-09-02", "2024-12-31", "--at-position", "99")

    assert document["result"] == {"decision": "declined", "gross": 70_000, "payable": 0}
    assert document["rules"][-1]["title"] == {"ja": "お支払いできない主な場合", "en": "Exclusions"}
    assert (document["pieces"], problems(document)) == ([], [])


def test_corrections_that_hold_are_shown_with_what_they_say(db: Path) -> None:
    line = "parent_care:2024-08-bathroom:2024-08-12"
    document = explained(db, "OY-2023-0107", line, "2024-12-31")

    [fact] = [fact for fact in document["facts"] if fact["corrected_by"]]
    [correction] = [one for one in document["corrections"] if one["event_id"] == fact["corrected_by"][-1]]
    assert (fact["says"]["gross"] > fact["in_force"]["gross"], correction["target"]) == (True, fact["event_id"])
    assert problems(document) == []


def _halve(monkeypatch: pytest.MonkeyPatch, product: str, name: str) -> None:
    """Plants other terms: every number of one term is half of what it was."""
    terms = PRODUCTS[product].terms

    def at(self: Terms, asked: str, day: date) -> Any:
        value = self.row(asked, day).value
        return {key: one // 2 for key, one in value.items()} if self is terms and asked == name else value

    monkeypatch.setattr(Terms, "at", at)


def test_where_the_rules_have_changed_since_it_says_so_and_shows_what_is_stored(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("CY-2023-0008", "cyber_cost:forensics:2024-08-20", "2025-03-31")
    then = explained(db, *asked)
    _halve(monkeypatch, "cyber", "incident_cost_limit_clinic")

    now = explained(db, *asked)

    assert (then["rules_changed"], now["rules_changed"]) == (False, True)
    assert now["line"] == then["line"]
    assert [(line["line_id"], line["payable"]) for line in now["today"]] == [("cyber_cost:forensics:2024-08-20", 0)]
    assert problems(now) == []
    page = run("explain", asked[0], "--benefit", asked[1], "--on", asked[2], "--db", db, "--format", "table", "--lang", "en").out
    assert "The rules have changed since" in page


def test_the_page_can_be_read_in_both_languages(db: Path) -> None:
    asked = ("explain", "CY-2023-0008", "--benefit", "cyber_cost:forensics:2024-08-20", "--on", "2025-03-31", "--db", db)
    said = {
        "en": ("facts used", "in the order applied", "CY-04 Incident costs", "limits, one after the other", "considered and not used"),
        "ja": ("用いた事実", "適用した規則", "CY-04 事故対応特別費用", "限度を順に", "620,000 × 1回 = 限度適用前 620,000円"),
    }

    for language, texts in said.items():
        page = run(*asked, "--format", "table", "--lang", language).out
        assert [text for text in texts if text not in page] == []


def test_of_a_policy_that_is_not_known_it_says_so(db: Path) -> None:
    outcome = run("explain", "NO-SUCH", "--benefit", "x", "--db", db, "--lang", "en")

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == 'hoken: --benefit: found "x"; allowed: none: the policy was not known then.\n'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--benefit", "none"), '--benefit: found "none"; allowed: a line_id of that answer (hospital_daily:s1:2023-03-01)'),
        (("--benefit", "x", "--at-position", "3", "--known-at", AT), "--at-position"),
        (("--benefit", "x", "--format", "csv"), "--format"),
        (("--benefit", "x", "--on", "2023-02-30"), "--on"),
        ((), "--benefit"),
    ],
)
def test_a_question_put_wrongly_is_refused(db: Path, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("explain", "L-0001", "--on", "2023-03-31", *arguments, "--db", db, "--lang", "en")

    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


# ---- the checker: what is altered is refused ---------------------------------------------------------------------------------------------


@cache
def whole() -> Node:
    """A document with all that there is to alter: corrections, several limits, lines that used them before, steps."""
    records = told_of_the_sample()
    return explanation("CY-2023-0008", records, date(2025, 3, 31), Cut(), "cyber_cost:forensics:2024-08-20")


def told_of_the_sample(name: str = "cyber") -> list[LogRecord]:
    wires = [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return records_of(list(stored(wires)))


def put(document: Node, path: str | tuple[str | int, ...], value: Any) -> Node:
    """The document with one node altered, sealed anew: whoever alters it can take the digest again."""
    altered = copy.deepcopy(document)
    *names, last = [int(name) if name.isdecimal() else name for name in path.split(".")] if isinstance(path, str) else path
    holder: Any = altered
    for name in names:
        holder = holder[name]
    holder[last] = value(holder[last]) if callable(value) else value
    return altered | {"digest": digest(altered)}


def more(value: int) -> int:
    return value + 1


def flipped(text: str) -> str:
    return text[:-2] + ("A=" if text[-2:] != "A=" else "B=") if text.endswith("=") else ("0" if text[0] != "0" else "1") + text[1:]


ALTERED = {
    "asked.line_id": "cyber_cost:call-centre:2024-08-06",
    "asked.policy_id": "CY-2023-0009",
    "asked.on": "2024-08-19",
    "asked.position": 4,
    "terms.assessed.version": "2019-01",
    "rules_changed": True,
    "line.rate": more,
    "line.quantity": more,
    "line.gross": more,
    "line.payable": more,
    "line.decision": "payable",
    "line.benefit": "cyber_liability",
    "line.key": "call-centre",
    "line.from": "2024-08-21",
    "line.to": "2024-08-21",
    "line.counts_from": "2024-08-21",
    "line.unit": "month",
    "line.rules.0": "CY-03",
    "line.events.0": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "line.cut_by.0.by": more,
    "line.cut_by.0.limit": "cyber.cost.period",
    "line.uses.0.amount": more,
    "line.uses.0.key": "another",
    "line.stored.entry": more,
    "line.stored.position": more,
    "result.payable": more,
    "result.gross": more,
    "result.decision": "payable",
    "facts.3.says.amount": more,
    "facts.3.in_force.amount": more,
    "facts.3.state": flipped,
    "facts.3.hash": flipped,
    "facts.3.previous_hash": flipped,
    "facts.3.position": more,
    "facts.3.version": more,
    "facts.3.type": "CyberClaimSettled",
    "facts.3.policy_id": "CY-2023-0009",
    "facts.3.event_id": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "facts.3.recorded_at": "2024-09-02T01:00:01.000000Z",
    "facts.3.role": "considered",
    "facts.0.role": "rests_on",
    "facts.4.corrected_by": [],
    "facts.4.in_force.amount": more,
    "corrections.0.target": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "corrections.0.says.data.amount": more,
    "corrections.0.hash": flipped,
    "corrections": [],
    "rules.0.rule": "CY-03",
    "rules.0.of": "limit",
    "rate.value": more,
    "rate.found.field": "cost_id",
    "pieces": [],
    "pieces.0.gross": more,
    "pieces.0.payable": more,
    "pieces.0.quantity": more,
    "pieces.0.from": "2024-08-19",
    "pieces.0.limits.0.cap": more,
    "pieces.0.limits.0.unit": "times",
    "pieces.0.limits.0.used_before": more,
    "pieces.0.limits.0.used_by.0.amount": more,
    "pieces.0.limits.0.used_by.0.of": more,
    "pieces.0.limits.0.used_by.0.line_id": "cyber_cost:none:2024-08-06",
    "pieces.0.limits.0.used_by": [],
    "pieces.0.limits.0.room": more,
    "pieces.0.limits.0.asked": more,
    "pieces.0.limits.0.allowed": more,
    "pieces.0.limits.0.cut": more,
    "pieces.0.limits.0.counted": more,
    "pieces.0.limits.0.booked": more,
    "pieces.0.limits.0.used_after": more,
    "pieces.0.limits.0.rules": ["CY-09"],
    "pieces.0.limits": lambda limits: [limits[1], limits[0], *limits[2:]],
    "limits.0.cap": more,
    "limits.0.to": "2025-01-01",
    "limits.0.stored.entry": more,
    "limits": lambda limits: limits[:-1],
    "lines.0.payable": more,
    "lines.0.uses.0.amount": more,
    "lines.0.stored.position": more,
    "lines": [],
    "left.0.after_this_line": more,
    "left.2.on_the_day": 99_999_999,
    "assessments.0.state": flipped,
    "assessments.0.hash": flipped,
    "assessments.0.position": more,
    "assessments": [],
    "others.0.event_id": lambda _: whole()["facts"][0]["event_id"],
}
"""By path, what a node is altered to. Each is refused even where the digest is taken anew."""


def test_the_document_as_it_is_holds() -> None:
    assert problems(whole()) == []
    assert problems(put(whole(), "version", 1)) == []


@pytest.mark.parametrize("path", ALTERED)
def test_an_altered_node_is_refused_though_sealed_anew(path: str) -> None:
    altered = put(whole(), path, ALTERED[path])

    assert altered != whole()
    assert problems(altered) != []


def test_a_number_of_arithmetic_alone_is_no_other(db: Path) -> None:
    """The nothing of `max(0, …)` may be altered and move no result."""
    document = explained(db, "OY-2023-0107", "parent_care:2024-08-bathroom:2024-08-12", "2024-12-31")
    [(step, place)] = [(n, i) for n, one in enumerate(document["steps"]) for i, o in enumerate(one["operands"]) if o["name"] == "nothing"]

    found = problems(put(document, ("steps", step, "operands", place, "value"), more))

    assert found == [f"steps[{step}].operands[{place}].value: 1, found 0"]


def nodes(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all nodes that hold no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
    for name, one in inner or ():
        yield from nodes(one, (*path, name))


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if value is None:
        return "x"
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value + "x"


def test_no_node_at_all_can_be_altered_under_the_digest() -> None:
    count = 0
    for path in nodes(whole()):
        altered = put(whole(), path, other) | ({"digest": whole()["digest"]} if path != ("digest",) else {"digest": "0" * 64})
        if path in {("version",), ("kind",)}:
            with pytest.raises(ValueError, match="an explanation of version"):
                checker.read(canonical(altered))
        else:
            assert problems(altered), path
        count += 1
    assert count > 300


def test_the_digest_is_that_of_the_canonical_bytes() -> None:
    assert digest(whole()) == whole()["digest"]
    assert list(checker.check(whole())) == []
    assert checker.read(canonical(whole())) == whole()


# ---- the checker: alone ------------------------------------------------------------------------------------------------------------------


def check_alone(tmp_path: Path, given: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The checker in a folder of its own, with an interpreter that knows the standard library alone."""
    alone = Path(shutil.copy(ROOT / "replay" / "checker.py", tmp_path))
    (tmp_path / "x.json").write_bytes(given)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-I", "-S", str(alone), *(arguments or ("x.json",))]
    done = subprocess.run(command, cwd=tmp_path, env=environment, input=given, capture_output=True, check=False, timeout=60)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_checker_runs_alone_and_says_what_holds(tmp_path: Path) -> None:
    for arguments in (("x.json",), ("-",)):
        done = check_alone(tmp_path, canonical(whole()), *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("all of it holds: cyber_cost:forensics:2024-08-20 reduced 460,000")


def test_the_checker_names_the_node_that_does_not_hold(tmp_path: Path) -> None:
    done = check_alone(tmp_path, canonical(put(whole(), "pieces.0.limits.0.room", 1)))

    assert done.returncode == 1
    assert "does not hold: pieces[0].limits[0].used_before and room: (540000, 1), found (540000, 460000)" in done.stdout.splitlines()


NO_EXPLANATIONS = (b"", b"{", b"[]", b"{}", b'{"kind": "explanation", "version": 2}', b'{"a": 1, "a": 1}', b"[" * 100_000, b"\xff", b"1.5")


@pytest.mark.parametrize("given", NO_EXPLANATIONS)
def test_what_is_no_explanation_is_refused(tmp_path: Path, given: bytes) -> None:
    done = check_alone(tmp_path, given)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("nodes", [b"", b', "digest": 1, "facts": 7, "line": []'])
def test_an_explanation_without_its_nodes_does_not_hold(tmp_path: Path, nodes: bytes) -> None:
    done = check_alone(tmp_path, b'{"kind": "explanation", "version": 1%s}' % nodes)

    assert (done.returncode, done.stderr) == (1, "")
    assert "a node is missing or malformed" in done.stdout


def test_the_checker_is_short_and_imports_nothing_of_the_project() -> None:
    source = (ROOT / "replay" / "checker.py").read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }

    assert len(source.splitlines()) <= 300
    assert imported <= sys.stdlib_module_names


def test_the_command_is_installed(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(canonical(whole()))
    command = [str(Path(sys.executable).with_name("hoken-check")), str(tmp_path / "x.json")]

    done = subprocess.run(command, env=os.environ | {"HOKEN_LANG": "ja"}, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout.split(":")[0]) == (0, "すべて一致した")
