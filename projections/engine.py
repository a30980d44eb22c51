"""SQLAlchemy engines on the ledger's database."""

from __future__ import annotations

from urllib.parse import unquote

from sqlalchemy import Engine, create_engine, event

BUSY_MS = 30_000


def engine(target: str) -> Engine:
    """An engine on a file path or an SQLAlchemy URL, the same that the ledger was opened with."""
    scheme, separator, rest = target.partition("://")
    if separator and not scheme.startswith("sqlite"):
        url = target.replace("postgres://", "postgresql://", 1) if scheme == "postgres" else target
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    import pysqlite3

    path = unquote(rest.removeprefix("/")) if separator else target
    made = create_engine(f"sqlite:///{path}", module=pysqlite3, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(made, "connect")
    def _prepare(connection: object, record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return made
