"""The store: the only place that knows the event-sourcing library and the databases under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.recorders.base import Append, LedgerRecorder
from ledger.recorders.log import Decode

__all__ = ["Append", "LedgerRecorder", "open_recorder"]

_TARGETS = Words(
    "ファイル名、sqlite:///ファイル名、または postgresql://利用者@ホスト:ポート/データベース",
    "a file name, sqlite:///file, or postgresql://user@host:port/database",
)


def open_recorder(target: str, instant: Callable[[], int], decode: Decode = ev.decode) -> LedgerRecorder:
    """The recorder of a file path or an SQLAlchemy URL; `instant` gives the present in microseconds.

    An embedded database is made where there is none; the tables on a server are made by `create_table` alone.
    """
    scheme, separator, rest = target.partition("://")
    dialect = scheme.partition("+")[0].lower() if separator else "sqlite"
    if dialect == "sqlite":
        from ledger.recorders.sqlite import open_sqlite

        return open_sqlite(_file(rest if separator else target, url=bool(separator)), instant, decode)
    if dialect in {"postgresql", "postgres"}:
        try:
            from ledger.recorders.postgres import open_postgres
        except ImportError as error:
            raise Refused("db", target.partition("://")[0], "pip install 'hoken-ledger[postgres]'") from error
        return open_postgres(target, instant, decode)
    raise Refused("db", dialect, _TARGETS)


def _file(name: str, *, url: bool) -> Path:
    """The file of a path, or of what follows `sqlite://`: a slash and then the path, relative or from the root."""
    path = unquote(name.partition("?")[0]).removeprefix("/") if url else name
    if not path or ":memory:" in path:
        found = Words("ファイルのない台帳", "a ledger without a file")
        raise Refused("db", found, _TARGETS)
    return Path(path)
