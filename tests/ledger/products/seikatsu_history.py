"""Histories of せいかつ in a few words: p1, born in 1970, on base cover and riders; and random ones, close-packed around the windows."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.ledger.products.history import History

YEAR = ("2023-01-01", "2024-01-01")
INSURED = {"person_id": "p1", "birth_date": "1970-05-05"}


def plan(
    units: str | None = "1", hospital_type: int = 365, riders: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A plan's options as on the wire."""
    return {"units": units, "hospital_type": hospital_type, "riders": riders or {}} | more


def plus(day: str, n: int) -> str:
    """The day n days later."""
    return (date.fromisoformat(day) + timedelta(n)).isoformat()


class Seikatsu(History):
    """A policy of this product."""

    def __init__(
        self,
        units: str | None = "1",
        riders: dict[str, Any] | None = None,
        hospital_type: int = 365,
        period: tuple[str, str] = YEAR,
        **issued: Any,
    ) -> None:
        options = plan(units, hospital_type, riders, **issued.pop("more", {}))
        super().__init__("seikatsu", options, period, **{"insured": INSURED} | issued)

    def sickness(self, condition_id: str = "c1", onset: str = "2023-01-05", icd10: str = "K35.8", **more: Any) -> str:
        return self.add(
            "ConditionRecorded", condition_id=condition_id, kind="sickness", icd10=icd10, onset_on=onset, **more
        )

    def injury(self, condition_id: str = "i1", accident: str = "2023-01-05", icd10: str = "S82.1", **more: Any) -> str:
        return self.add(
            "ConditionRecorded", condition_id=condition_id, kind="injury", icd10=icd10, accident_on=accident, **more
        )

    def stay(self, stay_id: str, first: str, last: str | None, condition_id: str = "c1", **more: Any) -> str:
        """A stay; `last` None: not known how long."""
        alive = more.pop("alive", True)
        admitted = self.add("HospitalAdmitted", stay_id=stay_id, admitted_on=first, condition_id=condition_id, **more)
        if last is not None:
            self.add("HospitalDischarged", stay_id=stay_id, discharged_on=last, alive=alive)
        return admitted

    def visit(self, day: str, condition_id: str = "c1", **more: Any) -> str:
        return self.add("OutpatientVisited", visited_on=day, condition_id=condition_id, **more)

    def worn(self, first: str, last: str, condition_id: str = "i1", **more: Any) -> str:
        kind = {"device": "cast", "site": "long_bone", "injury": "fracture"}
        return self.add("ImmobilisationWorn", from_=first, to=last, condition_id=condition_id, **kind | more)

    def renewed(self, *years: int, **more: Any) -> None:
        """Renewed for calendar years."""
        for year in years:
            self.add("PolicyRenewed", period_start=f"{year}-01-01", period_end=f"{year + 1}-01-01", **more)

    def pays(self, day: str) -> dict[str, int]:
        """What each benefit comes to by a day."""
        sums: dict[str, int] = {}
        for line in self.on(day)["benefits"]:
            if line["payable"]:
                sums[line["benefit"]] = sums.get(line["benefit"], 0) + line["payable"]
        return sums

    def runs(self, day: str, benefit: str = "hospital_daily") -> list[tuple[Any, ...]]:
        """The lines of a benefit as (key, first, last, payable or the clause that declines it)."""
        return [
            (b["key"], b["from"], b["to"], b["rules"][-1] if b["decision"] == "declined" else b["payable"])
            for b in self.on(day)["benefits"]
            if b["benefit"] == benefit
        ]

    def used(self, day: str, limit: str) -> dict[str, tuple[int, int]]:
        """What is used of a limit, and its cap, by key."""
        rows = [row for row in self.on(day)["limits"] if row["limit"] == limit]
        assert all(row["cap"] == row["used"] + row["remaining"] for row in rows)
        return {row["key"]: (row["used"], row["cap"]) for row in rows}


# ---- random histories ------------------------------------------------------------------------------------------------

FIRST_DAY = 738156  # 2022-01-01
GAPS = (0, 1, 2, 5, 14, 30, 60, 90, 120, 178, 179, 180, 181, 182, 200)
LENGTHS = (1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 14, 15, 30, 60, 61, 89, 90, 91, 180, 181, 200, 365, 366, 370)
CODES = ("K35.8", "I21.4", "C34.1", "D05.1", "E11.9", "I10", "U07.1", None)
RIDERS = {"medical_lump_sum": True, "cancer_long_stay": True}


def random_facts(rng: Random) -> list[tuple[str, dict[str, Any]]]:
    """The facts of a policy with conditions, stays and visits whose gaps lie on and beside the windows of the wording."""
    facts: list[tuple[str, dict[str, Any]]] = [("PolicyIssued", _issued(rng))]
    for year in (2023, 2024, 2025)[: rng.choice((1, 2, 3, 3))]:
        changed = {"plan": _plan(rng)} if rng.random() < 0.3 else {}
        facts.append(("PolicyRenewed", {"period_start": f"{year}-01-01", "period_end": f"{year + 1}-01-01"} | changed))
    changes = range(rng.choice((0, 0, 1, 2)))
    facts += [("CoverageChanged", {"effective_on": _day(rng, 0, 1200), "plan": _plan(rng)}) for _ in changes]
    if rng.random() < 0.2:
        kind, field = rng.choice((("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")))
        facts.append((kind, {field: _day(rng, 300, 1300)}))
    conditions = [f"c{n}" for n in range(rng.choice((1, 2, 2, 3, 4)))]
    facts += [("ConditionRecorded", _condition(rng, one, conditions)) for one in conditions]
    facts += _stays(rng, conditions)
    facts += _visits(rng, conditions, [data["admitted_on"] for name, data in facts if name == "HospitalAdmitted"])
    return facts


