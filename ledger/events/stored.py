"""What is stored of an event: canonical bytes, in which personal texts stand apart; and the one decoder, which upcasts.

A stored record is an object of the envelope's fields, `data`, and `personal`: what says something of a person and no
rule reads. A layer between may replace `personal` by ciphertext and back. Where the key is gone, `personal` is null on
reading: texts that are required read as ERASED then, others as left out, and every amount, day and limit stays. An
amendment keeps a null where its new data held such a text, so that they stay whole, whatever type they are of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Final

import orjson
from pydantic import ValidationError

from ledger.canonical import canonical
from ledger.errors import Refused, Undecodable
from ledger.events.base import Fact
from ledger.events.corrections import FactAmended
from ledger.events.envelope import ASSESSED, EVENT_TYPES, Assessed, Event
from ledger.events.explain import explained

ERASED: Final = "[erased]"
"""Stands for a required personal text that can no longer be read."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def _premium_missed_0(data: dict[str, Any]) -> dict[str, Any]:
    """Schema 0 called the month of the debit `month`."""
    return {("due_month" if k == "month" else k): v for k, v in data.items()}


UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {("PremiumMissed", 0): _premium_missed_0}
"""From (type, old schema) to the function that gives the data of the next schema. Rows are added, never taken away."""


# ---- writing ---------------------------------------------------------------------------------------------------------


def record_of(event: Event) -> dict[str, Any]:
    """The stored record of an event. `recorded_at` is UTC with microseconds, so that texts sort like instants."""
    data = event.data.wire()
    type_, root = event.type, event.root
    record: dict[str, Any] = {
        "data": data,
        "event_id": event.event_id,
        "policy_id": event.policy_id,
        "recorded_at": None if event.recorded_at is None else utc_text(event.recorded_at),
        "schema": event.schema_,
        "type": type_,
    }
    if root is not None:
        record["root"] = [root, EVENT_TYPES[root].SCHEMA]
    paths = _PATHS.get(type_)
    personal = _personal(event, _parted(data, paths if root is None else _amended_paths(root)) if paths else None)
    if type_ == _AMENDED and "data" in personal:
        _rejoined(data, dict.fromkeys(path for path in personal["data"] if path.startswith("data.")))
    if personal:
        record["personal"] = personal
    return record


def _personal(event: Event, texts: dict[str, str] | None) -> dict[str, Any]:
    """What of an event says something of a person; what is left out is left out."""
    personal: dict[str, Any] = {"data": texts} if texts else {}
    if event.evidence:
        personal["evidence"] = event.evidence
    if event.actor is not None:
        personal["actor"] = event.actor
    if event.note is not None:
        personal["note"] = event.note
    return personal


def encode(event: Event) -> bytes:
    """The canonical bytes of an event as it is stored."""
    return canonical(record_of(event))


@lru_cache(maxsize=4096)
def utc_text(instant: datetime) -> str:
    """An instant as `2023-08-20T01:00:00.000000Z`."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat("T", "microseconds") + "Z"


def content(event: Event) -> bytes:
    """The canonical bytes of what makes two events the same, whenever they are recorded."""
    return canonical(
        {
            "actor": event.actor,
            "data": event.data.wire(),
            "evidence": event.evidence,
            "note": event.note,
            "policy_id": event.policy_id,
            "schema": event.schema_,
            "type": event.type,
        }
    )


def same_content(known: Event, given: Event) -> bool:
    """Whether an event given again is the one known. `recorded_at` counts where it is given, that is, in an import."""
    if given.recorded_at is not None and given.recorded_at != known.recorded_at:
        return False
    if known.root is not None and isinstance(given.data, FactAmended):
        try:
            given = normalised(given, known.root)
        except Refused:
            return False
    return content(known) == content(given)


# ---- personal texts --------------------------------------------------------------------------------------------------

Path = tuple[str, ...]

_AMENDED: Final = FactAmended.__name__


def _paths(cls: type[Fact]) -> tuple[Path, ...]:
    return tuple(tuple(path.split(".")) for path in cls.PERSONAL)


def _inside(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The paths of an amendment: its own, and those inside the new data."""
    return (*_paths(FactAmended), *(("data", *path) for path in paths))


_OWN: Final[Mapping[str, tuple[Path, ...]]] = {name: _paths(cls) for name, cls in EVENT_TYPES.items()}
_ANY: Final = tuple(sorted({path for paths in _OWN.values() for path in paths}))
_PATHS: Final[Mapping[str, tuple[Path, ...]]] = {**_OWN, _AMENDED: _inside(_ANY)}
"""Where the data of each type hold personal texts; an amendment of unknown root holds them wherever any type does."""

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(p for p in cls.PERSONAL if p in cls.model_fields and cls.model_fields[p].is_required())
    for name, cls in EVENT_TYPES.items()
}


@cache
def _amended_paths(root: str) -> tuple[Path, ...]:
    return _inside(_OWN[root])


