"""A process that imports a history, and tells its progress. Tests kill it."""

import sys

from ledger.recorders import history as importing
from tests.ledger.stores import history, open_ledger

LINES = 2_400


def tell(*said: object) -> None:
    """Says it to whoever waits for it, at once."""
    sys.stdout.write(" ".join(map(str, said)) + "\n")
    sys.stdout.flush()


def main() -> None:
    importing.LINES = 40  # type: ignore[misc]
    with open_ledger(sys.argv[1]) as ledger:
        tell("done", *ledger.import_events(history(LINES, policies=31), progress=tell))


if __name__ == "__main__":
    main()
