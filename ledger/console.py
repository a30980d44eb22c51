"""The edge towards people: language, exit codes, rows as table, JSON or CSV, progress. A command returns its exit code, or None for 0.

Data go to standard output, everything else to standard error: a message is one line there.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

import orjson

from ledger.errors import Language, LedgerFault, Refused, Words, escaped

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from typer import Typer

Format = Literal["table", "json", "csv"]
Row = Mapping[str, Any]

CHECK_FAILED: Final = 1
REFUSED: Final = 2
FAULT: Final = 3
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141  # what a shell says of a program that a closed pipe has ended

TABLE_WIDTH: Final = 120
"""Columns of a table where it goes to no terminal."""

FOLDED: Final = 20
"""Columns of a table that text is given at least, before the table is given up for a list."""

_AMOUNTS: Final = frozenset({"cap", "used", "remaining", "rate", "gross", "payable", "paid", "recovered", "offset", "outstanding",
                             "amount", "claimed", "threshold", "quantity"})  # fmt: skip


# ---- commands ----------------------------------------------------------------------------------------------------------------


def run(app: Typer, arguments: Sequence[str]) -> int:
    """Runs a command line; gives its exit code."""
    return guarded(lambda: _invoke(app, arguments))


def guarded(act: Callable[[], int]) -> int:
    """The exit code of what is done. Whatever goes wrong is one message on standard error, never a traceback."""
    speak(None)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = act()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        complain(told("中断した", "interrupted"))
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("HOKEN_DEBUG", "0") not in {"", "0"}:
            raise
        code, message = _outcome(error)
        complain(message)
    return code


def _invoke(app: Typer, arguments: Sequence[str]) -> int:
    """Runs the command that the arguments name. The library's own way to run one has exit codes of its own."""
    from typer import Exit
    from typer.main import get_command

    command = get_command(app)
    try:
        with command.make_context("hoken", list(arguments) or ["--help"]) as context:
            return int(command.invoke(context) or 0)
    except Exit as ended:
        return ended.exit_code


def _outcome(error: Exception) -> tuple[int, str]:
    """The exit code and the message of what went wrong."""
    from typer._click.exceptions import UsageError

    if isinstance(error, Refused):
        return REFUSED, error.in_language(language())
    if isinstance(error, UsageError):
        help_at = f"{error.ctx.command_path if error.ctx else 'hoken'} --help"
        message = error.format_message().replace("Value error, ", "")
        return REFUSED, told(f"{message}（使い方：{help_at}）", f"{message} (see {help_at})")
    if isinstance(error, LedgerFault):
        return FAULT, told(f"台帳の障害：{error}", f"fault of the ledger: {error}")
    what = f"{type(error).__name__}: {error}"
    hint = "HOKEN_DEBUG=1"
    return FAULT, told(f"想定外の障害：{what}（{hint} で詳細を表示）", f"unforeseen fault: {what} ({hint} shows where)")


def complain(message: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"hoken: {escaped(message, 4000)}\n")


# ---- language ----------------------------------------------------------------------------------------------------------------

_spoken: list[Language] = []


def language() -> Language:
    """The language of this run: that of `--lang`, else of HOKEN_LANG, else of the locale."""
    return _spoken[0] if _spoken else of_settings(os.environ)


def speak(chosen: Language | None) -> Language | None:
    """Sets the language of this run; None leaves it to the locale."""
    _spoken[:] = [chosen] if chosen else []
    return chosen


def of_settings(environment: Mapping[str, str]) -> Language:
    """Japanese where the settings are, else English."""
    names = ("HOKEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    setting = next((environment[name] for name in names if environment.get(name)), "")
    return "ja" if setting.lower().startswith("ja") else "en"


def told(ja: str, en: str) -> str:
    """The one of two texts that is in the language of this run."""
    return Words(ja, en).get(language())


# ---- rows --------------------------------------------------------------------------------------------------------------------


def format_of(chosen: Format | None) -> Format:
    """The format asked for; else a table on a terminal, and JSON elsewhere."""
    return chosen or ("table" if sys.stdout.isatty() else "json")


def write_rows(rows: Iterable[Row], columns: Sequence[str], chosen: Format | None, *, title: str | None = None) -> None:
    """Rows in one of the three formats. JSON is one object a line, written as it comes; a table waits for the last row."""
    form = format_of(chosen)
    if form == "json":
        write_json(rows)
    elif form == "csv":
        write_csv(rows, columns)
    else:
        write_tables([table(rows, columns, title=title)])


def write_json(values: Iterable[Any]) -> None:
    """Each value on a line of its own, in UTF-8 whatever the locale says."""
    for value in values:
        write_bytes(orjson.dumps(value) + b"\n")


def write_bytes(data: bytes) -> None:
    """Bytes to standard output."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
    else:
        buffer.write(data)


def write_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Rows under a header, in UTF-8. Lists are joined by blanks."""
    writer = csv.writer(_Utf8(), lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(row.get(column)) for column in columns])


