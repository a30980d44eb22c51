"""One wheel carries the three packages with their terms, clauses, samples and types, and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "projections", "replay")
CARRIED = {".py", ".toml", ".md", ".jsonl", ".typed"}


def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("hoken_ledger-*.whl")

    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    files = (path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.*"))
    assert {path.as_posix() for path in files if path.suffix in CARRIED} <= carried
    assert {name.split("/")[0] for name in carried} == set(PACKAGES)


def test_the_small_set_of_dependencies_holds_no_tool_for_reports_or_tests() -> None:
    """Who only records and asks needs eight packages; the locks agree on every version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base, dev = (locked(ROOT / "lock" / name) for name in ("base.txt", "dev.txt"))

    assert len(project["dependencies"]) == 9
    assert base.items() <= dev.items()
    assert not base.keys() & {"pytest", "ruff", "mypy", "duckdb", "pyarrow", "hypothesis"}
    assert {"pytest", "duckdb", "psycopg", "uv", "hatchling"} <= dev.keys()


def locked(path: Path) -> dict[str, str]:
    lines = (line.split(";")[0].rstrip("\\ ") for line in path.read_text(encoding="utf-8").splitlines())
    return {
        name: version for name, _, version in (line.partition("==") for line in lines) if version and name[0].isalpha()
    }
