"""CY-01 to CY-14: limits and the order in which they cut, what is declined, entry, and limits of each facility."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.errors import Refused
from ledger.products.cyber.plan import CyberPlan
from ledger.products.cyber.rules import premium_yearly
from tests.ledger.products.history import History

PERIOD = ("2025-05-05", "2026-05-05")
END = "2026-05-05"
MILLION = 1_000_000
LIABILITY = {"1": 10, "2": 30, "3": 50, "4": 100, "5": 200, "1000": 10, "3000": 30, "5000": 50, "10000": 100, "20000": 200}  # fmt: skip
COST_CLINIC = {"1": 1, "2": 3, "3": 5, "4": 10, "5": 20, "1000": 10, "3000": 30, "5000": 30, "10000": 30, "20000": 30}
COST_OTHERS = COST_CLINIC | {"5000": 50, "10000": 100, "20000": 200}
EVERYTHING = [
    "intent", "knowing_breach", "theft_or_fraud", "bodily_or_property", "non_performance", "ip", "pricing", "unfair_competition",
    "authority", "crypto", "war",
]  # fmt: skip
COSTS = ["unlawful_data", "officer_data", "utilities"]
BUSINESS = ["utilities", "labour_dispute", "untested_software", "satellite", "political_violence", "negligence"]


def plan(type_: str = "S1", kind: str = "clinic", size: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": type_, "facility_kind": kind, "size": size} | more


class Cyber(History):
    """A policy of the scheme."""

    def __init__(
        self, type_: str = "S1", period: tuple[str, str] = PERIOD, facilities: tuple[str, ...] = (), **options: Any
    ) -> None:
        issued = {name: options.pop(name) for name in ("applied_on", "entered_on") if name in options}
        super().__init__("cyber", plan(type_, **options), period, facilities=list(facilities), **issued)

    def incident(self, incident_id: str = "i", day: str = "2025-08-01", kind: str = "cyber_attack", **more: Any) -> str:
        return self.add("CyberIncidentDiscovered", incident_id=incident_id, discovered_on=day, kind=kind, **more)

    def cost(self, cost_id: str, day: str, amount: int, category: str = "incident_response", of: str = "i") -> str:
        data = {"incident_id": of, "incurred_on": day, "amount": amount, "category": category}
        return self.add("CyberCostIncurred", cost_id=cost_id, **data)

    def settled(self, settlement_id: str, day: str, amount: int, of: str = "i") -> str:
        data = {"incident_id": of, "settled_on": day, "amount": amount}
        return self.add("CyberClaimSettled", settlement_id=settlement_id, **data)

    def loss(self, loss_id: str, day: str, amount: int, of: str = "i") -> str:
        data = {"incident_id": of, "incurred_on": day, "amount": amount, "kind": "lost_profit"}
        return self.add("CyberBusinessLoss", loss_id=loss_id, **data)

    def cuts(self, key: str, day: str = END) -> tuple[int, list[tuple[str, int]]]:
        """What a line pays, and what cut it, in order, by how much."""
        (line,) = [line for line in self.on(day)["benefits"] if line["key"] == key]
        return line["payable"], [(cut["limit"].removeprefix("cyber."), cut["by"]) for cut in line["cut_by"]]

    def limit(self, name: str, key: str | None = None, day: str = END) -> tuple[int, int, str, str | None]:
        """Cap, used and the days of a limit."""
        (row,) = [r for r in self.on(day)["limits"] if r["limit"] == f"cyber.{name}" and key in (None, r["key"])]
        return row["cap"], row["used"], row["from"], row["to"]


# ---- CY-01 to CY-06: limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["S", "P"])
@pytest.mark.parametrize("step", LIABILITY)
def test_cy_01_cy_02_the_limits_of_every_type_and_facility(letter: str, step: str) -> None:
    for kind in ("clinic", "hospital", "care_facility"):
        h = Cyber(letter + step, kind=kind, size=50)
        costs = (COST_CLINIC if kind == "clinic" else COST_OTHERS)[step]
        for name, cap in (("liability", LIABILITY[step]), ("cost", costs), ("combined", LIABILITY[step])):
            assert h.limit(f"{name}.period", PERIOD[0]) == (cap * MILLION, 0, *PERIOD)


def test_cy_03_each_claim_and_the_period_by_the_liability_limit() -> None:
    h = Cyber()
    h.incident()
    h.settled("a", "2025-09-01", 7 * MILLION)
    h.settled("b", "2025-09-02", 12 * MILLION)
    assert h.cuts("a") == (7 * MILLION, [])
    assert h.cuts("b") == (3 * MILLION, [("liability.claim", 2 * MILLION), ("liability.period", 7 * MILLION)])
    assert h.limit("liability.claim", "b") == (10 * MILLION, 3 * MILLION, "2025-09-02", None)
    assert h.limit("liability.period") == (10 * MILLION, 10 * MILLION, *PERIOD)


def test_cy_04_each_incident_and_the_period_by_the_incident_cost_limit() -> None:
    h = Cyber()
    h.incident("i")
    h.incident("j", "2025-08-02")
    h.cost("a", "2025-09-01", 1_200_000)
    h.cost("b", "2025-09-02", 400_000, of="j")
    assert h.cuts("a") == (MILLION, [("cost.incident", 200_000)])
    assert h.cuts("b") == (0, [("cost.period", 400_000)])
    assert (h.limit("cost.incident", "i")[:2], h.limit("cost.incident", "j")[:2]) == ((MILLION, MILLION), (MILLION, 0))


def test_cy_05_both_together_after_their_own_limits_in_order_of_days_then_of_ids() -> None:
    h = Cyber()
    h.incident("i")
    h.incident("j")
    h.settled("t", "2025-10-01", 6 * MILLION)
    h.settled("u", "2025-10-01", 12 * MILLION)
    h.cost("k", "2025-10-01", 600_000)
    h.cost("l", "2025-08-05", 700_000)
    h.cost("m", "2025-10-02", 900_000, of="j")
    assert h.cuts("l") == (700_000, [])
    assert h.cuts("k") == (300_000, [("cost.incident", 300_000)])
    assert h.cuts("t") == (6 * MILLION, [])
    cut = [("liability.claim", 2 * MILLION), ("liability.period", 6 * MILLION), ("combined.period", MILLION)]
    assert h.cuts("u") == (3 * MILLION, cut)
    assert h.cuts("m") == (0, [("cost.period", 900_000)])
    assert h.limit("combined.period") == (10 * MILLION, 10 * MILLION, *PERIOD)
    assert h.limit("liability.period")[1] == 9 * MILLION  # what is payable in the end


def test_cy_06_business_loss_with_the_option_of_an_s_type_outside_the_combined_limit() -> None:
    h = Cyber(options={"business_interruption": 5 * MILLION})
    h.incident()
    h.loss("a", "2025-08-05", 3 * MILLION)
    h.loss("b", "2025-08-06", 3 * MILLION)
    h.settled("t", "2025-08-07", 10 * MILLION)
    assert (h.cuts("a"), h.cuts("b")) == ((3 * MILLION, []), (2 * MILLION, [("business.period", MILLION)]))
    assert h.cuts("t") == (10 * MILLION, [])
    for without in (Cyber(), Cyber("P1")):
        without.incident(kind="leak")
        without.loss("a", "2025-08-05", 3 * MILLION)
        assert without.lines(END) == [("cyber_business", "a", 0, "CY-06")]


def test_cy_06_a_p_type_with_the_option_is_refused_whenever_the_plan_is_set() -> None:
    leaks = plan("P1", options={"business_interruption": 1})
    h = Cyber(options={"business_interruption": 1})
    for type_, data in (
        ("PolicyRenewed", {"period_start": END, "period_end": "2027-05-05", "plan": leaks}),
        ("CoverageChanged", {"effective_on": "2025-09-05", "plan": leaks}),
        ("FactAmended", {"target": h.issued, "reason": "type", "data": issued(plan=leaks)}),
    ):
        assert refused(h, type_, **data) == ("CY-06", "data.plan.options.business_interruption")


# ---- CY-07 to CY-09, CY-12: what is declined --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cyber_attack", "leak", "content", "other_it"])
@pytest.mark.parametrize("category", ["incident_response", "attack_response", "leak_response", "legal_response"])
def test_cy_07_p_types_cover_leaks_and_their_response_alone(kind: str, category: str) -> None:
    for type_ in ("S1", "P1"):
        h = Cyber(type_)
        h.incident(kind=kind, **({"leak_evident": "notice"} if kind == "leak" else {}))
        h.cost("k", "2025-09-01", 7, category)
        h.settled("t", "2025-09-01", 5)
        of_a_leak = kind == "leak" and category in ("leak_response", "legal_response")
        assert h.lines(END) == [
            ("cyber_cost", "k", 7) if type_ == "S1" or of_a_leak else ("cyber_cost", "k", 0, "CY-07"),
            ("cyber_liability", "t", 5) if type_ == "S1" or kind == "leak" else ("cyber_liability", "t", 0, "CY-07"),
        ]


@pytest.mark.parametrize(
    ("leak", "from_", "paid"),
    [
        ({"leak_evident": "notice"}, "2025-09-01", True),
        ({"leak_evident": "apology", "leak_evident_on": "2026-05-05"}, "2026-05-05", True),
        ({"leak_evident": "apology", "leak_evident_on": "2026-05-06"}, "2026-05-06", False),
        ({"leak_evident": "apology", "leak_evident_on": "2025-05-04"}, "2025-09-01", False),
        ({}, "2025-09-01", False),
        ({"personal_data": False}, "2025-09-01", True),
    ],
)
def test_cy_08_p_types_the_response_to_a_leak_made_evident_within_the_period(
    leak: dict[str, Any], from_: str, paid: bool
) -> None:
    h = Cyber("P1")
    h.incident(kind="leak", **leak)
    h.cost("k", "2025-09-01", 7, "leak_response")
    h.cost("l", "2025-09-01", 5, "legal_response")
    assert h.lines(from_) == [
        ("cyber_cost", "k", 7) if paid else ("cyber_cost", "k", 0, "CY-08"),
        ("cyber_cost", "l", 5),
    ]
    if from_ == "2026-05-05":
        assert h.lines("2026-05-04")[0] == ("cyber_cost", "k", 0, "CY-08")


@pytest.mark.parametrize("source", [None, "authority", "security_vendor"])
def test_cy_08_s_types_costs_of_a_suspicion_that_an_authority_or_a_vendor_raised(source: str | None) -> None:
    h = Cyber()
    h.incident(attack_confirmed=False, **({"suspicion_source": source} if source else {}))
    h.cost("k", "2025-09-01", 7, "attack_response")
    h.settled("t", "2025-09-01", 5)
    assert h.lines(END) == [
        ("cyber_cost", "k", 7) if source else ("cyber_cost", "k", 0, "CY-08"), ("cyber_liability", "t", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("discovered", "period"),
    [("2025-05-04", None), ("2025-05-05", "2025-05-05"), ("2026-05-05", "2025-05-05"), ("2026-05-06", "2026-05-05"), ("2027-05-06", None)],
)  # fmt: skip
def test_cy_09_all_of_an_incident_belongs_to_the_period_of_its_discovery(discovered: str, period: str | None) -> None:
    h = Cyber()
    h.add("PolicyRenewed", period_start=END, period_end="2027-05-05")
    h.incident(day=discovered)
    h.cost("k", "2027-09-01", 7)
    assert h.lines("2027-09-01") == [("cyber_cost", "k", 7) if period else ("cyber_cost", "k", 0, "CY-09")]
    rows = h.on("2027-09-01")["limits"]
    assert [(row["key"], row["used"]) for row in rows if row["limit"] == "cyber.cost.period"] == (
        [(period, 7)] if period else []
    )


def test_cy_09_what_is_dated_before_the_discovery_counts_from_it() -> None:
    h = Cyber()
    h.incident(day="2025-10-04")
    h.cost("k", "2025-09-01", 7)
    assert h.lines("2025-10-03") == [("cyber_cost", "k", 0, "CY-09")]
    assert h.lines("2025-10-04") == [("cyber_cost", "k", 7)]


@pytest.mark.parametrize(("type_", "field"), [("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")])
def test_cy_09_discovered_before_the_end_of_cover(type_: str, field: str) -> None:
    h = Cyber()
    h.add(type_, **{field: "2025-10-05"})
    for incident_id, day in (("i", "2025-10-04"), ("j", "2025-10-05")):
        h.incident(incident_id, day)
        h.cost(f"k{incident_id}", "2025-11-01", 7, of=incident_id)
    assert h.lines("2025-11-01") == [("cyber_cost", "ki", 7), ("cyber_cost", "kj", 0, "CY-09")]
    assert h.refunds("2025-11-01") == []


@pytest.mark.parametrize("exclusion", dict.fromkeys([*EVERYTHING, *COSTS, *BUSINESS]))
def test_cy_12_what_an_exclusion_declines(exclusion: str) -> None:
    h = Cyber(options={"business_interruption": MILLION})
    h.incident(exclusion=exclusion)
    h.loss("b", "2025-09-01", 3)
    h.cost("k", "2025-09-01", 2)
    h.settled("t", "2025-09-01", 1)
    declined = (exclusion in EVERYTHING + BUSINESS, exclusion in EVERYTHING + COSTS, exclusion in EVERYTHING)
    lines = (("cyber_business", "b", 3), ("cyber_cost", "k", 2), ("cyber_liability", "t", 1))
    assert h.lines(END) == [(*line[:2], 0, "CY-12") if out else line for line, out in zip(lines, declined, strict=True)]


# ---- CY-10, CY-11, CY-13, CY-14 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("applied", "start", "admitted"),
    [
        ("2025-06-15", "2025-07-05", True),
        ("2025-06-16", "2025-08-05", True),
        ("2025-06-16", "2025-07-05", False),
        ("2025-06-15", "2025-08-05", False),
        ("2025-12-16", "2026-02-05", True),
        ("2025-04-15", "2025-05-05", True),
        ("2025-04-16", "2025-05-05", False),
        ("2025-03-14", "2025-05-05", True),  # the closing day for a start with the scheme
        ("2025-03-15", "2025-05-05", False),
        ("2025-03-14", "2025-04-05", True),
        ("2026-03-14", "2025-05-05", False),
    ],
)
def test_cy_10_the_start_follows_from_the_day_of_application(applied: str, start: str, admitted: bool) -> None:
    if admitted:
        assert Cyber(period=(start, END), applied_on=applied).state(start)[0] == "in_force"
        return
    with pytest.raises(Refused) as refusal:
        Cyber(period=(start, END), applied_on=applied)
    assert (refusal.value.rule, refusal.value.field) == ("CY-10", "data.period_start")


def test_cy_10_a_later_day_of_entry_is_the_start_that_is_asked() -> None:
    assert Cyber(entered_on="2025-07-05", applied_on="2025-06-15").state("2025-07-04")[0] == "pending"
    with pytest.raises(Refused) as refusal:
        Cyber(entered_on="2025-08-05", applied_on="2025-06-15")
    assert (refusal.value.rule, refusal.value.field) == ("CY-10", "data.entered_on")


def test_cy_11_one_set_of_limits_for_all_or_for_each_facility() -> None:
    for sharing, paid in (("shared", 200_000), ("per_facility", 800_000)):
        h = Cyber(facilities=("x", "y"), sharing=sharing)
        for facility in ("x", "y"):
            h.incident(f"{facility}/1")
            h.cost(f"k{facility}", "2025-09-01", 800_000, of=f"{facility}/1")
        assert (h.cuts("kx")[0], h.cuts("ky")[0]) == (800_000, paid)
    assert h.limit("cost.period", f"y/{PERIOD[0]}") == (MILLION, 800_000, *PERIOD)
    assert h.limit("combined.period", f"x/{PERIOD[0]}")[:2] == (10 * MILLION, 800_000)


@pytest.mark.parametrize("incident_id", ["1", "z/1", "/1", "x/", "x", "xx/1", "a/1"])
def test_cy_11_an_incident_that_names_no_facility_is_refused(incident_id: str) -> None:
    h = Cyber(facilities=("x", "a/b"), sharing="per_facility")
    data = {"discovered_on": "2025-08-01", "kind": "leak"}
    found = refused(h, "CyberIncidentDiscovered", incident_id=incident_id, **data)
    assert found == ("CY-11", "data.incident_id")


def test_cy_11_of_several_facilities_whose_names_fit_the_longest_is_meant() -> None:
    h = Cyber(facilities=("a", "a/b"), sharing="per_facility")
    h.incident("a/b/1")
    h.cost("k", "2025-09-01", 7, of="a/b/1")
    assert [h.limit("cost.period", f"{name}/{PERIOD[0]}")[1] for name in ("a", "a/b")] == [0, 7]


def test_cy_11_where_a_correction_takes_the_facility_away_the_incident_stays_with_a_discrepancy() -> None:
    h = Cyber(facilities=("x", "y"))
    incident = h.incident("1")
    new = issued(plan=plan(sharing="per_facility"), facilities=["x", "y"])
    h.add("FactAmended", target=h.issued, reason="separate policies", data=new)
    (found,) = h.on("2025-08-01")["discrepancies"]
    assert (found["rule"], found["recorded"], found["events"]) == ("CY-11", "1", [incident])


@pytest.mark.parametrize(
    ("type_", "kind", "size", "premium"),
    [
        ("S1", "clinic", 0, 29_380),
        ("P20000", "clinic", 19, 67_200),
        ("S3", "hospital", 50, 142_900),
        ("P5", "hospital", 100, 309_410),
        ("S3000", "care_facility", 50, 161_930),
        ("S1", "hospital", 70, None),
    ],
)
def test_cy_13_the_yearly_premium_of_the_sizes_in_the_tables(
    type_: str, kind: str, size: int, premium: int | None
) -> None:
    assert Cyber(type_, kind=kind, size=size).state(END)[0] == "in_force"
    of = CyberPlan.model_validate(plan(type_, kind, size))
    if premium is not None:
        assert premium_yearly(of, date(2025, 5, 5)) == premium
        return
    with pytest.raises(Refused) as refusal:
        premium_yearly(of, date(2025, 5, 5))
    assert refusal.value.rule == "CY-13"
    assert "50, 100" in str(refusal.value)


def test_cy_14_there_is_no_cooling_off() -> None:
    data = {"received_on": "2025-05-06", "requested_on": "2025-05-07", "channel": "letter"}
    assert refused(Cyber(), "CoolingOffRequested", **data) == ("CY-14", "data.requested_on")


def issued(**more: Any) -> dict[str, Any]:
    data = {"product": "cyber", "plan": plan(), "period_start": PERIOD[0], "period_end": PERIOD[1]}
    return data | {"insured": {"person_id": "p1"}} | more


def refused(h: Cyber, type_: str, **data: Any) -> tuple[str | None, str | None]:
    """The rule by which a fact is refused, and the field."""
    with pytest.raises(Refused) as refusal:
        h.add(type_, **data)
    return refusal.value.rule, refusal.value.field
