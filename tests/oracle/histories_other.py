"""Seeded random histories of oyako, sony-medical, ryoritsu and cyber policies: wire events that an import accepts.

    HISTORIES[product](rng)  -> list of wire events
        policy_id="…"        the policy's id (default one drawn)
        ambiguous=True       also what AMBIGUITIES lists as open (left out by default)
        corrections=False    no amendments and retractions
        refusals=True        returns (events, [(events before, refused event, rule id)]) instead: what the ledger must refuse on the way
    days_to_ask(rng, events, n) -> n days worth asking about: the histories' own days, the day before and after

Facts come in random order (never before the fact that they name). `recorded_at` does not decrease and lies between 2022 and 2025, so an
import of today accepts it.
"""
from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from . import dates
from .histories_cyber import cyber_history
from .histories_oyako import oyako_history
from .histories_ryoritsu import ryoritsu_history
from .histories_sony_medical import sony_history
from .possible_other import possible
from .teller_other import MODULES

__all__ = ["HISTORIES", "MODULES", "cyber_history", "days_in", "days_to_ask", "oyako_history", "possible", "ryoritsu_history", "sony_history"]

HISTORIES = {"oyako": oyako_history, "sony-medical": sony_history, "ryoritsu": ryoritsu_history, "cyber": cyber_history}


def days_in(value: Any) -> list[date]:
    out = []
    if isinstance(value, dict):
        for name, v in value.items():
            if name not in ("birth_date", "target"):
                out += days_in(v)
    elif isinstance(value, list):
        for v in value:
            out += days_in(v)
    elif isinstance(value, str):
        if len(value) == 10 and value[4] == "-" and value[7] == "-" and value[:4].isdigit():
            out.append(date.fromisoformat(value))
        elif len(value) == 7 and value[4] == "-" and value[:4].isdigit():
            out += [dates.month_first(value), dates.month_last(value)]
    return out


def days_to_ask(rng: random.Random, events: list[dict], n: int) -> list[date]:
    """Days worth asking about."""
    found = sorted({d for e in events for d in days_in(e["data"])})
    if not found:
        return []
    near = [d + timedelta(days=k) for d in found for k in (-1, 0, 0, 1)]
    return [rng.choice(near) if rng.random() < 0.8 else found[0] + timedelta(days=rng.randrange((found[-1] - found[0]).days + 400)) for _ in range(n)]
