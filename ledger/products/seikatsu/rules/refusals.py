"""On which grounds a fact cannot be recorded: a sickness without onset (SK-04), an injury without its day (SK-04a), income without age."""

from __future__ import annotations

from typing import Any

from ledger import events as ev
from ledger.errors import MISSING, Words
from ledger.product import Ground, Refusal, clause
from ledger.products.seikatsu.rules.conditions import accident_day, causes, conditions
from ledger.timeline import Facts, Known

FOR_ITS_CAUSES = (
    ev.HospitalAdmitted,
    ev.OutpatientVisited,
    ev.ImmobilisationWorn,
    ev.SurgeryPerformed,
    ev.RadiationGiven,
    ev.AdvancedCareReceived,
    ev.DisabilityFixed,
    ev.WorkDisabilityStarted,
)
FOR_ITSELF = (ev.CancerDiagnosed, ev.AnticancerTreated)
"""Benefits for which what caused the cancer is no matter (SK-07)."""


@clause("SK-04")
def without_onset(facts: Facts, new: Known[Any]) -> Ground | None:
    """A sickness without onset cannot be recorded with a benefit-bearing fact; nor one that follows from such a sickness (Q26, Q27)."""
    condition_id = new.data.condition_id
    read = (
        causes(facts, condition_id)
        if isinstance(new.data, FOR_ITS_CAUSES)
        else causes(facts, condition_id) & {condition_id}
    )
    for one in sorted(read):
        condition = conditions(facts)[one]
        if condition.kind == "sickness" and condition.onset_on is None:
            allowed = Words(
                f"onset_on のある疾病（{one} の ConditionRecorded に onset_on がありません）",
                f"a sickness with onset_on (the ConditionRecorded of {one} has none)",
            )
            return Ground("condition_id", condition_id, allowed)
    return None


@clause("SK-04a")
def without_accident(facts: Facts, new: Known[Any]) -> Ground | None:
    """An injury is judged by the day of its accident (Q50)."""
    condition = conditions(facts).get(new.data.condition_id)
    if condition is None or condition.kind != "injury" or accident_day(condition) is not None:
        return None
    allowed = Words(
        f"accident_on のある傷害（{condition.condition_id} の ConditionRecorded に accident_on がありません）",
        f"an injury with accident_on (the ConditionRecorded of {condition.condition_id} has none)",
    )
    return Ground("condition_id", condition.condition_id, allowed)


def income_without_age(facts: Facts, new: Known[Any]) -> Ground | None:
    """The income option reads the insured's date of birth (SK-82)."""
    if not new.data.plan or new.data.plan.get("income") is None:
        return None
    issued = new.data if isinstance(new.data, ev.PolicyIssued) else facts.of(ev.PolicyIssued)[0].data
    if issued.insured.birth_date is not None:
        return None
    allowed = Words(
        "日付（所得長期補償には被保険者の生年月日が必要）", "a day: with income, the insured's date of birth is needed"
    )
    if isinstance(new.data, ev.PolicyIssued):
        return Ground("insured.birth_date", MISSING, allowed)
    without = Words(
        "income のないプラン（insured.birth_date が未記録）",
        "a plan without income: insured.birth_date was not recorded",
    )
    return Ground("plan.income", new.data.plan["income"], without)


REFUSALS = (
    Refusal("SK-04", (*FOR_ITS_CAUSES, *FOR_ITSELF), without_onset),
    Refusal("SK-04a", (*FOR_ITS_CAUSES, *FOR_ITSELF), without_accident),
    Refusal(None, (ev.PolicyIssued, ev.PolicyRenewed, ev.CoverageChanged), income_without_age),
)
