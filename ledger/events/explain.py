"""From pydantic's errors to one refusal that names the field, what was found and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ledger.errors import MISSING, UNKNOWN_FIELD, Refused, Words
from ledger.events.base import BOOL_WORDS, Kind

Allowed = Words | tuple[str, ...]


def explained(error: ValidationError, model: type[BaseModel], where: str = "data") -> Refused:
    """The refusal for a model's first error; unknown fields come first, since a misspelt name also leaves one out."""
    errors = error.errors(include_url=False)
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    path, loc = where + "".join(map(_step, first["loc"])), first["loc"]
    if first["type"] == "extra_forbidden":
        return Refused(path, UNKNOWN_FIELD, nearest(str(loc[-1]), _names(_resolved(model, loc[:-1])[0])))
    context = first.get("ctx", {})
    if "words" in context:
        return _ours(first, path, where, context)
    found = MISSING if first["type"] == "missing" else first["input"]
    return Refused(path, found, allowed_of(*_resolved(model, loc)))


def _ours(first: ErrorDetails, path: str, where: str, context: Mapping[str, Any]) -> Refused:
    """An error raised by our own checks, which brings its words, and the field where it is one across fields."""
    if context["field"]:
        return Refused(f"{where}.{context['field']}", context["found"], context["words"])
    found = context["found"] if context["path"] or context["found"] is not None else first["input"]
    return Refused(path + context["path"], found, context["words"])


def _step(part: str | int) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def nearest(name: str, names: Collection[str]) -> Words | tuple[str, ...]:
    """The names a misspelt one may stand for, then the closed list where it is short."""
    close = difflib.get_close_matches(name[:64], names, n=3)
    if len(names) <= 20:
        return (*close, *(n for n in names if n not in close))
    hint = ", ".join(close or list(names)[:5])
    return Words(f"{len(names)}種のいずれか（近いもの：{hint}）", f"one of {len(names)} names, nearest: {hint}")


def allowed_of(annotation: Any, metadata: Sequence[Any] = ()) -> Allowed:
    """Words for what a field's type allows: its own words, its closed list of codes, or the form it has."""
    kind = next((m for m in metadata if isinstance(m, Kind)), None)
    if kind is not None:
        return kind.allowed
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return allowed_of(args[0], (*args[1:], *metadata))
    if origin in (Union, UnionType):
        return allowed_of(next(a for a in args if a is not type(None)), metadata)
    if origin is Literal:
        return tuple(str(code) for code in args)
    if origin is tuple:
        return _list_of(allowed_of(args[0]), metadata)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        names = ", ".join(_names(annotation))
        return Words(f"項目 {names} のオブジェクト", f"an object with the fields {names}")
    return _PLAIN.get(annotation, Words(str(annotation), str(annotation)))


def _list_of(inner: Allowed, metadata: Sequence[Any]) -> Words:
    inner = inner if isinstance(inner, Words) else Words("、".join(inner), ", ".join(inner))
    if any(getattr(m, "min_length", 0) for m in metadata):
        return Words(f"1個以上の配列（各値は{inner.ja}）", f"a list of at least one, each {inner.en}")
    return Words(f"配列（各値は{inner.ja}）", f"a list, each {inner.en}")


_PLAIN: Final[Mapping[Any, Words]] = {
    int: Words("整数", "a whole number"),
    str: Words("文字列", "a text"),
    bool: BOOL_WORDS,
}


def _names(annotation: Any) -> tuple[str, ...]:
    """The wire names of a model's fields; of the elements' fields for a list of models."""
    model = _model_in(annotation)
    return tuple(f.alias or n for n, f in model.model_fields.items()) if model else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, get_args(annotation)) if m), None)


def _resolved(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[Any, Sequence[Any]]:
    """The annotation and the marks of the field at a place inside a model."""
    annotation: Any = model
    metadata: Sequence[Any] = ()
    for part in loc:
        if isinstance(part, int):
            annotation, metadata = _element(annotation), ()
            continue
        inside = _model_in(annotation)
        fields = inside.model_fields.items() if inside else ()
        field = next((f for n, f in fields if part in (f.alias, n)), None)
        if field is None:
            return annotation, metadata
        annotation, metadata = field.annotation, field.metadata
    return annotation, metadata


def _element(annotation: Any) -> Any:
    """The type of a list's elements."""
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0]
    return next((e for e in map(_element, get_args(annotation)) if e is not None), None)
