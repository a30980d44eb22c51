"""Following the log: each batch counted once whoever follows, a log that was rewritten, records that cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.errors import LedgerFault, Undecodable
from ledger.journal import Entry, Held
from projections import catch_up as following
from projections import generations, numbers, queries, tables, writer
from projections.catch_up import LogRewritten, catch_up
from projections.engine import engine
from projections.queries import Undetermined
from replay.as_of import answer
from replay.known import History
from tests.projections.stores import (
    DAY,
    Clock,
    Told,
    added,
    fact,
    held,
    line,
    opened,
    opening,
    same_as_single,
    taken_back,
    tampered,
)

LATER = date(2030, 1, 1)


class Codec:
    """The ledger's own, but for states that hold a word it cannot read."""

    unreadable: bytes | None = None

    def encode(self, event: ev.Event) -> bytes:
        return ev.encode(event)

    def decode(self, stored: bytes) -> ev.Event:
        if self.unreadable is not None and b"Assessed" in stored and self.unreadable in stored:
            raise Undecodable("a type of a newer program")
        return ev.decode(stored)


@pytest.fixture
def codec() -> Codec:
    return Codec()


@pytest.fixture
def ledger_and_engine(target: str, codec: Codec) -> Iterator[tuple[ClaimsLedger, Engine]]:
    with opened(target, new_policy=Told, clock=Clock(), codec=codec) as pair:
        yield pair


@pytest.fixture
def ledger(ledger_and_engine: tuple[ClaimsLedger, Engine]) -> ClaimsLedger:
    return ledger_and_engine[0]


@pytest.fixture
def made(ledger_and_engine: tuple[ClaimsLedger, Engine]) -> Engine:
    return ledger_and_engine[1]


def first(policy_id: str = "P-1", amount: int = 100) -> ev.Event:
    """A fact with which a policy begins: held, a limit opened, and a cost that uses it."""
    return fact("first", policy_id, [held(), *added(opening(), line(amount))])


def used(made: Engine, policy_id: str = "P-1", **cut: Any) -> int:
    with queries.reader(made) as reader:
        [row] = reader.limits(policy_id, LATER, **cut)
    return row.used


def rows_of(made: Engine) -> list[Any]:
    """All movements, in words: which are the same whatever numbers policies and accounts were given."""
    select = (
        "SELECT p.policy_id, m.kind, a.name, a.key, m.position, m.day, m.first, m.last, m.shown_to, m.amount, s.name, s.cap, s.rules "
        "FROM read_movements m JOIN read_policies p ON p.policy_no = m.policy_no "
        "LEFT JOIN read_accounts a ON a.account_no = m.account_no LEFT JOIN read_accounts s ON s.account_no = ABS(m.stands) "
    )
    with made.connect() as connection:
        return sorted((tuple(row) for row in connection.exec_driver_sql(select)), key=repr)


# ---- each record once ----------------------------------------------------------------------------------------------------------


def test_what_is_recorded_is_read_as_soon_as_it_is_followed(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first()])
    assert catch_up(made, ledger) == 2
    assert used(made) == 100

    ledger.record([fact(2, entries=[*taken_back(line(100)), *added(line(70), line(5, key="k2"))])])
    assert used(made) == 100
    assert catch_up(made, ledger) == 4
    assert (used(made), used(made, at_position=2), used(made, at_position=3)) == (75, 100, 75)


def test_following_twice_changes_nothing(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(), first("P-2")])
    catch_up(made, ledger)
    before = rows_of(made)

    assert catch_up(made, ledger) == 4
    assert rows_of(made) == before


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 1000])
def test_the_size_of_a_batch_does_not_matter(ledger: ClaimsLedger, made: Engine, batch: int) -> None:
    ledger.record([first(f"P-{i}") for i in range(5)])
    ledger.record([fact(i, f"P-{i % 5}", added(line(i, key=f"k{i}"))) for i in range(2, 20)])
    heard: list[int] = []

    catch_up(made, ledger, batch=batch, heard=heard.append)

    assert heard == sorted({min(46, batch * (i + 1)) for i in range(46)})
    assert [used(made, f"P-{n}") for n in range(5)] == [100 + sum(i for i in range(2, 20) if i % 5 == n) for n in range(5)]


