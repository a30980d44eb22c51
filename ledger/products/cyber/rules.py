"""The rules of the cyber cover, in the order of clauses.md. Amounts, lists and days are in terms.toml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.journal import Item, Line, Opening
from ledger.limits import Claim, Limit
from ledger.periods import ONE_DAY, Period, add_months, own_days, period_of
from ledger.product import Ground, clause
from ledger.products.cyber.plan import CyberPlan
from ledger.products.general.contract import Contract
from ledger.products.general.contract import contract as read_contract
from ledger.terms import Terms
from ledger.timeline import Facts, Known

TERMS = Terms.load(Path(__file__).parent)

LOSSES: frozenset[type[ev.Fact]] = frozenset(
    {ev.CyberIncidentDiscovered, ev.CyberClaimSettled, ev.CyberCostIncurred, ev.CyberBusinessLoss}
)


class Incident(NamedTuple):
    """An incident as the rules read it. `period` is the one it was discovered in, None outside; `plan` the one held that day; `evident_in`
    the period to which the day belongs on which the leak was made evident."""

    fact: ev.CyberIncidentDiscovered
    event_id: str
    period: Period | None
    plan: CyberPlan
    facility: str | None
    evident_in: Period | None

    @property
    def key(self) -> str:
        """The key of the period's limits: the period's start, with the facility before it where each has limits of its own."""
        assert self.period is not None
        return f"{self.facility}/{self.period.start}" if self.facility else str(self.period.start)


class Loss(NamedTuple):
    """What an incident costs: a settlement, a cost or a business loss. `rank` orders them where day and id are equal."""

    benefit: str
    own_id: str
    day: date
    amount: int
    rank: str
    event_id: str
    fact: Any


def contract(facts: Facts) -> Contract[CyberPlan]:
    """The contract on the options of this product."""
    return read_contract(facts, CyberPlan, "16:00")


# ---- CY-01 to CY-06: the limits -----------------------------------------------------------------------------------------------


@clause("CY-01")
def liability_limit(plan: CyberPlan, period: Period) -> int:
    """The liability limit in yen, by type (10)."""
    return int(TERMS.at("liability_limit", period.start)[plan.step])


@clause("CY-02")
def incident_cost_limit(plan: CyberPlan, period: Period) -> int:
    """The incident-cost limit in yen, by type and kind of facility (10)."""
    return int(TERMS.at(f"incident_cost_limit_{plan.facility_kind}", period.start)[plan.step])


@clause("CY-03")
def liability_limits(incident: Incident, period: Period, loss: Loss) -> tuple[Limit, ...]:
    """Settlements, no deductible: the liability limit for each claim and for the period (10)."""
    cap = liability_limit(incident.plan, period)
    return (
        Limit("cyber.liability.claim", loss.own_id, "yen", cap, loss.day, None, ("CY-03",)),
        period_limit("cyber.liability.period", incident.key, cap, period, "CY-03"),
    )


@clause("CY-04")
def cost_limits(incident: Incident, period: Period, loss: Loss) -> tuple[Limit, ...]:
    """Incident costs: the incident-cost limit for each incident and for the period (10)."""
    cap = incident_cost_limit(incident.plan, period)
    return (
        Limit(
            "cyber.cost.incident", incident.fact.incident_id, "yen", cap, incident.fact.discovered_on, None, ("CY-04",)
        ),
        period_limit("cyber.cost.period", incident.key, cap, period, "CY-04"),
    )


@clause("CY-05")
def combined_limit(incident: Incident, period: Period) -> Limit:
    """Liability and costs of a period together never exceed the liability limit, per participant (10)."""
    return period_limit(
        "cyber.combined.period", incident.key, liability_limit(incident.plan, period), period, "CY-05"
    )


@clause("CY-06")
def business_limit(incident: Incident, period: Period) -> Limit:
    """Business interruption: the option's amount for the period, outside CY-05 (10)."""
    amount = incident.plan.options.business_interruption
    assert amount is not None, "declined without the option (CY-06)"
    return period_limit("cyber.business.period", incident.key, amount, period, "CY-06")


