"""The as-of statement: what the movements of policies come to, on a day, of what was known by a cut. One for each way of asking.

:on is the day, an ordinal; :cut an instant in microseconds, or a position of the log. :policy_id names one policy, :prefix and :beyond
those whose ids lie between, :product those that held a product; :name names accounts.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from projections import tables
from projections.generations import CURRENT, MOVEMENTS

NOW: Final = 2**62
"""A cut behind everything."""


class Asked(NamedTuple):
    """What is asked of a policy: the kinds of movements, among them whether the policy is undetermined; the number of the account that a
    sum is shown with, and of which kinds those accounts are.
    """

    kinds: str
    account: str
    accounts: str


_STANDS: Final = "CAST(SUM(m.stands) AS bigint)"

LIMITS: Final = Asked(f"BETWEEN {tables.FAULT} AND {tables.LIMIT}", _STANDS, f"IN ({tables.FAULT}, {tables.OPENING})")
"""The limits in use, and those that are shown unused: as long as they stand, or within their window. Their openings name the product."""

SETTLEMENTS: Final = Asked(
    f"IN ({tables.HELD}, {tables.FAULT}, {tables.PAYABLE}, {tables.PAID}, {tables.RECOVERED}, {tables.OFFSET})",
    f"COALESCE({_STANDS}, m.account_no)",
    f"< {tables.DEADLINE}",
)
"""The money of each benefit that is payable, or on which money moved."""

_DUE: Final = f"IN ({tables.HELD}, {tables.FAULT}, {tables.DEADLINE})"

DEADLINES: Final = Asked(_DUE, _STANDS, _DUE)

_AMOUNT: Final = (
    "CAST(SUM(CASE WHEN m.last IS NULL THEN m.amount WHEN m.last < :on THEN m.amount * (m.last - m.first + 1) "
    "ELSE m.amount * (:on - m.first + 1) END) AS bigint) AS amount"
)
"""What movements come to on a day: a run of days goes no further than that day."""

_COLUMNS: Final = "s.kind, s.amount, a.name, a.key, a.product, a.unit, a.cap, a.first, a.last, a.rules"
_ACCOUNT: Final = "JOIN read_accounts a ON a.account_no = s.account_no"
_SHOWN: Final = "HAVING SUM(m.shown_to) >= :on"

_GENERATION: Final = f"(SELECT generation FROM read_generations WHERE projection = '{MOVEMENTS}' AND state = '{CURRENT}')"

_NUMBER: Final = f"(SELECT policy_no FROM read_policies WHERE generation = {_GENERATION} AND policy_id = :policy_id)"

_FILTERS: Final = {
    "prefix": "p.policy_id >= :prefix AND p.policy_id < :beyond",
    "product": f"p.policy_no IN (SELECT account_no / {tables.ROOM} FROM read_accounts WHERE kind = {tables.HELD} AND name = :product)",
}


@cache
def one_policy(asked: Asked, known: str) -> str:
    """The sums of one policy, each with its account; the account's number comes last. `known` is the column that the cut is taken on:
    known_us or position.
    """
    return f"SELECT {_COLUMNS}, s.account_no FROM ({sums_of_one(asked, known)}) s {_ACCOUNT}"


@cache
def sums_of_one(asked: Asked, known: str) -> str:
    """The sums of one policy, each with the number of its account alone."""
    return (
        f"SELECT m.kind, {_AMOUNT}, {asked.account} AS account_no FROM read_movements m WHERE m.policy_no = {_NUMBER} "
        f"AND m.kind {asked.kinds} AND m.day <= :on AND m.{known} <= :cut GROUP BY m.account_no, m.kind {_SHOWN}"
    )


@cache
def portfolio(dialect: str, asked: Asked, known: str, filters: tuple[str, ...]) -> str:
    """The sums of all policies, or of some, each policy's together, policies by code point; the policy's id comes last."""
    which = " AND ".join([f"p.generation = {_GENERATION}", *(_FILTERS[name] for name in filters if name in _FILTERS)])
    named = f"(s.kind <= {tables.FAULT} OR a.name = :name)" if "name" in filters else "TRUE"
    build = _stepped if dialect == "sqlite" else _hashed
    return build(asked, known, which, named)


@cache
def movements(dialect: str) -> str:
    """The movements of a generation by what they are on, up to a position, each policy's together, policies by code point."""
    beside = "CROSS JOIN" if dialect == "sqlite" else "JOIN"
    return (
        "SELECT p.policy_id, m.position, m.kind, moved.name, moved.key, m.known_us, m.day, m.first, m.last, m.shown_to, m.amount, "
        "CASE WHEN m.stands > 0 THEN 1 WHEN m.stands < 0 THEN -1 ELSE 0 END, "
        "s.name, s.key, s.product, s.unit, s.cap, s.first, s.last, s.shown_to, s.rules "
        f"FROM read_policies p {beside} read_movements m ON m.policy_no = p.policy_no "
        "LEFT JOIN read_accounts moved ON moved.account_no = m.account_no LEFT JOIN read_accounts s ON s.account_no = ABS(m.stands) "
        "WHERE p.generation = :generation AND m.position <= :upto ORDER BY p.policy_id"
    )


