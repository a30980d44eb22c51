"""The tables of the read model, kept like books: accounts, and the movements that add up on them. A correction is one more movement.

An account is what movements add up on: a limit of a policy, the payable of a benefit. A thing that stands or does not (a product
held, the opening of a limit, a deadline, a state) is an account too, and movements tell when it comes to stand and when it no longer does.

Days are proleptic ordinals (`date.toordinal`), instants microseconds since 1970-01-01T00:00Z, amounts whole yen, days or times.
A movement counts for an answer on day D, known at K, where `day <= D` and `known_us <= K` (or `position <= N`). What they add up on is
shown where their `shown_to` comes to D or later.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}
METADATA: Final = MetaData(naming_convention=NAMING)

HELD, FAULT, LIMIT, PAYABLE, PAID, RECOVERED, OFFSET, DEADLINE, STATE, TERMS = range(10)
"""What a movement is on: the product held, the fault that makes a policy undetermined, the terms that were applied (account 0 of each
policy); a limit, a sum of money of a benefit; a deadline, a state. Numbered so that what a question reads of a policy lies together."""
OPENING: Final = 10
"""The cap and window of a limit: an account that movements on the limit name in `stands`."""

ROOM: Final = 1 << 20
"""Numbers that are set aside for the accounts of each policy: that of an account says whose it is."""

FOREVER: Final = date.max.toordinal()
"""What a movement adds to `shown_to` for each line that comes to count: what is in use is shown on every day."""

KINDS: Final = ("held", "fault", "limit", "payable", "paid", "recovered", "offset", "deadline", "state", "terms", "opening")
"""The kinds in words."""

# By code point on every database, whatever its language.
_Text: Final = Text().with_variant(Text(collation="C"), "postgresql")
# STRICT tables of SQLite know one integer.
_Int: Final = Integer()
_Small: Final = SmallInteger().with_variant(Integer(), "sqlite")
_Big: Final = BigInteger().with_variant(Integer(), "sqlite")

generations: Final = Table(
    "read_generations",
    METADATA,
    Column("generation", _Int, primary_key=True, autoincrement=False),
    Column("projection", _Text, nullable=False),
    Column("state", _Text, nullable=False),  # current: read; building; left: to be cleared away
    Column("position", _Big, nullable=False),  # of the log, up to which it is built
    Column("hash", LargeBinary, nullable=False),  # of the record there
    sqlite_strict=True,
)

policies: Final = Table(
    "read_policies",
    METADATA,
    Column("policy_no", _Big, Identity(), primary_key=True),  # never given twice
    Column("generation", _Int, nullable=False),
    Column("policy_id", _Text, nullable=False),
    UniqueConstraint("generation", "policy_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

accounts: Final = Table(
    "read_accounts",
    METADATA,
    Column("account_no", _Big, primary_key=True, autoincrement=False),  # policy_no * ROOM + an odd number: two added up are none
    Column("cap", _Big),  # opening: in its unit
    Column("first", _Int),  # opening, state: the first day; deadline: due on
    Column("last", _Int),  # opening, state: the last day; deadline: met on
    Column("kind", _Small, nullable=False),
    Column("shown_to", _Int),  # opening: the last day on which it is shown though nothing uses it, or 0; null: as long as it stands
    Column("name", _Text, nullable=False),  # the limit, benefit, product, state, kind of deadline; reason; version
    Column("key", _Text),  # limit, opening: its key; deadline: the claim; fault: position since when; terms: hash
    Column("product", _Text),  # opening: whose limit it is
    Column("unit", _Text),  # opening: yen, days, times
    Column("rules", _Text),  # opening, deadline, state: ids in order, with blanks between
    sqlite_strict=True,
)

movements: Final = Table(
    "read_movements",
    METADATA,
    Column("policy_no", _Big, primary_key=True, autoincrement=False),
    Column("kind", _Small, primary_key=True, autoincrement=False),
    Column("account_no", _Big, primary_key=True, autoincrement=False),  # 0: what holds for the policy as a whole
    Column("position", _Big, primary_key=True, autoincrement=False),  # of the fact that caused it
    Column("n", _Int, primary_key=True, autoincrement=False),
    Column("known_us", _Big, nullable=False),
    Column("day", _Int, nullable=False),  # from which it counts
    Column("first", _Int),  # of a run of days: `amount` is then that of one day
    Column("last", _Int),
    Column("shown_to", _Int, nullable=False),  # FOREVER for each line that comes to count; what stands adds its account's
    Column("amount", _Big, nullable=False),
    Column("stands", _Big),  # plus the number of the account that comes to stand, minus that of one that no longer does
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

faults: Final = Table(
    "read_faults",
    METADATA,
    Column("policy_no", _Big, primary_key=True, autoincrement=False),
    Column("account_no", _Big, nullable=False),
    Column("unread", _Big),  # the position of a record that could not be read: it is tried again
    sqlite_strict=True,
)
"""The policies that are undetermined now, for the follower alone; what was undetermined when is in the movements."""

Index("ix_read_faults_unread", faults.c.unread)


def of_policy(account_no: str, policy_no: str) -> str:
    """SQL: that an account is one of a policy's."""
    return f"{account_no} BETWEEN {policy_no} * {ROOM} AND {policy_no} * {ROOM} + {ROOM - 1}"
