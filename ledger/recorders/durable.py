"""What a server must be set to for an acknowledged commit to outlive a loss of power; and the named way to do without."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from ledger.errors import LedgerFault

OVERRIDE: Final = "HOKEN_ACCEPT_UNSAFE"
"""An environment variable: the settings, with commas between, that the operator accepts to be off."""

SERVER_SETTINGS: Final = {
    "fsync": "what was acknowledged may be lost, and the whole database damaged, when the power fails",
    "full_page_writes": "a page that was half written when the power failed cannot be repaired",
}
"""Settings of the whole server, which no connection can change; and what it means when they are off."""


def check_durable(shown: Callable[[str], str]) -> None:
    """Raises a fault where a setting is off and not accepted. `shown` asks the server."""
    accepted = {name.strip() for name in os.environ.get(OVERRIDE, "").split(",")}
    for name, meaning in SERVER_SETTINGS.items():
        answer = shown(name)
        if answer != "on" and name not in accepted:
            raise LedgerFault(
                f"PostgreSQL runs with {name} = {answer}: {meaning}. Turn it on, or accept it with {OVERRIDE}={name}"
            )
