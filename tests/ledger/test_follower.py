"""A reader that follows the log by position misses nothing and sees nothing twice, whoever writes; and rows reach the log alike."""

import random
from typing import Any

import pytest

from bench.bulk import executemany, written_by
from bench.follower import Follower, follow, writer
from ledger.recorders.log import NewRecord
from tests.ledger.stores import ToldClock, check_log, fact, history, open_ledger

pytestmark = pytest.mark.postgres


def test_a_follower_misses_nothing_among_writers_rollbacks_and_an_import(postgres_url: str) -> None:
    found = follow(postgres_url, "locked", writers=4, events=100, imported=100)

    assert found.records >= 500
    assert (found.missed, found.duplicated, found.disordered, found.lost_facts) == (0, 0, 0, 0)
    assert found.rolled_back > 0
    assert found.retried == 0, "writers waited for one another"


def test_positions_that_follow_the_head_hold_even_without_the_lock(postgres_url: str) -> None:
    """Who comes second finds the position taken, and tries again: the key of the table keeps the order, at the price of retries."""
    found = follow(postgres_url, "unlocked", writers=4, events=40, imported=40)

    assert found.retried > 0
    assert (found.missed, found.duplicated, found.disordered, found.lost_facts) == (0, 0, 0, 0)


def test_the_follower_finds_what_is_missed_where_positions_come_from_a_sequence(postgres_url: str) -> None:
    """The check has teeth: without the lock, and with numbers given out before the commit, what is committed late is missed."""
    import psycopg

    open_ledger(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE follower_position")
    rng = random.Random(1)
    with (
        writer(postgres_url, "sequence", rng) as slow,
        writer(postgres_url, "sequence", rng) as quick,
        open_ledger(postgres_url) as read,
    ):
        follower = Follower(read)
        with slow._recorder.appending() as append:
            append.insert([NewRecord("P-1", 1, "HospitalAdmitted", None, 0, b"{}")])
            quick.record([fact(1, "P-2")])
            follower.pull()
        follower.pull()

        assert follower.compared() == (2, 1, 0, 0)


def test_copied_rows_and_inserted_rows_are_the_same_log(postgres_url: str, postgres_server: str, tmp_path: Any) -> None:
    """Byte for byte and hash for hash, and as a file has them."""
    import psycopg

    def imported(target: str) -> tuple[tuple[int, bytes], list[Any]]:
        with open_ledger(target, ToldClock()) as ledger:
            ledger.import_events(history(300))
            return ledger.head(), [record[:-1] for record in check_log(ledger)]

    copied = imported(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP TABLE ledger_log, ledger_format CASCADE")
    with written_by(executemany):
        inserted = imported(postgres_url)

    assert copied == inserted
    assert copied == imported(str(tmp_path / "ledger.db"))
    assert copied[0][0] > 300
