"""The derivation of a line, of any past answer, and as a user asks for it."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger import events as ev
from ledger.canonical import canonical
from ledger.errors import Refused
from ledger.journal import Line
from ledger.policy import Policy
from ledger.products import PRODUCTS
from ledger.recorders.log import LogRecord
from ledger.terms import Terms, looked_up
from replay import as_of
from replay.explain import Answered, explanation
from replay.known import History
from replay.steps import Cut
from tests.command import jsonl, run
from tests.examples.worked import ALL
from tests.replay.explanations import AT, SAMPLES, Node, explained, ledger_of_the_samples, problems, told_of_the_sample
from tests.replay.told import TELLERS, days_of, records_of, stored, told

SEEDS = range(12)


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
    return ledger_of_the_samples(tmp_path_factory.mktemp("explain"))


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


@pytest.mark.parametrize("changed", [("2024-02-01",), ("2024-02-01", "2024-03-01")], ids=["once", "twice to the same"])
def test_a_cap_of_the_lines_own_is_that_of_the_plan_in_force_though_it_does_not_bite(changed: tuple[str, ...]) -> None:
    """SK-78: the period's limit was opened with 3,000,000 yen; the later loss has a cap of 1,000,000, of which it needs little."""
    plan = {"units": "1", "hospital_type": 60, "household": 3_000_000}
    term = {"period_start": "2024-01-01", "period_end": "2025-01-01", "insured": {"person_id": "p", "birth_date": "1980-01-01"}}
    facts = [
        ("PolicyIssued", term | {"product": "seikatsu", "plan": plan}),
        ("PropertyLost", _loss("l1", "2024-01-10")),
        *(("CoverageChanged", {"effective_on": day, "plan": plan | {"household": 1_000_000}}) for day in changed),
        ("PropertyLost", _loss("l2", "2024-04-10")),
    ]
    told_ = [{"policy_id": "P", "event_id": str(UUID(int=n)), "type": one, "data": data} for n, (one, data) in enumerate(facts, start=1)]
    wires = [wire | {"recorded_at": f"2024-05-01T09:00:{n:02}+09:00"} for n, wire in enumerate(told_)]
    records = records_of(list(stored(wires)))

    document = explanation("P", records, date(2024, 12, 31), Cut(position=records[-1].position), "household:l2:2024-04-10")

    [limit] = document["pieces"][0]["limits"]
    last = wires[-2]["event_id"]
    assert (limit["cap"], limit["cap_found"]) == (1_000_000, {"event_id": last, "field": "plan.household"})
    assert (document["limits"][0]["cap"], problems(document)) == (3_000_000, [])
    roles = {fact["event_id"]: fact["role"] for fact in document["facts"] if fact["type"] == "CoverageChanged"}
    assert [roles.pop(last), *roles.values()] == ["needed"] + ["considered"] * (len(changed) - 1)


def _loss(loss_id: str, day: str) -> Node:
    item = {"kind": "ordinary", "repair_cost": 50_000, "current_value": 60_000}
    return {"loss_id": loss_id, "cover": "household", "occurred_on": day, "cause": "damage", "items": [item]}


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