def _parted(data: dict[str, Any], paths: tuple[Path, ...]) -> dict[str, str]:
    """Takes the personal texts out of the data; gives them by their path."""
    apart: dict[str, str] = {}
    for path in paths:
        holder: Any = data
        for name in path[:-1]:
            holder = holder.get(name) if type(holder) is dict else None
        last = path[-1]
        if type(holder) is dict and type(holder.get(last)) is str:
            apart[".".join(path)] = holder.pop(last)
    return apart


def _rejoined(data: dict[str, Any], apart: Mapping[str, Any]) -> None:
    """Puts the personal texts back into the data."""
    for dotted, text in apart.items():
        holder = data
        *names, last = dotted.split(".")
        for name in names:
            holder = holder[name]
        holder[last] = text


def _erased(type_: str, data: dict[str, Any]) -> None:
    """Fills personal texts that can no longer be read: required ones, and all that an amendment's new data held."""
    for name in _REQUIRED.get(type_, ()):
        data.setdefault(name, ERASED)
    for *names, last in _ANY if type_ == _AMENDED else ():
        holder: Any = data["data"]
        for name in names:
            holder = holder.get(name) if type(holder) is dict else None
        if type(holder) is dict and last in holder and holder[last] is None:
            holder[last] = ERASED


def persons(event: Event) -> tuple[str, ...]:
    """The ids of the persons that the data name, the insured first; what is personal can be kept under their keys."""
    data = event.data
    named = [getattr(data, name, None) for name in ("insured", "parent", "policyholder")]
    ids = [getattr(one, "person_id", None) for one in (*named, data)]
    return tuple(dict.fromkeys(i for i in ids if i is not None))


# ---- reading ---------------------------------------------------------------------------------------------------------

_MODELS: Final[Mapping[str, type[Fact | Assessed]]] = {**EVENT_TYPES, ASSESSED: Assessed}
_VALIDATE: Final = {name: cls.__pydantic_validator__.validate_python for name, cls in _MODELS.items()}


def decode(stored: bytes) -> Event:
    """The event of stored bytes. Raises Undecodable, which names no personal value."""
    try:
        record = orjson.loads(stored)
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"a stored record is no JSON: {error}") from None
    return from_record(record)


def from_record(record: Any) -> Event:
    """The event of a stored record, upcast to the present schema. The record is used up. Raises Undecodable."""
    try:
        return _event(record)
    except ValidationError as error:
        reason = explained(error, _MODELS[record["type"]]).without_values()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__} {error}" if isinstance(error, KeyError) else type(error).__name__
    shape = record if isinstance(record, dict) else {}
    place = f"event {shape.get('event_id')}, type {shape.get('type')}, schema {shape.get('schema')}"
    raise Undecodable(f"{place} cannot be read: {reason}")


def _event(record: dict[str, Any]) -> Event:
    type_, data, personal = record["type"], record["data"], record.get("personal", _NONE)
    root, root_schema = record.get("root") or (None, 0)
    if personal is None:
        personal = _NONE
        _erased(type_, data)
    elif "data" in personal:
        _rejoined(data, personal["data"])
    schema = record["schema"]
    if schema != 1 or type_ in _CHANGED:
        schema, data = upcast(type_, schema, data)
    if root in _CHANGED:
        data["data"] = upcast(root, root_schema, data["data"])[1]
    recorded_at = record["recorded_at"]
    return Event(
        record["event_id"],
        record["policy_id"],
        type_,
        schema,
        datetime.fromisoformat(recorded_at) if recorded_at else None,
        _VALIDATE[type_](data, by_alias=True, by_name=False),
        tuple(personal.get("evidence", ())),
        personal.get("actor"),
        personal.get("note"),
        root,
    )


_NONE: Final[Mapping[str, Any]] = {}
_CHANGED: Final = frozenset(type_ for type_, _ in UPCASTS)


def upcast(type_: str, schema: int, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The present schema, and the data brought up to it step by step. Raises ValueError for a schema never written."""
    while (step := UPCASTS.get((type_, schema))) is not None:
        schema, data = schema + 1, step(data)
    if schema != _MODELS[type_].SCHEMA:
        raise ValueError(f"schema {schema} of {type_} was never written")
    return schema, data


# ---- amendments ------------------------------------------------------------------------------------------------------


def amended(root_type: str, data: Mapping[str, Any]) -> Fact:
    """The fact that an amendment's data make of the root event's type. Raises Refused naming `data.data…`."""
    cls = EVENT_TYPES[root_type]
    try:
        return cls.parse(data)
    except ValidationError as error:
        raise explained(error, cls, "data.data") from None


def normalised(event: Event, root_type: str) -> Event:
    """An amendment with its new data in normal form (defaults filled in, days ISO) and their type, as it is stored."""
    if not isinstance(event.data, FactAmended):
        return event
    data = event.data.model_copy(update={"data": amended(root_type, event.data.data).wire()})
    return replace(event, data=data, root=root_type)
