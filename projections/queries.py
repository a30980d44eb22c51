"""As-of sums over the read model: one policy, or a portfolio. No rule, no journal: movements that count by D and were known by K."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from ledger.recorders.log import micros

_LIMITS = Path(__file__).with_name("limits_as_of.sql")


class LimitRow(NamedTuple):
    """A limit as of (D, K), in its unit: cap = used + remaining."""

    policy_id: str
    product: str
    limit: str
    key: str
    unit: str
    cap: int
    used: int
    remaining: int
    first: date
    last: date | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """As of day `on`, as known at an instant or at a position of the log; of which policies, products and limits."""

    on: date
    known_at: datetime | None = None
    at_position: int | None = None
    policy_id: str | None = None
    policy_prefix: str | None = None
    product: str | None = None
    limit: str | None = None


def limits(connection: Connection, question: Question) -> Iterator[LimitRow]:
    """The limits as of the question: the rows that the single answers hold, policies in code-point order. Streams."""
    wanted = {
        name: getattr(question, name)
        for name in ("policy_id", "product", "limit")
        if getattr(question, name) is not None
    }
    if question.policy_prefix:
        wanted |= {"prefix": len(question.policy_prefix), "policy_prefix": question.policy_prefix}
    statement = _statement(connection.dialect.name, question.at_position is not None, tuple(wanted))
    cut = micros(question.known_at) if question.known_at is not None else question.at_position
    values = {"on": question.on.toordinal(), "cut": 2**62 if cut is None else cut, **wanted}
    for row in connection.execution_options(yield_per=1_000).execute(text(statement), values):
        window = (date.fromordinal(row.first), date.fromordinal(row.last) if row.last is not None else None)
        used = int(row.used)
        yield LimitRow(
            row.policy_id,
            row.product,
            row.account,
            row.key,
            row.unit,
            row.cap,
            used,
            row.cap - used,
            *window,
            tuple(row.rules.split()),
        )


@cache
def _statement(dialect: str, by_position: bool, wanted: tuple[str, ...]) -> str:
    filters = {
        "product": "AND h.product = :product",
        "limit": "AND a.account = :limit",
        "policy_prefix": "AND substr(p.policy_id, 1, :prefix) = :policy_prefix",
    }
    one = "AND policy_no = (SELECT policy_no FROM read_policies WHERE policy_id = :policy_id)"
    parts: dict[str, Any] = {
        "known": "position" if by_position else "known_us",
        "policy": one if "policy_id" in wanted else "",
        "filters": " ".join(filters[name] for name in wanted if name in filters),
        "collate": 'COLLATE "C"' if dialect == "postgresql" else "",
    }
    return _LIMITS.read_text(encoding="utf-8").format(**parts)