def follow_at_once(target: str, ledger: ClaimsLedger, followers: int, facts: int) -> None:
    """Several followers, each on connections of its own, while a writer goes on recording."""
    recorded, faults = threading.Event(), list[BaseException]()

    def follow() -> None:
        mine = engine(target)
        try:
            while not recorded.is_set():
                catch_up(mine, ledger, batch=3)
            catch_up(mine, ledger, batch=3)
        except BaseException as error:  # noqa: BLE001 - told to the test, which raises it
            faults.append(error)
        finally:
            mine.dispose()

    threads = [threading.Thread(target=follow) for _ in range(followers)]
    for thread in threads:
        thread.start()
    for i in range(facts):
        ledger.record([fact(i, f"P-{i % 3}", added(line(1, key=f"k{i}")))])
    recorded.set()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def test_several_followers_count_each_record_once(target: str, ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(f"P-{n}") for n in range(3)])

    follow_at_once(target, ledger, followers=4, facts=60)

    assert [used(made, f"P-{n}") for n in range(3)] == [120, 120, 120]


def test_a_follower_that_does_not_mind_the_others_is_found_out(
    target: str, ledger: ClaimsLedger, made: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tooth of the test above: a mark that is moved whatever it was, and a second follower that read it before."""
    ledger.record([first()])
    mark = following.Follower(made, ledger)._mark()
    records = following.following(ledger, mark, 10)
    catch_up(made, ledger)
    second = following.Follower(made, ledger)
    second._take_in(mark, records)
    assert used(made) == 100

    monkeypatch.setattr(generations, "advance", lambda *given: True)
    monkeypatch.setattr(writer, "_rows", lambda policy, one, posted, rows=writer._rows: [
        (*row[:4], row[4] + 100, *row[5:]) for row in rows(policy, one, posted)
    ])  # fmt: skip
    second._take_in(mark, records)
    with pytest.raises((AssertionError, ValueError)):
        assert used(made) == 100


def test_rows_and_mark_are_of_one_transaction(ledger: ClaimsLedger, made: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.record([first()])

    def fails(*given: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(numbers, "keep", fails)
        with pytest.raises(RuntimeError):
            catch_up(made, ledger)

    with made.connect() as connection:
        assert generations.current(connection).position == 0
    assert rows_of(made) == []
    assert catch_up(made, ledger) == 2
    assert used(made) == 100


# ---- a log that does not go on -------------------------------------------------------------------------------------------------


def test_a_log_that_was_cut_back_stops_the_follower(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(), first("P-2")])
    catch_up(made, ledger)
    tampered(made, "DELETE FROM ledger_log WHERE position > 2")

    with pytest.raises(LogRewritten, match=r"ends at position 2, the read model was built up to position 4: the log was cut back"):
        catch_up(made, ledger)


def test_a_log_restored_from_an_older_copy_and_gone_on_stops_the_follower(target: str, ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(), first("P-2")])
    catch_up(made, ledger)
    tampered(made, "DELETE FROM ledger_log WHERE position > 2")
    with ClaimsLedger.open(target, new_policy=Told, clock=Clock()) as restored:
        restored.record([first("P-3"), first("P-4")])

        with pytest.raises(LogRewritten, match=r"another record at position 4 .* rewritten, or restored"):
            catch_up(made, restored)


def test_a_record_taken_out_behind_the_mark_stops_the_follower(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first()])
    catch_up(made, ledger)
    ledger.record([first("P-2"), first("P-3")])
    tampered(made, "DELETE FROM ledger_log WHERE position = 4")
    before = rows_of(made)

    with pytest.raises(LogRewritten, match=r"position 5 does not follow on the one at position 3"):
        catch_up(made, ledger)
    assert rows_of(made) == before


def test_a_record_taken_out_at_the_mark_stops_the_follower(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first()])
    catch_up(made, ledger)
    ledger.record([first("P-2")])
    tampered(made, "DELETE FROM ledger_log WHERE position = 2")

    with pytest.raises(LogRewritten, match=r"no record at position 2"):
        catch_up(made, ledger)


# ---- undetermined --------------------------------------------------------------------------------------------------------------


def test_a_fault_of_the_rules_makes_its_policy_undetermined_and_no_other(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(), first("P-2"), fact("bad", fault="RuleFailed: x"), fact("worse", fault="RuleFailed: y")])
    ledger.record([fact("more", "P-2", added(line(11, key="k2")))])
    catch_up(made, ledger)

    assert used(made, "P-2") == 111
    assert used(made, at_position=4) == 100
    cuts: tuple[dict[str, Any], ...] = ({}, {"at_position": 5}, {"at_position": 9})
    for cut in cuts:
        with pytest.raises(Undetermined) as undetermined:
            used(made, **cut)
        assert (undetermined.value.since, undetermined.value.reason) == (5, "RuleFailed: x")


def test_a_policy_is_determined_again_when_its_fault_is_mended(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first(), fact("bad", fault="RuleFailed: x")])
    catch_up(made, ledger)
    ledger.record([fact("mended", entries=added(line(30, key="k2")))])
    catch_up(made, ledger)

    assert (used(made), used(made, at_position=2)) == (130, 100)
    with pytest.raises(Undetermined):
        used(made, at_position=3)


def test_a_record_that_cannot_be_read_parks_its_policy_and_no_other(codec: Codec, ledger: ClaimsLedger, made: Engine) -> None:
    codec.unreadable = b"k77"
    ledger.record([first(), first("P-2"), fact(2, entries=added(line(7, key="k77")))])
    ledger.record([fact(3, entries=added(line(1, key="k3"))), fact(4, "P-2", added(line(1, key="k4")))])
    catch_up(made, ledger)

    assert used(made, "P-2") == 101
    assert used(made, at_position=4) == 100
    with pytest.raises(Undetermined) as undetermined:
        used(made)
    assert undetermined.value.since == 6
    assert "newer program" in undetermined.value.reason


def test_the_single_answers_say_the_same_of_a_record_that_cannot_be_read(codec: Codec, ledger: ClaimsLedger, made: Engine) -> None:
    """At every cut, before it and after, whatever came later; also of a policy that was undetermined before."""
    codec.unreadable = b"k77"
    ledger.record([first(), first("P-2"), fact(2, entries=added(line(7, key="k77"))), fact("bad", "P-2", fault="RuleFailed: x")])
    ledger.record([fact(3, entries=added(line(1, key="k3"))), fact(4, "P-2", added(line(1, key="k77"))), fact(5, "P-2")])
    catch_up(made, ledger)

    with queries.reader(made) as reader:
        for policy_id in ("P-1", "P-2"):
            history = History(policy_id, ledger.stream(policy_id))
            differs = [same_as_single(reader, history, DAY, {"at_position": position}) for position in range(ledger.head()[0] + 2)]
            assert [one for one in differs if one is not None] == []
    said = answer(History("P-1", ledger.stream("P-1")).known(), DAY, None)
    assert (said["undetermined"]["since"], said["events_seen"], said["benefits"]) == (6, 3, [])


def test_a_record_that_can_be_read_again_is_taken_in_late(codec: Codec, ledger: ClaimsLedger, made: Engine) -> None:
    """As if it had been readable at once: also what came after it, and what another follower has in mind."""
    codec.unreadable = b"k77"
    other = following.Follower(made, ledger)
    ledger.record([first(), fact(2, entries=added(line(7, key="k77"))), fact(3, entries=added(line(1, key="k3")))])
    other.run()
    codec.unreadable = None
    catch_up(made, ledger)
    assert (used(made), used(made, at_position=3)) == (108, 107)

    ledger.record([fact(4, entries=added(line(20, key="k4")))])
    other.run()
    assert used(made) == 128
    with made.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM read_faults").scalar() == 0


def test_what_was_a_fault_before_it_could_not_be_read_is_one_afterwards(codec: Codec, ledger: ClaimsLedger, made: Engine) -> None:
    codec.unreadable = b"k77"
    ledger.record([first(), fact("bad", fault="RuleFailed: x"), fact(2, entries=added(line(7, key="k77")))])
    catch_up(made, ledger)
    with pytest.raises(Undetermined) as undetermined:
        used(made)
    assert undetermined.value.since == 3

    codec.unreadable = None
    catch_up(made, ledger)
    assert used(made) == 107
    with pytest.raises(Undetermined):
        used(made, at_position=3)


def test_two_openings_of_one_limit_at_once_are_not_taken_for_a_third(ledger: ClaimsLedger, made: Engine) -> None:
    """A rule's mistake. Whatever the number of accounts, the limit is missing rather than wrong."""
    ledger.record([fact(1, entries=[held(), *added(*(opening(cap, key="k") for cap in (1, 2)), opening(3), line(9))])])
    catch_up(made, ledger)

    with queries.reader(made) as reader:
        assert [(row.key, row.cap, row.used) for row in reader.limits("P-1", DAY)] == [("2024", 3, 9)]


def test_a_follower_that_begins_anew_knows_whose_limits_come_and_go(ledger: ClaimsLedger, made: Engine) -> None:
    """Each step by a follower of its own: a corrected product takes its limits with it."""
    gone, kept = (opening(cap, key="k", in_use=True) for cap in (50, 60))
    corrected = [Entry(date.min, -1, Held(date.min, "oyako")), held("cyber"), *taken_back(gone), *added(kept)]
    found = []
    for n, entries in enumerate(([held("oyako")], added(gone), corrected, added(opening(key="later", in_use=True)))):
        ledger.record([fact(n, entries=entries)])
        catch_up(made, ledger)
        with queries.reader(made) as reader:
            found.append([(row.product, row.key, row.cap) for row in reader.limits("P-1", LATER)])

    corrected_to = ("cyber", "k", 60)
    assert found == [[], [("oyako", "k", 50)], [corrected_to], [corrected_to, ("cyber", "later", 1_000)]]


def test_a_policy_with_more_accounts_than_there_are_numbers_stops_the_follower(
    ledger: ClaimsLedger, made: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next account would be one of the next policy's."""
    monkeypatch.setattr(tables, "ROOM", 8)
    ledger.record([fact(1, entries=[held(), *added(opening())])])  # with the terms, three accounts
    assert catch_up(made, ledger) == 2
    ledger.record([fact(2, entries=added(opening(key="2025")))])
    assert catch_up(made, ledger) == 4
    ledger.record([fact(3, entries=added(opening(key="2026")))])
    with pytest.raises(LedgerFault, match="policy 1 of the read model has more than 4 accounts"):
        catch_up(made, ledger)
    with made.connect() as connection:
        assert generations.current(connection).position == 4


def test_the_answer_as_json(ledger: ClaimsLedger, made: Engine) -> None:
    ledger.record([first()])
    catch_up(made, ledger)

    with queries.reader(made) as reader:
        [row] = reader.limits("P-1", DAY)
    expected = {"policy_id": "P-1", "product": "cyber", "limit": "cost.period", "key": "2024", "unit": "yen", "cap": 1000, "used": 100}
    expected |= {"remaining": 900, "from": "2024-01-01", "to": None, "rules": ["CY-05"]}
    assert orjson.dumps(row.wire()) == orjson.dumps(expected)
