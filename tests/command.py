"""The `hoken` command inside the test's own process: what a user types, and what comes of it."""

from __future__ import annotations

import io
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from ledger import console
from replay.cli import hoken

SAMPLES = Path(str(files("ledger") / "samples"))
LATE = Path(__file__).parents[1] / "docs" / "samples" / "late-discharge.jsonl"
BEFORE, AFTER = "2023-03-21T00:00:00+09:00", "2023-04-11T00:00:00+09:00"
ID = "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1b{:02x}"


class Outcome(NamedTuple):
    """What a command printed, what it complained about, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects of the output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: str | Path, given: bytes | str = b"") -> Outcome:
    """Runs `hoken ARGUMENTS` with the given standard input."""
    before = sys.stdin, sys.stdout, sys.stderr
    texts = (given.encode() if isinstance(given, str) else given, b"", b"")
    stdin, stdout, stderr = (io.TextIOWrapper(io.BytesIO(text), encoding="utf-8") for text in texts)
    sys.stdin, sys.stdout, sys.stderr = stdin, stdout, stderr
    try:
        code = console.run(hoken(), [str(argument) for argument in arguments])
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
    return Outcome(code, _printed(stdout), _printed(stderr))


def _printed(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def jsonl(*rows: dict[str, Any]) -> str:
    """Rows as JSONL."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def event(n: int, type_: str, policy_id: str = "T-1", **data: Any) -> dict[str, Any]:
    """A line of a batch."""
    return {"event_id": ID.format(n), "policy_id": policy_id, "type": type_, "data": data}
