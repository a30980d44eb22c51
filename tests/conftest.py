"""What all tests share: a PostgreSQL schema of one's own, and an environment that changes no setting."""

import os
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SERVER = "postgresql://postgres@127.0.0.1:5432/test"
NO_SERVER = f"no PostgreSQL server answers at {SERVER}"

LIBRARY_SETTINGS = (
    "POSTGRES_",
    "SQLITE_",
    "PERSISTENCE_MODULE",
    "INFRASTRUCTURE_FACTORY",
    "FACTORY_TOPIC",
    "TRANSCODER_TOPIC",
    "CIPHER_",
    "COMPRESSOR_TOPIC",
    "MAPPER_TOPIC",
    "CREATE_TABLE",
    "ORIGINATOR_ID_TYPE",
    "SINGLE_ROW_TRACKING",
    "APPLICATION_RECORDER_TOPIC",
    "HOKEN_",
    "COLUMNS",
    "PG",
)
"""How the variables begin that the event store, its drivers or the command read."""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(LIBRARY_SETTINGS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The server's URL. Where none answers its tests are skipped and the summary says so; in CI they fail."""
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{NO_SERVER}: {error}")
        pytest.skip(NO_SERVER)
    return SERVER


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh schema, as a URL that every driver understands."""
    yield from schema_of_ones_own(postgres_server)


def schema_of_ones_own(server: str) -> Iterator[str]:
    """The URL of a new schema, which is dropped afterwards with all that was made in it."""
    import psycopg

    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{server}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger may be made: a file, and a schema on a server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says loudly what was not tested."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NO_SERVER in str(report.longrepr)]
    if skipped:
        terminalreporter.section("PostgreSQL WAS NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped: {NO_SERVER}. With CI=true this is a failure.")
        warnings.warn(NO_SERVER, stacklevel=1)


# ---- the command line ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Takes away what an environment says of language and width, and goes to a folder of the test's own."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A ledger with the history of the late discharge."""
    from tests.command import LATE, run

    path = tmp_path / "late.db"
    assert run("import", LATE, "--db", path).code == 0
    return path
