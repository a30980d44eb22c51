"""Writers that race: each process records facts to a few policies of one ledger.

By hand, for many races: python -m tests.ledger.races TARGET --writers 4 --facts 250
"""

import argparse
import subprocess
import sys
from collections import Counter
from itertools import pairwise

from ledger import events as ev
from ledger.clock import SystemClock
from tests.ledger.stores import check_log, environment, fact, open_ledger, python


def write(target: str, writer: int, facts: int, policies: int) -> None:
    """One process: its own facts, and every fifth one that all writers give, one at a time."""
    with open_ledger(target, SystemClock()) as ledger:
        for i in range(facts):
            shared = i % 5 == 0
            ledger.record([fact(f"all-{i}" if shared else f"{writer}-{i}", f"P-{i % policies}")])


def race(target: str, writers: int, facts: int, policies: int = 1) -> int:
    """Lets the writers race, checks the log, and gives how many facts there are."""
    with open_ledger(target):  # the tables are there before the writers start
        pass
    arguments = ["--facts", str(facts), "--policies", str(policies)]
    commands = [python("-m", "tests.ledger.races", target, "--writer", str(w), *arguments) for w in range(writers)]
    children = [subprocess.Popen(command, env=environment()) for command in commands]
    codes = [child.wait(timeout=600) for child in children]
    assert codes == [0] * writers
    with open_ledger(target) as ledger:
        records = check_log(ledger)
    recorded = Counter(record.event_id for record in records if record.event_id)
    shared = len(range(0, facts, 5))
    assert set(recorded.values()) == {1}
    assert len(recorded) == writers * (facts - shared) + shared
    assert len(records) == 2 * len(recorded)
    assert all(earlier.recorded_us <= later.recorded_us for earlier, later in pairwise(records))
    counted = Counter(record.policy_id for record in records if record.type == ev.ASSESSED)
    for record in records:  # each fact was judged with all that came before it in view
        if isinstance(record.event.data, ev.Assessed):
            assert record.event.data.entries[0][1] == record.version // 2
    assert sum(counted.values()) == len(recorded)
    return len(recorded)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--facts", type=int, default=250)
    parser.add_argument("--policies", type=int, default=1)
    parser.add_argument("--writer", type=int)
    given = parser.parse_args()
    if given.writer is not None:
        write(given.target, given.writer, given.facts, given.policies)
    else:
        recorded = race(given.target, given.writers, given.facts, given.policies)
        sys.stdout.write(f"{given.writers} writers, {recorded} facts, none lost, none twice, no gap\n")


if __name__ == "__main__":
    main()
