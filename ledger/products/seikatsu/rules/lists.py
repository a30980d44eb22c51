"""SK-10 to SK-13: the lists of diseases, by ICD-10. A code with a decimal belongs to its category; D47.1 and D47.3 need theirs."""

from __future__ import annotations

from datetime import date

from ledger import events as ev
from ledger.codes import Icd10List
from ledger.product import clause
from ledger.products.seikatsu.rules.cover import TERMS


@clause("SK-10")
def is_cancer(condition: ev.ConditionRecorded, on: date) -> bool:
    """Cancer, in situ included (list after Q86)."""
    return _listed("cancer", condition, on)


@clause("SK-11")
def is_lifestyle(condition: ev.ConditionRecorded, on: date) -> bool:
    """生活習慣病: cancer, diabetes, heart diseases, hypertension, cerebrovascular diseases (list after Q86)."""
    return is_cancer(condition, on) or _listed("lifestyle", condition, on)


@clause("SK-12")
def is_one_of_three(condition: ev.ConditionRecorded, on: date) -> bool:
    """３大疾病: cancer, acute myocardial infarction, stroke (list after Q86)."""
    return is_cancer(condition, on) or _listed("three_diseases", condition, on)


@clause("SK-13")
def is_for_anticancer(condition: ev.ConditionRecorded, on: date) -> bool:
    """Cancer without carcinoma in situ (Q38)."""
    return is_cancer(condition, on) and not _listed("not_anticancer", condition, on)


def _listed(term: str, condition: ev.ConditionRecorded, on: date) -> bool:
    return Icd10List.parse(TERMS.at(term, on)).covers(condition.icd10)
