"""Between two answers: what moved, grouped by cause, each movement on its own, and adding up to the yen.

An answer is a sum of entries, so a difference is the entries between. Time is taken first, at the knowledge that came earlier: what was
to come of what was known already. Then the news, step by step, on the day asked about at the later knowledge. Asked the other way
round the same movements come back with their signs turned. No movement is netted against another: a line that was added and later
taken back is there twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.calendar import JST
from ledger.errors import LedgerFault
from ledger.events import FactAmended, FactRetracted
from ledger.journal import KINDS, UNDATED, Deadline, Entry, Item, Journal, Line, Opening, Settlement
from ledger.periods import ONE_DAY
from ledger.recorders.log import LogRecord
from replay import as_of
from replay.known import History
from replay.steps import Cut, Step, steps

PARTS: Final = ("status", "benefits", "limits", "settlement", "certificates", "deadlines", "refunds", "orphans", "discrepancies")
"""The parts of an answer that can differ."""

MONEY: Final = ("payable", "paid", "recovered", "offset", "outstanding")

_KIND: Final = {item_type: kind for kind, item_type in KINDS.items()}

Account = tuple[str, str]
Sums = dict[Account, dict[str, int]]
"""By benefit and movement, or by limit and key: how much of it (yen, days, times)."""


class Point(NamedTuple):
    """An answer: the day asked about, and how much was known."""

    on: date
    cut: Cut


class Movement(NamedTuple):
    """From `day` on an item counts (+1) or no longer counts (-1), as it stands on the day asked about. `kind` as in the journal;
    `growth`: the days by which a run that counts already has grown; `overdue`: a deadline that was missed as time passed.
    """

    day: date
    sign: int
    kind: str
    item: Item

    def turned(self) -> Movement:
        """The movement taken back."""
        return self._replace(sign=-self.sign)


class Group(NamedTuple):
    """What one cause moved."""

    cause: dict[str, Any]
    movements: tuple[Movement, ...]
    limits: Sums


def difference(policy_id: str, records: Iterable[LogRecord], one: Point, other: Point) -> dict[str, Any]:
    """What makes the second answer of the first, as JSON values; amounts in yen, days or times."""
    records = list(records)
    history = History(policy_id, records)
    answers = [_answer(history, point) for point in (one, other)]
    head: dict[str, Any] = {"version": 1, "policy_id": policy_id, "from": _asked(answers[0]), "to": _asked(answers[1])}
    undetermined = [given["undetermined"] for given in answers if "undetermined" in given]
    if undetermined:
        return head | {"undetermined": undetermined[0], "changed": [], "benefits": [], "limits": [], "groups": [], "without_effect": []}
    known = [history.known(known_at=point.cut.known_at, at_position=point.cut.position).journal for point in (one, other)]
    news = [steps(records, point.cut) for point in (one, other)]
    backwards = len(news[1]) < len(news[0])
    earlier, later = (1, 0) if backwards else (0, 1)
    passed = list(_time(known[earlier], one.on, other.on))
    come = list(_news(known[earlier], news[later][len(news[earlier]) :], (one, other)[later].on))
    groups = [*map(_turned, reversed(come)), *passed] if backwards else [*passed, *come]
    found = head | {
        "changed": [part for part in PARTS if answers[0][part] != answers[1][part]],
        "status": {"from": answers[0]["status"], "to": answers[1]["status"]},
        "benefits": benefits_moved(*answers),
        "limits": limits_moved(*answers),
        "groups": [_shown(group) for group in groups if group.movements or group.limits],
        "without_effect": [_event(group) for group in groups if not (group.movements or group.limits)],
    }
    _assert_adds_up(found)
    return found


def _answer(history: History, point: Point) -> dict[str, Any]:
    known = history.known(known_at=point.cut.known_at, at_position=point.cut.position)
    return as_of.answer(known, point.on, point.cut.known_at)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("on", "known_at", "position", "head")}


# ---- news ------------------------------------------------------------------------------------------------------------------------


def _news(before: Journal, come: Sequence[Step], on: date) -> Iterator[Group]:
    """What each step of knowledge moved on a day."""
    books = _Books(before.standing(on), on)
    for step in come:
        movements = tuple(moved(step.entries, on))
        yield Group(_cause(step), movements, books.after(movements))


def moved(entries: Iterable[Entry], on: date) -> Iterator[Movement]:
    """The entries that count on a day, as they stand on it. A run that changed beyond it only has not moved."""
    movements = [Movement(entry.day, entry.sign, _KIND[type(entry.item)], _cut(entry.item, on)) for entry in entries if entry.day <= on]
    left = Counter(movements)
    for movement in movements:
        back = movement.turned()
        if left[back] and left[movement]:
            left[back] -= 1
            left[movement] -= 1
    for movement in movements:
        if left[movement]:
            left[movement] -= 1
            yield movement


def _cause(step: Step) -> dict[str, Any]:
    cause: dict[str, Any] = {
        "cause": "fact" if step.is_fact else "rules",
        "position": step.position,
        "recorded_at": step.record.recorded_at.astimezone(JST).isoformat(),
        "type": step.record.type,
        "event_id": step.event.event_id,
    }
    if isinstance(step.event.data, FactAmended | FactRetracted):
        cause |= {"cause": "correction", "target": step.event.data.target, "reason": step.event.data.reason}
    if step.is_fact:
        cause["data"] = step.event.data.wire()
    if step.fault is not None:
        cause["fault"] = step.fault
    return cause


def _event(group: Group) -> dict[str, Any]:
    return {name: group.cause[name] for name in ("position", "type", "event_id")}


def _turned(group: Group) -> Group:
    limits = {account: {name: -by for name, by in moved.items()} for account, moved in group.limits.items()}
    return Group(group.cause | {"taken_back": True}, tuple(movement.turned() for movement in reversed(group.movements)), limits)


# ---- time ------------------------------------------------------------------------------------------------------------------------


def _time(known: Journal, start: date, end: date) -> Iterator[Group]:
    """What the days between moved, of what was known: first what passes, then the limits of periods that began."""
    first, last = min(start, end), max(start, end)
    movements = sorted(_passing(known, first, last), key=lambda movement: movement.day)
    rows = [_rows(known.standing(day), day) for day in (first, last)]
    limits = _limit_sums(rows[0], rows[1])
    resets = _resets(known, movements)
    opened = {id(movement) for of_day in resets.values() for movement in of_day}
    groups = [Group({"cause": "time"}, tuple(m for m in movements if id(m) not in opened), {})]
    for day, of_day in sorted(resets.items()):
        opening = {account for movement in of_day for account in _accounts(movement.item)}
        closing = {account for account, by in limits.items() if by.get("cap", 0) < 0 and account[0] in {limit for limit, _ in opening}}
        caps = {account: {"cap": limits[account].pop("cap")} for account in opening | closing if "cap" in limits.get(account, {})}
        groups.append(Group({"cause": "reset", "day": day.isoformat()}, tuple(of_day), caps))
    groups[0] = groups[0]._replace(limits={account: moved for account, moved in limits.items() if moved})
    spanned = {"from": start.isoformat(), "to": end.isoformat()}
    for group in (groups if end >= start else map(_turned, reversed(groups))):
        if group.movements or group.limits:
            yield group._replace(cause={name: said for name, said in group.cause.items() if name != "taken_back"} | spanned)


def _passing(known: Journal, first: date, last: date) -> Iterator[Movement]:
    """Entries of the days after the first one, to the last, and what grew meanwhile. What is taken back is shown as it was counted."""
    counted: dict[Item, Item] = {item: _cut(item, first) for item in known.standing(first)}
    grown = dict(counted)
    for entry in sorted((entry for entry in known if first < entry.day <= last), key=lambda entry: (entry.day, entry.sign)):
        grown.pop(entry.item, None)
        shown = counted.pop(entry.item) if entry.sign < 0 and entry.item in counted else _cut(entry.item, last)
        yield Movement(entry.day, entry.sign, _KIND[type(entry.item)], shown)
    for item, shown in grown.items():
        now = _cut(item, last)
        if isinstance(now, Line) and isinstance(shown, Line) and now != shown:
            yield Movement(shown.last + ONE_DAY, 1, "growth", _added(shown, now))
        elif isinstance(item, Deadline) and item.overdue(last) != item.overdue(first):
            yield Movement(item.due_on + ONE_DAY, 1, "overdue", item)


def _added(before: Line, after: Line) -> Line:
    """The days by which a line has grown, and what they come to."""
    if after.unit != "day":
        nothing = tuple(cut._replace(by=0) for cut in after.cuts), tuple(use._replace(amount=0) for use in after.uses)
        return after._replace(first=before.last + ONE_DAY, quantity=0, gross=0, payable=0, cuts=nothing[0], uses=nothing[1])
    return after._replace(
        first=before.last + ONE_DAY,
        quantity=after.quantity - before.quantity,
        gross=after.gross - before.gross,
        payable=after.payable - before.payable,
        cuts=tuple(new._replace(by=new.by - old.by) for old, new in zip(before.cuts, after.cuts, strict=True)),
        uses=tuple(new._replace(amount=new.amount - old.amount) for old, new in zip(before.uses, after.uses, strict=True)),
    )


def _resets(known: Journal, movements: Iterable[Movement]) -> dict[date, list[Movement]]:
    """Limits that a new period opens anew, by its first day: those that an earlier period had too."""
    since: dict[str, date] = {}
    for entry in known:
        if isinstance(entry.item, Opening) and entry.sign > 0:
            since[entry.item.limit] = min(entry.item.first, since.get(entry.item.limit, entry.item.first))
    resets: dict[date, list[Movement]] = {}
    for movement in movements:
        opening = movement.item
        if isinstance(opening, Opening) and opening.standing and movement.sign > 0 and since[opening.limit] < opening.first:
            resets.setdefault(opening.first, []).append(movement)
    return resets


# ---- sums ------------------------------------------------------------------------------------------------------------------------


class _Books:
    """The limits on a day as the answer shows them, while news comes in."""

    def __init__(self, standing: Iterable[Item], on: date) -> None:
        self._on = on
        self._held: Counter[Item] = Counter()
        self._of: dict[Account, set[Item]] = {}
        for item in standing:
            self._post(_cut(item, on), 1)

    def _post(self, item: Item, sign: int) -> None:
        self._held[item] += sign
        for account in _accounts(item):
            self._of.setdefault(account, set()).add(item)

    def after(self, movements: Iterable[Movement]) -> Sums:
        """Takes in movements; gives what they moved: cap and used of each limit that is shown."""
        touched = {account for movement in movements for account in _accounts(movement.item)}
        before = self._rows(touched)
        for movement in movements:
            self._post(movement.item, movement.sign)
        return _limit_sums(before, self._rows(touched))

    def _rows(self, touched: set[Account]) -> Sums:
        items = {item for account in touched for item in self._of.get(account, ())}
        held = [item for item in items for _ in range(self._held[item])]
        return {account: row for account, row in _rows(held, self._on).items() if account in touched}


def _accounts(item: Item) -> Iterator[Account]:
    """The limits that an item opens or uses."""
    if isinstance(item, Opening):
        yield item.limit, item.key
    elif isinstance(item, Line):
        yield from ((use.limit, use.key) for use in item.uses)


def _rows(items: Iterable[Item], on: date) -> Sums:
    """Cap and used of the limits that the answer of a day shows."""
    items = list(items)
    lines = [item.through(on) for item in items if isinstance(item, Line)]
    return {(row["limit"], row["key"]): {"cap": row["cap"], "used": row["used"]} for row in as_of.limits(items, lines, on)}


def _limit_sums(before: Sums, after: Sums) -> Sums:
    nothing = {"cap": 0, "used": 0}
    moved = {
        account: {name: after.get(account, nothing)[name] - before.get(account, nothing)[name] for name in nothing}
        for account in before.keys() | after.keys()
    }
    return {account: {name: by for name, by in sums.items() if by} for account, sums in moved.items() if any(sums.values())}


def money(movements: Iterable[Movement]) -> Sums:
    """What movements come to in yen, by benefit: payable, paid, recovered, offset, outstanding."""
    sums: Sums = {}
    for movement in movements:
        item = movement.item
        if isinstance(item, Line):
            _add(sums, item.benefit, "payable", movement.sign * item.payable)
        elif isinstance(item, Settlement):
            _add(sums, item.benefit, item.movement, movement.sign * item.amount)
    for (_, name), moved in sums.items():
        moved["by"] = moved.pop(name)
    return {account: moved for account, moved in sums.items() if moved["by"]}


def _add(sums: Sums, benefit: str, movement: str, by: int) -> None:
    signs = {"payable": 1, "paid": -1, "recovered": 1, "offset": -1}
    for name, amount in ((movement, by), ("outstanding", signs[movement] * by)):
        row = sums.setdefault((benefit, name), {name: 0})
        row[name] += amount


# ---- JSON ------------------------------------------------------------------------------------------------------------------------


def benefits_moved(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """What two answers say of money, where it differs: by benefit and movement, in yen."""
    before, after = (given["settlement"]["by_benefit"] for given in (one, other))
    nothing = dict.fromkeys(MONEY, 0)
    accounts = [(benefit, name) for benefit in sorted(before.keys() | after.keys()) for name in MONEY]
    rows = [(*account, *(side.get(account[0], nothing)[account[1]] for side in (before, after))) for account in accounts]
    moved = [dict(zip(("benefit", "movement", "from", "to"), row, strict=True)) for row in rows if row[2] != row[3]]
    return [row | {"by": row["to"] - row["from"]} for row in moved]


def limits_moved(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """What two answers say of limits, where it differs: cap, used and remaining, in the limit's unit."""
    before, after = ({(row["limit"], row["key"]): row for row in given["limits"]} for given in (one, other))
    found: list[dict[str, Any]] = []
    for account in sorted(before.keys() | after.keys()):
        rows = [None if row is None else {name: row[name] for name in ("cap", "used", "remaining")} for row in
                (before.get(account), after.get(account))]  # fmt: skip
        if rows[0] != rows[1]:
            unit = (after.get(account) or before[account])["unit"]
            by = {name: (rows[1] or {}).get(name, 0) - (rows[0] or {}).get(name, 0) for name in ("cap", "used", "remaining")}
            found.append({"limit": account[0], "key": account[1], "unit": unit, "from": rows[0], "to": rows[1], "by": by})
    return found


