"""The ledger over both databases: recording and reading, with real stores and policies that only count."""

import hashlib
import random
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.errors import LedgerFault, Refused
from ledger.recorders.log import NewRecord, link
from ledger.recorders.policies import Policies
from tests.ledger.stores import NOON, Counting, ToldClock, anew, check_log, fact, named, open_ledger


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def ledger(target: str, clock: ToldClock) -> Iterator[ClaimsLedger]:
    with open_ledger(target, clock) as opened:
        yield opened


# ---- record -----------------------------------------------------------------------------------------------------------------


def test_a_fact_is_recorded_with_what_follows_from_it(ledger: ClaimsLedger) -> None:
    [receipt] = ledger.record([fact(1)])

    first, second = check_log(ledger)
    assert receipt == (named(1), "P-1", "ConditionRecorded", 1, NOON, first.hash.hex(), False)
    assert (first.type, second.type) == ("ConditionRecorded", ev.ASSESSED)
    assert first.event == fact(1, at=NOON)
    assert first.appended_at == second.appended_at == NOON


def test_the_stored_bytes_are_the_canonical_ones(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1)])

    [record, _] = ledger.log()
    assert record.state == ev.encode(fact(1, at=NOON))


def test_the_chain_is_what_it_is_said_to_be(ledger: ClaimsLedger) -> None:
    """Reckoned here a second time, from the words: a hash in an old checkpoint must be found again in ten years."""
    ledger.record([fact(1), fact(2, "契約-2".encode().hex())])

    previous = bytes(32)
    for record in ledger.log():
        texts = [record.policy_id.encode(), record.type.encode(), record.state]
        policy_id, topic, state = (struct.pack(">I", len(text)) + text for text in texts)
        place = struct.pack(">Q", record.position), policy_id, struct.pack(">Q", record.version), topic, state
        assert record.hash == hashlib.sha256(b"\x02" + previous + b"".join(place)).digest()
        previous = record.hash
    assert (
        link(bytes(32), 1, "P-1", 1, "T", b"{}").hex()
        == "8343d5295d33fce88fe55150232bf6b65e567a744ddc2a1a71fe7ddd5c2ebf0e"
    )


def test_a_ledger_without_events(ledger: ClaimsLedger) -> None:
    assert ledger.record([]) == []
    assert ledger.head() == (0, bytes(32))
    assert list(ledger.log()) == []
    assert list(ledger.policies()) == []
    assert ledger.stream("P-1") == []
    assert ledger.position_at("P-1", NOON) is None
    assert ledger.find([named(1)]) == {}


def test_facts_of_one_batch_take_their_places_in_order(ledger: ClaimsLedger) -> None:
    receipts = ledger.record([fact(1, "P-2"), fact(2, "P-1", "quiet"), fact(3, "P-2")])

    assert [receipt.position for receipt in receipts] == [1, 3, 4]
    records = check_log(ledger)
    assert [(r.policy_id, r.version) for r in records] == [("P-2", 1), ("P-2", 2), ("P-1", 1), ("P-2", 3), ("P-2", 4)]


def test_a_large_batch_is_one_transaction(ledger: ClaimsLedger) -> None:
    """More facts than are written at once; the last is refused."""
    facts = [fact(i, f"P-{i % 5}") for i in range(1_300)]

    with pytest.raises(Refused):
        ledger.record([*facts, fact("x", note="bad")])
    assert ledger.head()[0] == 0

    ledger.record(facts)
    assert len(check_log(ledger)) == 2_600


def test_a_batch_over_two_policies_is_recorded_whole_or_not_at_all(ledger: ClaimsLedger) -> None:
    ledger.record([fact(0, "P-1"), fact(1, "P-2")])
    head = ledger.head()

    with pytest.raises(Refused) as refused:
        ledger.record([fact(2, "P-1"), fact(3, "P-2", note="bad")], lines=[10, 20])

    assert (refused.value.line, refused.value.field, refused.value.event_id) == (20, "note", named(3))
    assert ledger.head() == head
    # and nothing of it stays in the policies in memory: the next fact has the version that the log expects
    ledger.record([fact(4, "P-1"), fact(5, "P-2")])
    assert [r.event_id for r in check_log(ledger) if r.event_id] == [named(n) for n in (0, 1, 4, 5)]
    assert ledger.policy("P-1").version == 4


