"""Prints the figures of speed, each beside its floor. `python -m bench --policies 2000`; FULL=1 for 20,000 policies."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from bench import figures, machine, portfolio
from bench.table import Figure, show

DEFAULT, FULL = 2_000, 20_000
PARTS = {"import": figures.importing, "ask": figures.asking, "storage": figures.storage, "record": figures.recording}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=FULL if os.environ.get("FULL") else DEFAULT)
    parser.add_argument("--by-time", action="store_true", help="the dump is ordered by time, not policy by policy")
    parser.add_argument("--workers", type=int, default=0, help="processes that work out policies; as many as processors where 0")
    parser.add_argument("--write", type=Path, help="only write the dump of the portfolio to a file")
    parser.add_argument("--folder", type=Path, help="where the databases go; a temporary folder where left out")
    given = parser.parse_args()
    if given.write is not None:
        with given.write.open("wb") as file:
            file.writelines(portfolio.lines(given.policies, by_time=given.by_time))
        return
    print("\n".join(machine.described()))
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        bench = figures.Bench(Path(folder), given.policies, given.by_time, given.workers, {})
        found: list[Figure] = []
        for part in PARTS.values():
            found += part(bench)
        order = "by time" if given.by_time else "policy by policy"
        show(f"{given.policies:,} policies of {', '.join(portfolio.products())}; the dump ordered {order}", found)


if __name__ == "__main__":
    main()
