"""What the tests of explanations and of their checker share: the samples, their explanations, and what does not hold."""

import json
from pathlib import Path
from typing import Any

from ledger.canonical import canonical
from ledger.recorders.log import LogRecord
from replay import checker
from tests.command import run
from tests.replay.told import records_of, stored

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "ledger" / "samples"
DOCS = ROOT / "docs" / "samples"
AT = "2025-06-01T00:00:00+09:00"
Node = dict[str, Any]


def told_of_the_sample(name: str = "cyber") -> list[LogRecord]:
    wires = [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return records_of(list(stored(wires)))


def ledger_of_the_samples(folder: Path) -> Path:
    """A ledger with the history of the late discharge and every sample."""
    path = folder / "x.db"
    for history in (DOCS / "late-discharge.jsonl", *sorted(SAMPLES.glob("*.jsonl"))):
        assert run("import", history, "--db", path).code == 0
    return path


def explained(db: Path, policy: str, line: str, on: str, *more: str) -> Node:
    outcome = run("explain", policy, "--benefit", line, "--on", on, *(more or ("--known-at", AT)), "--db", db)
    assert outcome.code == 0, outcome.err
    [document] = outcome.rows
    return document


def problems(document: Node) -> list[str]:
    return list(checker.check(checker.read(canonical(document))))