def period_limit(name: str, key: str, cap: int, period: Period, rule: str) -> Limit:
    """A limit of one policy period."""
    return Limit(name, key, "yen", cap, period.first_day, period.last_day, (rule,))


def limits_of(incident: Incident, loss: Loss) -> tuple[Limit, ...]:
    """The limits of a loss in the order in which they cut: claim or incident, then period, then combined."""
    period = incident.period
    assert period is not None
    if loss.benefit == "cyber_business":
        return (business_limit(incident, period),)
    own = liability_limits if loss.benefit == "cyber_liability" else cost_limits
    return (*own(incident, period, loss), combined_limit(incident, period))


# ---- what is declined: CY-06 to CY-09, CY-12 ----------------------------------------------------------------------------------


@clause("CY-06")
def no_business_option(incident: Incident, loss: Loss, on: date) -> bool:
    """A business loss without the option, which a leak-only type cannot hold, is declined (9 注2)."""
    return loss.benefit == "cyber_business" and incident.plan.options.business_interruption is None


@clause("CY-07")
def outside_the_leak_plan(incident: Incident, loss: Loss, on: date) -> bool:
    """P types cover leaks only, and of their costs only the response to the leak and to the law (7, 9)."""
    day = incident.fact.discovered_on
    if not incident.plan.leak_only:
        return False
    if incident.fact.kind not in TERMS.at("leak_only_kinds", day):
        return True
    return isinstance(loss.fact, ev.CyberCostIncurred) and loss.fact.category not in TERMS.at("leak_only_costs", day)


@clause("CY-08")
def leak_not_evident(incident: Incident, loss: Loss, on: date) -> bool:
    """P types: the response to a leak of personal information only with the leak made evident within the period (9 注1)."""
    if not needs_evidence(incident, loss):
        return False
    assert incident.period is not None, "declined outside the period (CY-09)"
    evident_on = evident(incident.fact)
    return evident_on is None or evident_on > on or incident.evident_in != incident.period


@clause("CY-08")
def mere_suspicion(incident: Incident, loss: Loss, on: date) -> bool:
    """S types: costs of a mere suspicion of attack only where an authority or a security vendor raised it (8 注)."""
    fact = incident.fact
    suspected = isinstance(loss.fact, ev.CyberCostIncurred) and not fact.attack_confirmed
    return suspected and not incident.plan.leak_only and fact.suspicion_source is None


@clause("CY-09")
def discovered_outside(incident: Incident, loss: Loss, on: date) -> bool:
    """The incident must be discovered within the period; all that follows belongs to that period (8, 15)."""
    return incident.period is None


@clause("CY-12")
def excluded(incident: Incident, loss: Loss, on: date) -> bool:
    """An exclusion of section 14 declines what it is listed for."""
    return incident.fact.exclusion in TERMS.at(f"excluded_from_{loss.benefit}", incident.fact.discovered_on)


DECLINING = (discovered_outside, no_business_option, outside_the_leak_plan, leak_not_evident, mere_suspicion, excluded)
"""Asked in this order; the first that bites decides."""

BENEFIT_CLAUSE = {"cyber_liability": "CY-03", "cyber_cost": "CY-04", "cyber_business": "CY-06"}


def needs_evidence(incident: Incident, loss: Loss) -> bool:
    """Whether a cost waits for the leak to be made evident: the response to a leak of personal information under a leak-only type."""
    responds = isinstance(loss.fact, ev.CyberCostIncurred) and loss.fact.category == "leak_response"
    return incident.plan.leak_only and responds and incident.fact.personal_data


def evident(fact: ev.CyberIncidentDiscovered) -> date | None:
    """The day a leak was made evident, None where it was not."""
    return fact.leak_evident_on if fact.leak_evident is not None else None


def becoming_evident(facts: Facts) -> list[date]:
    """The days on which a leak becomes evident: a cost declined before is payable from then on."""
    return [day for fact in facts.of(ev.CyberIncidentDiscovered) if (day := evident(fact.data)) is not None]


# ---- the flow -------------------------------------------------------------------------------------------------------------------