@cache
def stored(dialect: str, table: str, columns: tuple[str, ...], order: tuple[str, ...]) -> str:
    """A generation's rows of accounts or of movements as they are, each policy's together, policies by code point, their ids first."""
    beside = "CROSS JOIN" if dialect == "sqlite" else "JOIN"
    named, ordered = (", ".join(f"t.{column}" for column in listed) for listed in (columns, order))
    of = tables.of_policy("t.account_no", "p.policy_no") if table == tables.accounts.name else "t.policy_no = p.policy_no"
    return (
        f"SELECT p.policy_id, {named} FROM read_policies p {beside} {table} t ON {of} "
        f"WHERE p.generation = :generation ORDER BY p.policy_id, {ordered}"
    )


@cache
def terms(known: str) -> str:
    """Which terms were applied last, by the cut, to the policies held: product, version, hash, and to how many."""
    stands = "CAST(SUM(CASE WHEN m.kind = {kind} THEN m.stands END) AS bigint)"
    held, applied = stands.format(kind=tables.HELD), stands.format(kind=tables.TERMS)
    return (
        f"SELECT h.name, t.name, t.key, COUNT(*) FROM (SELECT m.policy_no, {held} AS held, {applied} AS applied "
        f"FROM read_policies p JOIN read_movements m ON m.policy_no = p.policy_no AND m.kind IN ({tables.HELD}, {tables.TERMS}) "
        f"WHERE p.generation = {_GENERATION} AND m.{known} <= :cut GROUP BY m.policy_no) s "
        "JOIN read_accounts h ON h.account_no = s.held JOIN read_accounts t ON t.account_no = s.applied "
        "GROUP BY h.name, t.name, t.key ORDER BY h.name, t.name, t.key"
    )


def _stepped(asked: Asked, known: str, which: str, named: str) -> str:
    """SQLite: from policy to policy in order of their ids, the movements of each lying together. Nothing is sorted or kept. What differs
    most is named first in the grouping, for it is compared first."""
    return (
        f"SELECT {_COLUMNS}, s.policy_id FROM (SELECT p.policy_id, m.kind, {_AMOUNT}, {asked.account} AS account_no "
        "FROM read_policies p CROSS JOIN read_movements m ON m.policy_no = p.policy_no "
        f"WHERE {which} AND m.kind {asked.kinds} AND m.day <= :on AND m.{known} <= :cut "
        f"GROUP BY m.account_no, m.kind, p.policy_id {_SHOWN}) s CROSS {_ACCOUNT} WHERE {named}"
    )


def _hashed(asked: Asked, known: str, which: str, named: str) -> str:
    """PostgreSQL: as its planner likes, and sorted at the end."""
    return (
        f"SELECT {_COLUMNS}, p.policy_id FROM (SELECT m.policy_no, m.kind, {_AMOUNT}, {asked.account} AS account_no FROM read_movements m "
        f"WHERE m.kind {asked.kinds} AND m.day <= :on AND m.{known} <= :cut "
        f"AND m.policy_no IN (SELECT p.policy_no FROM read_policies p WHERE {which}) "
        f"GROUP BY m.policy_no, m.kind, m.account_no {_SHOWN}) s "
        f"JOIN read_policies p ON p.policy_no = s.policy_no {_ACCOUNT} WHERE a.kind {asked.accounts} AND {named} ORDER BY p.policy_id"
    )
