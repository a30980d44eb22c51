"""MariaDB through its own C library, with nothing between: the time of a statement is the server's and the wire's."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any


class MariaDbFailed(Exception):
    """The server or its library is not there, or refused a statement."""


class Connection:
    """A connection over TCP, as the other server is asked."""

    def __init__(self, host: str = "127.0.0.1", port: int = 3306, user: str = "root", password: str = "") -> None:
        found = ctypes.util.find_library("mariadb")
        if found is None:
            raise MariaDbFailed("no libmariadb: apt-get install libmariadb3")
        self._lib = _typed(ctypes.CDLL(found))
        self._handle = self._lib.mysql_init(None)
        given = (host.encode(), user.encode(), password.encode(), None, port, None, 0)
        if not self._lib.mysql_real_connect(self._handle, *given):
            raise MariaDbFailed(self._error())

    def execute(self, statement: str) -> list[tuple[str | None, ...]]:
        """Carries a statement out; its rows, as texts."""
        result = self.sent(statement.encode())
        if not result:
            return []
        try:
            count = self._lib.mysql_num_fields(result)
            return list(iter(lambda: self._row(result, count), None))
        finally:
            self._lib.mysql_free_result(result)

    def ask(self, statement: bytes) -> None:
        """Carries a statement out and takes its rows in, without a look at them: what is timed."""
        self._lib.mysql_free_result(self.sent(statement))

    def sent(self, statement: bytes) -> Any:
        """The rows of a statement as the library holds them."""
        if self._lib.mysql_real_query(self._handle, statement, len(statement)):
            raise MariaDbFailed(self._error())
        return self._lib.mysql_store_result(self._handle)

    def close(self) -> None:
        self._lib.mysql_close(self._handle)

    def _row(self, result: Any, count: int) -> tuple[str | None, ...] | None:
        row = self._lib.mysql_fetch_row(result)
        return tuple(row[i].decode() if row[i] is not None else None for i in range(count)) if row else None

    def _error(self) -> str:
        return str(self._lib.mysql_error(self._handle).decode())


def _typed(lib: Any) -> Any:
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    types: dict[str, tuple[Any, list[Any]]] = {
        "mysql_init": (pointer, [pointer]),
        "mysql_real_connect": (pointer, [pointer, text, text, text, text, ctypes.c_uint, text, ctypes.c_ulong]),
        "mysql_real_query": (ctypes.c_int, [pointer, text, ctypes.c_ulong]),
        "mysql_store_result": (pointer, [pointer]),
        "mysql_num_fields": (ctypes.c_uint, [pointer]),
        "mysql_fetch_row": (ctypes.POINTER(text), [pointer]),
        "mysql_free_result": (None, [pointer]),
        "mysql_error": (text, [pointer]),
        "mysql_close": (None, [pointer]),
    }
    for name, (returns, takes) in types.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = returns, takes
    return lib
