"""Reads lines: everything that can be judged from the bytes alone is judged here.

What depends on other events (references, second ids, overlapping periods, grounds by rule id) is judged later, against
the facts in force. Two ways through: a fast one, which proves that nothing odd is in the line; and, where that proof
fails or a check refuses, the careful one, which finds the first thing that is wrong with the bytes and names its place.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, Protocol

import orjson
from pydantic import TypeAdapter, ValidationError

from ledger import eras
from ledger.door.careful import LINE_BYTES, careful
from ledger.errors import UNKNOWN_FIELD, Refused, Words
from ledger.events import EVENT_TYPES, Event, Fact, amended
from ledger.events.base import (
    DAY_WORDS,
    FIRST_DAY,
    LAST_DAY,
    POLICY_ID_WORDS,
    SAID_WORDS,
    TEXT_BYTES,
    TEXT_WORDS,
    UUID_WORDS,
    Day,
)
from ledger.events.explain import explained, nearest

Mode = Literal["record", "import"]

BOM: Final = b"\xef\xbb\xbf"
ENVELOPE: Final = (
    "event_id",
    "policy_id",
    "type",
    "schema",
    "recorded_at",
    "data",
    "evidence",
    "actor",
    "note",
)
INSTANT_WORDS: Final = Words(
    "時差つきの時刻（2023-08-20T10:00:00+09:00、秒の小数は 6 桁まで、1900〜2200 年）",
    "an instant with its offset, 2023-08-20T10:00:00+09:00, at most 6 digits of a second, years 1900 to 2200",
)
NO_INSTANT_WORDS: Final = Words(
    "なし（台帳が付ける。import でのみ必要）", "none: the ledger gives it (only an import has it)"
)
EVIDENCE_WORDS: Final = Words(f"配列（各値は{SAID_WORDS.ja}）", f"a list, each {SAID_WORDS.en}")

_FIELDS: Final = frozenset(ENVELOPE)
_POLICY_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_SPACED_COLONS: Final = (b" :", b"\t:", b"\r:", b"\n:")


class Lines(Protocol):
    """A stream that gives no more of a line than it is asked for."""

    def readline(self, size: int, /) -> bytes: ...


def new_event_id() -> str:
    """A fresh event id."""
    return str(uuid.uuid4())


# ---- lines -----------------------------------------------------------------------------------------------------------


def read_lines(
    stream: Lines | Iterable[bytes], *, mode: Mode, make_id: Callable[[], str] = new_event_id
) -> Iterator[tuple[int, Event]]:
    """The events of a JSONL stream with their line numbers, from 1. A BOM at the start and blank lines are passed over.

    Raises Refused, with the line, at the first line that is not accepted. A stream with `readline` is never read beyond
    the longest line that is allowed.
    """
    for number, raw in numbered(stream):
        try:
            event = read_object(raw, mode=mode, make_id=make_id)
        except Refused as refused:
            raise refused.at(line=number) from None
        yield number, event


def numbered(stream: Lines | Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines of a JSONL stream with their numbers, without a BOM at the start and without blank lines."""
    for number, line in enumerate(_lines(stream), start=1):
        raw = line.removeprefix(BOM) if number == 1 else line
        if len(raw) > LINE_BYTES or raw.strip(b" \t\r\n"):
            yield number, raw


def _lines(stream: Lines | Iterable[bytes]) -> Iterator[bytes]:
    readline = getattr(stream, "readline", None)
    if readline is None:
        assert isinstance(stream, Iterable)
        return iter(stream)
    return iter(lambda: readline(LINE_BYTES + len(BOM) + 3), b"")


def read_object(raw: bytes, *, mode: Mode, make_id: Callable[[], str] = new_event_id) -> Event:
    """The event of one JSON object. Raises Refused; `line` is left for the caller to fill in."""
    line = raw.rstrip(b"\r\n")
    found = _fast(line)
    if found is None:
        return _event(careful(line), mode, make_id)
    try:
        return _event(found, mode, make_id)
    except Refused:
        return _event(careful(line), mode, make_id)


def read_json(raw: bytes) -> dict[str, Any]:
    """The object of one line that holds no event, with nothing odd in it. Raises Refused; `line` is left for the caller."""
    line = raw.rstrip(b"\r\n")
    found = _fast(line)
    return careful(line) if found is None else found


def _fast(line: bytes) -> dict[str, Any] | None:
    """The object of a line, where it is cheap to prove that it is short, shallow and has no duplicate keys; else None.

    Without space before a colon every key ends in `":`. Texts may hold more of these, so where there are as many as
    keys were parsed, no key was given twice.
    """
    if len(line) > LINE_BYTES or line.count(b"{") + line.count(b"[") > 32:
        return None
    if any(spaced in line for spaced in _SPACED_COLONS):
        return None
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if type(found) is dict and _keys(found) == line.count(b'":'):
        return found
    return None


def _keys(value: dict[str, Any] | list[Any]) -> int:
    """How many keys there are at all levels."""
    count = len(value) if type(value) is dict else 0
    for inner in value.values() if type(value) is dict else value:
        if type(inner) is dict or type(inner) is list:
            count += _keys(inner)
    return count


# ---- the envelope ----------------------------------------------------------------------------------------------------


