"""Figures, each beside its floor, as a table."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """What was measured, its floor and the ratio where there is one, the aim, and whether it is met."""

    name: str
    value: str
    floor: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


def within(ratio: float, most: float) -> dict[str, Any]:
    """The ratio to a floor, beside the most that is aimed at."""
    return {"ratio": ratio, "aim": f"at most × {most:g}", "met": ratio <= most}


def show(title: str, figures: list[Figure]) -> None:
    """Prints the figures."""
    table = Table(title=title, title_justify="left")
    for column, justify in (("", "left"), ("figure", "right"), ("floor", "right"), ("ratio", "right"), ("aim", "left"), ("", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for one in figures:
        ratio = "" if one.ratio is None else f"× {one.ratio:.2f}"
        met = {None: "", True: "met", False: "not met"}[one.met]
        table.add_row(one.name, one.value, one.floor, ratio, one.aim, met)
    Console(width=150).print(table)


def rate(number: float, seconds: float, what: str) -> str:
    """So many a second."""
    return f"{number / seconds:,.0f} {what}/s"


def micro(seconds: float) -> str:
    """A time in microseconds."""
    return f"{seconds * 1e6:,.0f} µs"
