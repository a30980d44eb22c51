"""Views for readers downstream: current limits, policies, deadlines. Their text is in files beside, as read by people."""

import re
from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

VIEWS = ("v_current_limits", "v_policies", "v_deadlines")
FOLDER = Path(__file__).with_name("views")

# What the two databases say differently: today in Japan as an ordinal, and the day of an ordinal.
TODAY = {
    "sqlite": "CAST(julianday(date('now', '+9 hours')) - 1721424.5 AS INTEGER)",
    "postgresql": "((now() AT TIME ZONE 'Asia/Tokyo')::date - DATE '0001-01-01' + 1)",
}
DAY = {"sqlite": r"date(1721424.5 + \1)", "postgresql": r"(DATE '0001-01-01' - 1 + \1)"}


def make(name: str) -> None:
    """Makes a view from the text in a file."""
    dialect = op.get_bind().dialect.name
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").replace("TODAY()", TODAY[dialect])
    op.get_bind().exec_driver_sql(re.sub(r"\bDAY\((\w+\.\w+)\)", DAY[dialect], text))


def upgrade() -> None:
    """Makes the views."""
    for view in VIEWS:
        make(view)


def downgrade() -> None:
    """Drops the views."""
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
