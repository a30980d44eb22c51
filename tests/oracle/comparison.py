"""The ledger beside the calculators: one random history, asked on several days, as a whole, cut short, and in another order of arrival."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from ledger import events as ev
from ledger.derive import rewritten
from ledger.errors import Refused
from ledger.journal import UNDATED, Journal, Line, Opening
from ledger.policy import Policy
from ledger.product import Product
from ledger.timeline import Timeline
from replay.as_of import Known, answer, limits

from . import cyber, histories_other, oyako, ryoritsu, seikatsu, sony_medical, timeline
from .histories_seikatsu import history as seikatsu_history

Wire = dict[str, Any]
Answer = dict[str, Any]

ORACLES: dict[str, Any] = {"seikatsu": seikatsu, "oyako": oyako, "sony-medical": sony_medical, "ryoritsu": ryoritsu, "cyber": cyber}
HISTORIES: dict[str, Callable[[random.Random], list[Wire]]] = {
    "seikatsu": seikatsu_history, "oyako": histories_other.oyako_history, "sony-medical": histories_other.sony_history,
    "ryoritsu": histories_other.ryoritsu_history, "cyber": histories_other.cyber_history,
}
BEARERS = {"condition_id": "ConditionRecorded", "stay_id": "HospitalAdmitted", "cost_id": "CareCostIncurred", "incident_id": "CyberIncidentDiscovered",
           "claim_id": "ClaimFiled", "disability_id": "WorkDisabilityStarted"}
CONDITIONS = ("condition_id", "caused_by", "other_condition_ids", "unrelated_conditions")
TURNS = (-1, 0, 1, 30, 90, 180, 181)


class Told:
    """A history as the ledger holds it. Event by event, each upon the journal before it, as when they are recorded; or only asked how it
    stands after some of them, derived at once from the facts known then. Raises where the ledger refuses an event."""

    def __init__(self, events: list[Wire], event_by_event: bool = True) -> None:
        self.events, self.event_by_event = events, event_by_event
        policy = Policy("P")
        self.known: list[tuple[Product | None, Timeline]] = [(policy.product, policy.timeline)]
        self.after: dict[int, Journal] = {0: policy.journal}
        for n, event in enumerate(events, 1):
            policy.admit(recorded(event), derive=event_by_event)
            assert policy.fault is None, f"{policy.fault} at {event['event_id']} {event['type']}"
            self.known.append((policy.product, policy.timeline))
            if event_by_event:
                self.after[n] = policy.journal

    def journal(self, cut: int | None = None) -> Journal:
        """The journal after the first `cut` events (default all)."""
        n = len(self.events) if cut is None else cut
        if n not in self.after:
            self.after[n] = self.derived_at_once(n)
        return self.after[n]

    def derived_at_once(self, n: int) -> Journal:
        """The journal of the facts known after n events, from nothing."""
        return rewritten(*self.known[n], Journal.EMPTY, UNDATED)

    def asked(self, on: date, cut: int | None = None) -> Answer:
        """The ledger's answer after the first `cut` events (default all)."""
        n = len(self.events) if cut is None else cut
        said: Answer = json.loads(json.dumps(answer(Known("P", n, n, None, None, self.journal(n), None), on, None)))
        return said


def recorded(event: Wire) -> ev.Event:
    """A wire event as the ledger takes it."""
    fact = ev.EVENT_TYPES[event["type"]].parse(event["data"])
    return ev.Event(event["event_id"].lower(), "P", event["type"], 1, datetime.fromisoformat(event["recorded_at"]), fact)


