"""The commands of the read model: limits of a portfolio, rebuild, state of the projections, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import console, options
from ledger.console import told
from ledger.errors import Refused, Words
from ledger.options import AtPosition, Db, Format, KnownAt, Lang, On

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.application import ClaimsLedger
    from projections.queries import Question
    from projections.rebuild import Built
    from projections.rows import Policy

app = typer.Typer()

LIMIT = ("policy_id", "product", "limit", "key", "unit", "cap", "used", "remaining", "from", "to", "rules")

Product = Annotated[str | None, typer.Option("--product", metavar="P", help=told("この商品の契約だけ", "Policies of one product"))]
LimitName = Annotated[str | None, typer.Option("--limit", metavar="L", help=told("この限度だけ", "One limit, by its name"))]
Prefix = Annotated[
    str | None, typer.Option("--policy-prefix", metavar="X", help=told("ID がこれで始まる契約だけ", "Policies whose ids begin so"))
]


Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="DIR", help=told("データベースでなく書き出しから", "From an export, not from the database")),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help=told("dask の計算機群で（tcp://…）", "On a cluster of dask: tcp://…")),
]


@contextmanager
def read_model(db: str) -> Iterator[tuple[ClaimsLedger, Engine]]:
    """The ledger and its read model, brought up to the end of the log, with a bar on a terminal."""
    from projections.catch_up import catch_up
    from projections.read_model import opened

    with options.opened(db) as ledger, opened(db) as engine:
        head, _ = ledger.head()
        with console.progress(told("集計表の更新", "bringing the tables up to date"), head) as tell:
            catch_up(engine, ledger, heard=lambda position: tell(position, max(position, head)))
        yield ledger, engine


def asked(on: str | None, known_at: str | None, at_position: str | None, **which: str | None) -> Question:
    """The question of the command line; the present is asked for here, once, and only for what is left out."""
    from projections.queries import Question

    if at_position is not None and known_at is not None:
        raise Refused("--at-position", at_position, Words("--known-at なしでのみ", "only without --known-at"))
    moment = options.now()
    position = options.position(at_position)
    known = None if position is not None else options.instant(known_at) or moment
    return Question(options.day(on) or options.today(moment), known, position, **which)


def name_undetermined(found: Policy) -> None:
    """Says on standard error of which policy nothing is said, since when and why."""
    assert found.undetermined is not None
    since, reason = found.undetermined
    ja = f"契約 {found.policy_id}：位置 {since} から未確定（{reason}）"
    console.complain(told(ja, f"policy {found.policy_id} is undetermined since position {since}: {reason}"))


@app.command(help=told("データベースを作り、または今の形式にする", "Makes the database, or brings it to the present format"))
def init(db: Db = options.DEFAULT_DB, lang: Lang = None) -> None:
    """Makes or migrates the log's tables and the read model's: the whole of `hoken init`."""
    from projections.engine import engine
    from projections.schema import migrate

    with options.opened(db) as ledger:
        ledger.init()
    made = engine(db)
    migrate(made)
    made.dispose()


@app.command(help=told("全契約の限度を基準日・時点で", "The limits of all policies, as of a day, as far as was known"))
def limits(
    product: Product = None,
    limit: LimitName = None,
    on: On = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    policy_prefix: Prefix = None,
    export: Export = None,
    cluster: Cluster = None,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """The rows of `limits` that the single answers hold, of a portfolio."""
    from ledger.products import PRODUCTS
    from projections import rows

    if product is not None and product not in PRODUCTS:
        raise Refused("--product", product, tuple(PRODUCTS))

    question = asked(on, known_at, at_position, product=product, limit=limit, policy_prefix=policy_prefix)
    if export is not None:
        from projections.cluster import report

        console.write_rows(report(export, question, cluster), LIMIT, form)
        return
    if cluster is not None:
        raise Refused("--cluster", cluster, Words("--export とともに", "together with --export"))
    write(db, question, rows.limits, LIMIT, form)


def write(db: str, question: Question, wanted: Callable[..., Any], columns: tuple[str, ...], form: console.Format | None) -> None:
    """The rows of a portfolio on standard output, as they come."""
    from projections import queries

    with read_model(db) as (_, engine), engine.connect() as connection:
        found = queries.report(connection, question, wanted, name_undetermined)
        console.write_rows((row.wire() for row in found), columns, form)


# ---- the projections themselves ------------------------------------------------------------------------------------------------

DIFFERENCE = ("policy_id", "only_old", "only_new", "first_at")
STATUS = ("projection", "generation", "state", "position", "hash", "head", "lag", "on_log", "policies", "undetermined")

projections = typer.Typer(help=told("集計表の状態", "The state of the projections"))
app.add_typer(projections, name="projections")

Projection = Annotated[str | None, typer.Option("--projection", metavar="NAME", help=told("この集計表だけ", "This projection alone"))]
ExitCode = Annotated[bool, typer.Option("--exit-code", help=told("相違があれば 1 で終わる", "Exit 1 where the old and the new differ"))]


@projections.command(help=told("どこまで進んでいるか", "How far each is: position, hash, lag"))
def status(db: Db = options.DEFAULT_DB, lang: Lang = None, form: Format = None) -> None:
    """The generations of the projections, beside the end of the log. Brings nothing up to date."""
    from projections.read_model import opened
    from projections.status import status

    with options.opened(db) as ledger, opened(db) as engine, engine.connect() as connection:
        console.write_rows((row._asdict() for row in status(connection, ledger)), STATUS, form)


@app.command(help=told("集計表を横で作り直し、古いものと比べて入れ替える", "Builds a projection anew beside the old one, compares, swaps"))
def rebuild(
    projection: Projection = None,
    exit_code: ExitCode = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """Builds anew from the log. Prints the policies in which the old and the new differ; the new one is read from then on."""
    from projections.generations import MOVEMENTS, PROJECTIONS
    from projections.read_model import opened
    from projections.rebuild import rebuild

    name = projection or MOVEMENTS
    if name not in PROJECTIONS:
        raise Refused("--projection", name, PROJECTIONS)
    with options.opened(db) as ledger, opened(db) as engine:
        head, _ = ledger.head()
        with console.progress(told("作り直し", "rebuilding"), head) as tell:
            built = rebuild(engine, ledger, heard=lambda position: tell(position, max(position, head)), projection=name)
    console.write_rows((difference._asdict() for difference in built.differences), DIFFERENCE, form)
    _sum_up(built)
    if exit_code and (built.differences or built.not_compared is not None):
        raise typer.Exit(console.CHECK_FAILED)


def _sum_up(built: Built) -> None:
    """What came of a rebuild, on standard error."""
    position, differing = built.mark.position, len(built.differences)
    console.complain(told(f"位置 {position:,} まで作り直した", f"built anew up to position {position:,}"))
    if built.not_compared is not None:
        console.complain(told(f"古いものとは比べていない：{built.not_compared}", f"not compared with the old one: {built.not_compared}"))
    elif differing:
        ja, en = f"古いものと異なる契約：{differing:,}", f"policies that differ from the old one: {differing:,}"
        console.complain(told(ja, en))


# ---- export --------------------------------------------------------------------------------------------------------------------

EXPORTED = ("position", "hash", "policies", "accounts", "movements", "files")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=told("新しい、または空のフォルダー", "A new or an empty folder"))]


@app.command(help=told("集計表を Parquet に書き出す", "Writes the movements as Parquet, with a manifest"))
def export(folder: Folder, db: Db = options.DEFAULT_DB, lang: Lang = None, form: Format = None) -> None:
    """The read model as partitioned Parquet: for DuckDB, pandas, or a cluster."""
    from projections.export import check, export

    check(folder)
    with read_model(db) as (_, engine), console.progress(told("契約", "policies")) as tell:
        exported = export(engine, folder, heard=tell)
    console.write_rows([exported._asdict()], EXPORTED, form)
