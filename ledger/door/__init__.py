"""The door: bytes become events here, or are refused with the line, the field, what was found and what is allowed."""

from __future__ import annotations

from ledger.door.lines import (
    Lines,
    Mode,
    checked_policy_id,
    day,
    instant,
    new_event_id,
    numbered,
    read_amendment,
    read_json,
    read_lines,
    read_object,
)

__all__ = [
    "Lines",
    "Mode",
    "checked_policy_id",
    "day",
    "instant",
    "new_event_id",
    "numbered",
    "read_amendment",
    "read_json",
    "read_lines",
    "read_object",
]