def test_recorded_at_is_not_given_from_outside(ledger: ClaimsLedger) -> None:
    with pytest.raises(Refused) as refused:
        ledger.record([fact(1), fact(2, at=NOON)], lines=[1, 2])

    assert (refused.value.line, refused.value.field) == (2, "recorded_at")


def test_what_the_ledger_adds_is_not_accepted_from_outside(ledger: ClaimsLedger) -> None:
    with pytest.raises(Refused):
        ledger.record([ev.assessed(fact(1), entries=[])])
    with pytest.raises(Refused):
        ledger.import_events([(1, ev.assessed(fact(1, at=NOON), entries=[]))])
    assert ledger.head()[0] == 0


def test_recorded_at_never_goes_back_with_the_clock(ledger: ClaimsLedger, clock: ToldClock) -> None:
    steps = [timedelta(days=3650), timedelta(days=-7000), timedelta(microseconds=1), timedelta(days=-1)]
    generator = random.Random(20240401)
    for i in range(60):
        ledger.record([fact(i, f"P-{i % 4}")])
        clock.at += generator.choice(steps) if i % 7 == 0 else timedelta(minutes=generator.randint(-90, 100))

    records = check_log(ledger)
    assert all(earlier.recorded_us <= later.recorded_us for earlier, later in pairwise(records))
    assert any(earlier.appended_us > later.appended_us for earlier, later in pairwise(records)), "the clock went back"


def test_recorded_at_is_not_earlier_than_that_of_another_policy_s_import(
    ledger: ClaimsLedger, clock: ToldClock
) -> None:
    ledger.import_events([(1, fact(1, "P-1", at=NOON)), (2, fact(2, "P-2", at=NOON - timedelta(days=30)))])
    clock.at = NOON - timedelta(days=10)

    [receipt] = ledger.record([fact(3, "P-2")])

    assert receipt.recorded_at == NOON


def test_instants_are_stored_to_the_microsecond(ledger: ClaimsLedger, clock: ToldClock) -> None:
    clock.at = datetime(2024, 4, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))

    [receipt] = ledger.record([fact(1)])

    assert receipt.recorded_at == datetime(2024, 4, 1, 3, 0, 0, 123456, tzinfo=UTC)
    assert ledger.stream("P-1")[0].event.recorded_at == receipt.recorded_at


def test_a_clock_without_offset_is_a_fault(ledger: ClaimsLedger, clock: ToldClock) -> None:
    clock.at = NOON.replace(tzinfo=None)

    with pytest.raises(LedgerFault, match="no offset"):
        ledger.record([fact(1)])
    assert ledger.head()[0] == 0


# ---- idempotency ------------------------------------------------------------------------------------------------------------


def test_an_event_given_again_is_passed_over_and_its_receipt_given_again(
    ledger: ClaimsLedger, clock: ToldClock
) -> None:
    [first] = ledger.record([fact(1)])
    clock.at += timedelta(days=1)

    [again] = ledger.record(list(anew([fact(1)])))

    assert again == first._replace(repeated=True)
    assert ledger.head()[0] == 2


def test_a_repetition_is_passed_over_before_any_other_check(ledger: ClaimsLedger) -> None:
    """The policy would refuse it now, and it is recorded with others that are new."""
    ledger.record([fact(1)])
    ledger._policies.forget(["P-1"])

    class Closed(Counting):
        def admit(self, event: ev.Event) -> list[ev.Event]:
            raise Refused("policy_id", self.policy_id)

    ledger._policies.new_policy = Closed

    receipts = ledger.record([fact(1), fact(1)])

    assert [receipt.repeated for receipt in receipts] == [True, True]
    with pytest.raises(Refused):
        ledger.record([fact(1), fact(2)])


