"""Reports over all policies, as of a day and a cut: limits, settlements, deadlines. Rows stream; what was asked stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection

from ledger.calendar import JST
from projections import generations, queries, rows
from projections.queries import Question
from projections.rows import Policy

Kind = Literal["text", "ids", "amount", "day", "flag"]
"""What the cells of a column hold: text; ids in order; whole yen, days or times; a calendar day; yes or no."""


class Column(NamedTuple):
    """A column: its name on the wire, the attribute of a row that it shows, and what it holds."""

    name: str
    kind: Kind
    attribute: str


def _columns(**kinds: Kind) -> tuple[Column, ...]:
    renamed = {"first": "from", "last": "to"}
    return tuple(Column(renamed.get(name, name), kind, name) for name, kind in kinds.items())


class Report(NamedTuple):
    """A report: its name, how rows are made of a policy's sums, and its columns."""

    name: str
    rows: Callable[..., Any]
    columns: tuple[Column, ...]


_MONEY: Final[dict[str, Kind]] = dict.fromkeys(("payable", "paid", "recovered", "offset", "outstanding"), "amount")

LIMITS: Final = Report(
    "limits",
    rows.limits,
    _columns(
        policy_id="text", product="text", limit="text", key="text", unit="text", cap="amount", used="amount", remaining="amount",
        first="day", last="day", rules="ids",
    ),
)  # fmt: skip
SETTLEMENTS: Final = Report("settlements", rows.settlement, _columns(policy_id="text", product="text", **_MONEY))
BY_BENEFIT: Final = Report(
    "settlements", rows.settlement_by_benefit, _columns(policy_id="text", product="text", benefit="text", **_MONEY)
)
DEADLINES: Final = Report(
    "deadlines",
    rows.deadlines,
    _columns(policy_id="text", kind="text", claim_id="text", due_on="day", met_on="day", overdue="flag", rules="ids"),
)

REPORTS: Final[Mapping[str, Report]] = {report.name: report for report in (LIMITS, SETTLEMENTS, DEADLINES)}


class Terms(NamedTuple):
    """A version of a product's terms that was applied, and to how many policies."""

    product: str
    version: str
    hash: str
    policies: int


@dataclass
class Filled:
    """A report with its rows, which are read once, and what was asked. `undetermined` is complete when all rows were read."""

    report: Report
    question: Question
    position: int
    hash: str
    terms: list[Terms]
    rows: Iterator[Any]
    undetermined: list[Policy] = field(default_factory=list)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples, in the order of the columns."""
        return map(attrgetter(*(column.attribute for column in self.report.columns)), self.rows)

    def about(self) -> list[tuple[str, str]]:
        """What was asked, of which log, under which terms."""
        asked = self.question
        cut = ("at_position", str(asked.at_position))
        if asked.at_position is None:
            cut = ("known_at", asked.known_at.astimezone(JST).isoformat() if asked.known_at is not None else "")
        terms = [(f"terms {one.product}", f"{one.version} ({one.hash}): {one.policies}") for one in self.terms]
        log = [("position", str(self.position)), ("hash", self.hash)]
        return [("report", self.report.name), ("on", asked.on.isoformat()), cut, *log, *terms]

    def left_out(self) -> list[tuple[str, str]]:
        """The policies of which nothing is said, since when and why. To be asked for after the rows."""
        return [(p.policy_id, f"{p.undetermined.since}: {p.undetermined.reason}") for p in self.undetermined if p.undetermined]


def fill(connection: Connection, report: Report, question: Question, undetermined: Callable[[Policy], None]) -> Filled:
    """The report, all of one moment: the connection's transaction is to be a snapshot."""
    mark = generations.current(connection)
    terms = [Terms(*found) for found in queries.terms(connection, question)]
    left_out: list[Policy] = []

    def note(policy: Policy) -> None:
        left_out.append(policy)
        undetermined(policy)

    found = queries.report(connection, question, report.rows, note)
    return Filled(report, question, mark.position, mark.hash.hex(), terms, found, left_out)
