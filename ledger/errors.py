"""The two kinds of errors: refused input, which the caller can mend, and a fault, which is ours.

A refusal is one sentence in Japanese or English that names the line, the field, what was found, what is allowed, and
the rule where a rule refuses. The parts stay apart as attributes, so that an interface can show them in its own form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

Language = Literal["ja", "en"]

SHOWN: Final = 80
"""Characters of what was found that a message repeats; the rest is cut off."""


class Words(NamedTuple):
    """A few words in both languages: a noun phrase for what was found, or for what is allowed."""

    ja: str
    en: str

    def get(self, language: Language) -> str:
        """The words in one language."""
        return self.ja if language == "ja" else self.en


MISSING: Final = Words("何もないこと", "nothing")
"""What was found where a required field is left out."""

UNKNOWN_FIELD: Final = Words("未知の項目", "an unknown field")
"""What was found where a field is not in the vocabulary."""

_NAME: Final = re.compile(r"[A-Za-z0-9_]+(\[[0-9]+\])*|\?")


class Refused(Exception):
    """Input that the caller must mend. Nothing of it is recorded.

    line: the number of the line, from 1; None where the input has no lines or the place is not known yet.
    field: the path of the field, such as `data.items[0].repair_cost`; None means the whole object.
    found: the value given, or words for it. allowed: words, one text, or the closed list of values.
    rule: the id of the rule that refuses, such as OY-15.
    """

    def __init__(
        self,
        field: str | None = None,
        found: object = MISSING,
        allowed: Words | str | Sequence[object] = "",
        *,
        line: int | None = None,
        rule: str | None = None,
        policy_id: str | None = None,
        event_id: str | None = None,
    ) -> None:
        super().__init__(field)
        self.field, self.found, self.allowed, self.line = field, found, allowed, line
        self.rule, self.policy_id, self.event_id = rule, policy_id, event_id

    def at(self, *, line: int | None = None, policy_id: str | None = None, event_id: str | None = None) -> Refused:
        """The same refusal with the place filled in where it was not known; what is known already stays."""
        self.line = line if self.line is None else self.line
        self.policy_id = policy_id if self.policy_id is None else self.policy_id
        self.event_id = event_id if self.event_id is None else self.event_id
        return self

    def of(self, event: Any) -> Refused:
        """The same refusal with the policy and the event that it concerns."""
        return self.at(policy_id=event.policy_id, event_id=event.event_id)

    def in_language(self, language: Language) -> str:
        """The one sentence for a person."""
        return self._japanese() if language == "ja" else self._english()

    def _japanese(self) -> str:
        place = (f"{self.line}行目の" if self.line is not None else "") + (_field(self.field) or "記録全体")
        found = "がありません" if self.found is MISSING else f"：{shown(self.found, 'ja')}は受け付けられません"
        allowed = allowed_in(self.allowed, "ja")
        reasons = (allowed and f"認められるもの：{allowed}", self.rule and f"規則 {self.rule}")
        reason = "、".join(r for r in reasons if r)
        return f"{place}{found}（{reason}）。" if reason else f"{place}{found}。"

    def _english(self) -> str:
        place = (f"line {self.line}, " if self.line is not None else "") + (_field(self.field) or "the whole object")
        allowed = allowed_in(self.allowed, "en")
        verdict = f"; allowed: {allowed}" if allowed else ", which is not accepted"
        rule = f" (rule {self.rule})" if self.rule else ""
        return f"{place}: found {shown(self.found, 'en')}{verdict}{rule}."

    def without_values(self) -> str:
        """Line, field and rule alone, for a log: what was found may be personal, and so may a name that is none of ours."""
        names = self.field.split(".") if self.field else []
        known = [*names[:-1], "?"] if self.found is UNKNOWN_FIELD else names
        field = ".".join(n if _NAME.fullmatch(n) else "?" for n in known)
        parts = (self.line and f"line {self.line}", field, self.rule and f"rule {self.rule}")
        return "refused: " + (", ".join(p for p in parts if p) or "the whole object")

    def __str__(self) -> str:
        return self.in_language("en")


class LedgerFault(Exception):
    """Our own data or code is wrong, or the outcome is not known. The caller cannot mend it."""


class Undecodable(LedgerFault):
    """A stored record of a type, a schema or a form that this version of the ledger cannot read."""


UNREADABLE: Final = (LedgerFault, ValueError, TypeError, KeyError, AttributeError)
"""Whatever a damaged record raises, or one of a newer program, when it is read."""


def why_unread(error: Exception) -> str:
    """Why a record cannot be read, in a sentence."""
    return str(error) if isinstance(error, LedgerFault) else f"{type(error).__name__}: {error}"


def shown(found: object, language: Language = "en") -> str:
    """What was found, short and on one line; control and invisible characters are escaped, containers only named."""
    if isinstance(found, Words):
        return escaped(found.get(language), 4 * SHOWN)
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int):
        return (
            str(found)
            if found.bit_length() < 256
            else Words("桁数の多すぎる整数", "an integer of too many digits").get(language)
        )
    if isinstance(found, (list, tuple)):
        return Words(f"{len(found)}個の値の配列", f"a list of {len(found)}").get(language)
    if isinstance(found, dict):
        return Words(f"{len(found)}個の項目のオブジェクト", f"an object of {len(found)} fields").get(language)
    if isinstance(found, str):
        text = escaped(found)
        return f"「{text}」" if language == "ja" else f'"{text}"'
    return escaped(str(found))


def allowed_in(allowed: Words | str | Sequence[object], language: Language) -> str:
    """What is allowed, in words; a closed list is given in full."""
    if isinstance(allowed, Words):
        return allowed.get(language)
    if isinstance(allowed, str):
        return allowed
    return "、".join(map(str, allowed)) if language == "ja" else ", ".join(map(str, allowed))


def escaped(text: str, limit: int = SHOWN) -> str:
    """A text cut to `limit` characters, in which nothing can move the cursor, hide or change direction."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if _printable(c) else _code(c) for c in cut)


def _field(field: str | None) -> str:
    return escaped(field, 2 * SHOWN) if field else ""


def _printable(c: str) -> bool:
    return c == " " or unicodedata.category(c)[0] not in "CZ" or c == "\u3000"


def _code(c: str) -> str:
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
