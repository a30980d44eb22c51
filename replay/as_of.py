"""The answer on two axes: what a policy stood at on day D, as known at K. Folds what was assessed; runs no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.calendar import JST
from ledger.journal import (
    UNDATED,
    Certificate,
    Cut,
    Deadline,
    Discrepancy,
    Held,
    Item,
    Journal,
    Line,
    Opening,
    Orphan,
    Refund,
    Settlement,
    Span,
)

MOVEMENTS = ("paid", "recovered", "offset")


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger had of a policy at a cut: the last position, how many events, the head of its log, and its journal."""

    policy_id: str
    position: int
    events_seen: int
    head_hash: str | None
    terms: Mapping[str, str] | None
    journal: Journal
    fault: str | None = None
    fault_since: int | None = None


def answer(known: Known, on: date, known_at: datetime | None) -> dict[str, Any]:
    """The answer of the wire contract (`hoken asof`), amounts in yen. `known_at` is the instant asked for, null for a bare position."""
    items = [] if known.fault is not None else sorted(known.journal.standing(on), key=repr)
    lines = [item.through(on) for item in items if isinstance(item, Line)]
    held = next((item.product for item in items if isinstance(item, Held)), None)
    return {
        "policy_id": known.policy_id,
        "product": held,
        "on": on.isoformat(),
        "known_at": known_at.astimezone(JST).isoformat() if known_at is not None else None,
        "position": known.position,
        "events_seen": known.events_seen,
        "head": {"version": known.events_seen, "hash": known.head_hash},
        "terms": dict(known.terms) if known.terms and held is not None else None,
        "status": _status(known, items, on),
        "benefits": benefits(lines),
        "limits": limits(items, lines, on),
        "settlement": settlement(lines, [item for item in items if isinstance(item, Settlement)]),
        **_lists(items, on),
    } | ({"undetermined": {"since": known.fault_since, "reason": known.fault}} if known.fault is not None else {})


def _status(known: Known, items: Iterable[Item], on: date) -> dict[str, Any]:
    if known.fault is not None:
        return {"state": "undetermined", "since": None, "until": None, "rules": []}
    for item in items:
        if isinstance(item, Span) and item.first <= on and (item.last is None or on <= item.last):
            return {"state": item.state, "since": _day(item.first), "until": _day(item.last), "rules": list(item.rules)}
    return {"state": "unknown", "since": None, "until": None, "rules": []}


