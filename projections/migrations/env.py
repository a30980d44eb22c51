"""Runs the steps on the connection that `projections.schema` gives."""

from alembic import context

from projections.schema import VERSION_TABLE, is_ours
from projections.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    include_name=is_ours,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
