"""The commands that write: init, record, import, lapse-due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import console, options
from ledger.console import told
from ledger.options import Db, Format, Lang, Source

if TYPE_CHECKING:
    from ledger.application import ClaimsLedger, ImportSummary, Receipt
    from ledger.events import Event

app = typer.Typer()

RECEIPT = ("event_id", "position", "recorded_at", "hash")
SUMMARY = ("read", "recorded", "repeated", "refused", "position")


@app.command(help=told("データベースを作り、または今の形式にする", "Makes the database, or brings it to the present format"))
def init(db: Db = options.DEFAULT_DB, lang: Lang = None) -> None:
    """Makes or migrates the database."""
    with options.opened(db) as ledger:
        ledger.init()


@app.command(help=told("事象を今記録し、受領証を出す", "Records events now; prints a receipt of each"))
def record(file: Source, db: Db = options.DEFAULT_DB, lang: Lang = None, form: Format = None) -> None:
    """Records events now, all or none."""
    from ledger import door

    with options.source(file) as stream:
        numbered = list(door.read_lines(stream, mode="record"))
    with options.opened(db) as ledger:
        receipts = ledger.record([event for _, event in numbered], lines=[line for line, _ in numbered])
    console.write_rows(map(_receipt, receipts), RECEIPT, form)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    from ledger.calendar import JST

    at = receipt.recorded_at.astimezone(JST).isoformat()
    return {"event_id": receipt.event_id, "position": receipt.position, "recorded_at": at, "hash": receipt.hash}


# ---- import --------------------------------------------------------------------------------------------------------------------


@app.command("import", help=told("記録時刻つきの履歴を取り込む", "Records a history with its own recorded_at"))
def import_(file: Source, db: Db = options.DEFAULT_DB, lang: Lang = None, form: Format = None) -> None:
    """Checks the whole of a history, then records it."""
    from ledger import door

    try:
        with options.source(file) as stream, options.opened(db) as ledger:
            summary = _import(ledger, door.read_lines(stream, mode="import"))
    except KeyboardInterrupt:
        again = "もう一度実行すれば、記録済みの行は飛ばして続く", "run it again: it passes over what is recorded and goes on"
        console.complain(told(f"中断した。{again[0]}", f"interrupted; {again[1]}"))
        raise typer.Exit(console.INTERRUPTED) from None
    if console.format_of(form) == "table":
        print(_summed_up(summary))
    else:
        console.write_rows([summary._asdict()], SUMMARY, form)


def _import(ledger: ClaimsLedger, numbered: Iterable[tuple[int, Event]]) -> ImportSummary:
    """An import, with a bar that goes from reading to checking to recording."""
    read = 0

    def counted(tell: console.Tell) -> Iterator[tuple[int, Event]]:
        nonlocal read
        for line in numbered:
            read += 1
            if read % 1000 == 0:
                tell(read)
            yield line

    with console.progress(told("読込", "reading")) as tell:
        return ledger.import_events(
            counted(tell),
            checked=lambda done: tell(done, read, told("検査", "checking")),
            progress=lambda done: tell(done, read, told("記録", "recording")),
        )


def _summed_up(summary: ImportSummary) -> str:
    read, recorded, repeated, _, position = summary
    ja = f"{read:,} 行を読み、{recorded:,} 行を記録した（記録済み {repeated:,} 行）。台帳の末尾は位置 {position:,}。"
    en = f"{read:,} lines read, {recorded:,} recorded, {repeated:,} recorded before; the log ends at position {position:,}."
    return told(ja, en)


# ---- lapse-due -----------------------------------------------------------------------------------------------------------------


@app.command("lapse-due", help=told("基準日までに生じた失効を記録する", "Records the lapses due by a day"))
def lapse_due(
    on: Annotated[str, typer.Option("--on", metavar="DAY", help=told("基準日", "The day"))],
    db: Db = options.DEFAULT_DB,
    lang: Lang = None,
    form: Format = None,
) -> None:
    """Records the lapses that missed debits have brought about. A second run records nothing."""
    from ledger import door

    day = door.day(on, "--on")
    with options.opened(db) as ledger:
        policies = list(ledger.policies())
        new: list[Receipt] = []
        with console.progress(told("契約", "policies"), len(policies)) as tell:
            for done, policy_id in enumerate(policies, start=1):
                new += _lapse(ledger, policy_id, day)
                tell(done)
    if new or console.format_of(form) != "table":
        console.write_rows(map(_receipt, new), RECEIPT, form)
    else:
        print(told("記録すべき失効はない。", "No lapse is due."))


def _lapse(ledger: ClaimsLedger, policy_id: str, day: date) -> list[Receipt]:
    """Records what is due of one policy; gives the receipts of what had not been recorded before, even if taken back since."""
    from ledger.events import Event, PolicyLapsed
    from ledger.products.sony_medical import PRODUCT, lapses_due

    policy = ledger.policy(policy_id)
    if policy.product is not PRODUCT or not policy.timeline.issued:
        return []
    events = []
    for lapsed_on, event_id in lapses_due(policy_id, policy.timeline.facts, day):
        fact = PolicyLapsed(lapsed_on=lapsed_on, ground="premium")
        events.append(Event(event_id, policy_id, PolicyLapsed.__name__, PolicyLapsed.SCHEMA, None, fact))
    return [receipt for receipt in ledger.record(events) if not receipt.repeated]
