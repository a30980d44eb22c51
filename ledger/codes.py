"""Medical codes: ICD-10 lists given as ranges, and the codes of surgical procedures (K codes of the fee schedule)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from ledger.errors import LedgerFault

# Hyphens, dashes, the minus sign and the long-vowel mark, all of which are typed for the hyphen of a code.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))

# Category, decimal, and the dagger or asterisk that marks one half of a pair of codes (E11.2†, N08.3*).
_ICD10 = re.compile(r"([A-Z][0-9][0-9A-Z])(?:\.?([0-9A-Z]{1,4}))?[†*]?")


@lru_cache(maxsize=65_536)
def normal(code: str) -> str:
    """A code as it is compared: NFKC, upper case, without blanks, every dash a hyphen (Interpretation beyond NFKC)."""
    return "".join(normalize("NFKC", code).upper().translate(_DASHES).split())


# ---- ICD-10 ---------------------------------------------------------------------------------------------------------


class Icd10Code(NamedTuple):
    """A code in its parts: I21.4 is category I21, decimal 4; a category alone has the decimal ""."""

    category: str
    decimal: str


@lru_cache(maxsize=65_536)
def icd10_code(text: str) -> Icd10Code | None:
    """The code that a text writes; I214 is I21.4 (Interpretation). None where it writes no ICD-10 code."""
    found = _ICD10.fullmatch(normal(text))
    return Icd10Code(found[1], found[2] or "") if found else None


class Icd10List:
    """A list of diseases given by categories (E10), ranges of categories (C00-C14) and codes with a decimal (D47.1)."""

    __slots__ = ("_codes", "_ranges")

    def __init__(self, ranges: tuple[tuple[str, str], ...], codes: tuple[Icd10Code, ...]) -> None:
        self._ranges = ranges
        self._codes = codes

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Icd10List":
        """Reads the entries of a list; equal lists are read once."""
        return _parsed(tuple(entries))

    def covers(self, code: str | None) -> bool:
        """Whether the list names the code; no code, or a text that is no ICD-10 code, is in no list.

        A code with a decimal belongs to its category (I21.4 to I21); an entry with a decimal (D47.1) needs the decimal.
        """
        read = icd10_code(code) if code else None
        if read is None:
            return False
        return any(first <= read.category <= last for first, last in self._ranges) or any(
            read.category == listed.category and read.decimal.startswith(listed.decimal) for listed in self._codes
        )


@lru_cache(maxsize=256)
def _parsed(entries: tuple[str, ...]) -> Icd10List:
    ranges: list[tuple[str, str]] = []
    codes: list[Icd10Code] = []
    for entry in entries:
        ends = [icd10_code(end) for end in normal(entry).split("-")]
        match ends:
            case [Icd10Code(category, "")]:
                ranges.append((category, category))
            case [Icd10Code() as code]:
                codes.append(code)
            case [Icd10Code(first, ""), Icd10Code(last, "")] if first <= last:
                ranges.append((first, last))
            case _:
                raise LedgerFault(f"{entry!r} is no entry of an ICD-10 list; such are E10, C00-C14 and D47.1")
    return Icd10List(tuple(ranges), tuple(codes))


# ---- procedures -----------------------------------------------------------------------------------------------------


def procedure_listed(code: str | None, listed: Iterable[str]) -> str | None:
    """The entry of a list that names the procedure, None where none does (SK-49).

    A full stop names an item of a code (K617.2 is item 2 of K617), a hyphen makes another code (K617-2).
    An entry without an item covers the items of its code; an entry with an item covers that item alone.
    """
    if not code:
        return None
    mine = normal(code)
    return next((entry for entry in map(normal, listed) if mine == entry or mine.startswith(f"{entry}.")), None)
