"""SK-33 to SK-35: stays, visits and conditions that are declined whatever is held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ledger import events as ev
from ledger.product import clause
from ledger.products.general.stays import Stay
from ledger.products.seikatsu.rules.cover import TERMS

StayRule = Callable[[Stay, ev.ConditionRecorded], str | None]


@clause("SK-33")
def not_for_treatment(stay: Stay, condition: ev.ConditionRecorded) -> str | None:
    """No check-up, no examination without treatment or symptoms, no normal delivery, no pregnancy outside health insurance (Q13, Q21)."""
    admission = stay.admission
    for_its_own_sake = admission.purpose in {"checkup", "delivery"}
    without_ground = admission.purpose == "examination" and admission.examination_basis is None
    not_insured = condition.kind == "pregnancy" and not admission.health_insured
    return "SK-33" if for_its_own_sake or without_ground or not_insured else None


@clause("SK-34")
def deemed_without_ground(stay: Stay, condition: ev.ConditionRecorded) -> str | None:
    """A deemed stay is paid by the day of diagnosis: at first to all, then to those at high risk, then to none (Q3)."""
    paid_to = TERMS.at("deemed_stay", condition.onset_on or stay.first)
    paid = paid_to == "all" or (paid_to == "high_risk" and stay.admission.high_risk is not None)
    return "SK-34" if stay.admission.deemed and not paid else None


@clause("SK-35")
def excluded(condition: ev.ConditionRecorded | None, on: date) -> str | None:
    """An exclusion of the condition declines every benefit of it; some are without effect here (Q28, Q44, Q45; Interpretation)."""
    exclusion = condition.exclusion if condition is not None else None
    return "SK-35" if exclusion is not None and exclusion not in TERMS.at("without_effect", on) else None


def _of_an_excluded_condition(stay: Stay, condition: ev.ConditionRecorded) -> str | None:
    return excluded(condition, stay.first)


ON_STAYS: tuple[StayRule, ...] = (not_for_treatment, deemed_without_ground, _of_an_excluded_condition)


def declines_stay(stay: Stay, condition: ev.ConditionRecorded) -> str | None:
    """The first of these clauses that declines a stay."""
    return next((rule for rule in (declines(stay, condition) for declines in ON_STAYS) if rule is not None), None)