def days_named(value: object) -> Iterator[date]:
    """Every day that an event names."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from days_named(one)
    elif isinstance(value, str):
        try:
            yield date.fromisoformat(value)
        except ValueError:
            return


def days_to_ask(events: list[Wire], rng: random.Random, n: int) -> list[date]:
    """Days worth asking about: near days that the history names, and one after all of them."""
    named = sorted({day for event in events for day in days_named(event["data"])})
    near = {rng.choice(named) + timedelta(days=rng.choice(TURNS)) for _ in range(n)}
    return sorted({*near, named[-1] + timedelta(days=rng.choice((0, 1, 400)))})


def against_oracle(product: str, told: Told, rng: random.Random, days: int = 4, cuts: int = 1) -> tuple[int, list[str]]:
    """(how many answers were compared, what differs): the whole history, and the history cut after some of its events."""
    oracle, found, asked = ORACLES[product], list[str](), 0
    n = len(told.events)
    for cut in (n, *(rng.randint(1, n) for _ in range(cuts))):
        for on in days_to_ask(told.events[:cut], rng, days if cut == n else 1):
            said = told.asked(on, cut)
            asked += 1
            differs = oracle.difference(oracle.answer(told.events[:cut], on), oracle.comparable(said))
            found += [f"on {on} at {cut} of {n}: {text}" for text in (*differs, *caps_broken(said["limits"]))]
    return asked, found


def limits_broken(journal: Journal) -> tuple[int, list[str]]:
    """(how many rows of limits were looked at, what is broken), at every day on which anything turns and on the day before it: between
    two of them a limit is used up evenly. Cap = used + remaining, nothing below 0, no use of a limit that is not shown, and every yen
    between gross and payable is one that a limit named by the line has cut."""
    entries = [entry for entry in journal if isinstance(entry.item, Line | Opening)]
    turns = {entry.day for entry in entries} | {day for entry in entries if isinstance(entry.item, Line) for day in (entry.item.first, entry.item.last)}
    asked = sorted(turns | {day - timedelta(1) for day in turns if day > UNDATED})
    counted, found, net = 0, list[str](), Counter[Line | Opening]()
    waiting = sorted(entries, key=lambda entry: entry.day, reverse=True)
    for on in asked:
        while waiting and waiting[-1].day <= on:
            entry = waiting.pop()
            net[entry.item] += entry.sign                                           # type: ignore[index]
        items = [item for item, times in net.items() if times]
        lines = [item.through(on) for item in items if isinstance(item, Line)]
        rows = limits(items, lines, on)
        counted += len(rows)
        found += [f"on {on}: {text}" for text in (*caps_broken(rows), *unnamed(rows, lines))]
    return counted, found


def caps_broken(rows: list[Wire]) -> list[str]:
    """Limits whose cap is not what is used and what remains, or of which less than nothing remains."""
    return [f"limit {row['limit']} {row['key']}: cap {row['cap']}, used {row['used']}, remaining {row['remaining']}" for row in rows
            if row["cap"] != row["used"] + row["remaining"] or row["remaining"] < 0 or row["used"] < 0]


def unnamed(rows: list[Wire], lines: list[Line]) -> Iterator[str]:
    """Uses of limits that are not shown; yen that are cut, or declined, without a name."""
    shown = {(row["limit"], row["key"]) for row in rows}
    for line in lines:
        if line.payable != (0 if line.decision == "declined" else line.gross - sum(cut.by for cut in line.cuts)):
            yield f"line {line.benefit} {line.key}: gross {line.gross}, payable {line.payable}, cut {line.cuts}"
        if not {(use.limit, use.key) for use in line.uses} <= shown:
            yield f"line {line.benefit} {line.key} uses a limit that is not shown: {line.uses}"


# ---- other orders of arrival -------------------------------------------------------------------------------------------------------
def needs(events: list[Wire]) -> list[set[int]]:
    """For each event the earlier ones that it may not come before: what it names, what a correction corrects and the corrections
    before it, and what bore its own id before, with the corrections of that."""
    out: list[set[int]] = []
    for n, event in enumerate(events):
        data, before = event["data"], events[:n]
        ids = names(data)
        targets = {data.get("target"), *(data.get("facts") or ())}
        corrects = event["type"] in timeline.CORRECTIONS
        own = timeline.OWN_ID.get(event["type"])
        needed = {i for i, e in enumerate(before) if e["event_id"] in targets or bears(e) in ids or e["type"] == "PolicyIssued"
                  or (corrects and e["type"] in timeline.CORRECTIONS)}
        again = {e["event_id"] for e in before if own and e["type"] == event["type"] and e["data"][own] == data[own]}
        needed |= {i for i, e in enumerate(before) if e["event_id"] in again or (again and e["type"] in timeline.CORRECTIONS)}
        out.append(needed)
    return out


def names(data: Wire) -> set[tuple[str, str]]:
    """The ids that an event names, each with the type of the fact that bears it."""
    inner = data["data"] if isinstance(data.get("data"), dict) else data
    found = {(BEARERS[name], inner[name]) for name in BEARERS if inner.get(name)}
    for name in CONDITIONS:
        value = inner.get(name) or ()
        found |= {("ConditionRecorded", one) for one in ([value] if isinstance(value, str) else value)}
    return found


def bears(event: Wire) -> tuple[str, str] | None:
    own = timeline.OWN_ID.get(event["type"])
    return (event["type"], event["data"][own]) if own else None


def rearranged(events: list[Wire], rng: random.Random) -> list[Wire]:
    """The events in another order, drawn at random among those that respect references. The instants stay where they are."""
    needed, order, left = needs(events), list[int](), list(range(len(events)))
    while left:
        ready = [n for n in left if needed[n].issubset(order)]
        order.append(rng.choice(ready))
        left.remove(order[-1])
    return [{**events[n], "recorded_at": place["recorded_at"]} for n, place in zip(order, events, strict=True)]


def in_another_order(told: Told, rng: random.Random, days: int = 2) -> tuple[bool, list[str]]:
    """(whether the other order could be recorded, what differs). An order is refused where a clause judges a fact by those known when
    it is recorded (KR-05, SM-05 …)."""
    try:
        other = Told(rearranged(told.events, rng), told.event_by_event)
    except Refused:
        return False, []
    found = []
    for on in days_to_ask(told.events, rng, days):
        this, that = arrived(told.asked(on)), arrived(other.asked(on))
        found += [f"on {on}: {name} differ by arrival: {this[name]} / {that[name]}" for name in this if this[name] != that[name]]
    return True, found


def arrived(said: Answer) -> Answer:
    """An answer without what the order of arrival may change."""
    orphans = sorted(said["orphans"], key=lambda row: row["event_id"])
    return {name: value for name, value in said.items() if name not in {"position", "head", "known_at"}} | {"orphans": orphans}
