"""An answer as a person reads it: a head, and a table each for benefits, limits, settlement, deadlines and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger import eras
from ledger.console import Heading, Sheet
from ledger.errors import Language, Words, escaped
from ledger.words import clause_title, named

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Answer = Mapping[str, Any]

BENEFIT_ROW: Final = (
    "policy_id", "product", "on", "known_at", "position", "line_id", "benefit", "key", "counts_from", "from", "to", "quantity",
    "unit", "rate", "gross", "payable", "decision", "rules", "events", "cut_by",
)  # fmt: skip
DAYS: Final = frozenset({"days", "recorded_at", "due_on", "met_on", "due_from"})
MONEY: Final = ("payable", "paid", "recovered", "offset", "outstanding")


def benefit_rows(answers: Iterable[Answer]) -> Iterator[dict[str, Any]]:
    """The benefit lines of answers, one row each, with the question that they answer."""
    for given in answers:
        asked = {name: given[name] for name in ("policy_id", "product", "on", "known_at", "position")}
        for line in given["benefits"]:
            yield asked | line | {"cut_by": "; ".join(f"{cut['limit']} {cut['key']}: {cut['by']}" for cut in line["cut_by"])}


def answer(given: Answer, language: Language, *, era: bool = False) -> Iterator[RenderableType]:
    """The parts of one answer, in order; a part that has nothing to say is left out."""
    page = Page(language, era)
    yield page.head(given)
    for part in (page.benefits, page.limits, page.settlement, page.certificates, page.deadlines, page.refunds):
        yield from part(given)
    yield from page.orphans(given)
    yield from page.discrepancies(given)


class Page:
    """Words, dates and amounts in the form that one reader wants."""

    def __init__(self, language: Language, era: bool) -> None:
        self.language: Language = language
        self.era = era

    # ---- words -------------------------------------------------------------------------------------------------------------------

    def said(self, ja: str, en: str) -> str:
        """The text in the reader's language."""
        return Words(ja, en).get(self.language)

    def name(self, section: str, name: str) -> str:
        """What a name of the wire is called."""
        return escaped(named(section, name).get(self.language))

    def clause(self, rule: str) -> str:
        """A rule's id and the title of its clause."""
        title = clause_title(rule)
        return f"{rule} {title.get(self.language)}" if title else rule

    def day(self, day: str | None) -> str:
        """A day in the calendar asked for."""
        if day is None or not self.era:
            return day or ""
        return eras.written(date.fromisoformat(day), "kanji" if self.language == "ja" else "letter")

    def span(self, first: str | None, last: str | None) -> str:
        """A run of days; one day alone stands once."""
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    def instant(self, instant: str | None) -> str:
        """An instant; its day in the calendar asked for."""
        return f"{self.day(instant[:10])}{instant[10:].replace('T', ' ')}" if instant and self.era else (instant or "–")

    def amount(self, amount: int, unit: str = "yen") -> str:
        """An amount in its unit, grouped."""
        name = self.name("unit", unit)
        return f"{amount:,}{name}" if self.language == "ja" else f"{amount:,} {name.removesuffix('s') if amount == 1 else name}"

    # ---- parts -------------------------------------------------------------------------------------------------------------------

    def head(self, given: Answer) -> Text:
        """Which policy, asked how, and its state."""
        from rich.text import Text

        product = f"  {self.name('product', given['product'])}" if given["product"] else ""
        text = Text(f"{given['policy_id']}{product}\n", style="bold")
        on, known_at, position = (self.name("column", column) for column in ("on", "known_at", "position"))
        asked = f"{on} {self.day(given['on'])}  {known_at} {self.instant(given['known_at'])}  {position} {given['position']:,}"
        text.append(asked + "\n", style="not bold")
        text.append(self._state(given["status"]), style="bold" if given["status"]["state"] != "in_force" else "not bold")
        if "undetermined" in given:
            reason = given["undetermined"]
            since = self.said(f"位置 {reason['since']} から判定できない", f"undetermined since position {reason['since']}")
            text.append(f"\n{since}: {escaped(reason['reason'], 400)}", style="bold red")
        text.append("\n")
        return text

    def _state(self, status: Mapping[str, Any]) -> str:
        state, since, until = self.name("state", status["state"]), self.day(status["since"]), self.day(status["until"])
        if self.language == "ja":
            span = (f"{since} から" if since else "") + (f" {until} まで" if until else "")
        else:
            span = (f"since {since}" if since else "") + (f" until {until}" if until else "")
        rules = " ".join(map(self.clause, status["rules"]))
        return "  ".join(part for part in (f"{self.name('label', 'status')} {state}", span.strip(), rules) if part)

    def benefits(self, given: Answer) -> Iterator[RenderableType]:
        """Each benefit line with what was decided, and why."""
        rows = []
        for line in given["benefits"]:
            benefit = f"{self.name('benefit', line['benefit'])}\n{escaped(line['line_id'], 200)}"
            quantity = self.amount(line["quantity"], line["unit"])
            days = self.span(line["from"], line["to"])
            rows.append((benefit, days, quantity, f"{line['rate']:,}", f"{line['payable']:,}", self.decision(line)))
        yield from self._table("benefits", ("benefit", "days", "quantity:", "rate:", "payable:", "decision"), rows)

    def decision(self, line: Mapping[str, Any]) -> str:
        """What was decided: which limit cut the line and by how much, or which clause declined it."""
        decision = self.name("decision", line["decision"])
        if line["decision"] == "declined":
            return f"{decision}: {self.clause(line['rules'][-1])}"
        cuts = [f"{self._limit_name(cut['limit'], cut['key'])} −{self.amount(cut['by'])}" for cut in line["cut_by"]]
        rules = " ".join(line["rules"])
        return f"{decision}: {', '.join(cuts)}\n{rules}" if cuts else f"{decision} {rules}"

    def _limit_name(self, limit: str, key: str) -> str:
        return f"{self.name('limit', limit)}" + (f" ({escaped(key)})" if key else "")

    def limits(self, given: Answer) -> Iterator[RenderableType]:
        """Each limit: cap, used, remaining."""
        rows = [
            (
                f"{self.name('limit', row['limit'])}\n{row['limit']} {escaped(row['key'])}",
                self.span(row["from"], row["to"]),
                *(f"{row[column]:,}" for column in ("cap", "used", "remaining")),
                self.name("unit", row["unit"]),
                " ".join(row["rules"]),
            )
            for row in given["limits"]
        ]
        yield from self._table("limits", ("limit", "days", "cap:", "used:", "remaining:", "unit", "rules"), rows)

    def settlement(self, given: Answer) -> Iterator[RenderableType]:
        """What is payable, what was paid, and what is outstanding, benefit by benefit."""
        sums = given["settlement"]
        if not sums["by_benefit"]:
            return
        rows = [(self.name("benefit", name), *(f"{row[column]:,}" for column in MONEY)) for name, row in sums["by_benefit"].items()]
        rows.append((self.name("movement", "total"), *(f"{sums[column]:,}" for column in MONEY)))
        yield from self._table("settlement", ("benefit", *(f"{column}:" for column in MONEY)), rows)

    def certificates(self, given: Answer) -> Iterator[RenderableType]:
        """Which claims need a doctor's certificate."""
        rows = [
            (
                escaped(row["claim_id"]),
                self.amount(row["claimed"]),
                self.amount(row["threshold"]),
                self.name("label", "required" if row["required"] else "not_required"),
                " ".join(row["rules"]),
            )
            for row in given["certificates"]
        ]
        yield from self._table("certificates", ("claim_id", "claimed:", "threshold:", "required", "rules"), rows)

    def deadlines(self, given: Answer) -> Iterator[RenderableType]:
        """What is due by when."""
        rows = []
        for row in given["deadlines"]:
            how = "overdue" if row["overdue"] else "met" if row["met_on"] else "open"
            kind = self.name("deadline", row["kind"])
            days = (self.day(row["due_on"]), self.day(row["met_on"]))
            rows.append((kind, escaped(row["claim_id"] or ""), *days, self.name("label", how), " ".join(row["rules"])))
        yield from self._table("deadlines", ("kind", "claim_id", "due_on", "met_on", "state", "rules"), rows)

    def refunds(self, given: Answer) -> Iterator[RenderableType]:
        """Premium to be given back."""
        rows = [
            (self.name("refund", row["kind"]), self.amount(row["amount"]), self.day(row["due_from"]), " ".join(row["rules"]))
            for row in given["refunds"]
        ]
        yield from self._table("refunds", ("kind", "amount:", "due_from", "rules"), rows)

    def orphans(self, given: Answer) -> Iterator[RenderableType]:
        """Facts that no rule reads, for what they rest on was taken back."""
        yield from self._table("orphans", ("event_id", "rests_on"), [(row["event_id"], row["rests_on"]) for row in given["orphans"]])

    def discrepancies(self, given: Answer) -> Iterator[RenderableType]:
        """What was recorded, and what follows from the facts instead."""
        rows = [
            (
                self.clause(row["rule"]),
                *(escaped("–" if row[side] is None else str(row[side]), 200) for side in ("recorded", "derived")),
                "\n".join(row["events"]),
            )
            for row in given["discrepancies"]
        ]
        yield from self._table("discrepancies", ("rule", "recorded", "derived", "events"), rows)

    def _table(self, label: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
        if rows:
            yield ruled(self.name("label", label), columns, rows, lambda column: self.name("column", column))


def ruled(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], heading: Callable[[str], str]) -> Sheet:
    """A table under its title. A column whose name ends in a colon holds amounts, to the right."""
    names = [(column.rstrip(":"), column.endswith(":")) for column in columns]
    return Sheet(title, [Heading(heading(name), right or name in DAYS, right) for name, right in names], rows)
