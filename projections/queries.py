"""As-of questions to the read model: of one policy, or of a portfolio that streams. No rule and no journal: sums of movements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Engine

from ledger.recorders.log import micros
from projections import as_of, dialect, rows
from projections.as_of import NOW, Asked
from projections.rows import Account, Deadline, Limit, Policy, R, Rows, Settlement

AT_ONCE: Final = 2_000
"""Rows of a portfolio that are in memory at once."""

REMEMBERED: Final = 2_000
"""Policies whose accounts a reader keeps in mind."""

ASKED: Final[dict[Any, Asked]] = {
    rows.limits: as_of.LIMITS,
    rows.settlement: as_of.SETTLEMENTS,
    rows.settlement_by_benefit: as_of.SETTLEMENTS,
    rows.deadlines: as_of.DEADLINES,
}
"""What is read of a policy for its rows."""


@dataclass(frozen=True, slots=True)
class Question:
    """As of day `on`, as known at an instant or at a position of the log (neither: now); of which policies, products and limits."""

    on: date
    known_at: datetime | None = None
    at_position: int | None = None
    policy_prefix: str | None = None
    product: str | None = None
    limit: str | None = None

    @property
    def cut(self) -> tuple[str, int]:
        """The column that the cut is taken on, and where."""
        return _cut(self.known_at, self.at_position)


def _cut(known_at: datetime | None, at_position: int | None) -> tuple[str, int]:
    if at_position is not None:
        return "position", at_position
    return "known_us", NOW if known_at is None else micros(known_at)


class Reader:
    """Asks about single policies, on a connection of its own: for one thread. Each answer is one statement, and so of one moment.

    What an account is never changes: of the policies asked about last it is remembered, and only what they add up to is asked again.
    """

    def __init__(self, connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        self._execute: Callable[..., Any] = raw.cursor().execute
        self._ordered = dialect.of(connection).ordered
        self._accounts: dict[str, dict[int, Account]] = {}  # of a policy, by their numbers

    def policy(self, asked: Asked, policy_id: str, on: date, known_at: datetime | None, at_position: int | None) -> Policy:
        """The sums of a policy. One that the read model does not hold has none."""
        known, cut = _cut(known_at, at_position)
        given = (policy_id, on.toordinal(), cut)
        accounts = self._accounts.get(policy_id)
        if accounts is not None:
            sums = self._asked(as_of.sums_of_one(asked, known), given)
            with suppress(KeyError):  # an account has come since; after a rebuild all have
                return rows.policy(policy_id, [(kind, amount, accounts[account_no]) for kind, amount, account_no in sums])
        return rows.policy(policy_id, self._remembered(policy_id, self._asked(as_of.one_policy(asked, known), given)))

    def _asked(self, statement: str, given: tuple[Any, ...]) -> list[Any]:
        sql, placed = self._ordered(statement, ("policy_id", "on", "cut"))
        found: list[Any] = self._execute(sql, placed(given)).fetchall()
        return found

    def _remembered(self, policy_id: str, found: list[Any]) -> list[tuple[int, int, Account]]:
        """The sums of a policy with their accounts, which are kept in mind."""
        sums = [rows.account(row) for row in found]
        if found:
            if len(self._accounts) >= REMEMBERED:
                self._accounts.clear()
            accounts = self._accounts.setdefault(policy_id, {})
            accounts.update((row[-1], account) for row, (_, _, account) in zip(found, sums, strict=True))
        return sums

    def limits(self, policy_id: str, on: date, *, known_at: datetime | None = None, at_position: int | None = None) -> list[Limit]:
        """The limits of a policy, by name and key. Raises Undetermined."""
        return rows.limits(self._determined(as_of.LIMITS, policy_id, on, known_at, at_position), on)

    def settlement(
        self, policy_id: str, on: date, *, known_at: datetime | None = None, at_position: int | None = None, by_benefit: bool = False
    ) -> list[Settlement]:
        """The money of a policy: one row, or one a benefit; none where it is not held. Raises Undetermined."""
        found = self._determined(as_of.SETTLEMENTS, policy_id, on, known_at, at_position)
        return (rows.settlement_by_benefit if by_benefit else rows.settlement)(found, on)

    def deadlines(self, policy_id: str, on: date, *, known_at: datetime | None = None, at_position: int | None = None) -> list[Deadline]:
        """The deadlines of a policy. Raises Undetermined."""
        return rows.deadlines(self._determined(as_of.DEADLINES, policy_id, on, known_at, at_position), on)

    def _determined(self, asked: Asked, policy_id: str, on: date, known_at: datetime | None, at_position: int | None) -> Policy:
        found = self.policy(asked, policy_id, on, known_at, at_position)
        if found.undetermined is not None:
            raise Undetermined(policy_id, *found.undetermined)
        return found


class Undetermined(Exception):
    """Nothing is said of a policy since a position of the log: what was recorded there could not be derived, or not be read."""

    def __init__(self, policy_id: str, since: int, reason: str) -> None:
        super().__init__(f"policy {policy_id} is undetermined since position {since}: {reason}")
        self.policy_id, self.since, self.reason = policy_id, since, reason


@contextmanager
def reader(engine: Engine) -> Iterator[Reader]:
    """A reader on a connection from the engine's pool."""
    # Every statement by itself: no transaction is opened, and none is left open. SQLite's connections are so from the start.
    plain = engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")
    with plain.connect() as connection:
        yield Reader(connection)


