"""The program itself in a process of its own: exit codes, pipes, terminals, interruptions; the demo and the samples."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import console
from tests.command import LATE, SAMPLES, run

BIN = Path(sys.executable).parent


pytestmark = pytest.mark.usefixtures("in_english")


def environment() -> dict[str, str]:
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}


def test_the_help_is_there_without_the_ledger() -> None:
    """A user waits for nothing that a command does not need."""
    script = "import sys; import replay.cli; replay.cli.console.run(replay.cli.hoken(), []); print(sorted(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True, timeout=60)

    assert "lapse-due" in done.stdout
    for heavy in ("pydantic", "eventsourcing", "sqlalchemy", "ledger.application", "ledger.products", "holidays"):
        assert f"'{heavy}'" not in done.stdout


def test_the_program_exits_with_the_code(tmp_path: Path) -> None:
    done = subprocess.run(
        ["hoken", "asof", "L-0001", "--on", "2023-02-30"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('hoken: --on: found "2023-02-30"')


def test_a_reader_that_goes_away_ends_the_answers_quietly(db: Path, tmp_path: Path) -> None:
    asked = tmp_path / "many.jsonl"
    asked.write_text('{"policy_id": "L-0001", "on": "2023-03-31"}\n' * 2000, encoding="utf-8")
    script = f"set -o pipefail; hoken asof --questions {asked} --db {db} | head -1 | wc -l"

    done = subprocess.run(["bash", "-c", script], env=environment(), capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (console.PIPE_CLOSED, "1", "")


def test_a_terminal_is_shown_tables_and_progress(tmp_path: Path) -> None:
    imported = on_a_terminal(["hoken", "import", str(LATE), "--db", "x.db"], tmp_path)
    shown = on_a_terminal(["hoken", "asof", "L-0001", "--on", "2023-03-31", "--db", "x.db"], tmp_path)

    assert "5 lines read" in imported
    assert "recording" in imported
    assert "in force  since 2023-01-01" in shown
    assert "{" not in shown


def on_a_terminal(command: list[str], folder: Path) -> str:
    """What a command shows on a terminal of 100 columns."""
    here, there = pty.openpty()
    settings = environment() | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=folder, env=settings, stdin=there, stdout=there, stderr=there) as process:
        os.close(there)
        shown = b""
        while select.select([here], [], [], 30)[0]:
            try:
                part = os.read(here, 65536)
            except OSError:  # the other side is closed
                break
            shown += part
        assert process.wait(timeout=30) == 0
    os.close(here)
    return shown.decode()


def interruptible() -> None:
    """A shell that runs the tests in the background hands its children a SIGINT that is passed over; a terminal does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_import_that_is_interrupted_says_so_and_can_be_run_again(tmp_path: Path) -> None:
    """The lines come through a pipe that stays open, so that the import is surely still reading when it is interrupted."""
    first, *rest = LATE.read_bytes().splitlines(keepends=True)
    command = ["hoken", "import", "-", "--db", str(tmp_path / "x.db")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(), preexec_fn=interruptible, **pipes) as process:  # type: ignore[call-overload]  # noqa: PLW1509
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(first)
        process.stdin.flush()
        until = time.monotonic() + 30
        while not (tmp_path / "x.db").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        complaint = process.stderr.read().decode()
        assert process.wait(timeout=30) == console.INTERRUPTED

    assert complaint == "hoken: interrupted; run it again: it passes over what is recorded and goes on\n"
    assert run("import", "-", "--db", tmp_path / "x.db", given=first + b"".join(rest)).rows[0]["recorded"] == 5


def test_the_demo_tells_all_five_stories() -> None:
    command = [sys.executable, "-m", "replay.demo"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("━━ ") == 5
    assert re.search(r"status +lapsed +in force", done.stdout)
    assert re.search(r"anticancer treatment outstanding +0 yen +-100,000 yen", done.stdout)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_sample_is_a_history_with_a_correction_and_late_news(sample: Path, tmp_path: Path) -> None:
    events = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]

    summary = run("import", sample, "--db", tmp_path / "x.db").rows[0]
    [answer] = run("asof", events[0]["policy_id"], "--on", "2025-06-30", "--db", tmp_path / "x.db").rows

    assert summary["recorded"] == len(events)
    assert answer["product"] == sample.stem
    assert "undetermined" not in answer
    assert {"FactAmended", "FactRetracted"} & {event["type"] for event in events}
    assert any(late(event) for event in events)
    assert len({event["recorded_at"][:4] for event in events}) > 1
    assert all(uuid.UUID(event["event_id"]) for event in events)


def late(event: dict[str, Any]) -> bool:
    """Whether an event of the world came to the ledger more than a fortnight later."""
    known = date.fromisoformat(event["recorded_at"][:10])
    if event["type"] in {"PolicyIssued", "ConditionRecorded"}:
        return False
    days = [value for name, value in event["data"].items() if name.endswith(("_on", "through", "from"))]
    return any(known - date.fromisoformat(day) > timedelta(days=14) for day in days)
