"""Corrections: what an earlier event said is replaced or taken back. They have no day of their own."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.base import EventId, Fact, Plan, Said


class FactAmended(Fact):
    """Replaces the data of the event `target`. `data` are the whole new data of the root event's type, as given."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("reason",)

    target: EventId
    data: Plan
    reason: Said


class FactRetracted(Fact):
    """Takes the event `target` back."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("reason",)

    target: EventId
    reason: Said
