"""The timeline: corrections of corrections, what falls with what, and that arrival order leaves no trace."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger import events as ev
from ledger.timeline import Timeline, timeline

AT = datetime(2023, 1, 1, tzinfo=UTC)


def event(n: int, type_: str, **data: Any) -> ev.Event:
    return ev.Event(id_of(n), "T-1", type_, 1, AT, ev.EVENT_TYPES[type_].parse(data))


def id_of(n: int) -> str:
    return str(uuid.UUID(int=n))


def visit(n: int, day: str) -> ev.Event:
    return event(n, "OutpatientVisited", visited_on=day, condition_id="c1")


def amended(n: int, target: int, day: str) -> ev.Event:
    return event(
        n, "FactAmended", target=id_of(target), data={"visited_on": day, "condition_id": "c1"}, reason="typing error"
    )


def retracted(n: int, target: int) -> ev.Event:
    return event(n, "FactRetracted", target=id_of(target), reason="another patient")


PERIOD = {"period_start": "2023-01-01", "period_end": "2024-01-01"}
ISSUED = event(1, "PolicyIssued", product="seikatsu", plan={"units": "1"}, insured={"person_id": "p1"}, **PERIOD)
CONDITION = event(2, "ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-02-01")


def visits(*recorded: ev.Event) -> list[str]:
    """The days of the visits in force."""
    return [str(fact.data.visited_on) for fact in known(*recorded).facts.of(ev.OutpatientVisited)]


def known(*recorded: ev.Event) -> Timeline:
    return timeline([ISSUED, CONDITION, *recorded])


def test_an_amendment_replaces_the_data_and_keeps_the_identity() -> None:
    [fact] = known(visit(3, "2023-03-01"), amended(4, 3, "2023-03-09")).facts.of(ev.OutpatientVisited)

    assert (fact.event_id, fact.day) == (id_of(3), date(2023, 3, 9))


def test_the_latest_recorded_amendment_in_force_holds() -> None:
    history = [visit(3, "2023-03-01"), amended(4, 3, "2023-03-02"), amended(5, 3, "2023-03-03")]

    assert visits(*history) == ["2023-03-03"]
    assert visits(*history, retracted(6, 5)) == ["2023-03-02"]
    assert visits(*history, retracted(6, 5), retracted(7, 4)) == ["2023-03-01"]


def test_an_amendment_of_an_amendment_stays_with_the_root_and_falls_with_what_it_amends() -> None:
    history = [visit(3, "2023-03-01"), amended(4, 3, "2023-03-02"), amended(5, 4, "2023-03-03")]

    assert visits(*history) == ["2023-03-03"]
    assert visits(*history, retracted(6, 4)) == ["2023-03-01"]
    assert visits(*history, retracted(6, 4), retracted(7, 6)) == ["2023-03-03"]


def test_an_amendment_of_the_first_amendment_does_not_outrank_a_later_one_of_the_fact() -> None:
    history = [
        visit(3, "2023-03-01"),
        amended(4, 3, "2023-03-02"),
        amended(5, 3, "2023-03-05"),
        amended(6, 4, "2023-03-03"),
    ]

    assert visits(*history) == ["2023-03-05"]
    assert visits(*history, retracted(7, 5)) == ["2023-03-03"]


def test_a_retraction_that_is_itself_retracted_counts_for_nothing() -> None:
    history = [visit(3, "2023-03-01"), retracted(4, 3)]

    assert visits(*history) == []
    assert visits(*history, retracted(5, 4)) == ["2023-03-01"]
    assert visits(*history, retracted(5, 4), retracted(6, 5)) == []


def test_what_rests_on_a_retracted_fact_is_an_orphan_in_order_of_recording_with_what_it_rests_on_directly() -> None:
    stay = event(3, "HospitalAdmitted", stay_id="s1", admitted_on="2023-03-01", condition_id="c1")
    end = event(4, "HospitalDischarged", stay_id="s1", discharged_on="2023-03-05")

    found = known(stay, visit(5, "2023-03-09"), end, retracted(6, 2))

    assert [(o.event_id, o.rests_on) for o in found.orphans] == [
        (id_of(3), id_of(2)),
        (id_of(5), id_of(2)),
        (id_of(4), id_of(3)),
    ]
    assert found.facts.of(ev.HospitalAdmitted) == ()


def test_an_id_recorded_anew_takes_the_dependants_over() -> None:
    again = event(7, "ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-02-02")

    found = known(visit(3, "2023-03-01"), retracted(6, 2), again)

    assert found.orphans == ()
    assert len(found.facts.of(ev.OutpatientVisited)) == 1


def test_a_stay_named_by_a_surgery_is_only_a_reference() -> None:
    stay = event(3, "HospitalAdmitted", stay_id="s1", admitted_on="2023-03-01", condition_id="c1")
    surgery = event(
        4,
        "SurgeryPerformed",
        performed_on="2023-03-02",
        condition_id="c1",
        name="手術",
        basis="medical_fee",
        stay_id="s1",
    )

    found = known(stay, surgery, retracted(5, 3))

    assert found.orphans == ()
    assert len(found.facts.of(ev.SurgeryPerformed)) == 1


def test_settlements_and_corrections_are_never_orphans() -> None:
    paid = event(3, "BenefitPaid", benefit="surgery", paid_on="2023-03-01", amount=1, payee="insured")

    assert known(paid, visit(4, "2023-03-01"), amended(5, 4, "2023-03-02"), retracted(6, 2)).orphans == (
        (3, id_of(4), id_of(2)),
    )


def test_with_the_issue_retracted_nothing_is_known_and_all_facts_are_orphans() -> None:
    found = known(visit(3, "2023-03-01"), retracted(4, 1))

    assert not found.issued
    assert len(found.facts) == 0
    assert [o.event_id for o in found.orphans] == [id_of(2), id_of(3)]


@pytest.mark.parametrize(
    ("type_", "data", "day"),
    [
        ("HospitalChargesIncurred", {"month": "2023-03", "stay_id": "s1", "treatment_charge": 1}, date(2023, 3, 10)),
        ("HospitalChargesIncurred", {"month": "2023-04", "stay_id": "s1", "treatment_charge": 1}, date(2023, 4, 1)),
        ("StayConfirmed", {"stay_id": "s1", "through": "2023-04-20"}, date(2023, 3, 10)),
        ("HospitalDischarged", {"stay_id": "s1", "discharged_on": "2023-04-20"}, date(2023, 3, 10)),
    ],
)
def test_what_tells_of_a_stay_is_in_view_with_the_stay(type_: str, data: dict[str, Any], day: date) -> None:
    stay = event(3, "HospitalAdmitted", stay_id="s1", admitted_on="2023-03-10", condition_id="c1")

    [fact] = known(stay, event(4, type_, **data)).facts.of(ev.EVENT_TYPES[type_])

    assert fact.day == day


def test_every_type_of_fact_has_a_day() -> None:
    from ledger.timeline import _DAY_FIELDS, _UNDATED

    by_stay = {
        ev.HospitalAdmitted,
        ev.StayConfirmed,
        ev.HospitalDischarged,
        ev.HospitalChargesIncurred,
        ev.WorkIncomeReported,
    }
    corrections = {ev.FactAmended, ev.FactRetracted}

    assert set(ev.EVENT_TYPES.values()) == set(_DAY_FIELDS) | set(_UNDATED) | by_stay | corrections


def test_the_order_in_which_facts_arrive_leaves_no_trace() -> None:
    a, b, c = visit(3, "2023-03-02"), visit(4, "2023-03-01"), visit(5, "2023-03-01")

    assert list(known(a, b, c).facts) == list(known(c, a, b).facts)
    assert [fact.event_id for fact in known(a, c, b).facts.of(ev.OutpatientVisited)] == [id_of(4), id_of(5), id_of(3)]
