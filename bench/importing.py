"""One import in a process of its own, so that its memory can be measured: `python -m bench.importing DB DUMP WORKERS`."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from ledger.application import ClaimsLedger
from ledger.door import read_lines


def main() -> None:
    database, dump, workers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with ClaimsLedger.open(database) as ledger, dump.open("rb") as stream:
        ledger.init()
        start, used = time.perf_counter(), time.process_time()
        summary = ledger.import_events(read_lines(stream, mode="import"), workers=workers or None)
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
    peak = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {"facts": summary.recorded, "position": summary.position, "seconds": seconds, "mb": peak[0], "worker_mb": peak[1]}
    print(json.dumps(found | {"cpu": cpu + children.ru_utime + children.ru_stime}))


if __name__ == "__main__":
    main()
