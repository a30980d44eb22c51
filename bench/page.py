"""Writes kept figures into docs/performance.md, between its marks, and the plot beside it: `python -m bench.page growth.json`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench import kept
from bench.kept import Run
from bench.table import COLUMNS, Figure

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "performance.md"
POLICIES: Final = 20_000

COLOURS: Final = ("#1b6ca8", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d", "#0e7490", "#4d4d4d")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kept", type=Path)
    write(kept.load(parser.parse_args().kept), PAGE)


def write(runs: Sequence[Run], path: Path) -> None:
    """The figures of one run, and the growth over all, into a page; the plot of the growth beside it."""
    of_page = next((run for run in runs if run.policies == POLICIES), runs[-1])
    growth = _growth(runs)
    sizes = [f"{run.policies:,} policies" for run in runs]
    page = path.read_text(encoding="utf-8")
    page = _between(page, "figures", [*_about(of_page), "", *_table(COLUMNS, [one.cells for one in of_page.figures])])
    page = _between(page, "growth", _table(("figure", *sizes), [(name, *map(_shown, row)) for name, row in growth.items()]))
    path.write_text(page, encoding="utf-8")
    series = {name: [one.number for one in row if one and one.number] for name, row in growth.items()}
    path.with_suffix(".svg").write_text("\n".join(_plot([run.policies for run in runs], series)) + "\n", encoding="utf-8")


def _between(page: str, mark: str, lines: Sequence[str]) -> str:
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{chr(10).join(lines)}\n{end}{after}"


def _about(run: Run) -> Iterator[str]:
    yield f"{run.policies:,} policies. {'; '.join(run.about)}."


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    return lines + [f"| {' | '.join(cell.replace('  ', '… ') for cell in row)} |" for row in rows]


def _growth(runs: Sequence[Run]) -> dict[str, list[Figure | None]]:
    """The figures that have a number, by what is before their first digit or bracket: sizes are named in some."""
    names = {_name(one): None for run in runs for one in run.figures if one.number is not None}
    return {name: [next((one for one in run.figures if _name(one) == name), None) for run in runs] for name in names}


def _name(figure: Figure) -> str:
    return figure.name.strip().lstrip("0123456789, ")


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return figure.value + (f" (× {figure.ratio:.2f})" if figure.ratio is not None else "")


# ---- the plot ----------------------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 360, 60, 300, 20, 50


def _plot(sizes: Sequence[int], series: dict[str, list[float]]) -> Iterator[str]:
    """Each figure beside itself at the smallest size, sizes by powers of ten: a level line does not grow."""
    drawn = {name: [one / numbers[0] for one in numbers] for name, numbers in series.items() if len(numbers) == len(sizes)}
    highest = 1.1 * max((ratio for row in drawn.values() for ratio in row), default=1)
    step = next(step for step in (0.25, 0.5, 1, 2, 5, 10, 20, 50, highest) if highest / step <= 8)
    top = step * math.ceil(highest / step)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(size: int) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1
        return round(LEFT + (right - LEFT) * math.log10(size / sizes[0]) / span, 1)

    def y(ratio: float) -> float:
        return round(bottom - (bottom - TOP) * ratio / top, 1)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    for n in range(round(top / step) + 1):
        at = y(n * step)
        yield f'<path d="M{LEFT} {at}H{right}" stroke="#ddd"/><text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">× {n * step:g}</text>'
    for size in sizes:
        yield f'<text x="{x(size)}" y="{bottom + 20}" text-anchor="middle">{size:,}</text>'
    yield f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle">policies</text>'
    ends = _apart([y(row[-1]) for row in drawn.values()])
    for (name, row), colour, end in zip(drawn.items(), COLOURS * 3, ends, strict=False):
        points = " ".join(f"{x(size)},{y(ratio)}" for size, ratio in zip(sizes, row, strict=True))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{right + 8}" y="{end + 4}" fill="{colour}">{name}</text>'
    yield "</svg>"


def _apart(heights: Sequence[float], least: float = 15) -> list[float]:
    """The heights of labels, moved up so that none lies on another."""
    order = sorted(range(len(heights)), key=heights.__getitem__, reverse=True)
    found = list(heights)
    for below, above in pairwise(order):
        found[above] = min(found[above], found[below] - least)
    return found


if __name__ == "__main__":
    main()