def test_the_same_event_twice_in_one_batch(ledger: ClaimsLedger) -> None:
    one, two, three = ledger.record([fact(1), fact(2, "P-2"), fact(1)])

    assert (one.repeated, two.repeated, three.repeated) == (False, False, True)
    assert one._replace(repeated=True) == three
    assert ledger.head()[0] == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"policy_id": "P-2"},
        {"note": "other"},
        {"actor": "someone"},
        {"evidence": ("paper",)},
        {"data": ev.ConditionRecorded(condition_id="c1", kind="injury")},
    ],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("apart", [True, False], ids=["in two calls", "in one batch"])
def test_the_same_id_with_other_content_is_refused(ledger: ClaimsLedger, changed: dict[str, Any], apart: bool) -> None:
    original, other = fact(1), replace(fact(1), **changed)
    if apart:
        ledger.record([original])
    head = ledger.head()

    with pytest.raises(Refused) as refused:
        ledger.record([original, fact(9), other], lines=[1, 2, 3])

    assert (refused.value.line, refused.value.field) == (3, "event_id")
    assert named(1) in str(refused.value)
    assert ledger.head() == head


def test_two_processes_cannot_share_what_a_ledger_remembers(target: str) -> None:
    """Another ledger on the same database appends in between: the policy in memory is brought up to the log."""
    with open_ledger(target) as one, open_ledger(target) as other:
        one._recorder.recover = other._recorder.recover = lambda: pytest.fail("it was noticed too late")  # type: ignore[method-assign]
        one.record([fact(1)])
        other.record([fact(2)])
        one.record([fact(3), fact(4, "P-2")])
        other.record([fact(5, "P-2"), fact(6)])

        assert len(check_log(one)) == 12
        assert one.policy("P-1").version == 8
        assert one.policy("P-2").version == 4


# ---- reading ----------------------------------------------------------------------------------------------------------------


def test_the_log_is_read_by_position(ledger: ClaimsLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.application.READ_AT_ONCE", 7)
    ledger.record([fact(i, note="quiet") for i in range(40)])

    assert [r.position for r in ledger.log()] == list(range(1, 41))
    assert [r.position for r in ledger.log(start=38)] == [38, 39, 40]
    assert [r.position for r in ledger.log(start=5, limit=14)] == list(range(5, 19))
    assert [r.position for r in ledger.log(limit=7)] == list(range(1, 8))
    assert list(ledger.log(limit=0)) == []
    assert list(ledger.log(start=41)) == []


def test_a_policy_is_read_up_to_a_position(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1, "P-1"), fact(2, "P-2"), fact(3, "P-1", "quiet"), fact(4, "P-1")])

    assert [r.position for r in ledger.stream("P-1")] == [1, 2, 5, 6, 7]
    assert [r.position for r in ledger.stream("P-1", upto_position=5)] == [1, 2, 5]
    assert [r.position for r in ledger.stream("P-1", upto_position=4)] == [1, 2]
    assert ledger.stream("P-1", upto_position=0) == []
    assert ledger.stream("P-9") == []


def test_known_at_is_resolved_to_the_last_position_recorded_by_then(ledger: ClaimsLedger) -> None:
    day = timedelta(days=1)
    ledger.import_events(
        [
            (1, fact(1, "P-1", at=NOON - 3 * day)),
            (2, fact(2, "P-2", at=NOON - 5 * day)),
            (3, fact(3, "P-1", at=NOON - day)),
        ]
    )

    def at(policy_id: str, moment: datetime) -> int | None:
        return ledger.position_at(policy_id, moment)

    assert at("P-1", NOON - 3 * day - timedelta(microseconds=1)) is None
    assert at("P-1", NOON - 3 * day) == 2, "what follows from a fact is known with it"
    assert at("P-1", (NOON - 3 * day).astimezone(timezone(timedelta(hours=9)))) == 2, "instants are compared, not texts"
    assert at("P-1", NOON - 2 * day) == 2
    assert at("P-1", NOON) == 6
    assert at("P-2", NOON) == 4
    with pytest.raises(LedgerFault, match="offset"):
        at("P-1", NOON.replace(tzinfo=None))


