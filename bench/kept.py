"""Figures that are kept in a file, by the size of the portfolio: for the growth of each, and for the page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import orjson

from bench.table import Figure


class Run(NamedTuple):
    """What was measured at one size, and on which machine."""

    policies: int
    about: list[str]
    figures: list[Figure]


def save(path: Path, policies: int, about: list[str], figures: list[Figure]) -> None:
    """Keeps a run, in the place of an earlier one of the same size."""
    runs = {run.policies: run for run in load(path)} if path.exists() else {}
    runs[policies] = Run(policies, about, figures)
    found = [{"policies": n, "about": run.about, "figures": [one._asdict() for one in run.figures]} for n, run in sorted(runs.items())]
    path.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


def load(path: Path) -> list[Run]:
    """The runs that are kept, by size."""
    found = orjson.loads(path.read_bytes())
    return [Run(run["policies"], run["about"], [Figure(**one) for one in run["figures"]]) for run in found]