def benefits(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Benefit lines, in order of first day, benefit and key, each with a name of its own that later facts leave alone."""
    return [benefit(line, name) for name, line in named(lines)]


def named(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Lines in the order of an answer, each with its `line_id`."""
    found: dict[str, int] = {}
    for line in sorted(
        lines, key=lambda line: (line.first, line.benefit, line.key, line.decision, line.rules, line.events)
    ):
        name = line_name(line)
        found[name] = found.get(name, 0) + 1
        yield (name if found[name] == 1 else f"{name}#{found[name]}"), line


def line_name(line: Line) -> str:
    """The `line_id` of a line, where no other line of the answer bears the same."""
    return f"{line.benefit}:{line.key}:{line.first.isoformat()}"


def benefit(line: Line, name: str) -> dict[str, Any]:
    """A line as the answer shows it, under its name."""
    return {
        "line_id": name,
        "benefit": line.benefit,
        "key": line.key,
        "counts_from": line.counts_from.isoformat(),
        "from": line.first.isoformat(),
        "to": line.last.isoformat(),
        "quantity": line.quantity,
        "unit": line.unit,
        "rate": line.rate,
        "gross": line.gross,
        "payable": line.payable,
        "decision": line.decision,
        "rules": list(line.rules),
        "events": list(line.events),
        "cut_by": [Cut(*cut)._asdict() for cut in line.cuts],
    }


def limits(items: Iterable[Item], lines: Iterable[Line], on: date) -> list[dict[str, Any]]:
    """Every limit in use and each standing one within its window: cap = used + remaining, in its unit."""
    used: dict[tuple[str, str], int] = {}
    for line in lines:
        for use in line.uses:
            used[use.limit, use.key] = used.get((use.limit, use.key), 0) + use.amount
    rows = []
    for item in items:
        if not isinstance(item, Opening):
            continue
        touched = item.in_use or (item.limit, item.key) in used
        if touched or (item.standing and (item.last is None or on <= item.last)):
            rows.append(_limit(item, used.get((item.limit, item.key), 0)))
    return sorted(
        {(row["limit"], row["key"]): row for row in rows}.values(), key=lambda row: (row["limit"], row["key"])
    )


def _limit(opening: Opening, used: int) -> dict[str, Any]:
    return {
        "limit": opening.limit,
        "key": opening.key,
        "unit": opening.unit,
        "cap": opening.cap,
        "used": used,
        "remaining": opening.cap - used,
        "from": opening.first.isoformat(),
        "to": _day(opening.last),
        "rules": list(opening.rules),
    }


def settlement(lines: Iterable[Line], movements: Iterable[Settlement]) -> dict[str, Any]:
    """What is payable, what moved, and what is outstanding: above zero the insurer owes, below zero it overpaid. In yen."""
    by_benefit: dict[str, dict[str, int]] = {}
    for line in lines:
        if line.payable:
            _sums(by_benefit, line.benefit)["payable"] += line.payable
    for movement in movements:
        _sums(by_benefit, movement.benefit)[movement.movement] += movement.amount
    for sums in by_benefit.values():
        sums["outstanding"] = sums["payable"] - sums["paid"] - sums["offset"] + sums["recovered"]
    names = ("payable", *MOVEMENTS, "outstanding")
    total: dict[str, Any] = {name: sum(sums[name] for sums in by_benefit.values()) for name in names}
    return total | {"by_benefit": {benefit: by_benefit[benefit] for benefit in sorted(by_benefit)}}


def _sums(by_benefit: dict[str, dict[str, int]], benefit: str) -> dict[str, int]:
    return by_benefit.setdefault(benefit, {"payable": 0, "paid": 0, "recovered": 0, "offset": 0, "outstanding": 0})


def _lists(items: Iterable[Item], on: date) -> dict[str, Any]:
    of: dict[type, list[Any]] = {}
    for item in items:
        of.setdefault(type(item), []).append(item)
    return {
        "certificates": [
            {
                "claim_id": c.claim_id,
                "claimed": c.claimed,
                "threshold": c.threshold,
                "required": c.required,
                "rules": list(c.rules),
            }
            for c in sorted(of.get(Certificate, []), key=lambda c: c.claim_id)
        ],
        "deadlines": deadlines(of.get(Deadline, []), on),
        "refunds": [
            {"kind": r.kind, "amount": r.amount, "due_from": r.due_from.isoformat(), "rules": list(r.rules)}
            for r in sorted(of.get(Refund, []), key=lambda r: (r.due_from, r.kind, r.amount))
        ],
        "orphans": [
            {"event_id": o.event_id, "rests_on": o.rests_on}
            for o in sorted(of.get(Orphan, []), key=lambda o: o.ordinal)
        ],
        "discrepancies": [
            {"rule": d.rule, "recorded": d.recorded, "derived": d.derived, "events": list(d.events)}
            for d in sorted(of.get(Discrepancy, []), key=lambda d: (d.rule, d.events, str(d.recorded)))
        ],
    }


def deadlines(found: Iterable[Deadline], on: date) -> list[dict[str, Any]]:
    """Deadlines in order of the day due, with whether they are overdue on the day asked for."""
    return [
        {
            "kind": d.kind,
            "claim_id": d.claim_id,
            "due_on": d.due_on.isoformat(),
            "met_on": _day(d.met_on),
            "overdue": d.overdue(on),
            "rules": list(d.rules),
        }
        for d in sorted(found, key=lambda d: (d.due_on, d.kind, d.claim_id or ""))
    ]


def _day(day: date | None) -> str | None:
    return None if day is None or day == UNDATED else day.isoformat()
