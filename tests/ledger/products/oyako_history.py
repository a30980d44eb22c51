"""Histories of 親子のちから in a few words: a child p1, born in 1970, and a parent m1, born in 1950."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Refused
from tests.ledger.products.history import History

YEAR = ("2024-04-01", "2025-04-01")
CHILD = {"person_id": "p1", "birth_date": "1970-05-05"}
PARENT = {"person_id": "m1", "birth_date": "1950-07-01"}
TRIGGER = "2024-06-01"
BALANCE = "parent_care.balance"


class Oyako(History):
    """A policy of this product."""

    def __init__(self, plan: str = "B", period: tuple[str, str] = YEAR, **issued: Any) -> None:
        super().__init__("oyako", {"plan": plan}, period, **{"insured": CHILD, "parent": PARENT} | issued)
        self.costs = 0

    def certified(self, valid_from: str, valid_to: str = "2040-03-31", level: str = "care2", **more: Any) -> str:
        """A certificate of the parent, printed as `valid_from` to `valid_to`."""
        data = {
            "person_id": "m1",
            "certified_on": valid_from,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "level": level,
        }
        return self.add("CareCertified", **data | more)

    def cost(self, used_on: str, gross: int = 10_000, category: str = "meals", **more: Any) -> str:
        """A cost with the next cost_id: k1, k2 and so on."""
        self.costs += 1
        return self.add(
            "CareCostIncurred", **{"cost_id": f"k{self.costs}"} | more, used_on=used_on, category=category, gross=gross
        )

    def renewed(self, year: int, **more: Any) -> str:
        """Renewed for the year that starts on 1 April of it."""
        return self.add("PolicyRenewed", period_start=f"{year}-04-01", period_end=f"{year + 1}-04-01", **more)

    def care(self, day: str) -> dict[str, object]:
        """What becomes of each cost by a day: its payable, or the rule that declines it; by cost_id."""
        found = [line for line in self.on(day)["benefits"] if line["benefit"] == "parent_care"]
        return {line["key"]: line["rules"][-1] if line["decision"] == "declined" else line["payable"] for line in found}

    def incidental(self, day: str) -> dict[str, int]:
        """The incidental expenses by month."""
        found = [line for line in self.on(day)["benefits"] if line["benefit"] == "incidental_expenses"]
        return {line["key"]: line["payable"] for line in found}

    def limit(self, name: str, day: str) -> tuple[Any, ...]:
        """A limit's key, cap, used, first and last day."""
        (row,) = [row for row in self.on(day)["limits"] if row["limit"] == name]
        assert row["cap"] == row["used"] + row["remaining"]
        return row["key"], row["cap"], row["used"], row["from"], row["to"]

    def cuts(self, key: str, day: str) -> list[tuple[str, int]]:
        """What cut the line of a cost or month, in order, by how much."""
        (line,) = [line for line in self.on(day)["benefits"] if line["key"] == key]
        return [(cut["limit"], cut["by"]) for cut in line["cut_by"]]

    def differs(self, day: str) -> list[tuple[Any, ...]]:
        """The discrepancies as (rule, recorded, derived)."""
        return [(d["rule"], d["recorded"], d["derived"]) for d in self.on(day)["discrepancies"]]

    def refused(self, type_: str, **data: Any) -> str | None:
        """The rule by which a fact is refused; nothing is recorded."""
        before = len(self.policy.recorded)
        with pytest.raises(Refused) as refusal:
            self.add(type_, **data)
        assert len(self.policy.recorded) == before
        return refusal.value.rule


def triggered(plan: str = "B", **more: Any) -> Oyako:
    """A policy with a trigger on 2024-06-01 and a certificate that outlasts the ten years."""
    history = Oyako(plan)
    history.certified(TRIGGER, **more)
    return history