# ---- portfolios ----------------------------------------------------------------------------------------------------------------


def portfolio(connection: Connection, question: Question, asked: Asked = as_of.LIMITS) -> Iterator[Policy]:
    """The policies, with the sums of what is asked about, by code point of their ids. Streams, from one moment."""
    known, cut = question.cut
    values: dict[str, Any] = {"on": question.on.toordinal(), "cut": cut}
    filters = []
    if question.policy_prefix:
        filters.append("prefix")
        values |= {"prefix": question.policy_prefix, "beyond": question.policy_prefix + "\U0010ffff"}
    if question.product is not None:
        filters.append("product")
        values["product"] = question.product
    if question.limit is not None:
        filters.append("name")
        values["name"] = question.limit
    statement = as_of.portfolio(connection.dialect.name, asked, known, tuple(filters))
    for policy_id, found in groupby(streamed(connection, statement, values), itemgetter(-1)):
        policy = rows.policy(policy_id, [rows.account(row) for row in found])
        if question.product is None or policy.product == question.product or policy.undetermined is not None:
            yield policy


def streamed(connection: Connection, statement: str, values: dict[str, Any]) -> Iterator[Any]:
    """The rows of a statement, some at a time, on the driver."""
    raw: Any = connection.connection.driver_connection
    sql = dialect.of(connection).sql(statement)
    if connection.dialect.name == "sqlite":
        cursor = raw.cursor()
        cursor.arraysize = AT_ONCE
    else:
        raw.execute("SET LOCAL cursor_tuple_fraction = 1")  # all rows are wanted, not the first ones soon
        cursor = raw.cursor("portfolio", binary=True)
        cursor.itersize = cursor.arraysize = AT_ONCE
    try:
        cursor.execute(sql, values)
        while portion := cursor.fetchmany():
            yield from portion
    finally:
        cursor.close()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection on which all questions are answered as of one moment."""
    alike = engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
    with alike.connect() as connection, connection.begin():
        yield connection


def terms(connection: Connection, question: Question) -> list[tuple[str, str, str, int]]:
    """The terms that were applied by the cut: product, version, hash, and to how many policies."""
    known, cut = question.cut
    return [tuple(row) for row in dialect.rows(connection, as_of.terms(known), cut=cut)]


def report(connection: Connection, question: Question, wanted: Rows[R], undetermined: Callable[[Policy], None]) -> Iterator[R]:
    """The rows of a portfolio, those that the single answers hold. Undetermined policies are told of instead."""
    return rows.flat(portfolio(connection, question, ASKED[wanted]), wanted, question.on, undetermined)
