"""The tables of the read model. Rows are only ever added: a correction is one more row.

Days are proleptic ordinals (`date.toordinal`), instants microseconds since 1970-01-01T00:00Z, amounts whole yen, days or times.
A row counts for an answer on day D, known at K, where `day <= D` and `known_us <= K` (or `position <= N`).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}
METADATA = MetaData(naming_convention=NAMING)

LIMIT, PAYABLE, PAID, RECOVERED, OFFSET = range(5)
"""What a movement moves: a limit (`account` its name, `key` its key), or the settlement of a benefit (`account` its name)."""

checkpoints = Table(
    "read_checkpoints",
    METADATA,
    Column("projection", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

policies = Table(
    "read_policies",
    METADATA,
    Column("policy_no", Integer, primary_key=True, autoincrement=True),
    Column("policy_id", Text, nullable=False, unique=True),
)

accounts = Table(
    "read_accounts",
    METADATA,
    Column("account_no", Integer, primary_key=True, autoincrement=True),
    Column("kind", SmallInteger, nullable=False),
    Column("account", Text, nullable=False),
    Index("uq_read_accounts", "kind", "account", unique=True),
)

_WHEN = ("policy_no", "position", "n")


def _cut() -> list[Column[int]]:
    """Whose row, where in the log, known when, counting from which day, and +1 or -1."""
    return [
        Column("policy_no", Integer, primary_key=True, autoincrement=False),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("known_us", BigInteger, nullable=False),
        Column("day", Integer, nullable=False),
        Column("sign", SmallInteger, nullable=False),
    ]


movements = Table(
    "read_movements",
    METADATA,
    *_cut(),
    Column("account_no", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("first", Integer),  # of a run of days: `amount` is then that of one day
    Column("last", Integer),
    Column("amount", BigInteger, nullable=False),  # signed
    sqlite_with_rowid=False,
)

openings = Table(
    "read_openings",
    METADATA,
    *_cut(),
    Column("account_no", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("cap", BigInteger, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer),
    Column("standing", SmallInteger, nullable=False),  # shown unused: 0 not, 1 within its window, 2 from its first day on
    Column("rules", Text, nullable=False),
    sqlite_with_rowid=False,
)

deadlines = Table(
    "read_deadlines",
    METADATA,
    *_cut(),
    Column("kind", Text, nullable=False),
    Column("claim_id", Text),
    Column("due_on", Integer, nullable=False),
    Column("met_on", Integer),
    Column("rules", Text, nullable=False),
    sqlite_with_rowid=False,
)

states = Table(
    "read_states",
    METADATA,
    *_cut(),
    Column("kind", Text, nullable=False),  # held: `value` is the product; state; fault: `value` is the reason
    Column("value", Text),
    Column("last", Integer),
    Column("rules", Text, nullable=False),
    sqlite_with_rowid=False,
)

ENTRY_TABLES = (movements, openings, deadlines, states)
