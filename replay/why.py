"""The commands that say why: explain, diff; and the one that asks whether it would still be so: readjudicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import console, options
from ledger.console import told
from ledger.errors import Refused, Words
from ledger.options import AtPosition, Db, Format, KnownAt, Lang, On, Policy

if TYPE_CHECKING:
    from ledger.application import ClaimsLedger
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


# ---- readjudicate ----------------------------------------------------------------------------------------------------------------

Record = Annotated[
    bool, typer.Option("--record", help=told("違いを台帳に記録する（なければ記録しない）", "Record what differs; without it nothing is"))
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=told("違いを示すだけ（既定）", "Only show what differs (the default)"))]
Policies = Annotated[
    list[str] | None, typer.Option("--policy", metavar="ID", help=told("この契約だけ（くり返せる）", "This policy; may be repeated"))
]
Product = Annotated[str | None, typer.Option("--product", metavar="P", help=told("この商品の契約だけ", "Policies of one product"))]


@app.command(help=told("今の規則を記録済みの事実にあて、違いを示す", "Runs today's rules over the recorded facts; shows what would differ"))
def readjudicate(
    product: Product = None,
    policy: Policies = None,
    on: On = None,
    record: Record = False,
    dry_run: DryRun = False,
    era: Era = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> int:
    """Lists the policies that today's rules would leave otherwise. Exit code 1 where the rules fail for a policy."""
    from replay import readjudicate

    if record and dry_run:
        raise Refused("--record", Words("--dry-run とともに", "together with --dry-run"), Words("どちらか一つ", "one of the two"))
    day = options.day(on) or options.today(options.now())
    with options.opened(db) as ledger:
        policy_ids = _chosen(ledger, product, policy)
        with console.progress(told("契約", "policies"), len(policy_ids)) as tell:
            failed = _tell(readjudicate.readjudicated(ledger, policy_ids, day, product=product, record=record, heard=tell), form, era)
    return console.CHECK_FAILED if failed else 0


def _chosen(ledger: ClaimsLedger, product: str | None, named: list[str] | None) -> list[str]:
    """The ids of the policies to look at. Raises Refused for a policy or a product that there is not."""
    from ledger.products import PRODUCTS

    if product is not None and product not in PRODUCTS:
        raise Refused("--product", product, tuple(sorted(PRODUCTS)))
    for policy_id in named or ():
        if not ledger.stream(policy_id):
            raise Refused("--policy", policy_id, Words("台帳にある契約", "a policy of the ledger"))
    return sorted(set(named)) if named else list(ledger.policies())


def _tell(found: Iterable[dict[str, Any]], form: console.Format | None, era: bool) -> bool:
    """Shows the policies that differ as they are found; whether the rules fail for any."""
    from replay import readjudicate_page

    failed = False

    def noted() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for row in found:
            failed = failed or row["fault"] is not None
            yield row

    shape = console.format_of(form)
    if shape == "json":
        console.write_json(noted())
    elif shape == "csv":
        console.write_csv((flat for row in noted() for flat in readjudicate_page.rows(row)), readjudicate_page.COLUMNS)
    else:
        rows = list(noted())
        console.write_tables(readjudicate_page.tables(rows, console.language(), era=era))
    return failed
