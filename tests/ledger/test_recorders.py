"""The event-sourcing library's own tests of its recorders, run against the ledger's."""

import os
import sys
import tempfile
import threading
import types
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from tests.conftest import NO_SERVER, SERVER, schema_of_ones_own
from tests.ledger.stores import open_ledger

# The library's tests import a cipher that needs a package the ledger does without.
sys.modules.setdefault("eventsourcing.cipher", types.ModuleType("eventsourcing.cipher")).AESCipher = None  # type: ignore[attr-defined]

from eventsourcing.tests.persistence import ApplicationRecorderTestCase  # noqa: E402


def wait_for_threads(before: frozenset[threading.Thread]) -> None:
    """The library's tests leave readers running for a moment; a connection must not be closed under them."""
    for thread in set(threading.enumerate()) - before - {threading.current_thread()}:
        thread.join(timeout=30)


class _RecorderTests(ApplicationRecorderTestCase[Any]):
    def new_originator_id(self) -> str:
        return f"P-{os.urandom(8).hex()}"

    def recorder_at(self, target: str) -> Any:
        ledger = open_ledger(target)
        self.addCleanup(ledger.close)
        self.addCleanup(wait_for_threads, frozenset(threading.enumerate()))
        return ledger._recorder


class TestSQLiteRecorder(_RecorderTests):
    def create_recorder(self) -> Any:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        return self.recorder_at(str(Path(folder) / "ledger.db"))


@pytest.mark.postgres
class TestPostgresRecorder(_RecorderTests):
    def create_recorder(self) -> Any:
        import psycopg

        try:
            return self.recorder_at(self.enterContext(contextmanager(schema_of_ones_own)(SERVER)))
        except psycopg.OperationalError:
            if os.environ.get("CI", "").lower() == "true":
                raise
            raise SkipTest(NO_SERVER) from None

    test_insert_subscribe = ApplicationRecorderTestCase.optional_test_insert_subscribe


del _RecorderTests