def _day(rng: Random, first: int, last: int) -> str:
    return _iso(FIRST_DAY + rng.randint(first, last))


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _plan(rng: Random) -> dict[str, Any]:
    riders: dict[str, Any] = {name: True for name in RIDERS if rng.random() < 0.6}
    if rng.random() < 0.6:
        riders["three_diseases"] = rng.choice("ABCD")
    return plan(rng.choice("1234E"), rng.choice((365, 365, 60)), riders)


def _issued(rng: Random) -> dict[str, Any]:
    issued = {
        "product": "seikatsu",
        "plan": _plan(rng),
        "period_start": "2022-01-01",
        "period_end": "2023-01-01",
        "insured": INSURED,
    }
    return issued | ({"entered_on": _iso(FIRST_DAY - rng.choice((730, 400, 365)))} if rng.random() < 0.3 else {})


def _condition(rng: Random, one: str, others: list[str]) -> dict[str, Any]:
    kind = rng.choice(("sickness", "sickness", "sickness", "injury", "pregnancy"))
    causes = [other for other in others if other != one and rng.random() < 0.25]
    onset = FIRST_DAY + rng.choice((-800, -1, 0, 0, 1, rng.randint(-30, 400)))
    data: dict[str, Any] = {"condition_id": one, "kind": kind, "caused_by": causes, "icd10": rng.choice(CODES)}
    data |= {"accident_on": _iso(FIRST_DAY + rng.randint(-5, 500))} if kind == "injury" else {"onset_on": _iso(onset)}
    if kind == "pregnancy":
        data["pregnancy_diagnosed_on"] = _iso(FIRST_DAY + rng.choice((-1, 0, 1)))
    return data | ({"exclusion": rng.choice(("congenital", "drunk_driving", "crime"))} if rng.random() < 0.05 else {})


def _stays(rng: Random, conditions: list[str]) -> list[tuple[str, dict[str, Any]]]:
    facts: list[tuple[str, dict[str, Any]]] = []
    last = FIRST_DAY + rng.randint(0, 400)
    for n in range(rng.choice((1, 2, 3, 4, 5, 6))):
        first = last + rng.choice((*GAPS, -1, -3, -20))
        last = first + rng.choice(LENGTHS) - 1
        admitted: dict[str, Any] = {
            "stay_id": f"s{n}",
            "admitted_on": _iso(first),
            "condition_id": rng.choice(conditions),
        }
        admitted["other_condition_ids"] = [one for one in conditions if rng.random() < 0.15]
        admitted["purpose"] = rng.choice((*["treatment"] * 8, "checkup", "examination"))
        admitted |= {"health_insured": rng.random() < 0.9, "deemed": rng.random() < 0.05}
        facts.append(("HospitalAdmitted", admitted))
        end = rng.random()
        if end < 0.85:
            alive = rng.random() < 0.9
            facts.append(("HospitalDischarged", {"stay_id": f"s{n}", "discharged_on": _iso(last), "alive": alive}))
        elif end < 0.95:
            facts.append(("StayConfirmed", {"stay_id": f"s{n}", "through": _iso(last)}))
        else:
            last = first
    return facts


def _visits(rng: Random, conditions: list[str], admissions: list[str]) -> list[tuple[str, dict[str, Any]]]:
    facts: list[tuple[str, dict[str, Any]]] = []
    for _ in range(rng.choice((0, 2, 5, 10))):
        near = date.fromisoformat(rng.choice(admissions)).toordinal()
        visited = _iso(near + rng.choice((-91, -90, -89, -1, 0, 1, 30, 179, 180, 181, rng.randint(-95, 400))))
        mode = rng.choice(("clinic", "clinic", "house_call", "judo_therapist", "home_nursing"))
        facts.append(
            ("OutpatientVisited", {"visited_on": visited, "condition_id": rng.choice(conditions), "mode": mode})
        )
    if rng.random() < 0.15:  # enough visits to use up the 30 days on either side
        near, one = date.fromisoformat(rng.choice(admissions)).toordinal(), rng.choice(conditions)
        each_second_day = [_iso(near + 2 * n - 65) for n in range(65)]
        facts += [("OutpatientVisited", {"visited_on": day, "condition_id": one}) for day in each_second_day]
    for _ in range(rng.choice((0, 0, 1, 2))):
        near = date.fromisoformat(rng.choice(admissions)).toordinal()
        first = near + rng.randint(-100, 100)
        worn = {
            "from": _iso(first),
            "to": _iso(first + rng.choice((0, 10, 100, 200))),
            "condition_id": rng.choice(conditions),
        }
        facts.append(
            (
                "ImmobilisationWorn",
                worn | {"device": rng.choice(("cast", "other")), "site": "long_bone", "injury": "fracture"},
            )
        )
    return facts
