"""Policies, accounts and the movements on them, in generations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Makes the tables."""
    _generations_and_policies()
    _accounts_and_movements()
    op.create_table(
        "read_faults",
        sa.Column("policy_no", BIG, autoincrement=False, nullable=False),
        sa.Column("account_no", sa.Integer, nullable=False),
        sa.Column("unread", BIG),
        sa.PrimaryKeyConstraint("policy_no", name="pk_read_faults"),
        sqlite_strict=True,
    )
    op.create_index("ix_read_faults_unread", "read_faults", ["unread"])


def _generations_and_policies() -> None:
    op.create_table(
        "read_generations",
        sa.Column("generation", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("projection", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_read_generations"),
        sqlite_strict=True,
    )
    op.create_table(
        "read_policies",
        sa.Column("policy_no", BIG, sa.Identity(), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("policy_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("policy_no", name="pk_read_policies"),
        sa.UniqueConstraint("generation", "policy_id", name="uq_read_policies_generation"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _accounts_and_movements() -> None:
    op.create_table(
        "read_accounts",
        sa.Column("policy_no", BIG, autoincrement=False, nullable=False),
        sa.Column("account_no", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("cap", BIG),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("kind", SMALL, nullable=False),
        sa.Column("shown", SMALL),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("key", TEXT),
        sa.Column("unit", TEXT),
        sa.Column("rules", TEXT),
        sa.PrimaryKeyConstraint("policy_no", "account_no", name="pk_read_accounts"),
        **CLUSTERED,
    )
    op.create_table(
        "read_movements",
        sa.Column("policy_no", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", SMALL, autoincrement=False, nullable=False),
        sa.Column("account_no", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("known_us", BIG, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("stands", sa.Integer),
        sa.PrimaryKeyConstraint("policy_no", "kind", "account_no", "position", "n", name="pk_read_movements"),
        **CLUSTERED,
    )


def downgrade() -> None:
    """Drops the tables: the log makes them anew."""
    for table in ("read_faults", "read_movements", "read_accounts", "read_policies", "read_generations"):
        op.drop_table(table)