def _event(found: dict[str, Any], mode: Mode, make_id: Callable[[], str]) -> Event:
    """The event of a parsed object; fields are checked in the order of the contract."""
    if not found.keys() <= _FIELDS:
        unknown = next(name for name in found if name not in _FIELDS)
        raise Refused(unknown, UNKNOWN_FIELD, nearest(unknown, ENVELOPE))
    event_id = _event_id(found, mode, make_id)
    policy_id = found.get("policy_id")
    if type(policy_id) is not str or not _POLICY_ID.fullmatch(policy_id):
        raise _refused(found, "policy_id", POLICY_ID_WORDS, event_id=event_id)
    try:
        cls = _type(found)
        schema = found.get("schema", 1)
        if type(schema) is not int or schema != cls.SCHEMA:
            raise _refused(found, "schema", (cls.SCHEMA,))
        return Event(
            event_id,
            policy_id,
            cls.__name__,
            schema,
            _recorded_at(found, mode),
            _data(cls, found),
            _evidence(found),
            _text(found, "actor"),
            _text(found, "note"),
        )
    except Refused as refused:
        raise refused.at(policy_id=policy_id, event_id=event_id) from None


def _refused(found: Mapping[str, Any], field: str, allowed: Words | tuple[object, ...], **place: str) -> Refused:
    if field in found:
        return Refused(field, found[field], allowed, **place)  # type: ignore[arg-type]
    return Refused(field, allowed=allowed, **place)  # type: ignore[arg-type]


def _event_id(found: Mapping[str, Any], mode: Mode, make_id: Callable[[], str]) -> str:
    event_id = found.get("event_id")
    if event_id is None and mode == "record":
        return make_id()
    if type(event_id) is str and _UUID.fullmatch(event_id):
        return event_id.lower()
    raise _refused(found, "event_id", UUID_WORDS)


def _type(found: Mapping[str, Any]) -> type[Fact]:
    type_ = found.get("type")
    cls = EVENT_TYPES.get(type_) if type(type_) is str else None
    if cls is None:
        raise _refused(found, "type", nearest(type_ if type(type_) is str else "", EVENT_TYPES))
    return cls


def _recorded_at(found: Mapping[str, Any], mode: Mode) -> datetime | None:
    given = found.get("recorded_at")
    if mode == "import":
        try:
            return instant(given, "recorded_at")
        except Refused:
            raise _refused(found, "recorded_at", INSTANT_WORDS) from None
    if given is not None:
        raise Refused("recorded_at", given, NO_INSTANT_WORDS)
    return None


def _evidence(found: Mapping[str, Any]) -> tuple[str, ...]:
    evidence = found.get("evidence")
    if evidence is None:
        return ()
    if type(evidence) is str:
        evidence = [evidence]
    if type(evidence) is not list:
        raise Refused("evidence", evidence, EVIDENCE_WORDS)
    for i, one in enumerate(evidence):
        if not (type(one) is str and one and _fits(one)):
            raise Refused(f"evidence[{i}]", one, SAID_WORDS)
    return tuple(evidence)


def _text(found: Mapping[str, Any], field: str) -> str | None:
    text = found.get(field)
    if text is None or (type(text) is str and _fits(text)):
        return text
    raise Refused(field, text, TEXT_WORDS)


def _fits(text: str) -> bool:
    return "\0" not in text and (len(text) * 4 <= TEXT_BYTES or len(text.encode()) <= TEXT_BYTES)


def _data(cls: type[Fact], found: Mapping[str, Any]) -> Fact:
    if "data" not in found:
        names = tuple(f.alias or n for n, f in cls.model_fields.items())
        raise Refused(
            "data",
            allowed=Words(f"項目 {', '.join(names)} のオブジェクト", f"an object with the fields {', '.join(names)}"),
        )
    try:
        return cls.parse(found["data"])
    except ValidationError as error:
        raise explained(error, cls) from None


def read_amendment(root_type: str, data: Mapping[str, Any]) -> Fact:
    """The fact that the new data of an amendment make, of the root event's type. Raises Refused naming `data.data…`."""
    return amended(root_type, data)


# ---- what questions name ----------------------------------------------------------------------------------


def instant(text: object, field: str | None = None) -> datetime:
    """An instant in UTC from its text, which bears an offset; full-width digits are narrowed. Raises Refused."""
    if type(text) is str and len(text) <= 64:
        plain = text if text.isascii() else eras.narrow(text)
        if _INSTANT.fullmatch(plain):
            try:
                moment = datetime.fromisoformat(plain)
            except ValueError:
                moment = None
            if moment is not None and FIRST_DAY.year <= moment.year <= LAST_DAY.year:
                return moment.astimezone(UTC)
    raise Refused(field, text, INSTANT_WORDS)


def day(text: object, field: str | None = None) -> date:
    """A day from its text, ISO or era; full-width digits are narrowed. Raises Refused."""
    try:
        return _DAY.validate_python(text)
    except ValidationError as error:
        context = error.errors(include_url=False)[0].get("ctx", {})
        raise Refused(field, text, context.get("words", DAY_WORDS)) from None


def checked_policy_id(text: object, field: str = "policy_id") -> str:
    """A policy's id, of the signs that one may have. Raises Refused."""
    if type(text) is str and _POLICY_ID.fullmatch(text):
        return text
    raise Refused(field, text, POLICY_ID_WORDS)


_DAY: Final[TypeAdapter[date]] = TypeAdapter(Day)