class _Utf8:
    """Takes the text of a csv writer."""

    def write(self, text: str) -> None:
        write_bytes(text.encode(errors="backslashreplace"))


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_cell(value: Any) -> str | int:
    """A value as a cell that no spreadsheet takes for a formula: text that looks like one begins with an apostrophe."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def plain(value: Any) -> str:
    """A value as text: nothing for null, a list joined by blanks."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return " ".join(map(plain, value))
    return "" if value is None else orjson.dumps(value).decode()


# ---- tables ------------------------------------------------------------------------------------------------------------------


class Heading(NamedTuple):
    """The head of a column. What is `whole` is never broken or cut: amounts, days."""

    text: str
    whole: bool = False
    right: bool = False


class Sheet:
    """Rows as a table under a title; on a screen that is too narrow for it, row by row with the headings beside the cells."""

    def __init__(self, title: str | None, headings: Sequence[Heading], rows: Iterable[Sequence[str]]) -> None:
        self.title = title
        self.headings = headings
        self.rows = list(rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        from rich.text import Text

        if self.title:
            yield Text(self.title, style="bold")
        if self._width() <= options.max_width:
            yield self._table()
        else:
            yield from map(self._block, self.rows)
            yield ""

    def _width(self) -> int:
        """The least width in which the table can be read."""
        from rich.cells import cell_len

        widths = []
        for i, heading in enumerate(self.headings):
            longest = max(cell_len(line) for cell in (heading.text, *(row[i] for row in self.rows)) for line in cell.split("\n") or [""])
            widths.append(longest if heading.whole else min(longest, FOLDED))
        return sum(widths) + 3 * len(widths)

    def _table(self) -> RenderableType:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        made = Table(box=SIMPLE_HEAD, pad_edge=False)
        for text, whole, right in self.headings:
            made.add_column(Text(text), justify="right" if right else "left", no_wrap=whole, overflow="fold")
        for row in self.rows:
            made.add_row(*map(Text, row))
        return made

    def _block(self, row: Sequence[str]) -> RenderableType:
        """The first cell; below it what is whole in one line, and every text with its heading in a line of its own."""
        from rich.padding import Padding
        from rich.text import Text

        first, *others = (cell.replace("\n", "  ") for cell in row)
        said = [(heading.whole, f"{heading.text} {cell}") for heading, cell in zip(self.headings[1:], others, strict=True) if cell]
        together = "  ".join(one for whole, one in said if whole)
        lines = [*([together] if together else ()), *(one for whole, one in said if not whole)]
        return Padding(Text("\n".join([first, *(f"  {line}" for line in lines)]), overflow="fold"), (1, 0, 0, 1))


def table(rows: Iterable[Row], columns: Sequence[str], *, title: str | None = None) -> Sheet:
    """Rows as a table with headings in words; amounts are grouped and stand to the right."""
    from ledger.words import named

    headings = [Heading(named("column", name).get(language()), name in _AMOUNTS, name in _AMOUNTS) for name in columns]
    return Sheet(title, headings, ([shown_cell(column, row.get(column)) for column in columns] for row in rows))


def shown_cell(column: str, value: Any) -> str:
    """A value as a person reads it; nothing in it can move the cursor."""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int):
        return f"{value:,}" if column in _AMOUNTS else str(value)
    return escaped(plain(value), 400)


def write_tables(parts: Iterable[RenderableType]) -> None:
    """Tables and texts, one below the other. What goes to no terminal has no blanks at the ends of lines."""
    screen = console()
    if screen.is_terminal:
        screen.print(*parts, sep="\n")
        return
    with screen.capture() as captured:
        screen.print(*parts, sep="\n")
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def console(*, stderr: bool = False) -> Console:
    """Where tables and progress are shown; as wide as the terminal, or as a page."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else TABLE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)


# ---- progress ----------------------------------------------------------------------------------------------------------------


class Tell(Protocol):
    """Is told how many are done, of how many, and of what."""

    def __call__(self, done: int, total: int | None = None, label: str | None = None) -> None: ...


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Tell]:
    """A bar on standard error; nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield _unheard
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def tell(done: int, total: int | None = None, label: str | None = None) -> None:
            bar.update(task, completed=done, total=total, description=label)

        yield tell


def _unheard(done: int, total: int | None = None, label: str | None = None) -> None:
    """Tells nobody."""
