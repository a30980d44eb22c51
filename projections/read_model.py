"""The read model of a ledger, opened: its tables made, or checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from projections import schema
from projections.engine import engine


@contextmanager
def opened(target: str) -> Iterator[Engine]:
    """An engine on the read model at the ledger's target. In an embedded database its tables are made; on a server `hoken init` does."""
    made = engine(target)
    try:
        if made.dialect.name == "sqlite":
            schema.migrate(made)
        else:
            schema.check(made)
        yield made
    finally:
        made.dispose()
