"""Japanese eras: days such as R5-08-01 or 令和5年8月1日, read and written. The days on which eras change are exact."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.errors import Words


class Era(NamedTuple):
    """An era: its letter and name, its first day, and its last (None: it goes on). Both days belong to it."""

    letter: str
    name: str
    first: date
    last: date | None


ERAS: Final = (
    Era("M", "明治", date(1868, 1, 25), date(1912, 7, 29)),
    Era("T", "大正", date(1912, 7, 30), date(1926, 12, 24)),
    Era("S", "昭和", date(1926, 12, 25), date(1989, 1, 7)),
    Era("H", "平成", date(1989, 1, 8), date(2019, 4, 30)),
    Era("R", "令和", date(2019, 5, 1), None),
)
"""The edicts of 1912 and 1926 gave the whole day of the change to the new era; those of 1989 and 2019 the next day."""

_BY_NAME: Final = {era.letter: era for era in ERAS} | {era.name: era for era in ERAS}
_LETTER: Final = re.compile(r"([MTSHR])([0-9]{1,2})-([0-9]{2})-([0-9]{2})")
_KANJI: Final = re.compile(r"(明治|大正|昭和|平成|令和)(元|[0-9]{1,2})年([0-9]{1,2})月([0-9]{1,2})日")
_WIDE: Final = {0xFF01 + i: 0x21 + i for i in range(94)}


class OutsideEra(ValueError):
    """A date that is written in an era to which the day does not belong, or that is no day at all."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as their ASCII forms; everything else stays."""
    return text.translate(_WIDE)


def parse(text: str) -> date | None:
    """The day of an era date; None where the text is written in no era. Raises OutsideEra for a day the era has not."""
    found = _LETTER.fullmatch(text) or _KANJI.fullmatch(text)
    if found is None:
        return None
    era = _BY_NAME[found[1]]
    year = 1 if found[2] == "元" else int(found[2])
    try:
        day = date(era.first.year + year - 1, int(found[3]), int(found[4]))
    except ValueError:
        raise OutsideEra(_range(era)) from None
    if day < era.first or (era.last is not None and day > era.last):
        raise OutsideEra(_range(era))
    return day


def era_of(day: date) -> Era:
    """The era of a day. Raises ValueError before Meiji."""
    for era in reversed(ERAS):
        if day >= era.first:
            return era
    raise ValueError(f"{day} is before the first era")


def written(day: date, style: Literal["letter", "kanji"] = "letter") -> str:
    """A day as `R5-08-01` or `令和5年8月1日`; the first year of an era is R1 and 元年."""
    era = era_of(day)
    year = day.year - era.first.year + 1
    if style == "letter":
        return f"{era.letter}{year}-{day.month:02}-{day.day:02}"
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _range(era: Era) -> Words:
    last = era.last.isoformat() if era.last else ""
    ja = f"{era.name}の実在する日（{era.first.isoformat()}〜{last}）"
    en = f"an existing day of the era {era.letter} ({era.name}), from {era.first.isoformat()}" + (
        last and f" to {last}"
    )
    return Words(ja, en)
