"""What may not be recorded of a policy, judged on the facts in force: references, ids, periods, plans, and the product's own grounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import orjson
from pydantic import ValidationError

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.events.explain import explained
from ledger.periods import Period
from ledger.product import Plan, Product
from ledger.timeline import PROVIDES, Facts, Known

OWN_IDS: Mapping[type[ev.Fact], str] = {
    **PROVIDES,
    ev.CyberCostIncurred: "cost_id",
    ev.CyberClaimSettled: "settlement_id",
    ev.PropertyLost: "loss_id",
    ev.LiabilityIncurred: "loss_id",
    ev.CyberBusinessLoss: "loss_id",
}
"""The id that a fact brings in; unique among the facts in force."""

_REFERENCES = ("stay_id", "condition_id", "cost_id", "incident_id", "claim_id", "disability_id")
_LISTS = {"caused_by": "condition_id", "other_condition_ids": "condition_id", "unrelated_conditions": "condition_id"}


class Recorded:
    """What was ever recorded of a policy, corrections aside: the ids that later facts may name."""

    __slots__ = ("event_ids", "ids")

    def __init__(self) -> None:
        self.ids: set[tuple[str, str]] = set()
        self.event_ids: set[str] = set()

    def add(self, event: ev.Event) -> None:
        self.event_ids.add(event.event_id)
        own = OWN_IDS.get(type(cast(ev.Fact, event.data)))
        if own is not None:
            self.ids.add((own, getattr(event.data, own)))


def refuse(product: Product, facts: Facts, new: Known[Any], recorded: Recorded) -> None:
    """Raises Refused where a fact may not stand beside the others in force."""
    _references(new.data, recorded)
    _unique(facts, new.data)
    for fact_type, check in _CHECKS:
        if isinstance(new.data, fact_type):
            check(product, facts, new.data)
    for refusal in product.refusals:
        if isinstance(new.data, refusal.types):
            ground = refusal.ground(facts, new)
            if ground is not None:
                raise Refused(
                    field=f"data.{ground.field}", found=ground.found, allowed=ground.allowed, rule=refusal.rule
                )


def _references(fact: ev.Fact, recorded: Recorded) -> None:
    own = OWN_IDS.get(type(fact))
    named = [(field, field, vars(fact).get(field)) for field in _REFERENCES if field != own]
    for name, field in _LISTS.items():
        named += [(f"{name}[{i}]", field, value) for i, value in enumerate(vars(fact).get(name) or ())]
    for name, field, value in named:
        if value is not None and (field, value) not in recorded.ids:
            raise Refused(
                field=f"data.{name}",
                found=value,
                allowed=Words(f"先に記録された {field}", f"a {field} recorded before"),
            )
    for i, event_id in enumerate(fact.facts if isinstance(fact, ev.ClaimFiled) else ()):
        if event_id not in recorded.event_ids:
            raise Refused(
                field=f"data.facts[{i}]",
                found=event_id,
                allowed=Words("先に記録された事象の event_id", "the event_id of an event recorded before"),
            )


def _unique(facts: Facts, fact: ev.Fact) -> None:
    own = OWN_IDS.get(type(fact))
    if own is None:
        return
    value = getattr(fact, own)
    for fact_type, field in OWN_IDS.items():
        if field == own and any(getattr(other.data, own) == value for other in facts.of(fact_type)):
            raise Refused(
                field=f"data.{own}",
                found=value,
                allowed=Words(f"有効な事実にまだない {own}", f"a {own} that no fact in force has"),
            )


# ---- periods and plans --------------------------------------------------------------------------------------------------------


def _issued_once(product: Product, facts: Facts, fact: ev.PolicyIssued) -> None:
    if facts.of(ev.PolicyIssued):
        raise Refused(
            field="type",
            found="PolicyIssued",
            allowed=Words("一つの契約に有効な PolicyIssued は一つ", "one PolicyIssued in force for a policy"),
        )
    check_plan(product, fact.plan)
    last = Period(fact.period_start, fact.period_end, product.clock).last_day
    if fact.entered_on > last:
        allowed = Words(f"最初の期間の末日（{last}）までの日", f"a day to the last of the first period ({last})")
        raise Refused(field="data.entered_on", found=fact.entered_on.isoformat(), allowed=allowed)


def _no_overlap(product: Product, facts: Facts, fact: ev.PolicyIssued | ev.PolicyRenewed) -> None:
    others: Sequence[Known[Any]] = (*facts.of(ev.PolicyIssued), *facts.of(ev.PolicyRenewed))
    for other in others:
        if fact.period_start < other.data.period_end and other.data.period_start < fact.period_end:
            period = f"{other.data.period_start} – {other.data.period_end}"
            allowed = Words(f"{period} と重ならない期間", f"a period that does not overlap {period}")
            raise Refused(field="data.period_start", found=f"{fact.period_start} – {fact.period_end}", allowed=allowed)


def _plan_given(product: Product, facts: Facts, fact: ev.PolicyRenewed | ev.CoverageChanged) -> None:
    if fact.plan is not None:
        check_plan(product, fact.plan)


def check_plan(product: Product, options: Any) -> Plan:
    """The plan that options make, by the product's own form. Raises Refused naming the option."""
    try:
        return product.plan.model_validate_json(orjson.dumps(options, default=dict))
    except ValidationError as error:
        raise explained(error, product.plan, "data.plan") from None