def losses(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every loss as a claim within its limits, or declined; and the limits of each period in view."""
    held = contract(facts)
    assert facts.on is not None
    incidents = {fact.data.incident_id: _incident(facts, held, fact) for fact in facts.of(ev.CyberIncidentDiscovered)}
    for loss in _losses(facts):
        incident = incidents.get(loss.fact.incident_id)
        yield _claim(incident, loss, facts.on) if incident is not None else _undiscovered(loss)
    yield from _standing(held)


def _incident(facts: Facts, held: Contract[CyberPlan], fact: Known[ev.CyberIncidentDiscovered]) -> Incident:
    day = fact.data.discovered_on
    period = period_of(held.covered_periods(), day)
    if period is not None and any(ended <= day for ended in _ended(facts, held)):
        period = None
    plan = held.plan(day)
    facility = None
    if plan.sharing == "per_facility":  # a correction may have taken the facility away: its name is still the prefix
        facility = named_facility(held, fact.data.incident_id) or fact.data.incident_id.partition("/")[0]
    evident_on = evident(fact.data)
    evident_in = period_of(held.covered_periods(), evident_on) if evident_on is not None else None
    return Incident(fact.data, fact.event_id, period, plan, facility, evident_in)


def _ended(facts: Facts, held: Contract[CyberPlan]) -> list[date]:
    """The days from which cover has ended before its time: by cancellation, withdrawal, or the day after the holder's death."""
    ended = [fact.data.cancelled_on for fact in facts.of(ev.PolicyCancelled)]
    ended += [fact.data.withdrawn_on for fact in facts.of(ev.PolicyWithdrawn)]
    holder = held.issued.insured.person_id
    return ended + [fact.data.died_on + ONE_DAY for fact in facts.of(ev.PersonDied) if fact.data.person_id == holder]


def _losses(facts: Facts) -> Iterator[Loss]:
    for cost in facts.of(ev.CyberCostIncurred):
        yield Loss("cyber_cost", cost.data.cost_id, cost.day, cost.data.amount, "0", cost.event_id, cost.data)
    for settled in facts.of(ev.CyberClaimSettled):
        yield Loss(
            "cyber_liability",
            settled.data.settlement_id,
            settled.day,
            settled.data.amount,
            "1",
            settled.event_id,
            settled.data,
        )
    for loss in facts.of(ev.CyberBusinessLoss):
        yield Loss("cyber_business", loss.data.loss_id, loss.day, loss.data.amount, "2", loss.event_id, loss.data)


def _claim(incident: Incident, loss: Loss, on: date) -> Claim:
    day = max(loss.day, incident.fact.discovered_on)
    claim = Claim(
        loss.benefit, loss.own_id, day, loss.day, loss.day, "time", 1, loss.amount, (BENEFIT_CLAUSE[loss.benefit],),
        (incident.event_id, loss.event_id), order=(loss.own_id, loss.rank), judged_on=incident.fact.discovered_on,
    )  # fmt: skip
    for declines in DECLINING:
        if declines(incident, loss, on):
            return claim.decline(declines.clauses[0])  # type: ignore[attr-defined]
    waited_for = evident(incident.fact) if needs_evidence(incident, loss) else None
    return claim._replace(limits=limits_of(incident, loss), counts_from=max(day, waited_for or day))


def _undiscovered(loss: Loss) -> Claim:
    """What is dated before its incident was discovered is declined until then (CY-09)."""
    return Claim(
        loss.benefit, loss.own_id, loss.day, loss.day, loss.day, "time", 1, loss.amount, (), (loss.event_id,),
        order=(loss.own_id, loss.rank), judged_on=loss.day,
    ).decline("CY-09")  # fmt: skip


def _standing(held: Contract[CyberPlan]) -> Iterator[Opening]:
    """The limits of every period in view, by the plan held last in it, for each facility where each has its own."""
    for period, first, last in own_days(held.covered_periods()):
        plan = held.plan(last)
        for facility in held.issued.facilities if plan.sharing == "per_facility" else (None,):
            key = f"{facility}/{period.start}" if facility else str(period.start)
            for name, cap, rule in _period_caps(plan, period):
                yield period_limit(name, key, cap, period, rule).standing(first)


def _period_caps(plan: CyberPlan, period: Period) -> Iterator[tuple[str, int, str]]:
    yield "cyber.liability.period", liability_limit(plan, period), "CY-03"
    yield "cyber.cost.period", incident_cost_limit(plan, period), "CY-04"
    yield "cyber.combined.period", liability_limit(plan, period), "CY-05"
    if plan.options.business_interruption is not None:
        yield "cyber.business.period", plan.options.business_interruption, "CY-06"


# ---- CY-06, CY-10, CY-11, CY-14: what is refused --------------------------------------------------------------------------------


@clause("CY-06")
def option_of_a_leak_plan(facts: Facts, new: Known[Any]) -> Ground | None:
    """A P type cannot hold the business-interruption option (9 注2)."""
    if new.data.plan is None:
        return None
    plan = CyberPlan.model_validate(new.data.plan)
    if not (plan.leak_only and plan.options.business_interruption):
        return None
    words = Words(
        "P 型に利益損害・営業継続費用オプションは付けられない", "no business_interruption option with a P type"
    )
    return Ground("plan.options.business_interruption", plan.options.business_interruption, words)


@clause("CY-10")
def mid_term_entry(facts: Facts, new: Known[ev.PolicyIssued]) -> Ground | None:
    """Applied to the 15th: starts on the 5th of the next month; later: of the month after that; else with the scheme (中途加入)."""
    applied, start = new.data.applied_on, new.data.entered_on
    if applied is None or _with_the_scheme(applied, start):
        return None
    months = 1 if applied.day <= TERMS.number("entry_apply_by_day", applied) else 2
    allowed = add_months(applied, months).replace(day=TERMS.number("entry_start_day", applied))
    field = "period_start" if start == new.data.period_start else "entered_on"
    return None if start == allowed else Ground(field, start.isoformat(), Words(str(allowed), str(allowed)))


def _with_the_scheme(applied: date, start: date) -> bool:
    """Whether it was applied for in time to start with the scheme's period (申込締切日)."""
    in_time = applied.isoformat() <= f"{start.year}-{TERMS.at('scheme_apply_by', applied)}"
    return in_time and f"{start:%m-%d}" == TERMS.at("scheme_start", applied)


@clause("CY-11")
def facility_named(facts: Facts, new: Known[ev.CyberIncidentDiscovered]) -> Ground | None:
    """Where each facility has limits of its own the incident names one of them by the prefix of its id (ご加入の単位)."""
    held = contract(facts)
    if held.plan(new.data.discovered_on).sharing != "per_facility":
        return None
    if named_facility(held, new.data.incident_id) is not None:
        return None
    forms = ", ".join(f"{name}/<id>" for name in held.issued.facilities)
    return Ground("incident_id", new.data.incident_id, Words(forms, forms))


def named_facility(held: Contract[CyberPlan], incident_id: str) -> str | None:
    """The facility that an incident names, `<facility>/<id>`; of several whose names fit the longest."""
    fits = (
        name for name in held.issued.facilities if incident_id.startswith(f"{name}/") and incident_id != f"{name}/"
    )
    return max(fits, key=len, default=None)


@clause("CY-14")
def no_cooling_off(facts: Facts, new: Known[ev.CoolingOffRequested]) -> Ground | None:
    """There is no cooling-off (クーリングオフ)."""
    words = Words("この契約にクーリングオフはない", "no cooling-off in this contract")
    return Ground("requested_on", new.data.requested_on.isoformat(), words)


# ---- CY-13: premiums --------------------------------------------------------------------------------------------------------------


@clause("CY-13")
def premium_yearly(plan: CyberPlan, on: date) -> int:
    """The yearly premium in yen: clinics flat, hospitals by beds, care facilities by places (10).

    Raises Refused for a size other than the two of the examples.
    """
    if plan.facility_kind == "clinic":
        return int(TERMS.at("premium_clinic", on)[plan.type])
    sizes = TERMS.at("premium_example_sizes", on)
    if plan.size not in sizes:
        raise Refused("plan.size", plan.size, sizes, rule="CY-13")
    return int(TERMS.at(f"premium_{plan.facility_kind}_{plan.size}", on)[plan.type])
