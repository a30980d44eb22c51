"""Importing histories over both databases, with real stores: policies that only count, at the end those of the rules."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import events as ev
from ledger.application import Busy, ClaimsLedger, ImportSummary
from ledger.clock import SystemClock
from ledger.door import read_lines
from ledger.errors import LedgerFault, Refused
from ledger.policy import Policy
from ledger.recorders import history as importing
from tests.ledger.stores import NOON, Counting, ToldClock, check_log, fact, history, named, open_ledger


@pytest.fixture
def ledger(target: str) -> Iterator[ClaimsLedger]:
    with open_ledger(target) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LINES", 10)


def test_both_databases_hold_the_same_log(tmp_path: Any, postgres_url: str) -> None:
    heads = set()
    for target in (str(tmp_path / "a.db"), postgres_url):
        with open_ledger(target, ToldClock(step=timedelta(seconds=1))) as ledger:
            ledger.record([fact(i, f"P-{i % 3}") for i in range(50)])
            ledger.import_events((i, replace(event, policy_id="H-" + event.policy_id)) for i, event in history(30))
            heads.add(ledger.head())

    assert len(heads) == 1


# ---- import -----------------------------------------------------------------------------------------------------------------


def test_a_history_keeps_its_order_and_its_instants(ledger: ClaimsLedger) -> None:
    lines = history(95)
    told: list[int] = []

    summary = ledger.import_events(iter(lines), progress=told.append)

    records = check_log(ledger)
    facts = [record.event for record in records if record.event_id]
    assert facts == [event for _, event in lines]
    assert summary == ImportSummary(95, 95, 0, 0, len(records))
    assert told == [10, 20, 30, 40, 50, 60, 70, 80, 90, 95]
    assert all(record.appended_at == NOON for record in records)


def test_an_import_run_again_records_nothing(ledger: ClaimsLedger) -> None:
    ledger.import_events(history(40))
    head = ledger.head()

    summary = ledger.import_events(history(40))

    assert summary == ImportSummary(40, 0, 40, 0, head[0])
    assert ledger.head() == head


def test_an_import_goes_on_at_the_end_of_a_history(ledger: ClaimsLedger, tmp_path: Any) -> None:
    ledger.import_events(history(33))
    summary = ledger.import_events(history(80))

    with open_ledger(str(tmp_path / "at-once.db")) as at_once:
        at_once.import_events(history(80))
        assert ledger.head() == at_once.head()
    assert summary[:3] == (80, 47, 33)


def test_the_portions_of_an_import_leave_no_trace(ledger: ClaimsLedger, tmp_path: Any, monkeypatch: Any) -> None:
    ledger.import_events(history(70))
    monkeypatch.setattr(importing, "LINES", 1)
    with open_ledger(str(tmp_path / "one-by-one.db")) as one_by_one:
        one_by_one.import_events(history(70))

        assert ledger.head() == one_by_one.head()


@pytest.mark.parametrize("bad", [(57, 23, 41), (22, 25, 53), (25, 22, 21)], ids=str)
def test_the_first_bad_line_of_the_file_is_named_and_nothing_recorded(
    ledger: ClaimsLedger, bad: tuple[int, ...]
) -> None:
    """Of several policies, in whichever order they are looked at."""
    lines = history(60)
    for no in bad:
        lines[no - 1] = (no, replace(lines[no - 1][1], note="bad"))

    with pytest.raises(Refused) as refused:
        ledger.import_events(lines)

    assert (refused.value.line, refused.value.field) == (min(bad), "note")
    assert ledger.head()[0] == 0


@pytest.mark.parametrize(
    ("no", "changed", "field"),
    [
        (31, {"recorded_at": None}, "recorded_at"),
        (32, {"recorded_at": NOON + timedelta(microseconds=1)}, "recorded_at"),
        (33, {"recorded_at": NOON - timedelta(days=901)}, "recorded_at"),
        (34, {"event_id": named("h3")}, "event_id"),  # of another policy
        (38, {"event_id": named("h3"), "policy_id": "P-2"}, "event_id"),  # of the same policy
    ],
)
def test_a_line_that_does_not_fit_is_refused(
    ledger: ClaimsLedger, no: int, changed: dict[str, Any], field: str
) -> None:
    lines = history(60)
    lines[no - 1] = (no, replace(lines[no - 1][1], **changed))

    with pytest.raises(Refused) as refused:
        ledger.import_events(lines)

    assert (refused.value.line, refused.value.field) == (no, field)
    assert ledger.head()[0] == 0


def test_the_present_is_not_the_future(ledger: ClaimsLedger) -> None:
    assert ledger.import_events([(1, fact(1, at=NOON)), (2, fact(2, at=NOON))]).recorded == 2


def test_instants_are_compared_against_what_is_recorded(ledger: ClaimsLedger) -> None:
    ledger.import_events([(1, fact(1, at=NOON - timedelta(days=5)))])

    with pytest.raises(Refused) as refused:
        ledger.import_events([(7, fact(2, at=NOON - timedelta(days=5, microseconds=1)))])

    assert (refused.value.line, refused.value.field) == (7, "recorded_at")
    assert ledger.import_events([(8, fact(3, at=NOON - timedelta(days=5)))]).recorded == 1


def test_in_an_import_the_instant_belongs_to_the_content(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1)])

    assert ledger.import_events([(1, fact(1, at=NOON))]).repeated == 1
    with pytest.raises(Refused) as refused:
        ledger.import_events([(5, fact(1, at=NOON - timedelta(microseconds=1)))])
    assert (refused.value.line, refused.value.field) == (5, "event_id")


def test_a_line_given_twice_in_one_file_is_recorded_once(ledger: ClaimsLedger) -> None:
    lines = history(30)
    lines += [(31, lines[4][1]), (32, lines[4][1]), (33, fact("last", "P-1", at=NOON))]

    assert ledger.import_events(lines)[:3] == (33, 31, 2)
    assert ledger.import_events(lines)[:3] == (33, 0, 33)
    check_log(ledger)


@pytest.mark.parametrize("of_the_import", [False, True], ids=["of its own", "of the very lines"])
def test_an_import_takes_in_what_another_writer_records_meanwhile(target: str, of_the_import: bool) -> None:
    """Between two portions another ledger appends to a policy of the import, a fact of its own or the next lines."""
    lines = history(60)
    with open_ledger(target) as ledger, open_ledger(target) as other:
        ledger._recorder.recover = lambda: pytest.fail("it was noticed too late")  # type: ignore[method-assign]

        def intrude(recorded: int) -> None:
            if recorded == 20:
                if of_the_import:
                    other.import_events(lines[:33])
                else:
                    other.import_events([(1, fact("intruder", "P-1", at=lines[20][1].recorded_at))])

        summary = ledger.import_events(lines, progress=intrude)

        facts = [record.event_id for record in check_log(ledger) if record.event_id]
        assert len(facts) == len(set(facts)) == (60 if of_the_import else 61)
        assert summary[:3] == ((60, 47, 13) if of_the_import else (60, 60, 0))
        assert ledger.policy("P-1").version == len(ledger.stream("P-1"))


def test_an_import_gives_way_to_a_writer_that_never_rests(
    ledger: ClaimsLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing.History, "_append", lambda self, new: ["P-1"])

    with pytest.raises(Busy, match="P-1"):
        ledger.import_events(history(30))


def test_a_policy_is_worked_out_once(ledger: ClaimsLedger) -> None:
    """Recording takes what was worked out when the file was checked."""
    admitted: list[str] = []

    class Watched(Counting):
        def admit(self, event: ev.Event) -> list[ev.Event]:
            admitted.append(event.event_id)
            return super().admit(event)

    ledger._policies.new_policy = Watched

    ledger.import_events(history(50))

    assert len(admitted) == 50


def test_processes_side_by_side_leave_the_same_log(
    ledger: ClaimsLedger, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "SHARED_FROM", 10)
    ledger.import_events(history(30, policies=23))
    with open_ledger(str(tmp_path / "alone.db")) as alone:
        alone.import_events(history(200, policies=23), workers=1)

        told: list[int] = []
        assert ledger.import_events(history(200, policies=23), workers=3, checked=told.append)[:3] == (200, 170, 30)
        assert ledger.head() == alone.head()
        assert told == sorted(told)
        assert told[-1] == 170


def test_processes_side_by_side_name_the_first_bad_line(ledger: ClaimsLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "SHARED_FROM", 10)
    lines = history(300, policies=29)
    for no in (290, 123, 222, 180):
        lines[no - 1] = (no, replace(lines[no - 1][1], note="bad"))

    with pytest.raises(Refused) as refused:
        ledger.import_events(lines, workers=2)

    assert (refused.value.line, refused.value.field, refused.value.event_id) == (123, "note", lines[122][1].event_id)
    assert ledger.head()[0] == 0


class Dying(Counting):
    """A policy whose process is killed over it."""

    def admit(self, event: ev.Event) -> list[ev.Event]:
        os._exit(3)


class Failing(Counting):
    """A policy that cannot be folded, and prints where nothing should be printed."""

    def admit(self, event: ev.Event) -> list[ev.Event]:
        print("said by a rule")  # noqa: T201
        if event.policy_id == "P-4":
            raise LedgerFault("the ledger's own fault")
        return super().admit(event)


@pytest.mark.parametrize(("policy", "said"), [(Dying, "ended: policy P-"), (Failing, "own fault")])
def test_what_befalls_a_process_befalls_the_import(
    ledger: ClaimsLedger, monkeypatch: pytest.MonkeyPatch, policy: Any, said: str
) -> None:
    monkeypatch.setattr(importing, "SHARED_FROM", 10)
    ledger._policies.new_policy = policy

    with pytest.raises(LedgerFault, match=said):
        ledger.import_events(history(60), workers=2)
    assert ledger.head()[0] == 0


# ---- with the policies of the rules -----------------------------------------------------------------------------------------

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


@pytest.fixture
def told() -> list[tuple[int, ev.Event]]:
    """The histories of the documents, one after the other."""
    events = [e for path in sorted(SAMPLES.glob("*.jsonl")) for _, e in read_lines(path.open("rb"), mode="import")]
    return list(enumerate(events, 1))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_follows_from_the_rules_is_recorded_and_folded_again(
    target: str, told: list[tuple[int, ev.Event]], workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "SHARED_FROM", 1)
    with open_ledger(target, SystemClock(), new_policy=Policy) as ledger:
        summary = ledger.import_events(told, workers=workers)

        assert summary.recorded == len(told) > 5
        records = check_log(ledger)
        assert any(record.type == ev.ASSESSED for record in records)
        for policy_id in ledger.policies():
            by_hand = admitted(policy_id, told)
            assert ledger.policy(policy_id).journal == by_hand.journal
            assert ledger.policy(policy_id).version == by_hand.version


def test_facts_recorded_one_by_one_end_like_those_imported(target: str, told: list[tuple[int, ev.Event]]) -> None:
    with open_ledger(target, SystemClock(), new_policy=Policy) as ledger:
        for _, event in told:
            [receipt] = ledger.record([replace(event, recorded_at=None)])
            assert not receipt.repeated
            ledger._policies.forget([event.policy_id] if receipt.position % 3 else [])

        check_log(ledger)
        for policy_id in ledger.policies():
            assert ledger.policy(policy_id).journal == admitted(policy_id, told).journal


def admitted(policy_id: str, told: list[tuple[int, ev.Event]]) -> Policy:
    """A policy that has admitted its events one by one, with no ledger between."""
    policy = Policy(policy_id)
    for _, event in told:
        if event.policy_id == policy_id:
            policy.admit(event)
    return policy
