"""A policy's history told in two times: imports the samples into a ledger of its own and asks before and after late news.

Run with `python -m replay.demo`; it leaves nothing behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import console, door
from ledger.application import ClaimsLedger
from ledger.console import told
from ledger.errors import Words
from replay import tables
from replay.questions import Answers, Question

if TYPE_CHECKING:
    from rich.console import RenderableType


class Story(NamedTuple):
    """A sample, the day it is asked about, the instants before and after the news came, and what the news was."""

    sample: str
    policy_id: str
    on: date
    before: datetime
    after: datetime
    news: Words


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


STORIES: Final = (
    Story(
        "sony-medical", "SM-2021-0311", date(2024, 2, 28), _at("2024-03-06T09:00:00"), _at("2024-04-17T09:00:00"),
        Words("12月の振替不能は銀行の誤りだった：失効はなかった", "the bank had missed the debit of December: there was no lapse"),
    ),
    Story(
        "seikatsu", "SK-2021-0042", date(2023, 12, 31), _at("2023-10-01T09:00:00"), _at("2023-12-06T09:00:00"),
        Words("8月の抗がん剤治療は別の患者のものだった：取消し", "the treatment of August was another patient's: retracted"),
    ),
    Story(
        "oyako", "OY-2023-0107", date(2024, 12, 31), _at("2024-10-01T09:00:00"), _at("2024-11-19T09:00:00"),
        Words("住宅改修は見積額で記録されていた：請求額に訂正", "the bathroom had been recorded as estimated: amended to the bill"),
    ),
    Story(
        "ryoritsu", "KR-2022-0015", date(2024, 2, 9), _at("2024-01-10T09:00:00"), _at("2024-02-14T09:00:00"),
        Words("要介護2ではなく要介護1だった：認定を訂正", "the certificate said care1, not care2: amended"),
    ),
    Story(
        "cyber", "CY-2023-0008", date(2024, 9, 30), _at("2024-09-30T09:00:00"), _at("2024-10-08T09:00:00"),
        Words("8月の請求書が10月に届いた：先に数えられる", "a bill of August came in October: it counts before later ones"),
    ),
)  # fmt: skip


def main() -> int:
    """Tells the stories."""
    with TemporaryDirectory() as folder, ClaimsLedger.open(str(Path(folder) / "demo.db")) as ledger:
        for story in STORIES:
            sample = files("ledger").joinpath("samples", f"{story.sample}.jsonl").read_bytes()
            ledger.import_events(door.read_lines(sample.splitlines(keepends=True), mode="import"))
        answers = Answers(ledger)
        for number, story in enumerate(STORIES):
            console.write_tables(_told(answers, story, whole=number == 0))
    return 0


def _told(answers: Answers, story: Story, *, whole: bool) -> Iterator[RenderableType]:
    """One story: the news, and the answer before and after it; the first one with all that an answer says."""
    from rich.text import Text

    before, after = (answers.one(Question(story.policy_id, story.on, known_at)) for known_at in (story.before, story.after))
    yield Text(f"\n━━ {story.sample}: {story.news.get(console.language())}", style="bold")
    if whole:
        for given in (before, after):
            yield from tables.answer(given, console.language())
    yield _compared(before, after)


def _compared(before: dict[str, Any], after: dict[str, Any]) -> RenderableType:
    """What both answers say of state, benefits and limits, side by side."""
    page = tables.Page(console.language(), era=False)
    rows = [(page.name("label", "status"), *(page.name("state", given["status"]["state"]) for given in (before, after)))]
    for name in sorted(before["settlement"]["by_benefit"].keys() | after["settlement"]["by_benefit"].keys()):
        sums = [given["settlement"]["by_benefit"].get(name, {}) for given in (before, after)]
        for movement in ("payable", "outstanding"):
            moved = (page.amount(one.get(movement, 0)) for one in sums)
            rows.append((f"{page.name('benefit', name)} {page.name('movement', movement)}", *moved))
    headings = {known["known_at"]: f"{page.name('column', 'known_at')} {known['known_at'][:10]}" for known in (before, after)}
    columns = ("", *(f"{known_at}:" for known_at in headings))
    shown = [row for row in rows if row[1] != row[2] or row == rows[0]]
    title = told(f"{before['policy_id']}、基準日 {before['on']}", f"{before['policy_id']} on {before['on']}")
    return tables.ruled(title, columns, shown, lambda column: headings.get(column, column))


if __name__ == "__main__":
    sys.exit(console.guarded(main))
