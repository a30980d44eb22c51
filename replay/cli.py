"""The `hoken` command: puts the groups of commands together, and adds those that ask: asof, timeline."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

import ledger.cli
import projections.cli
import replay.portfolio_cli
import replay.why
from ledger import console, options
from ledger.console import told
from ledger.errors import Refused, Words
from ledger.options import AtPosition, Db, Format, KnownAt, Lang, On, Policy

if TYPE_CHECKING:
    from replay.questions import Question

app = typer.Typer()

GROUPS = (ledger.cli.app, projections.cli.app, app, replay.why.app, replay.portfolio_cli.app)
"""The groups of commands, in the order in which `hoken --help` lists them. A further group is one more name here."""


def hoken() -> typer.Typer:
    """The whole command. A command does its imports itself, so that the start is short."""
    whole = typer.Typer(
        add_completion=False,
        help=told("二つの時間を持つ保険金請求の台帳", "A ledger of insurance claims in two times"),
    )
    for group in GROUPS:
        whole.add_typer(group)
    return whole


def main() -> None:
    """Runs the command line."""
    gc.set_threshold(50_000, 20, 20)  # answers make no cycles: looking for some after every 700 objects takes a third of the time
    sys.exit(console.run(hoken(), sys.argv[1:]))


# ---- asof ----------------------------------------------------------------------------------------------------------------------

Questions = Annotated[
    str | None,
    typer.Option(
        "--questions",
        metavar="FILE|-",
        help=told("問いの JSONL（policy_id, on, known_at）", "Questions as JSONL: policy_id, on, known_at"),
    ),
]
Era = Annotated[bool, typer.Option("--era", help=told("表の日付を和暦で示す", "Show the dates of tables in Japanese eras"))]


@app.command(help=told("基準日にどうだったか、ある時点に知っていた限りで", "What a policy stood at on a day, as far as was known"))
def asof(
    policy: Annotated[str | None, typer.Argument(metavar="POLICY", help=told("契約の ID", "The id of a policy"))] = None,
    on: On = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    questions: Questions = None,
    era: Era = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """Answers one question, or many."""
    from replay.questions import Answers

    if (policy is None) == (questions is None):
        one = Words("POLICY か --questions のどちらか一つ", "either POLICY or --questions")
        raise Refused("POLICY", policy if policy is not None else Words("何もないこと", "nothing"), one)
    if at_position is not None and (known_at is not None or questions is not None):
        raise Refused("--at-position", at_position, Words("--known-at・--questions なしでのみ", "only without --known-at and --questions"))
    asked = list(_asked(policy, on, known_at, at_position, questions))
    with options.opened(db) as ledger:
        _show(Answers(ledger).all(asked), form, era)


def _asked(policy: str | None, on: str | None, known_at: str | None, at_position: str | None, questions: str | None) -> Iterable[Question]:
    """The questions of the command line; the present is asked for here, once, and only for what is left out."""
    from ledger import door
    from replay.questions import Question, read_questions

    moment = options.now()
    day = options.day(on) or options.today(moment)
    instant = options.instant(known_at) or moment
    if questions is not None:
        with options.source(questions) as stream:
            yield from read_questions(stream, day, instant)
    elif policy is not None:
        position = options.position(at_position)
        yield Question(door.checked_policy_id(policy, "POLICY"), day, instant if position is None else None, position)


def _show(answers: Iterator[dict[str, Any]], form: console.Format | None, era: bool) -> None:
    shape = console.format_of(form)
    if shape == "json":
        console.write_json(answers)
        return
    from replay import tables

    if shape == "csv":
        console.write_csv(tables.benefit_rows(answers), tables.BENEFIT_ROW)
    else:
        for given in answers:
            console.write_tables(tables.answer(given, console.language(), era=era))


# ---- timeline --------------------------------------------------------------------------------------------------------------------


@app.command(help=told("契約の事象を順に、それぞれが変えたこととともに", "Every event and correction in order, with what each changed"))
def timeline(
    policy: Policy,
    known_at: KnownAt = None,
    era: Era = False,
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """A policy's history as a person reads it."""
    from ledger import door
    from replay import trail

    policy_id = door.checked_policy_id(policy, "POLICY")
    instant: datetime = options.instant(known_at) or options.now()
    with options.opened(db) as ledger:
        steps = trail.trail(ledger.stream(policy_id), instant)
        if console.format_of(form) == "table":
            console.write_tables(trail.tables(policy_id, steps, console.language(), era=era))
        else:
            console.write_rows(map(trail.row, steps) if form == "csv" else steps, trail.COLUMNS, form)


if __name__ == "__main__":
    main()
