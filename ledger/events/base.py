"""The building stones of the vocabulary: the base class of all facts, and the kinds of their fields."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, ClassVar, Final, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from ledger import eras
from ledger.errors import Words

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)
YEN_MAX: Final = 10**12
TEXT_BYTES: Final = 4096
ID_LENGTH: Final = 64
INT_MAX: Final = 2**53 - 1
DEPTH_MAX: Final = 32


class Kind(NamedTuple):
    """Marks a field's type with words for what it allows; refusals quote them."""

    allowed: Words


DAY_WORDS: Final = Words(
    "1900-01-01 から 2200-12-31 までの実在する日（YYYY-MM-DD、R5-08-01、令和5年8月1日）",
    "an existing day from 1900-01-01 to 2200-12-31, written YYYY-MM-DD, R5-08-01 or 令和5年8月1日",
)
MONTH_WORDS: Final = Words(
    "1900-01 から 2200-12 までの月（YYYY-MM）", "a month from 1900-01 to 2200-12, written YYYY-MM"
)
YEN_WORDS: Final = Words(
    "0 以上 1,000,000,000,000 以下の円の整数（JSON の整数）", "whole yen as a JSON integer from 0 to 1,000,000,000,000"
)
TEXT_WORDS: Final = Words(
    "UTF-8 で 4,096 バイト以下、U+0000 を含まない文字列", "a text of at most 4,096 bytes of UTF-8 without U+0000"
)
SAID_WORDS: Final = Words(
    "UTF-8 で 1〜4,096 バイト、U+0000 を含まない文字列", "a text of 1 to 4,096 bytes of UTF-8 without U+0000"
)
ID_WORDS: Final = Words("U+0000 を含まない 1〜64 文字の文字列", "a text of 1 to 64 characters without U+0000")
POLICY_ID_WORDS: Final = Words("A-Z a-z 0-9 . _ - の 1〜64 文字", "1 to 64 of A-Z a-z 0-9 . _ -")
UUID_WORDS: Final = Words(
    "UUID（0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c の形）", "a UUID written like 0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b2c"
)
BOOL_WORDS: Final = Words("true または false", "true or false")
PLAN_WORDS: Final = Words(
    "項目名が ASCII で、値が文字列・±(2^53-1) 以内の整数・true・false・null・配列・オブジェクトのオブジェクト（小数は不可）",
    "an object with ASCII names and texts, integers within ±(2^53-1), true, false, null, lists, objects (no fractions)",
)

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH: Final = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])|2200-(?:0[1-9]|1[0-2])")


def refusal(words: Words, *, field: str | None = None, found: Any = None, path: str = "") -> PydanticCustomError:
    """An error of ours inside a model: what is allowed, and for a check across fields which one, with its value."""
    context = {"words": words, "field": field, "found": found, "path": path}
    return PydanticCustomError("ledger", "not allowed", context)


def _checked_day(value: object) -> date:
    """A day from its text; a date stays, where it lies in 1900–2200."""
    if type(value) is str and len(value) <= ID_LENGTH:
        return read_day(value)
    if isinstance(value, date) and not isinstance(value, datetime) and FIRST_DAY <= value <= LAST_DAY:
        return value
    raise refusal(DAY_WORDS)


@lru_cache(maxsize=1 << 16)
def read_day(text: str) -> date:
    """A day from its text, ISO or era, full-width digits narrowed. Days come again and again, so they are kept."""
    day = _parsed_day(text)
    if FIRST_DAY <= day <= LAST_DAY:
        return day
    raise refusal(DAY_WORDS)


def _parsed_day(text: str) -> date:
    plain = text if text.isascii() else eras.narrow(text)
    try:
        if _ISO.fullmatch(plain):
            return date.fromisoformat(plain)
        day = eras.parse(plain)
    except eras.OutsideEra as outside:
        raise refusal(outside.words) from None
    except ValueError:
        raise refusal(DAY_WORDS) from None
    if day is None:
        raise refusal(DAY_WORDS)
    return day


def _checked_month(value: object) -> str:
    if type(value) is str and len(value) == 7:
        month = value if value.isascii() else eras.narrow(value)
        if _MONTH.fullmatch(month):
            return month
    raise refusal(MONTH_WORDS)


def _checked_text(value: str) -> str:
    if "\0" in value or (len(value) * 4 > TEXT_BYTES and len(value.encode()) > TEXT_BYTES):
        raise refusal(TEXT_WORDS)
    return value


