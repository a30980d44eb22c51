"""Canonical JSON (RFC 8785): one value, one sequence of bytes. Hashes, seals and comparisons rest on these bytes.

orjson with sorted keys writes the same bytes inside a narrow domain, sixty times faster than a general implementation.
Outside it (fractions, integers of 2^53 and more, names that are not ASCII, lone surrogates) it would differ, so the
domain is asserted.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from ledger.errors import LedgerFault

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_SCALARS: Final = frozenset({str, int, bool, type(None)})


class OutsideDomain(LedgerFault):
    """A value that has no canonical bytes here. What comes in is checked at the door, so this is our own fault."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value: texts, integers below 2^53, booleans, null, lists, ASCII-named objects."""
    try:
        _assert_domain(value)
        return orjson.dumps(value, option=_OPTIONS)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise OutsideDomain(f"no canonical bytes: {error}") from None


def _assert_domain(value: Any) -> None:
    """Checks the types and the names; orjson itself refuses large integers and lone surrogates."""
    kind = type(value)
    inner = value
    if kind is dict:
        _assert_names(value)
        inner = value.values()
    elif kind is not list and kind is not tuple:
        if kind not in _SCALARS:
            raise OutsideDomain(f"no canonical bytes for a {kind.__name__}")
        return
    if not _SCALARS.issuperset(map(type, inner)):
        for one in inner:
            if type(one) not in _SCALARS:
                _assert_domain(one)


def _assert_names(value: dict[Any, Any]) -> None:
    try:
        if "".join(value).isascii():
            return
    except TypeError:
        pass
    raise OutsideDomain("no canonical bytes for an object with names that are not ASCII texts")
