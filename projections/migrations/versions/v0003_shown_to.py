"""Movements say to which day their account is shown, in place of counting lines: one sum tells what is shown.

A line that comes to count showed its limit by being counted; an opening by its account's `shown`: 0 never unused, 1 within its window, 2 as
long as it stands. Both are in `shown_to` now. The rows are changed where they are: the follower goes on from its mark.
"""

from alembic import op

from projections.migrations.versions.v0002_views import make

revision = "0003"
down_revision = "0002"

FOREVER = 3_652_059  # the ordinal of the last day

# Plus or minus what the account says that a movement names in `stands`.
STANDING = f"""
CASE WHEN stands IS NULL THEN 0 WHEN stands > 0 THEN 1 ELSE -1 END * COALESCE((
    SELECT a.shown_to FROM read_accounts a
    WHERE a.policy_no = read_movements.policy_no AND a.account_no = ABS(read_movements.stands)
), {FOREVER})
"""


def upgrade() -> None:
    """Puts days in the place of counts."""
    op.execute("DROP VIEW v_current_limits")
    op.execute("ALTER TABLE read_accounts RENAME COLUMN shown TO shown_to")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE read_accounts ALTER COLUMN shown_to TYPE integer")
    op.execute(
        f"UPDATE read_accounts SET shown_to = CASE shown_to WHEN 0 THEN 0 WHEN 1 THEN COALESCE(last, {FOREVER}) END "
        "WHERE shown_to IS NOT NULL"
    )
    op.execute("ALTER TABLE read_movements RENAME COLUMN lines TO shown_to")
    op.execute(f"UPDATE read_movements SET shown_to = shown_to * {FOREVER} + {STANDING}")
    make("v_current_limits_0003")


def downgrade() -> None:
    """Puts the counts back."""
    op.execute("DROP VIEW v_current_limits")
    op.execute(f"UPDATE read_movements SET shown_to = (shown_to - {STANDING}) / {FOREVER}")
    op.execute("ALTER TABLE read_movements RENAME COLUMN shown_to TO lines")
    op.execute(
        "UPDATE read_accounts SET shown_to = CASE WHEN shown_to IS NULL THEN 2 WHEN shown_to = 0 THEN 0 ELSE 1 END WHERE kind = 10"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE read_accounts ALTER COLUMN shown_to TYPE smallint")
    op.execute("ALTER TABLE read_accounts RENAME COLUMN shown_to TO shown")
    make("v_current_limits")
