"""What the documents say is so: commands run, tables are true, links lead somewhere.

A block of the kind `sh` under docs/ is run as it stands; what is only shown is a block of another kind (`console`, `text`).
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import events

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(ROOT) for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
SCRIPTED = [
    page for page in PAGES if page.parts[0] == "docs" and "```sh\n" in (ROOT / page).read_text(encoding="utf-8")
]
BIN = Path(sys.executable).parent

needs_the_command = pytest.mark.skipif(
    not (ROOT / "replay" / "cli.py").exists(), reason="there is no hoken command yet"
)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a person who has just set up: no settings, the project's own programs first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOKEN_", "PYTEST_", "COLUMNS"))}
    return kept | {"PATH": f"{BIN}:{kept['PATH']}", "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}


def hoken(folder: Path, *arguments: str, given: str | None = None) -> str:
    command = [str(BIN / "hoken"), *arguments, "--db", str(folder / "docs.db")]
    done = subprocess.run(
        command, input=given, env=environment(folder), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers_of(page: str) -> list[tuple[str, str, int]]:
    """The rows of a page's table of answers: on, known at, yen."""
    rows = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (\S+T\S+) \| ([\d,]+) \|", page, re.MULTILINE)
    return [(on, known_at, int(yen.replace(",", ""))) for on, known_at, yen in rows]


@needs_the_command
def test_the_answers_on_the_page_of_the_two_times_are_those_of_the_ledger(tmp_path: Path) -> None:
    rows = answers_of((DOCS / "time.md").read_text(encoding="utf-8"))
    questions = [json.dumps({"policy_id": "L-0001", "on": on, "known_at": known_at}) for on, known_at, _ in rows]

    hoken(tmp_path, "import", str(DOCS / "samples" / "late-discharge.jsonl"))
    answers = hoken(tmp_path, "asof", "--questions", "-", "--format", "json", given="\n".join(questions)).splitlines()

    assert len(rows) == 6
    paid = [sum(line["payable"] for line in json.loads(answer)["benefits"]) for answer in answers]
    assert paid == [yen for _, _, yen in rows]


@needs_the_command
def test_the_answers_on_the_page_of_corrections_are_those_of_the_ledger(tmp_path: Path) -> None:
    page = (DOCS / "corrections.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (\S+T\S+) \| ([\d,]+) \| ([-\d,]+) \| (\d+) \|", page, re.MULTILINE)
    questions = [json.dumps({"policy_id": "L-0002", "on": on, "known_at": known_at}) for on, known_at, *_ in rows]

    hoken(tmp_path, "import", str(DOCS / "samples" / "corrections.jsonl"))
    lines = hoken(tmp_path, "asof", "--questions", "-", "--format", "json", given="\n".join(questions)).splitlines()

    answers = [json.loads(line) for line in lines]
    sums = [(f"{a['settlement']['payable']:,}", f"{a['settlement']['outstanding']:,}", str(len(a["orphans"]))) for a in answers]
    assert len(rows) == 5
    assert sums == [tuple(row[2:]) for row in rows]


def console_blocks(page: str) -> list[tuple[str, str]]:
    """The commands that a page shows in blocks of the kind `console`, each with the output below it."""
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    shown = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [(command, output) for command, _, output in (part.partition("\n") for part in shown)]


@needs_the_command
@pytest.mark.parametrize(("page", "commands"), [("README.md", 5), ("docs/products.md", 15)])
def test_a_page_shows_what_the_commands_print(page: str, commands: int, tmp_path: Path) -> None:
    shown = console_blocks((ROOT / page).read_text(encoding="utf-8"))
    settings = environment(tmp_path) | {"HOKEN_DB": str(tmp_path / "page.db")}

    printed = []
    for command, _ in shown:
        done = subprocess.run(
            ["bash", "-c", f"{command} 2>&1"], cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=60
        )
        printed.append((command, done.stdout))

    assert len(shown) == commands
    assert printed == shown


@needs_the_command
@pytest.mark.parametrize("page", SCRIPTED, ids=str)
def test_the_commands_of_a_page_run_as_they_stand(page: Path, tmp_path: Path) -> None:
    script = "\n".join(
        re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    )
    commands = [line for line in script.splitlines() if not line.startswith("make ")]  # set-up is what runs this test

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]

    assert [link for link in links if link and not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_glossary_spells_events_as_the_vocabulary_does() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", (DOCS / "glossary.md").read_text(encoding="utf-8")))

    assert named
    assert sorted(name for name in named if not hasattr(events, name)) == []