# ---- stays ----------------------------------------------------------------------------------------------------------------------


def _stay_ends(product: Product, facts: Facts, fact: ev.StayConfirmed | ev.HospitalDischarged) -> None:
    admitted = next((s.data.admitted_on for s in facts.of(ev.HospitalAdmitted) if s.data.stay_id == fact.stay_id), None)
    field, day = (
        ("discharged_on", fact.discharged_on) if isinstance(fact, ev.HospitalDischarged) else ("through", fact.through)
    )
    if admitted is not None and day < admitted:
        raise Refused(
            field=f"data.{field}",
            found=day.isoformat(),
            allowed=Words(f"入院日 {admitted} 以後の日", f"a day on or after the admission on {admitted}"),
        )


def _discharged_once(product: Product, facts: Facts, fact: ev.HospitalDischarged) -> None:
    for other in facts.of(ev.HospitalDischarged):
        if other.data.stay_id == fact.stay_id:
            day = other.data.discharged_on
            allowed = Words(
                f"一つの入院に退院は一つ（{day} に退院済み）", f"one discharge of a stay (discharged on {day})"
            )
            raise Refused(field="data.stay_id", found=fact.stay_id, allowed=allowed)


def _admitted_before_it_ends(product: Product, facts: Facts, fact: ev.HospitalAdmitted) -> None:
    ends = [d.data.discharged_on for d in facts.of(ev.HospitalDischarged) if d.data.stay_id == fact.stay_id]
    ends += [c.data.through for c in facts.of(ev.StayConfirmed) if c.data.stay_id == fact.stay_id]
    if ends and min(ends) < fact.admitted_on:
        known = min(ends)
        allowed = Words(
            f"入院が確認されている {known} 以前の日", f"a day on or before {known}, to which the stay is known"
        )
        raise Refused(field="data.admitted_on", found=fact.admitted_on, allowed=allowed)


def _benefit_of_the_product(
    product: Product, facts: Facts, fact: ev.BenefitPaid | ev.BenefitRecovered | ev.PremiumOffset
) -> None:
    if fact.benefit not in product.benefits:
        raise Refused(field="data.benefit", found=fact.benefit, allowed=sorted(product.benefits))


_Check = Callable[[Product, Facts, Any], None]
_CHECKS: tuple[tuple[Any, _Check], ...] = (
    (ev.PolicyIssued, _issued_once),
    (ev.PolicyIssued | ev.PolicyRenewed, _no_overlap),
    (ev.PolicyRenewed | ev.CoverageChanged, _plan_given),
    (ev.StayConfirmed | ev.HospitalDischarged, _stay_ends),
    (ev.HospitalDischarged, _discharged_once),
    (ev.HospitalAdmitted, _admitted_before_it_ends),
    (ev.BenefitPaid | ev.BenefitRecovered | ev.PremiumOffset, _benefit_of_the_product),
)


# ---- corrections ------------------------------------------------------------------------------------------------------------------


def check_target(recorded: Sequence[ev.Event], event: ev.Event) -> ev.Event:
    """The event that a correction targets. Raises Refused where there is none of this policy, or none that can be corrected so."""
    correction = cast(ev.FactAmended | ev.FactRetracted, event.data)
    if correction.target == event.event_id:
        raise Refused(
            field="data.target",
            found=correction.target,
            allowed=Words("訂正自身ではない事象", "another event, not the correction itself"),
        )
    target = next((other for other in recorded if other.event_id == correction.target), None)
    if target is None:
        own = Words(
            f"契約 {event.policy_id} に記録された事象の event_id",
            f"the event_id of an event recorded of policy {event.policy_id}",
        )
        raise Refused(field="data.target", found=correction.target, allowed=own)
    if isinstance(correction, ev.FactAmended) and isinstance(target.data, ev.FactRetracted):
        words = Words(
            "事実または修正（取消しは、修正ではなく取り消す）",
            "a fact or an amendment (a retraction can be retracted, not amended)",
        )
        raise Refused(field="data.target", found=correction.target, allowed=words)
    return target


def check_amendment(old: ev.Fact, new: ev.Fact) -> None:
    """An amendment keeps the fact's own id and the product."""
    for field in (OWN_IDS.get(type(old)), "product" if isinstance(old, ev.PolicyIssued) else None):
        if field is None:
            continue
        if getattr(old, field) != getattr(new, field):
            kept_value = getattr(old, field)
            allowed = Words(
                f"{kept_value}（変えるには取り消して新たに記録）",
                f"{kept_value} (to change it, retract the fact and record it anew)",
            )
            raise Refused(field=f"data.data.{field}", found=getattr(new, field), allowed=allowed)