def checked_json(value: object, path: str = "", depth: int = 1) -> Any:
    """A deep copy of a JSON value inside the domain of canonical bytes; anything else is refused by its path."""
    kind = type(value)
    if kind is str:
        return _inner_text(value, path)  # type: ignore[arg-type]
    if kind is bool or value is None:
        return value
    if kind is int and -INT_MAX <= value <= INT_MAX:  # type: ignore[operator]
        return value
    if depth < DEPTH_MAX and isinstance(value, dict):
        for key in value:
            if not (isinstance(key, str) and key.isascii() and "\0" not in key and len(key) <= TEXT_BYTES):
                raise refusal(PLAN_WORDS, path=path, found=key)
        return {k: checked_json(v, f"{path}.{k}", depth + 1) for k, v in value.items()}
    if depth < DEPTH_MAX and isinstance(value, (list, tuple)):
        return [checked_json(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
    raise refusal(PLAN_WORDS, path=path, found=value)


def _inner_text(value: str, path: str) -> str:
    try:
        if "\0" not in value and len(value.encode()) <= TEXT_BYTES:
            return value
    except UnicodeEncodeError:
        pass
    raise refusal(TEXT_WORDS, path=path, found=value)


def _checked_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refusal(PLAN_WORDS)
    copied: dict[str, Any] = checked_json(value)
    return copied


Day = Annotated[date, BeforeValidator(_checked_day), Kind(DAY_WORDS)]
Month = Annotated[str, BeforeValidator(_checked_month), Kind(MONTH_WORDS)]
Yen = Annotated[int, Field(ge=0, le=YEN_MAX), Kind(YEN_WORDS)]
Flag = Annotated[bool, Kind(BOOL_WORDS)]
Text = Annotated[str, Field(max_length=TEXT_BYTES), AfterValidator(_checked_text), Kind(TEXT_WORDS)]
Said = Annotated[str, Field(min_length=1, max_length=TEXT_BYTES), AfterValidator(_checked_text), Kind(SAID_WORDS)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_LENGTH, pattern=r"^[^\x00]*$"), Kind(ID_WORDS)]
EventId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", to_lower=True),
    Kind(UUID_WORDS),
]
Plan = Annotated[dict[str, Any], BeforeValidator(_checked_object), Kind(PLAN_WORDS)]
Ids = Annotated[tuple[Id, ...], Strict(False)]
EventIds = Annotated[tuple[EventId, ...], Strict(False)]
Texts = Annotated[tuple[Said, ...], Strict(False)]


def whole(low: int, high: int) -> Kind:
    """The mark of a whole number from `low` to `high`."""
    return Kind(Words(f"{low} 以上 {high} 以下の整数", f"a whole number from {low} to {high}"))


class Model(BaseModel):
    """A part of a fact: frozen, strict, no unknown fields. `_` after a Python keyword is left off on the wire."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )

    def wire(self) -> dict[str, Any]:
        """The data as JSON values under their wire names, defaults filled in, what is left out left out."""
        written: dict[str, Any] = self.__pydantic_serializer__.to_python(
            self, mode="json", by_alias=True, exclude_none=True
        )
        return written


class Fact(Model):
    """What was recorded of the world. The name of the class is the wire type; classes are never renamed or moved."""

    SCHEMA: ClassVar[int] = 1
    """The version of the type's schema that is written; older ones are upcast on reading."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    """Texts that say something of a person and that no rule reads. They are stored apart, under the person's key."""

    @classmethod
    def parse(cls, data: object) -> Self:
        """The fact of wire data; `null` in an optional field counts as left out. Raises pydantic's ValidationError."""
        if type(data) is dict and None in data.values():
            data = {k: v for k, v in data.items() if v is not None or k not in nullable(cls)}
        fact: Self = cls.__pydantic_validator__.validate_python(data, by_alias=True, by_name=False)
        return fact


@cache
def nullable(cls: type[Fact]) -> frozenset[str]:
    """Wire names of the fields that the vocabulary marks `?`: left out, or `null`."""
    optional = {n: f for n, f in cls.model_fields.items() if not f.is_required()}
    return frozenset(
        f.alias or n for n, f in optional.items() if f.default_factory or f.default is None or f.default == ()
    )


def ordered(start: date, end: date, field: str, start_field: str, *, apart: bool = False) -> None:
    """Refuses an end before its start; `apart`: an end on its start as well (a period is never empty)."""
    if end < start or (apart and end == start):
        after = Words("より後の日", "a day after") if apart else Words("以後の日", "a day not before")
        words = Words(f"{start_field}（{start}）{after.ja}", f"{after.en} {start_field} ({start})")
        raise refusal(words, field=field, found=end.isoformat())
