"""The shape of the code: which way imports run, and how long, how pure and how tidy a file may be."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "projections", "replay")
SOURCES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 40

# The edge: where a command or a server asks for the time, once, and hands it down.
MAY_ASK_THE_TIME = {
    "ledger/clock.py",
    "ledger/cli.py",
    "projections/cli.py",
    "replay/cli.py",
    "replay/server.py",
    "projections/api.py",
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "fromtimestamp", "localtime", "gmtime"}


# ---- the checks, each of which is shown a planted defect below ------------------------------------------------------


def long_functions(tree: ast.Module) -> Iterator[str]:
    """Functions that have outgrown the eye."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"line {node.lineno}: {node.name} has {lines} lines, {FUNCTION_LINES_MAX} are allowed"


def clock_readings(tree: ast.Module) -> Iterator[str]:
    """Calls of datetime.now, date.today, time.time and their like, also through a renamed import."""
    modules = {"datetime", "date", "time"}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            source = node.module if isinstance(node, ast.ImportFrom) else None
            for name in node.names:
                if (source or name.name).split(".")[0] in {"datetime", "time"}:
                    modules.add(name.asname or name.name)
                if source == "time" and name.name in CLOCKS:
                    yield f"line {node.lineno}: from time import {name.name}"
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in CLOCKS
            and ast.unparse(node.value).split(".")[-1] in modules
        ):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def floats(tree: ast.Module) -> Iterator[str]:
    """Float literals, calls of float, and divisions that would make one (paths are put together with a text)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            yield f"line {node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            right = node.right if isinstance(node, ast.BinOp) else node.value
            if not (
                isinstance(right, ast.JoinedStr) or (isinstance(right, ast.Constant) and isinstance(right.value, str))
            ):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def naive_instants(tree: ast.Module) -> Iterator[str]:
    """Instants made without an offset."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "datetime":
            given = {keyword.arg for keyword in node.keywords}
            if "tzinfo" not in given and len(node.args) < 8 and (node.args or given):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


# ---- imports --------------------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_imports_run_one_way() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("ledger/periods.py", "import ledger.journal", "Inside the ledger"),
        ("ledger/journal.py", "import ledger.timeline", "Inside the ledger"),
        ("ledger/money.py", "import replay", "replay reads projections"),
        ("projections/__init__.py", "import replay", "replay reads projections"),
        ("ledger/products/oyako/__init__.py", "import ledger.products.cyber", "Products know one another"),
        ("ledger/products/general/__init__.py", "import ledger.products.oyako", "Products know one another"),
        ("ledger/products/oyako/__init__.py", "import eventsourcing", "One module knows the event store"),
        ("ledger/policy.py", "from eventsourcing.domain import Aggregate", "One module knows the event store"),
        ("ledger/money.py", "import sqlalchemy", "No SQL in the ledger"),
        ("ledger/terms.py", "import time", "Rules see no store"),
        ("ledger/unplaced.py", "", "Inside the ledger"),
    ],
)
def test_an_import_the_wrong_way_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """The contracts bite: each is shown an import that it forbids."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for needed in {
        Path(module),
        Path("ledger/products/cyber/__init__.py"),
        Path("ledger/products/oyako/__init__.py"),
        Path("ledger/policy.py"),
    }:
        (tmp_path / needed).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / needed).touch()
    with (tmp_path / module).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    assert re.search(rf"^{re.escape(contract)}.* BROKEN\b", result.stdout, re.MULTILINE)


# ---- files ----------------------------------------------------------------------------------------------------------


def test_there_is_something_to_check() -> None:
    assert {"ledger", "projections", "replay"} == {path.parts[0] for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_fits_in_a_room(path: Path) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()

    assert len(lines) <= FILE_LINES_MAX


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_functions_are_short(path: Path) -> None:
    assert list(long_functions(parsed(path))) == []


@pytest.mark.parametrize("path", [path for path in SOURCES if path.as_posix() not in MAY_ASK_THE_TIME], ids=str)
def test_nobody_below_the_edge_asks_the_time(path: Path) -> None:
    assert list(clock_readings(parsed(path))) == []


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_instant_has_an_offset(path: Path) -> None:
    assert list(naive_instants(parsed(path))) == []


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[0] == "ledger"], ids=str)
def test_the_ledger_knows_no_float(path: Path) -> None:
    assert list(floats(parsed(path))) == []


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(parsed(path)), f"{path} has no docstring"


@pytest.mark.parametrize(
    ("check", "source", "finding"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * 40, "f has 41 lines"),
        (clock_readings, "from datetime import datetime\ndatetime.now(UTC)", "datetime.now"),
        (clock_readings, "import datetime as dt\ndt.date.today()", "dt.date.today"),
        (clock_readings, "from datetime import date as d\nday = d.today", "d.today"),
        (clock_readings, "import time\ntime.time()", "time.time"),
        (clock_readings, "from time import time_ns", "time_ns"),
        (floats, "x = 0.5", "0.5"),
        (floats, "x = yen / 2", "yen / 2"),
        (floats, "x /= 3", "x /= 3"),
        (floats, "x = float(yen)", "float(yen)"),
        (naive_instants, "datetime(2024, 1, 1)", "datetime(2024, 1, 1)"),
    ],
)
def test_a_planted_defect_is_found(check: object, source: str, finding: str) -> None:
    assert callable(check)
    [found] = check(ast.parse(source))

    assert finding in found


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * 39),
        (clock_readings, "facts.now(); clock.time(); entry.today"),
        (floats, "x = 7 // 2; path = folder / 'terms.toml'; path = folder / f'{name}.md'"),
        (naive_instants, "datetime(2024, 1, 1, tzinfo=JST)"),
    ],
)
def test_what_is_fine_is_let_be(check: object, source: str) -> None:
    assert callable(check)
    assert list(check(ast.parse(source))) == []


# ---- documents and packages -----------------------------------------------------------------------------------------


def test_decisions_are_numbered_without_gaps() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [path.name[:5] for path in decisions] == [f"{n:04}-" for n in range(1, len(decisions) + 1)]
    for path in decisions:
        number = int(path.name[:4])
        assert re.match(rf"# {number}\. \S", path.read_text(encoding="utf-8")), (
            f"{path.name} begins with '# {number}. ' and its title"
        )


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_locked_packages_have_hashes_and_name_no_index(name: str) -> None:
    text = (ROOT / "lock" / name).read_text(encoding="utf-8")
    packages = [entry for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if "==" in entry]

    assert len(packages) > 10
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"https?:|file:|--(?:extra-)?index-url|--find-links|(?<![\w-])/[a-z]+/", text) == []


def test_every_package_is_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []
