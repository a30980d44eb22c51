"""No rule of the 介護両立支援プラン and of ソニー損保の医療保険 looks ahead: what the journal gives on a day is what the rules say of the
facts dated to it, every run of days cut at it. Deadlines, refunds, states and discrepancies included."""

from __future__ import annotations

import pytest

from tests.ledger.products import random_histories as histories


@pytest.mark.parametrize("tens", range(6))
def test_no_look_ahead_ryoritsu(tens: int) -> None:
    assert histories.looks_ahead(histories.ryoritsu, range(1_000 + tens * 10, 1_010 + tens * 10)) == []


@pytest.mark.parametrize("tens", range(6))
def test_no_look_ahead_sony_medical(tens: int) -> None:
    assert histories.looks_ahead(histories.sony_medical, range(1_000 + tens * 10, 1_010 + tens * 10)) == []


@pytest.mark.parametrize("tell", [histories.ryoritsu, histories.sony_medical], ids=["ryoritsu", "sony-medical"])
def test_the_histories_reach_what_they_are_to_test(tell: object) -> None:
    """Random histories that pay and decline, that end, lapse, correct and refuse; else the tests above would say nothing."""
    assert callable(tell)
    seen: set[str] = set()
    for _, teller in histories.told(tell, range(1_000, 1_040)):
        seen.update(event["type"] for event in teller.events)
        for day in teller.days()[::4] if teller.policy.timeline.issued else []:
            answer = teller.on(day)
            seen.update(line["decision"] for line in answer["benefits"])
            seen.update(deadline["kind"] for deadline in answer["deadlines"])
            seen.add(answer["status"]["state"])
    wanted = {
        "payable",
        "declined",
        "payment",
        "prescription",
        "in_force",
        "matured",
        "pending",
        "FactRetracted",
        "ClaimObstructed",
    }
    if tell is histories.sony_medical:
        wanted |= {"reduced", "grace", "lapsed", "reinstatement", "cooling_off", "PolicyReinstated"}
    assert wanted <= seen
