"""Options that commands share, and what they are read into: days, instants, streams, and the ledger itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from ledger import console
from ledger.console import told
from ledger.errors import Language, Refused, Words

if TYPE_CHECKING:
    from ledger.application import ClaimsLedger

Db = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="HOKEN_DB",
        metavar="URL",
        help=told("台帳：ファイル名または SQLAlchemy URL", "The ledger: a file or an SQLAlchemy URL"),
    ),
]
Lang = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        envvar="HOKEN_LANG",
        callback=console.speak,
        help=told("表とメッセージの言語（既定：ロケール）", "Language of tables and messages (default: the locale's)"),
    ),
]
Format = Annotated[
    console.Format | None,
    typer.Option("--format", help=told("出力の形（既定：端末では table、他では json）", "Default: table on a terminal, json elsewhere")),
]
Source = Annotated[
    str, typer.Argument(metavar="FILE|-", help=told("JSONL のファイル、- は標準入力", "A file of JSONL; - is standard input"))
]
On = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help=told("基準日（2023-03-31、R5-03-31）", "A day: 2023-03-31 or R5-03-31"))
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="INSTANT",
        help=told("知っていた時点（時差つき：2023-04-01T09:00:00+09:00）", "An instant with offset: 2023-04-01T09:00:00+09:00"),
    ),
]
AtPosition = Annotated[
    str | None, typer.Option("--at-position", metavar="N", help=told("台帳の位置で区切る", "Cut at a position of the log"))
]
Policy = Annotated[str, typer.Argument(metavar="POLICY", help=told("契約の ID（policy_id）", "The id of a policy"))]

DEFAULT_DB = "hoken.db"


@contextmanager
def opened(db: str) -> Iterator[ClaimsLedger]:
    """The ledger of `--db`. An embedded one is made where there is none."""
    from ledger.application import ClaimsLedger

    with ClaimsLedger.open(db) as ledger:
        yield ledger


@contextmanager
def source(name: str) -> Iterator[BinaryIO]:
    """The bytes of FILE, or of standard input."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 (closed below; an error while reading is not one of opening)
    except OSError as error:
        found = Words(f"{name}（{error.strerror}）", f"{name} ({error.strerror})")
        allowed = Words("読めるファイル、または -（標準入力）", "a file that can be read, or - for standard input")
        raise Refused("FILE", found, allowed) from None
    with stream:
        yield stream


def day(given: str | None, option: str = "--on") -> date | None:
    """The day of an option, in the Western or the Japanese calendar."""
    from ledger import door

    return door.day(given, option) if given is not None else None


def instant(given: str | None, option: str = "--known-at") -> datetime | None:
    """The instant of an option. One without an offset is refused."""
    from ledger import door

    return door.instant(given, option) if given is not None else None


def position(given: str | None, option: str = "--at-position") -> int | None:
    """The position of an option."""
    if given is None or (given.isascii() and given.isdecimal() and len(given) <= 15):
        return int(given) if given is not None else None
    raise Refused(option, given, Words("0 以上の整数", "a whole number from 0"))


def now() -> datetime:
    """The present instant, for what is left out on the command line. Asked for once by a command and handed down."""
    from ledger.clock import SystemClock

    return SystemClock().now()


def today(moment: datetime) -> date:
    """The calendar day in Japan on which an instant falls."""
    from ledger.calendar import jst_day

    return jst_day(moment)
