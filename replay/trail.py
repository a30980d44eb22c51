"""A policy's history as a person reads it: every event and correction in order, with what each changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from ledger.calendar import JST
from ledger.errors import Language, escaped
from ledger.events import ASSESSED, EVENT_TYPES, Assessed, Event, FactAmended, FactRetracted
from ledger.journal import UNDATED, Entry, Line, Opening, Settlement, Span
from ledger.recorders.log import LogRecord
from replay.tables import Page, ruled

if TYPE_CHECKING:
    from rich.console import RenderableType

COLUMNS: Final = ("position", "recorded_at", "type", "event_id", "said", "target", "reason", "changed")
SAID: Final = 160
"""Characters of what an event said that a line of a table shows."""


def trail(records: Iterable[LogRecord], known_at: datetime) -> Iterator[dict[str, Any]]:
    """The events recorded by an instant, each with what followed from it; the rules run again are a step of their own."""
    held = _Balances()
    step: dict[str, Any] | None = None
    for record in records:
        event = record.event
        followed = isinstance(event.data, Assessed) and event.data.cause == "facts"
        if not followed and record.recorded_at > known_at:
            break
        if step is not None and not followed:
            yield step
            step = None
        if step is None:
            step = _step(record, event)
        if isinstance(event.data, Assessed):
            step["changed"] = held.after(map(Entry.decoded, event.data.entries))
            if event.data.fault is not None:
                step["fault"] = event.data.fault
    if step is not None:
        yield step


def _step(record: LogRecord, event: Event) -> dict[str, Any]:
    step: dict[str, Any] = {
        "position": record.position,
        "recorded_at": record.recorded_at.astimezone(JST).isoformat(),
        "event_id": record.event_id,
        "type": record.type,
        "data": None if record.type == ASSESSED else event.data.wire(),
        "evidence": list(event.evidence),
        "actor": event.actor,
        "note": event.note,
    }
    if isinstance(event.data, FactAmended | FactRetracted):
        step |= {"target": event.data.target, "reason": event.data.reason}
    return step | {"changed": {"limits": [], "benefits": [], "states": []}}


# ---- what changed ------------------------------------------------------------------------------------------------------------------


class _Moved(NamedTuple):
    """An account, and by how much an entry moves it once its last day has come."""

    account: tuple[str, str]
    by: int


class _Balances:
    """What limits and benefits come to when all days known of have passed; and how each assessment moves it."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], int] = {}
        self._sums: dict[tuple[str, str], int] = {}
        self._units: dict[tuple[str, str], str] = {}

    def after(self, entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
        """Takes in what was assessed. Gives what is now other than before: limits, benefits, states."""
        entries = list(entries)
        for entry in entries:
            if isinstance(entry.item, Opening):
                self._units[entry.item.limit, entry.item.key] = entry.item.unit
        limits = _moved(self._used, (move for entry in entries for move in _uses(entry)))
        sums = _moved(self._sums, (move for entry in entries for move in _money(entry)))
        return {
            "limits": [
                {"limit": limit, "key": key, "unit": self._units.get((limit, key), "yen"), "old": old, "new": new}
                for (limit, key), old, new in limits
            ],
            "benefits": [{"benefit": benefit, "movement": movement, "old": old, "new": new} for (benefit, movement), old, new in sums],
            "states": _states(entries),
        }


def _moved(balances: dict[tuple[str, str], int], moves: Iterable[_Moved]) -> list[tuple[tuple[str, str], int, int]]:
    """Moves balances; gives each one that is other than before, with what it was and is."""
    before: dict[tuple[str, str], int] = {}
    for account, by in moves:
        before.setdefault(account, balances.get(account, 0))
        balances[account] = balances.get(account, 0) + by
    return [(account, old, balances[account]) for account, old in sorted(before.items()) if balances[account] != old]


def _uses(entry: Entry) -> Iterator[_Moved]:
    if isinstance(entry.item, Line):
        for use in entry.item.uses:
            yield _Moved((use.limit, use.key), entry.sign * use.amount)


def _money(entry: Entry) -> Iterator[_Moved]:
    if isinstance(entry.item, Line):
        yield _Moved((entry.item.benefit, "payable"), entry.sign * entry.item.payable)
    elif isinstance(entry.item, Settlement):
        yield _Moved((entry.item.benefit, entry.item.movement), entry.sign * entry.item.amount)


def _states(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Spans of state that were added (+1) or taken back (-1), those that cancel out aside."""
    net: dict[Span, int] = {}
    for entry in entries:
        if isinstance(entry.item, Span):
            net[entry.item] = net.get(entry.item, 0) + entry.sign
    spans = sorted((span for span in net.items() if span[1]), key=lambda span: (span[1], span[0].first, span[0].state))
    return [
        {
            "sign": 1 if sign > 0 else -1,
            "state": span.state,
            "from": None if span.first == UNDATED else span.first.isoformat(),
            "to": span.last.isoformat() if span.last else None,
        }
        for span, sign in spans
    ]


# ---- for a person ------------------------------------------------------------------------------------------------------------------


def row(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step as one flat row."""
    return {
        **step,
        "said": orjson.dumps(step["data"]).decode(),
        "target": step.get("target"),
        "reason": step.get("reason"),
        "changed": orjson.dumps(step["changed"]).decode(),
    }


def tables(policy_id: str, steps: Iterable[Mapping[str, Any]], language: Language, *, era: bool = False) -> Iterator[RenderableType]:
    """The history as one table."""
    page = Page(language, era)
    rows = [
        (str(step["position"]), page.instant(step["recorded_at"][:19]), _said(page, step), "\n".join(_changes(page, step)))
        for step in steps
    ]
    yield ruled(policy_id, ("position:", "recorded_at", "said", "changed"), rows, lambda column: page.name("column", column))


def _said(page: Page, step: Mapping[str, Any]) -> str:
    """What an event said, in a few words; of a correction also why, and of what."""
    name = page.name("type", step["type"])
    if "target" in step:
        said = [name, f"→ {step['target']}", escaped(step["reason"], SAID)]
        if step["type"] == FactAmended.__name__:
            said.append(few(step["data"]["data"]))
        return "\n".join(said)
    return f"{name}\n{few(step['data'], defaults(step['type']))}" if step["data"] else name


def few(data: Mapping[str, Any], defaults: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The fields of a fact, short; those that say no more than the default are left out."""
    said = (f"{name} {_short(value)}" for name, value in data.items() if name not in defaults or defaults[name] != value)
    return escaped("  ".join(said), SAID)


def defaults(type_: str) -> dict[str, Any]:
    """What the fields of a type hold where a fact leaves them out."""
    fields = EVENT_TYPES[type_].model_fields
    return {name: list(f.default) if f.default == () else f.default for name, f in fields.items() if not f.is_required()}


def _short(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _changes(page: Page, step: Mapping[str, Any]) -> Iterator[str]:
    """What an event changed: states, benefits, limits, each from what to what."""
    changed = step["changed"]
    for span in changed["states"]:
        sign = "+" if span["sign"] > 0 else "−"
        yield f"{sign} {page.name('state', span['state'])} {page.span(span['from'], span['to'])}"
    for one in changed["benefits"]:
        name = f"{page.name('benefit', one['benefit'])} {page.name('movement', one['movement'])}"
        yield f"{name} {one['old']:,} → {page.amount(one['new'])}"
    for one in changed["limits"]:
        yield f"{page.name('limit', one['limit'])} {escaped(one['key'])} {one['old']:,} → {page.amount(one['new'], one['unit'])}"
    if "fault" in step:
        yield page.said(f"判定できない: {escaped(step['fault'], SAID)}", f"undetermined: {escaped(step['fault'], SAID)}")


