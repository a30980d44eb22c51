"""Prints the figures of speed, each beside its floor and its peers: `python -m bench`.

python -m bench --policies 2000              a smaller portfolio
python -m bench --save growth.json           keeps the figures; run with other sizes, they are kept beside one another
python -m bench.page growth.json             writes what is kept into docs/performance.md
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import figures, kept, machine, portfolio
from bench.reading import reading
from bench.table import Figure, show

POLICIES = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=POLICIES)
    parser.add_argument("--by-time", action="store_true", help="the dump is ordered by time, not policy by policy")
    parser.add_argument("--workers", type=int, default=0, help="processes that work out policies; as many as processors where 0")
    parser.add_argument("--write", type=Path, help="only write the dump of the portfolio to a file")
    parser.add_argument("--folder", type=Path, help="where the databases go; a temporary folder where left out")
    parser.add_argument("--without-peers", action="store_true", help="MariaDB and PostgreSQL hold no copy: a very large portfolio")
    parser.add_argument("--save", type=Path, help="keeps the figures in a file, beside those of other sizes")
    given = parser.parse_args()
    if given.write is not None:
        with given.write.open("wb") as file:
            file.writelines(portfolio.lines(given.policies, by_time=given.by_time))
        return
    about = [*machine.described(), f"{datetime.now(UTC):%Y-%m-%d}"]
    print("\n".join(about))
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        bench = figures.Bench(Path(folder), given.policies, given.by_time, given.workers)
        found = _measured(bench, servers=not given.without_peers)
    order = "by time" if given.by_time else "policy by policy"
    title = f"{given.policies:,} policies of {', '.join(portfolio.products())}, copies of {bench.originals}; the dump ordered {order}"
    show(title, found)
    if given.save is not None:
        kept.save(given.save, given.policies, about, found)


def _measured(bench: figures.Bench, *, servers: bool) -> list[Figure]:
    """Each figure is told on the way: a run is long."""
    parts: tuple[Callable[[], Iterator[Figure]], ...] = (
        lambda: figures.importing(bench),
        lambda: figures.answering(bench),
        lambda: figures.recording(bench),
        lambda: reading(bench, servers=servers),
    )
    found = []
    for part in parts:
        for figure in part():
            print("   ".join(cell for cell in figure.cells if cell), flush=True)
            found.append(figure)
    return found


if __name__ == "__main__":
    main()
