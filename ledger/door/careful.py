"""The careful way to read a JSON object: finds the first thing that is wrong with the bytes, and where.

Used where the fast way finds something odd. Depth and length are checked before anything is parsed, and no long number
is ever converted, so that no input costs more than its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from ledger.errors import Refused, Words, escaped
from ledger.events.base import DEPTH_MAX

LINE_BYTES: Final = 1 << 20
"""The longest line that is accepted, its line end not counted."""

OBJECT_WORDS: Final = Words("1 行に 1 つの JSON オブジェクト（UTF-8）", "one JSON object a line, in UTF-8")
ONCE_WORDS: Final = Words("各項目は 1 回だけ", "each field once")
NUL_WORDS: Final = Words("U+0000 を含まない文字列", "a text without U+0000")
SURROGATE_WORDS: Final = Words(
    "正しい Unicode の文字列（単独のサロゲートは不可）", "well-formed Unicode (no lone surrogate)"
)
UTF8_WORDS: Final = Words("正しい UTF-8", "well-formed UTF-8")
DEPTH_WORDS: Final = Words(
    f"{DEPTH_MAX} 段まで（全体が 1 段目）", f"at most {DEPTH_MAX} levels, the object itself being the first"
)
LENGTH_WORDS: Final = Words("1 行 1 MiB（1,048,576 バイト）まで", "lines of at most 1 MiB (1,048,576 bytes)")

_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""Strings and brackets. A string that never ends takes the rest of the line, so that no byte is looked at twice."""

_INTEGER_DIGITS: Final = 40


class Odd:
    """A number that no field takes (a fraction, an exponent, NaN, more than 40 digits), kept as it was written."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class _Twice(dict[str, Any]):
    """An object in which a key was given again; `again` is the first such key."""

    again: str


def careful(line: bytes) -> dict[str, Any]:
    """The object of a line. Raises Refused for the first thing that is wrong with its bytes.

    Numbers that no field takes are left in as `Odd`: the field that holds one refuses it, and says what it takes.
    """
    if len(line) > LINE_BYTES:
        raise Refused(None, _counted("バイト以上の行", "a line of at least", len(line), "bytes"), LENGTH_WORDS)
    _check_depth(line)
    try:
        text, broken = line.decode(), None
    except UnicodeDecodeError as error:
        text, broken = line.decode(errors="surrogateescape"), error
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if broken is not None:
            _refuse_bytes(None, line, broken)
        raise Refused(None, _where(error), OBJECT_WORDS) from None
    for path, value in _walk(found, ""):
        _check(path, value, line, broken)
    if not isinstance(found, dict):
        raise Refused(None, found, OBJECT_WORDS)
    return found


def _check_depth(line: bytes) -> None:
    depth = 0
    for token in _TOKENS.finditer(line):
        first = line[token.start()]
        if first in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise Refused(None, Words(f"{depth} 段目", f"level {depth}"), DEPTH_WORDS)
        elif first in b"]}":
            depth -= 1


def _walk(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    """Every value with its path, in the order of the line; a name comes before its value, at the same path."""
    yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            place = f"{path}.{name}" if path else name
            yield place, name
            yield from _walk(inner, place)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{i}]")


def _check(path: str, value: Any, line: bytes, broken: UnicodeDecodeError | None) -> None:
    if isinstance(value, _Twice):
        place = f"{path}.{value.again}" if path else value.again
        raise Refused(place, Words("2 回目の同じ項目", "the same field a second time"), ONCE_WORDS)
    if not isinstance(value, str):
        return
    if "\0" in value:
        raise Refused(path, value, NUL_WORDS)
    try:
        value.encode()
    except UnicodeEncodeError:
        if broken is not None:
            _refuse_bytes(path, line, broken)
        raise Refused(path, value, SURROGATE_WORDS) from None


def _refuse_bytes(path: str | None, line: bytes, broken: UnicodeDecodeError) -> NoReturn:
    byte, at = line[broken.start], broken.start + 1
    found = Words(
        f"{at} バイト目の不正なバイト 0x{byte:02x}", f"the byte 0x{byte:02x} at byte {at}, which is not UTF-8"
    )
    raise Refused(path, found, UTF8_WORDS)


def _where(error: json.JSONDecodeError) -> Words:
    near = escaped(error.doc[error.pos : error.pos + 20])
    if not near:
        return Words(f"{error.pos + 1} 文字目で途切れた行", f"a line that breaks off at character {error.pos + 1}")
    return Words(f"{error.pos + 1} 文字目からの「{near}」", f'"{near}" at character {error.pos + 1}')


def _counted(ja: str, en: str, count: int, unit: str) -> Words:
    return Words(f"{count:,} {ja}", f"{en} {count:,} {unit}")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            twice.again = name
            break
        seen.add(name)
    return twice


def _integer(text: str) -> int | Odd:
    return int(text) if len(text.lstrip("-")) <= _INTEGER_DIGITS else Odd(text)


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_integer, parse_float=Odd, parse_constant=Odd)
