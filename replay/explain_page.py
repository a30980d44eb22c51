"""A derivation as a person reads it: the result, what it rests on, clauses, terms, arithmetic, limit after limit, what is left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ledger.calendar import JST
from ledger.console import plain
from ledger.errors import Language, escaped
from replay.tables import Page, ruled
from replay.trail import defaults, few

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Node = Mapping[str, Any]

VALUE: Final = 120
"""Characters of a term's value that a table shows; lists of diseases are longer, and stand in the JSON."""

_SIGNS: Final = {"add": " + ", "subtract": " − ", "multiply": " × ", "divide_half_up": " ÷ ", "divide_up": " ÷ "}
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def tables(found: Node, language: Language, *, era: bool = False) -> Iterator[RenderableType]:
    """The parts of a derivation, in order."""
    page = _Page(language, era)
    yield page.result(found)
    for part in (page.facts, page.corrections, page.rules, page.terms, page.arithmetic, page.limits, page.today, page.left, page.others):
        yield from part(found)


class _Page(Page):
    """Says derivations."""

    def result(self, found: Node) -> Text:
        """Which line, asked how, and what came out."""
        from rich.text import Text

        asked, line = found["asked"], found["line"]
        text = Text(f"{asked['policy_id']}  {self.name('product', found['product'])}  {escaped(asked['line_id'], 200)}\n", style="bold")
        at = f"  {self.name('column', 'known_at')} {self.instant(asked['known_at'])}" if asked["known_at"] else ""
        on = f"{self.name('column', 'on')} {self.day(asked['on'])}{at}  {self.name('column', 'position')} {asked['position']:,}"
        text.append(f"{on}\n", style="not bold")
        said = (self.name("benefit", line["benefit"]), self.span(line["from"], line["to"]), self.decision(line))
        text.append("  ".join(said) + "\n", style="not bold")
        text.append(f"{self.name('column', 'payable')} {self.amount(line['payable'])}\n")
        if found["rules_changed"]:
            ja = "規則は当時から変わった。今の規則からはこの明細は導けない。記録されたものを示す。"
            en = "The rules have changed since: they no longer give this line. What is shown is what was recorded."
            text.append(self.said(ja, en) + "\n", style="bold red")
        return text

    # ---- facts -------------------------------------------------------------------------------------------------------------------

    def facts(self, found: Node) -> Iterator[RenderableType]:
        """The facts that serve: those that the line rests on, and those without which it would be another."""
        nodes = [node for node in found["facts"] if node["role"] != "considered"]
        yield from self._facts(self.said("用いた事実", "facts used"), nodes)

    def _facts(self, title: str, nodes: Sequence[Node]) -> Iterator[RenderableType]:
        cells = [
            (
                f"{node['position']:,}", self._recorded(node), f"{self._type(node)}\n{few(node['in_force'], defaults(node['type']))}",
                self._part(node), f"{node['event_id']}\n{node['hash'][:16]}",
            )
            for node in nodes
        ]  # fmt: skip
        yield from self.sheet(title, ("position:", "recorded_at", "said", "part", "event_hash"), cells)

    def _recorded(self, node: Node) -> str:
        return self.instant(datetime.fromisoformat(node["recorded_at"]).astimezone(JST).isoformat()[:19])

    def _type(self, node: Node) -> str:
        corrected = self.said("（訂正後）", " (as corrected)") if node["corrected_by"] else ""
        return f"{self.name('type', node['type'])}{corrected}"

    def _part(self, node: Node) -> str:
        return {
            "rests_on": self.said("明細の根拠", "the line rests on it"),
            "needed": self.said("なければ結果が変わる", "without it another result"),
            "considered": self.said("影響なし", "changes nothing"),
        }[node["role"]]

    def corrections(self, found: Node) -> Iterator[RenderableType]:
        """The corrections that hold for the facts shown."""
        cells = [
            (f"{node['position']:,}", self._recorded(node), few(node["says"]["data"]), node["target"], node["event_id"])
            for node in found["corrections"]
        ]
        title = self.said("適用した訂正", "corrections applied")
        yield from self.sheet(title, ("position:", "recorded_at", "said", "target", "event_id"), cells)

    # ---- rules, terms, arithmetic ------------------------------------------------------------------------------------------------

    def rules(self, found: Node) -> Iterator[RenderableType]:
        """The clauses in the order applied, in words."""
        from rich.text import Text

        text = Text(self.said("適用した規則（順に）", "rules, in the order applied") + "\n", style="bold")
        applied = {rule["rule"] for rule in found["rules"] if rule["of"] == "line"}
        for rule in found["rules"]:
            limits = rule["of"] == "limit"
            text.append(f"\n{rule['rule']} {rule['title'][self.language]}", style="bold")
            text.append((self.said("（限度）", " (sets a limit)") if limits else "") + "\n", style="bold")
            if not (limits and rule["rule"] in applied):
                text.append(_flowing(rule["text"]) + "\n", style="not bold")
        yield text

    def terms(self, found: Node) -> Iterator[RenderableType]:
        """The values of the terms, each with the row that gave it, why that row, and where it stands."""
        cells = [
            (
                f"{read['term']}\n{' '.join(read['clauses'])}", _short(read["value"]), read["unit"],
                f"{self.day(read['from'])}{self.said(' から', ' on')}", f"{read['picked_by']} {self.day(read['day'])}",
                escaped(read["source"], 200),
            )
            for read in found["terms_read"]
        ]  # fmt: skip
        title = self.said("読んだ約款の値", "values of the terms that were read")
        yield from self.sheet(title, ("term", "value", "unit", "row", "picked_by", "source"), cells)

    def arithmetic(self, found: Node) -> Iterator[RenderableType]:
        """Step by step to the rate, and the rate by the quantity."""
        from rich.text import Text

        line, rate = found["line"], found["rate"]
        said = [f"  {n}. {self._step(step)}" for n, step in enumerate(found["steps"], start=1)]
        source = self._source(rate["found"])
        last = f"  {self.name('column', 'rate')} {rate['value']:,}" + (f"  ← ({rate['step']})" if rate["step"] else source)
        quantity = self.amount(line["quantity"], line["unit"])
        gross = f"  {line['rate']:,} × {quantity} = {self.name('column', 'gross')} {self.amount(line['gross'])}"
        text = Text(self.said("計算", "arithmetic") + "\n", style="bold")
        text.append("\n".join([*said, last, gross]) + "\n", style="not bold")
        yield text

    def _step(self, step: Node) -> str:
        operands = [self._operand(one) for one in step["operands"]]
        op = step["op"]
        if op in _SIGNS:
            half_up, up = self.said("（四捨五入）", " (half up)"), self.said("（切上げ）", " (rounded up)")
            rounded = {"divide_half_up": half_up, "divide_up": up}.get(op, "")
            return f"{_SIGNS[op].join(operands)} = {step['result']:,}{rounded}"
        if op == "percent":
            said = self.said(f"{operands[0]} の {operands[1]} %（四捨五入）", f"{operands[1]} % of {operands[0]} (half up)")
            return f"{said} = {step['result']:,}"
        name = {"min": self.said("小さい方", "the lowest of"), "max": self.said("大きい方", "the highest of")}[op]
        return f"{name} {', '.join(operands)} = {step['result']:,}"

    def _operand(self, operand: Node) -> str:
        if operand["step"]:
            return f"{operand['value']:,} [({operand['step']})]"
        return f"{operand['value']:,} [{operand['name']}{self._source(operand['found'])}]"

    def _source(self, source: Node | None) -> str:
        if source is None:
            return ""
        if "term" in source:
            return f" ← {source['term']}" + (f".{source['field']}" if source["field"] else "")
        return f" ← {source['line_id']}" if "line_id" in source else f" ← {source['field']}"

    # ---- limits ------------------------------------------------------------------------------------------------------------------

    def limits(self, found: Node) -> Iterator[RenderableType]:
        """Each limit in turn: cap, used before, room, allowed, cut, used after; and which lines had used it."""
        several = len(found["pieces"]) > 1
        for piece in found["pieces"]:
            days = f" {self.span(piece['from'], piece['to'])}" if several else ""
            cells = [
                (
                    f"{self.name('limit', limit['limit'])}\n{escaped(limit['key'])}", self.name("unit", limit["unit"]),
                    *(f"{limit[name]:,}" for name in ("cap", "used_before", "room")),
                    "–" if limit["unit"] == "yen" else f"{limit['counted']:,}",
                    *(f"{limit[name]:,}" for name in ("asked", "allowed", "cut", "used_after")),
                )
                for limit in piece["limits"]
            ]  # fmt: skip
            title = self.said("限度を順に", "limits, one after the other") + days
            columns = ("limit", "unit", "cap:", "used_before:", "room:", "counted:", "asked:", "allowed:", "cut:", "used_after:")
            yield from self.sheet(title, columns, cells)
            yield from self._used_by(piece)
        line = found["line"]
        if found["rules_changed"] and line["cut_by"]:
            cells = [(self.name("limit", cut["limit"]), escaped(cut["key"]), f"{cut['by']:,}") for cut in line["cut_by"]]
            yield from self.sheet(self.said("記録された限度の適用", "what limits cut, as recorded"), ("limit", "key", "cut:"), cells)

    def _used_by(self, piece: Node) -> Iterator[RenderableType]:
        cells = [
            (self.name("limit", limit["limit"]), escaped(use["line_id"], 200), f"{use['amount']:,}")
            for limit in piece["limits"]
            for use in limit["used_by"]
        ]
        yield from self.sheet(self.said("それまでの使用の内訳", "used before, by which lines"), ("limit", "line_id", "used:"), cells)

    # ---- what is left --------------------------------------------------------------------------------------------------------------

    def today(self, found: Node) -> Iterator[RenderableType]:
        """What today's rules would give instead."""
        cells = [
            (escaped(line["line_id"], 200), f"{line['gross']:,}", f"{line['payable']:,}", self.decision(line)) for line in found["today"]
        ]
        yield from self.sheet(self.said("今の規則では", "by today's rules"), ("line_id", "gross:", "payable:", "decision"), cells)

    def left(self, found: Node) -> Iterator[RenderableType]:
        """The room left in each limit, and the facts that were considered and change nothing."""
        cells = [
            (
                self.name("limit", one["limit"]), escaped(one["key"]),
                "–" if one["after_this_line"] is None else f"{one['after_this_line']:,}", f"{one['on_the_day']:,}",
            )
            for one in found["left"]
        ]  # fmt: skip
        yield from self.sheet(self.said("残った枠", "room left"), ("limit", "key", "after_line:", "on_the_day:"), cells)
        considered = [node for node in found["facts"] if node["role"] == "considered"]
        yield from self._facts(self.said("検討したが用いなかった事実", "facts considered and not used"), considered)

    def others(self, found: Node) -> Iterator[RenderableType]:
        """How many other events were known, and why they play no part; the seal of it all."""
        from rich.text import Text

        why = {
            "later": self.said("基準日より後の事実", "dated after the day"),
            "elsewhere": self.said("他の給付の事実", "of other benefits"),
            "orphan": self.said("よりどころを失った事実", "facts whose ground was taken back"),
            "retracted": self.said("取り消された事実", "facts taken back"),
            "correction": self.said("その他の訂正", "other corrections"),
        }
        counts = Counter(other["role"] for other in found["others"])
        said = [f"{why[role]} {count:,}" for role, count in sorted(counts.items())]
        if said:
            yield Text(f"{self.said('関わらない事象', 'events that play no part')}: {', '.join(said)}\n")
        yield Text(f"sha256 {found['digest']}\n")

    def sheet(self, title: str, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
        """A table under a title, where there is anything in it."""
        if cells:
            yield ruled(title, columns, cells, lambda column: self.name("column", column))


def _flowing(text: str) -> str:
    """A clause without comments, each paragraph in one line, to be broken where the page ends."""
    paragraphs = _COMMENT.sub("", text).strip().split("\n\n")
    return "\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs if paragraph.strip())


def _short(value: Any) -> str:
    return f"{value:,}" if type(value) is int else escaped(plain(value), VALUE)
