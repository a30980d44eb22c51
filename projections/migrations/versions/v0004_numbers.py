"""An account's number is its own in the whole read model, and an opening names its product: what looks one up needs no second column.

Numbers began anew in each policy; to them the policy's own number is added, times the room for its accounts. The rows are changed where
they are: the follower goes on from its mark. On a server the accounts are a new table, whose rights `roles.sql` gives again.
"""

import sqlalchemy as sa
from alembic import op

from projections.migrations.versions.v0001_movements import BIG, CLUSTERED, SMALL, TEXT
from projections.migrations.versions.v0002_views import VIEWS, make

revision = "0004"
down_revision = "0003"

ROOM = 1_048_576

# The product that was held when an opening, `a`, first came to stand.
PRODUCT = """
CASE WHEN a.kind = 10 THEN (
    SELECT h.name FROM read_movements m JOIN accounts_before h ON h.policy_no = m.policy_no AND h.account_no = m.stands
    WHERE m.policy_no = a.policy_no AND m.kind = 0 AND m.position <= (
        SELECT MIN(o.position) FROM read_movements o WHERE o.policy_no = a.policy_no AND o.kind = 2 AND o.stands = a.account_no)
    ORDER BY m.position DESC LIMIT 1
) END
"""
DESCRIBED = "cap, first, last, kind, shown_to, name, key, unit, rules"


def _remade(*numbered: sa.Column[int], filled: str, columns: str, **options: bool) -> None:
    """Makes the accounts anew from those before."""
    op.execute("CREATE TEMPORARY TABLE accounts_before AS SELECT * FROM read_accounts")
    op.drop_table("read_accounts")
    op.create_table(
        "read_accounts",
        *numbered,
        sa.Column("cap", BIG),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("kind", SMALL, nullable=False),
        sa.Column("shown_to", sa.Integer),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("key", TEXT),
        sa.Column("unit", TEXT),
        sa.Column("rules", TEXT),
        sa.PrimaryKeyConstraint(*(column.name for column in numbered), name="pk_read_accounts"),
        **options,
    )
    if "product" in columns:
        op.add_column("read_accounts", sa.Column("product", TEXT))
    op.execute(f"INSERT INTO read_accounts ({columns}, {DESCRIBED}) SELECT {filled}, {DESCRIBED} FROM accounts_before a ORDER BY 1, 2")
    op.execute("DROP TABLE accounts_before")


def _on_a_server(type_: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("read_movements", "account_no"), ("read_movements", "stands"), ("read_faults", "account_no")):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_}")


def upgrade() -> None:
    """Numbers the accounts through all policies."""
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    number = sa.Column("account_no", BIG, autoincrement=False, nullable=False)
    _remade(number, filled=f"a.policy_no * {ROOM} + a.account_no, {PRODUCT}", columns="account_no, product", sqlite_strict=True)
    _on_a_server("bigint")
    stands = f"CASE WHEN stands < 0 THEN stands - policy_no * {ROOM} ELSE stands + policy_no * {ROOM} END"
    op.execute(f"UPDATE read_movements SET stands = {stands} WHERE stands IS NOT NULL")
    for table in ("read_movements", "read_faults"):
        op.execute(f"UPDATE {table} SET account_no = policy_no * {ROOM} + account_no WHERE account_no > 0")
    for view in VIEWS:
        make(f"{view}_0004")


def downgrade() -> None:
    """Numbers the accounts of each policy anew."""
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    for table in ("read_movements", "read_faults"):
        op.execute(f"UPDATE {table} SET account_no = account_no % {ROOM} WHERE account_no > 0")
    op.execute(f"UPDATE read_movements SET stands = stands % {ROOM} WHERE stands IS NOT NULL")
    _on_a_server("integer")
    numbers = [sa.Column(name, type_, nullable=False) for name, type_ in (("policy_no", BIG), ("account_no", sa.Integer()))]
    _remade(*numbers, filled=f"a.account_no / {ROOM}, a.account_no % {ROOM}", columns="policy_no, account_no", **CLUSTERED)
    for view in VIEWS:
        make(f"{view}_0003" if view == "v_current_limits" else view)
