"""A difference between two answers as a person reads it: what is other, and for each cause what it moved, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import Language, escaped
from replay.tables import Page, ruled
from replay.trail import SAID, defaults, few

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Found = Mapping[str, Any]

COLUMNS: Final = (
    "cause", "position", "event_id", "day", "sign", "kind", "benefit", "key", "from", "to", "quantity", "unit", "payable", "decision",
)  # fmt: skip
_NAMED_BY: Final = {
    "state": ("state", "state"), "limit": ("limit", "limit"), "deadline": ("kind", "deadline"), "overdue": ("kind", "deadline"),
    "settlement": ("benefit", "benefit"), "refund": ("kind", "refund"), "certificate": ("claim_id", ""), "orphan": ("event_id", ""),
    "discrepancy": ("rule", ""), "held": ("product", "product"),
}  # fmt: skip
"""By kind of movement: the field that names it, and the section of words that the name stands in."""


def rows(found: Found) -> Iterator[dict[str, Any]]:
    """The movements as flat rows, each with its cause; `quantity` and `payable` bear the sign."""
    for group in found["groups"]:
        cause = {name: group.get(name) for name in ("cause", "position", "event_id")}
        for movement in group["movements"]:
            signed = {name: movement["sign"] * movement[name] for name in ("quantity", "payable") if name in movement}
            yield cause | movement.get("item", {}) | movement | signed


def tables(found: Found, language: Language, *, era: bool = False) -> Iterator[RenderableType]:
    """The parts of a difference, in order."""
    page = Says(language, era)
    yield page.between(found)
    yield from page.sums(found)
    for group in found["groups"]:
        yield from page.group(group)
    yield from page.without_effect(found["without_effect"])


class Says(Page):
    """Says differences."""

    def between(self, found: Found) -> Text:
        """Which two answers."""
        from rich.text import Text

        text = Text(f"{found['policy_id']}\n", style="bold")
        for name in ("from", "to"):
            point = found[name]
            side = self.said("前の答", "from") if name == "from" else self.said("後の答", "to  ")
            at = f"{self.name('column', 'known_at')} {self.instant(known)}" if (known := point["known_at"]) else ""
            position = f"{self.name('column', 'position')} {point['position']:,}"
            said = (side, f"{self.name('column', 'on')} {self.day(point['on'])}", at, position)
            text.append("  ".join(part for part in said if part) + "\n", style="not bold")
        if "undetermined" in found:
            since, reason = found["undetermined"]["since"], escaped(found["undetermined"]["reason"], 400)
            ja, en = f"位置 {since} から判定できない答は比べられない", f"an answer undetermined since position {since} cannot be compared"
            text.append(f"{self.said(ja, en)}: {reason}\n", style="bold red")
        elif not found["changed"]:
            text.append(self.said("二つの答に違いはない", "the two answers agree") + "\n")
        elif found["status"]["from"] != found["status"]["to"]:
            text.append(" → ".join(self._status(found["status"][name]) for name in ("from", "to")) + "\n")
        return text

    def _status(self, status: Found) -> str:
        return f"{self.name('state', status['state'])} {self.span(status['since'], status['until'])}".strip()

    def sums(self, found: Found) -> Iterator[RenderableType]:
        """What is other: benefits, then limits, each from what to what."""
        cells = [
            (self.account(row), *(f"{row[side]:,}" for side in ("from", "to")), signed(row["by"])) for row in found["benefits"]
        ]
        yield from self.sheet(self.name("label", "benefits"), ("movement", "old:", "new:", "by:"), cells)
        cells = [
            (
                self.name("limit", row["limit"]), escaped(row["key"]),
                *(_from_to(row["from"], row["to"], name) for name in ("cap", "used", "remaining")), self.name("unit", row["unit"]),
            )
            for row in found["limits"]
        ]  # fmt: skip
        yield from self.sheet(self.name("label", "limits"), ("limit", "key", "cap:", "used:", "remaining:", "unit"), cells)

    def account(self, row: Found) -> str:
        """A benefit and a movement of its money."""
        return f"{self.name('benefit', row['benefit'])} {self.name('movement', row['movement'])}"

    def group(self, group: Found) -> Iterator[RenderableType]:
        """One cause, what it moved, and what that comes to."""
        from rich.text import Text

        cells = [self.movement(movement) for movement in group["movements"]]
        yield from self.sheet(self._cause(group), ("day", "movement", "days", "quantity:", "payable:"), cells)
        if not cells:
            yield Text(self._cause(group), style="bold")
        yield Text("  = " + (self._comes_to(group) or self.said("金額の増減なし", "no amount moved")) + "\n")

    def _cause(self, group: Found) -> str:
        name = self.name("cause", group["cause"])
        if group["cause"] == "time":
            return f"{name}: {self.day(group['from'])} → {self.day(group['to'])}"
        if group["cause"] == "reset":
            return f"{name}: {self.day(group['day'])}"
        back = self.said("（取り消される）", " (no longer known)") if group.get("taken_back") else ""
        said = [f"{name}{back}: {self.name('type', group['type'])}  {self.name('column', 'position')} {group['position']:,}"]
        said[0] += f"  {group['event_id']}"
        if group["cause"] == "correction":
            said.append(f"→ {group['target']}  {escaped(group['reason'], SAID)}")
            said += [few(group["data"]["data"])] if "data" in group["data"] else []
        elif "data" in group:
            said.append(few(group["data"], defaults(group["type"])))
        return "\n".join(said)

    def movement(self, movement: Found) -> tuple[str, ...]:
        """A movement as cells: its day, what moved, its days, quantity and yen, with their signs."""
        sign = "+" if movement["sign"] > 0 else "−"
        day = self.day(movement["day"])
        if "line_id" in movement:
            said = f"{self.name('benefit', movement['benefit'])} {escaped(movement['key'])}  {self.name('decision', movement['decision'])}"
            name = f"{self.name('part', 'growth')}: {said}" if movement["kind"] == "growth" else said
            quantity, amount = (movement["sign"] * movement[column] for column in ("quantity", "payable"))
            days = self.span(movement["from"], movement["to"])
            return day, f"{sign} {name}", days, self.in_unit(quantity, movement["unit"]), signed(amount)
        said = f"{sign} {self.name('part', movement['kind'])} {self._item(movement['kind'], movement['item'])}"
        return day, said, *self._amounts(movement)

    def in_unit(self, amount: int, unit: str) -> str:
        """An amount in its unit, with its sign."""
        return ("+" if amount > 0 else "−" if amount < 0 else "") + self.amount(abs(amount), unit)

    def _item(self, kind: str, item: Found) -> str:
        """What is said of an item that is no benefit line."""
        field, section = _NAMED_BY[kind]
        name = self.name(section, item[field])
        return " ".join(part for part in (name, *(escaped(str(item[n])) for n in ("key", "due_on") if item.get(n))) if part)

    def _amounts(self, movement: Found) -> tuple[str, str, str]:
        item, sign = movement["item"], movement["sign"]
        days = self.span(item.get("first") or item.get("counts_from"), item.get("last")) if movement["kind"] in {"state", "limit"} else ""
        if movement["kind"] == "limit":
            return days, self.in_unit(sign * item["cap"], item["unit"]), ""
        if movement["kind"] == "settlement":
            return days, self.name("movement", item["movement"]), signed(sign * item["amount"])
        return days, "", signed(sign * item["amount"]) if "amount" in item else ""

    def _comes_to(self, group: Found) -> str:
        said = [f"{self.account(row)} {signed(row['by'])}" for row in group["benefits"]]
        for row in group["limits"]:
            moved = ", ".join(f"{self.name('column', name)} {signed(by)}" for name, by in row["by"].items() if by)
            said.append(f"{self.name('limit', row['limit'])} {escaped(row['key'])} {moved}".replace("  ", " "))
        return "; ".join(said)

    def without_effect(self, events: Sequence[Found]) -> Iterator[RenderableType]:
        """What came to be known and moved nothing."""
        cells = [(f"{event['position']:,}", self.name("type", event["type"]), event["event_id"]) for event in events]
        title = self.said("知られたが何も動かさなかった事象", "known meanwhile, and moved nothing")
        yield from self.sheet(title, ("position:", "type", "event_id"), cells)

    def sheet(self, title: str, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
        """A table under a title, where there is anything in it."""
        if cells:
            yield ruled(title, columns, cells, lambda column: self.name("column", column))


def signed(amount: int) -> str:
    """An amount with its sign."""
    return f"{amount:+,}".replace("-", "−") if amount else "0"


def _from_to(old: Found | None, new: Found | None, name: str) -> str:
    """An amount of a limit before and after; once where it is the same. A limit that is not there has none."""
    before, after = ("–" if row is None else f"{row[name]:,}" for row in (old, new))
    return before if before == after else f"{before} → {after}"
