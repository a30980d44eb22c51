"""What a reader remembers of policies: their accounts, which never change. What they add up to it asks each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ledger.application import ClaimsLedger
from projections import queries
from projections.catch_up import catch_up
from projections.queries import Reader
from projections.rebuild import rebuild
from tests.projections.stores import DAY, Clock, Told, added, fact, held, line, opened, opening, tampered


@pytest.fixture
def pair(target: str) -> Iterator[tuple[ClaimsLedger, Engine]]:
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        for policy_id in ("P-1", "P-2", "P-3"):
            ledger.record([fact("first", policy_id, [held(), *added(opening(), line(100))])])
        catch_up(made, ledger)
        yield ledger, made


def used(reader: Reader, policy_id: str = "P-1") -> list[tuple[str, int, int]]:
    return [(row.key, row.cap, row.used) for row in reader.limits(policy_id, DAY)]


def test_accounts_are_read_once_and_sums_each_time(pair: tuple[ClaimsLedger, Engine]) -> None:
    _, made = pair
    with queries.reader(made) as reader:
        assert used(reader) == [("2024", 1_000, 100)]
        assert tampered(made, "UPDATE read_accounts SET cap = 7 WHERE kind = 10") == 3
        assert tampered(made, "UPDATE read_movements SET amount = amount + 1 WHERE kind = 2 AND amount > 0") == 3
        assert used(reader) == [("2024", 1_000, 101)]
        assert used(reader, "P-2") == [("2024", 7, 101)]


def test_an_account_that_came_since_is_read(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    with queries.reader(made) as reader:
        assert used(reader) == [("2024", 1_000, 100)]
        ledger.record([fact(2, entries=added(opening(50, key="2025", in_use=True), line(7, key="k2")))])
        catch_up(made, ledger)
        assert used(reader) == [("2024", 1_000, 107), ("2025", 50, 0)]
        assert used(reader) == [("2024", 1_000, 107), ("2025", 50, 0)]


def test_one_reader_answers_each_question_of_a_policy(pair: tuple[ClaimsLedger, Engine]) -> None:
    _, made = pair
    with queries.reader(made) as reader:
        for _ in range(2):
            assert used(reader) == [("2024", 1_000, 100)]
            [money] = reader.settlement("P-1", DAY, by_benefit=True)
            assert (money.benefit, money.outstanding) == ("cyber_cost", 100)
            assert reader.deadlines("P-1", DAY) == []


def test_after_a_rebuild_nothing_is_remembered_of_the_generation_before(pair: tuple[ClaimsLedger, Engine]) -> None:
    """Not even of what was not shown by the first question after it."""
    ledger, made = pair
    later = DAY + timedelta(days=30)
    ledger.record([fact(2, entries=added(opening(60, key="later", first=later, in_use=True), day=later))])
    catch_up(made, ledger)
    tampered(made, "UPDATE read_accounts SET cap = 7 WHERE kind = 10")
    with queries.reader(made) as reader:
        assert [row.cap for row in reader.limits("P-1", later)] == [7, 7]
        assert len(rebuild(made, ledger).differences) == 3
        assert used(reader) == [("2024", 1_000, 100)]
        assert [row.cap for row in reader.limits("P-1", later)] == [1_000, 60]


def test_a_policy_that_is_not_there_has_nothing_however_often_it_is_asked(pair: tuple[ClaimsLedger, Engine]) -> None:
    ledger, made = pair
    with queries.reader(made) as reader:
        assert [used(reader, "P-9") for _ in range(2)] == [[], []]
        ledger.record([fact("first", "P-9", [held(), *added(opening(), line(3))])])
        catch_up(made, ledger)
        assert used(reader, "P-9") == [("2024", 1_000, 3)]


def test_no_more_policies_are_remembered_than_said(pair: tuple[ClaimsLedger, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    """The third makes room: what the accounts of the first two are is read again."""
    _, made = pair
    monkeypatch.setattr(queries, "REMEMBERED", 2)
    with queries.reader(made) as reader:
        for policy_id in ("P-1", "P-2"):
            assert used(reader, policy_id) == [("2024", 1_000, 100)]
        tampered(made, "UPDATE read_accounts SET cap = 7 WHERE kind = 10")
        assert [used(reader, policy_id)[0][1] for policy_id in ("P-1", "P-2", "P-3", "P-1", "P-2")] == [1_000, 1_000, 7, 7, 7]
