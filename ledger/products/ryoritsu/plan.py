"""The options of the 介護両立支援プラン."""

from __future__ import annotations

from typing import Literal

from ledger.events import Yen
from ledger.product import Plan


class RyoritsuPlan(Plan):
    """care_benefit: the lump sum in yen. min_level: the lowest care level that brings it."""

    care_benefit: Yen
    min_level: Literal["support1", "support2", "care1", "care2", "care3", "care4", "care5"]