def test_policies_come_in_code_point_order(ledger: ClaimsLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.application.READ_AT_ONCE", 3)
    ids = ["a", "B", "b", "A", "Z-1", "a.b", "a_b", "a-b", "0", "10", "9", "ab"]
    ledger.record([fact(i, policy_id) for i, policy_id in enumerate(ids)])

    assert list(ledger.policies()) == sorted(ids)


def test_events_are_found_by_id(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1), fact(2, "P-2")])

    found = ledger.find([named(2), named(1), named(3)])

    assert {event_id: record.position for event_id, record in found.items()} == {named(1): 1, named(2): 3}


def test_what_is_printed_of_a_record_is_nothing_personal(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1, note="Taro Yamada")])

    assert "Yamada" not in repr(list(ledger.log()))


# ---- policies in memory -----------------------------------------------------------------------------------------------------


def test_memory_is_bounded_by_the_events_of_all_policies(ledger: ClaimsLedger) -> None:
    ledger._policies = Policies(ledger._recorder, Counting, room=30)
    for i in range(200):
        ledger.record([fact(i, f"P-{i % 20}")])
        assert sum(loaded.end.version for loaded in ledger._policies._kept.values()) == ledger._policies._events <= 30

    assert len(check_log(ledger)) == 400
    assert ledger.policy("P-3").version == 20


def test_a_policy_in_memory_is_folded_anew_where_the_log_was_replaced(ledger: ClaimsLedger) -> None:
    ledger.record([fact(1)])
    kept = ledger._policies._kept["P-1"]
    kept.end = kept.end._replace(hash=bytes(32))  # the record that it ends with is not in the log

    assert ledger.policy("P-1") is not kept.policy
    ledger._policies._kept["P-1"].end = kept.end
    ledger.record([fact(2)])
    assert len(check_log(ledger)) == 4


# ---- what cannot be read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [b"not json", b'{"type":"NeverHeardOf"}', ev.encode(fact(7)).replace(b'"schema":1', b'"schema":9')]
)
def test_a_poisoned_event_stops_its_own_policy_and_no_other(ledger: ClaimsLedger, state: bytes) -> None:
    ledger.record([fact(1, "P-1"), fact(2, "P-2")])
    with ledger._recorder.appending() as append:
        append.insert([NewRecord("P-1", 3, "NeverHeardOf", None, append.head.newest_us, state)])
    poisoned = 5

    for attempt in (lambda: ledger.policy("P-1"), lambda: ledger.record([fact(3, "P-2"), fact(4, "P-1")])):
        with pytest.raises(LedgerFault, match=f"position {poisoned} "):
            attempt()
    assert ledger.head()[0] == poisoned
    with pytest.raises(LedgerFault, match=f"position {poisoned} "):
        ledger.import_events([(1, fact(5, "P-1", at=NOON))])

    assert ledger.record([fact(1, "P-1")])[0].repeated, "what is recorded already is passed over all the same"
    assert [r.position for r in ledger.stream("P-1")] == [1, 2, poisoned], "it is read, and not decoded"
    assert len(list(ledger.log())) == poisoned
    ledger.record([fact(6, "P-2")])
    assert ledger.policy("P-2").version == 4


def test_a_missing_version_is_a_fault(ledger: ClaimsLedger) -> None:
    with ledger._recorder.appending() as append:
        append.insert([NewRecord("P-1", 2, "ConditionRecorded", named(1), 0, ev.encode(fact(1, at=NOON)))])

    with pytest.raises(LedgerFault, match="version 1 of policy P-1"):
        ledger.policy("P-1")