def _shown(group: Group) -> dict[str, Any]:
    benefits = [{"benefit": benefit, "movement": name, **moved} for (benefit, name), moved in sorted(money(group.movements).items())]
    limits = [{"limit": limit, "key": key, "by": _by(moved)} for (limit, key), moved in sorted(group.limits.items())]
    return group.cause | {"benefits": benefits, "limits": limits, "movements": [shown(movement) for movement in group.movements]}


def _by(moved: dict[str, int]) -> dict[str, int]:
    cap, used = moved.get("cap", 0), moved.get("used", 0)
    return {"cap": cap, "used": used, "remaining": cap - used}


def shown(movement: Movement) -> dict[str, Any]:
    """A movement as JSON values: a benefit line with its limits, or another item of the journal."""
    head = {"day": None if movement.day == UNDATED else movement.day.isoformat(), "sign": movement.sign, "kind": movement.kind}
    item = movement.item
    if isinstance(item, Line):
        return head | as_of.benefit(item, as_of.line_name(item)) | {"uses": [use._asdict() for use in item.uses]}
    return head | {"item": {name: _plain(value) for name, value in item._asdict().items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return None if value == UNDATED else value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _cut(item: Item, on: date) -> Item:
    return item.through(on) if isinstance(item, Line) else item


def _assert_adds_up(found: dict[str, Any]) -> None:
    """The groups come to the difference of the two answers, account by account."""
    benefits: Counter[Account] = Counter()
    limits: Counter[tuple[str, str, str]] = Counter()
    for group in found["groups"]:
        benefits.update({(row["benefit"], row["movement"]): row["by"] for row in group["benefits"]})
        for row in group["limits"]:
            limits.update({(row["limit"], row["key"], name): by for name, by in row["by"].items()})
    whole = {(row["benefit"], row["movement"]): row["by"] for row in found["benefits"]}
    held = {(row["limit"], row["key"], name): by for row in found["limits"] for name, by in row["by"].items() if by}
    if {account: by for account, by in benefits.items() if by} != whole or {account: by for account, by in limits.items() if by} != held:
        raise LedgerFault(f"the movements of policy {found['policy_id']} do not add up to the difference of its answers")
