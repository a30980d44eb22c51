"""The commands about all policies at once: reports, verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger import console, options
from ledger.console import told
from ledger.errors import Refused, Words
from ledger.options import AtPosition, Db, Format, KnownAt, Lang, On
from projections.cli import asked, name_undetermined, read_model

if TYPE_CHECKING:
    from replay.portfolio import Filled, Report
    from replay.verify import Wrong

app = typer.Typer()

NAMES = ("limits", "settlements", "deadlines")

Name = Annotated[str, typer.Argument(metavar="|".join(NAMES), help=told("帳票", "The report"))]
ByBenefit = Annotated[bool, typer.Option("--by-benefit", help=told("給付ごとに一行", "One row a benefit"))]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=told("ファイルへ（.parquet .csv .jsonl .xlsx）", "To a file: parquet, csv, jsonl, xlsx")),
]


@app.command(help=told("全契約の帳票：限度、精算、期限", "Reports over all policies: limits, settlements, deadlines"))
def report(
    name: Name,
    on: On = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    by_benefit: ByBenefit = False,
    out: Out = None,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """A report as of a day and a cut, to standard output or to a file."""
    from projections import queries
    from replay import portfolio, sheets

    wanted = _named(name, by_benefit)
    if out is not None and form is not None:
        raise Refused("--format", form, Words("--out なしでのみ", "only without --out"))
    if out is not None:
        sheets.check(out)
    question = asked(on, known_at, at_position)
    with read_model(db) as (_, engine), queries.snapshot(engine) as connection:
        filled = portfolio.fill(connection, wanted, question, name_undetermined)
        if out is None:
            _show(filled, form)
            return
        with console.progress(told("行", "rows")) as tell:
            sheets.write(filled, out, tell)


def _named(name: str, by_benefit: bool) -> Report:
    from replay import portfolio

    if name not in portfolio.REPORTS:
        raise Refused("NAME", name, NAMES)
    if not by_benefit:
        return portfolio.REPORTS[name]
    if name != portfolio.SETTLEMENTS.name:
        raise Refused("--by-benefit", name, Words("settlements でのみ", "only for settlements"))
    return portfolio.BY_BENEFIT


def _show(filled: Filled, form: console.Format | None) -> None:
    columns = [column.name for column in filled.report.columns]
    console.write_rows((row.wire() for row in filled.rows), columns, form)


# ---- verify --------------------------------------------------------------------------------------------------------------------

CHECKED = ("check", "checked", "wrong")
TOLD = 100
"""Findings of a check that are told one by one."""


@app.command(help=told("台帳と集計表が正しいか", "Whether the log and the tables are what they should be"))
def verify(db: Db = options.DEFAULT_DB, lang: Lang = None, form: Format = None) -> None:
    """Re-hashes the log, and holds the read model to a full replay. Exit 1 where anything is wrong."""
    from projections.read_model import opened
    from replay.verify import Verification

    count: dict[str, int] = {}

    def wrong(found: Wrong) -> None:
        count[found.check] = count.get(found.check, 0) + 1
        if count[found.check] <= TOLD:
            place = ((told("位置 ", "position "), found.position), (told("契約 ", "policy "), found.policy_id))
            console.complain(f"{found.check}: {', '.join(f'{name}{at}' for name, at in place if at is not None)}: {found.what}")

    with options.opened(db) as ledger, opened(db) as engine, console.progress(told("検査", "verifying")) as tell:
        checks = list(Verification(ledger, engine, wrong, lambda check, done: tell(done, label=check)).run())
    console.write_rows((check._asdict() for check in checks), CHECKED, form)
    if any(check.wrong for check in checks):
        raise typer.Exit(console.CHECK_FAILED)
