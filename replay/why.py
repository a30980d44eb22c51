"""The commands that say why: explain, diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger import console, options
from ledger.console import told
from ledger.errors import Refused, Words
from ledger.options import AtPosition, Db, Format, KnownAt, Lang, On, Policy

if TYPE_CHECKING:
    from replay.difference import Point

app = typer.Typer()

Era = Annotated[bool, typer.Option("--era", help=told("表の日付を和暦で示す", "Show the dates of tables in Japanese eras"))]

LineId = Annotated[
    str, typer.Option("--benefit", metavar="LINE_ID", help=told("答の明細（line_id）", "A line of the answer, by its line_id"))
]

POINT = Words(
    "日@時点（2024-03-31@2024-04-01T09:00:00+09:00）または 日@位置",
    "DAY@INSTANT (2024-03-31@2024-04-01T09:00:00+09:00) or DAY@POSITION",
)


# ---- explain -------------------------------------------------------------------------------------------------------------------


@app.command(help=told("答の明細一つの導出：事実、規則、計算、限度", "The derivation of one line: facts, rules, arithmetic, limits"))
def explain(
    policy: Policy,
    benefit: LineId,
    on: On = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    era: Era = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """How a line of an answer, past or present, comes about. `hoken-check` checks the JSON without the ledger."""
    from ledger import door
    from ledger.canonical import canonical
    from replay.explain import explanation
    from replay.steps import Cut

    if at_position is not None and known_at is not None:
        raise Refused("--at-position", at_position, Words("--known-at なしでのみ", "only without --known-at"))
    if form == "csv":
        raise Refused("--format", form, ("table", "json"))
    policy_id = door.checked_policy_id(policy, "POLICY")
    moment, position = options.now(), options.position(at_position)
    cut = Cut(position=position) if position is not None else Cut(known_at=options.instant(known_at) or moment)
    with options.opened(db) as ledger:
        found = explanation(policy_id, ledger.stream(policy_id), options.day(on) or options.today(moment), cut, benefit)
    if console.format_of(form) == "table":
        from replay import explain_page

        console.write_tables(explain_page.tables(found, console.language(), era=era))
    else:
        console.write_bytes(canonical(found) + b"\n")


# ---- diff ----------------------------------------------------------------------------------------------------------------------


@app.command(help=told("二つの答の違いと、その原因", "What differs between two answers, and which causes made the difference"))
def diff(
    policy: Policy,
    from_: Annotated[str, typer.Option("--from", metavar="ON@KNOWN", help=told("前の答", "The first answer"))],
    to: Annotated[str, typer.Option("--to", metavar="ON@KNOWN", help=told("後の答", "The second answer"))],
    exit_code: Annotated[bool, typer.Option("--exit-code", help=told("違いがあれば終了コード 1", "Exit with 1 where they differ"))] = False,
    era: Era = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> int:
    """Every movement between two answers, by cause."""
    from ledger import door
    from replay import difference, difference_page

    policy_id = door.checked_policy_id(policy, "POLICY")
    points = point(from_, "--from"), point(to, "--to")
    with options.opened(db) as ledger:
        found = difference.difference(policy_id, ledger.stream(policy_id), *points)
    shape = console.format_of(form)
    if shape == "table":
        console.write_tables(difference_page.tables(found, console.language(), era=era))
    elif shape == "csv":
        console.write_csv(difference_page.rows(found), difference_page.COLUMNS)
    else:
        console.write_json([found])
    return console.CHECK_FAILED if exit_code and (found["changed"] or "undetermined" in found) else 0


def point(given: str, option: str) -> Point:
    """An answer named by its day and what was known: an instant with offset, or a position of the log."""
    from ledger import door
    from replay.difference import Point
    from replay.steps import Cut

    on, at, known = given.partition("@")
    if not (at and known):
        raise Refused(option, given, POINT)
    if known.isascii() and known.isdecimal():
        return Point(door.day(on, option), Cut(position=options.position(known, option)))
    return Point(door.day(on, option), Cut(known_at=door.instant(known, option)))
