"""Taking away what protects the log, as whoever owns it can: for the tests of what is found afterwards."""

from typing import Any


def unguarded(execute: Any, *, server: bool) -> None:
    """Drops the triggers through `execute`, which runs one statement."""
    if server:
        execute("ALTER TABLE ledger_log DISABLE TRIGGER USER")
        return
    for name in ("ledger_log_no_update", "ledger_log_no_delete", "ledger_log_no_replace"):
        execute(f"DROP TRIGGER {name}")
