"""Figures, each beside its floor and its peers, as a table for the terminal and for a page."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """What was measured, the floor, the peers, the ratio that the aim is about, and whether it is met."""

    name: str
    value: str
    floor: str = ""
    peers: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    number: float | None = None  # for the growth: seconds of one question, record or row; bytes of a fact

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row."""
        ratio = "" if self.ratio is None else f"× {self.ratio:.2f}"
        return self.name, self.value, self.floor, self.peers, ratio, self.aim, {None: "", True: "met", False: "not met"}[self.met]


COLUMNS = ("figure", "ours", "floor", "peers", "ratio", "aim", "")
LEFT = ("figure", "aim", "")


def within(ratio: float, most: float) -> dict[str, Any]:
    """The ratio to a floor, beside the most that is aimed at."""
    return {"ratio": ratio, "aim": f"at most × {most:g}", "met": ratio <= most}


def beyond(ratio: float, least: float) -> dict[str, Any]:
    """How many times as fast as a peer, beside the least that is aimed at."""
    return {"ratio": ratio, "aim": f"at least × {least:g}", "met": ratio >= least}


def show(title: str, figures: list[Figure]) -> None:
    """Prints the figures."""
    table = Table(title=title, title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in LEFT else "right")
    for one in figures:
        table.add_row(*one.cells)
    Console(width=190).print(table)


def rate(number: float, seconds: float, what: str) -> str:
    """So many a second."""
    return f"{number / seconds:,.0f} {what}/s"


def micro(seconds: float) -> str:
    """A time in microseconds."""
    return f"{seconds * 1e6:,.0f} µs"


def milli(seconds: float) -> str:
    """A time in milliseconds."""
    return f"{seconds * 1e3:,.{0 if seconds >= 0.01 else 1}f} ms"
