"""The rules of the 介護両立支援プラン, in the order of clauses.md. Months, years and levels are in terms.toml.

What serves other products too is in `general`: how a contract ends (KR-04, KR-06 to KR-11), refund arithmetic (KR-07), deadlines (GN).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ledger import events as ev
from ledger.errors import Words
from ledger.journal import UNDATED, Deadline, Discrepancy, Line, Refund
from ledger.limits import Claim
from ledger.periods import ONE_DAY, Period, add_months, month_first, month_of, own_days, period_of, years_last_day
from ledger.product import Ground, Guard, clause
from ledger.products.general.contract import Contract, PlanHeld
from ledger.products.general.contract import contract as read_contract
from ledger.products.general.deadlines import PRESCRIPTION
from ledger.products.general.endings import ENDED_BY_HOLDER, ENDINGS_GUARD, endings, recorded_lapses_hold
from ledger.products.general.refunds import first_paid_on, months_paid, refund, unexpired
from ledger.products.ryoritsu.plan import RyoritsuPlan
from ledger.terms import Terms
from ledger.timeline import Facts, Known

TERMS = Terms.load(Path(__file__).parent)

GUARDS: tuple[Guard, ...] = (*ENDINGS_GUARD, ENDED_BY_HOLDER, PRESCRIPTION)


def contract(facts: Facts) -> Contract[RyoritsuPlan]:
    """The contract on the options of this product."""
    return read_contract(facts, RyoritsuPlan, "16:00")


# ---- the benefit ------------------------------------------------------------------------------------------------------------------


def care_benefit(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim]:
    """One lump sum, once in the policy's life: the first certificate at the level insured that is covered."""
    for certificate in care_events(facts):
        claim = _guarded(facts, covered(facts, _claim(facts, certificate)))
        yield claim
        if not claim.declined:
            return


def care_events(facts: Facts) -> Iterator[Known[ev.CareCertified]]:
    """The certificates of the insured at the level insured or above, by the day from which they are valid; the latest of one day."""
    held = facts.once(contract)
    latest: dict[date, Known[ev.CareCertified]] = {}
    for certificate in sorted(
        facts.of(ev.CareCertified), key=lambda fact: (fact.day, fact.data.certified_on, fact.event_id)
    ):
        levels = TERMS.at("care_levels", certificate.data.valid_from)
        plan, _ = terms_serving(facts, certificate.data.valid_from)
        reached = levels.index(certificate.data.level) >= levels.index(plan.min_level)
        if reached and certificate.data.person_id == held.issued.insured.person_id:
            latest[certificate.day] = certificate
    yield from latest.values()


def _claim(facts: Facts, certificate: Known[ev.CareCertified]) -> Claim:
    day = certificate.data.valid_from
    plan, rules = terms_serving(facts, day)
    conditions = (
        fact.event_id
        for fact in facts.of(ev.ConditionRecorded)
        if fact.data.condition_id == certificate.data.condition_id
    )
    return Claim(
        benefit="care_benefit", key=day.isoformat(), counts_from=day, first=day, last=day, unit="time", quantity=1,
        rate=plan.care_benefit, rules=("KR-01", *rules), events=(certificate.event_id, *conditions), order=(certificate.event_id,),
        judged_on=day, condition_id=certificate.data.condition_id,
    )  # fmt: skip


def _guarded(facts: Facts, claim: Claim) -> Claim:
    """The claim as the clauses on end and prescription leave it, so that what they decline does not use up the one lump sum."""
    declined = (guard.declines(facts, claim) for guard in GUARDS)
    rule = next((rule for rule in declined if rule is not None), None)
    return claim.decline(rule) if rule is not None and not claim.declined else claim


def covered(facts: Facts, claim: Claim) -> Claim:
    """The claim, declined by the first clause that leaves its day without cover."""
    checks = (in_a_period, premium_received, before_death, not_lapsed)
    return next((claim.decline(rule) for check in checks if (rule := check(facts, claim.first)) is not None), claim)


@clause("KR-01")
def in_a_period(facts: Facts, day: date) -> str | None:
    """Cover runs from 16:00 on the first day of a period to 16:00 on its last (1(1)–(3)); no event bears a time of day."""
    return None if period_of(facts.once(contract).covered_periods(), day) is not None else "KR-01"


# ---- KR-02: renewal ---------------------------------------------------------------------------------------------------------------


@clause("KR-02")
def renewal_notice(facts: Facts, lines: Sequence[Line]) -> Iterator[Deadline | Discrepancy]:
    """The renewal notice is due three months before the end of the period (1(4)); a renewal refused in time is none (1(6))."""
    held = facts.once(contract)
    ended = _ended_on(facts)
    for period, first, last in own_days(held.periods):
        due_on = add_months(period.end, -TERMS.number("renewal_notice_months", period.end))
        notices = [fact for fact in facts.of(ev.RenewalNoticeSent) if first <= fact.data.sent_on <= last]
        sent_on = notices[0].data.sent_on if notices else None
        if ended is None or ended > due_on:
            yield Deadline(period.start, "renewal_notice", None, due_on, sent_on, ("KR-02",))
        yield from _renewed_though_refused(facts, period, (first, last), notices)


def _renewed_though_refused(
    facts: Facts, period: Period, own: tuple[date, date], notices: Sequence[Known[ev.RenewalNoticeSent]]
) -> Iterator[Discrepancy]:
    """A refusal in the period, on or before the notice's deadline, and a renewal of the same period all the same."""
    deadline = max((notice.data.deadline for notice in notices), default=None)
    first, last = own
    renewals = [renewed for renewed in facts.of(ev.PolicyRenewed) if renewed.data.period_start >= period.end]
    for refused in facts.of(ev.RenewalRefused):
        if deadline is not None and first <= refused.data.refused_on <= min(last, deadline) and renewals:
            starts = renewals[0].data.period_start
            yield Discrepancy(starts, "KR-02", starts.isoformat(), None, (refused.event_id, renewals[0].event_id))


# ---- KR-03: premium ---------------------------------------------------------------------------------------------------------------


@clause("KR-03")
def premium_received(facts: Facts, day: date) -> str | None:
    """A premium missed: events from the 1st of its month to the day before its payment are not covered (2(2)). Not so one added for a
    change of terms: until it is paid the terms before serve (KR-11)."""
    added = {changed.data.added_premium_due_on for changed in facts.of(ev.CoverageChanged)}
    for missed in (missed for missed in facts.of(ev.PremiumMissed) if missed.data.due_on not in added):
        paid_on = first_paid_on(facts, missed.data.due_month)
        if month_first(missed.data.due_month) <= day and (paid_on is None or day < paid_on):
            return "KR-03"
    return None


# ---- KR-05: no rescission for disclosure any more ---------------------------------------------------------------------------------


@clause("KR-05")
def too_late_to_rescind(facts: Facts, new: Known[Any]) -> Ground | None:
    """No rescission for disclosure a month after the insurer knew, or five years after the first start; after one year only
    where a benefit event lies in it (4(5)④⑤)."""
    day, knew_on, started = new.data.rescinded_on, new.data.insurer_knew_on, contract(facts).entered_on
    if new.data.ground != "disclosure":
        return None
    last_days = [years_last_day(started, TERMS.number("conclusion_years", started))]
    if knew_on is not None:
        last_days.append(add_months(knew_on, TERMS.number("knowledge_months", knew_on)))
    first_year_ends = years_last_day(started, TERMS.number("event_years", started))
    if not any(started <= event.data.valid_from <= first_year_ends for event in care_events(facts)):
        last_days.append(first_year_ends)
    last = min(last_days)
    return Ground("rescinded_on", day, Words(f"{last} までの日", f"a day to {last}")) if day > last else None


# ---- KR-06 to KR-10: how it ends, and what premium comes back ---------------------------------------------------------------------


@clause("KR-07")
def before_death(facts: Facts, day: date) -> str | None:
    """The contract ends with the insured's death (8): what comes after that day is not covered."""
    insured = facts.once(contract).issued.insured.person_id
    died = [fact.data.died_on for fact in facts.of(ev.PersonDied) if fact.data.person_id == insured]
    return "KR-07" if died and day > min(died) else None


def not_lapsed(facts: Facts, day: date) -> str | None:
    """A lapse that was recorded leaves its days without cover, to the day before a reinstatement (8). Interpretation."""
    lapsed = recorded_lapses_hold(facts)
    return "KR-07" if any(held.first <= day and (held.last is None or day <= held.last) for held in lapsed) else None


@clause("KR-06", "KR-07", "KR-08", "KR-09", "KR-10")
def premium_back(facts: Facts, lines: Sequence[Line]) -> Iterator[Refund]:
    """Void: all premiums, but none for unlawful gain (15(1)); revoked: none (16); else those for months after the end (15(2), 17)."""
    held = facts.once(contract)
    voided = facts.of(ev.PolicyVoided)
    ends = endings(facts, {held.issued.insured.person_id})
    if voided and all(fact.data.ground != "unlawful_gain" for fact in voided):
        yield from refund(sum(paid.amount for paid in months_paid(facts)), held.first_day, ("KR-06",))
    elif ends and not voided and not facts.of(ev.PolicyRevoked):
        rules = ("KR-07",) if ends[0].rule == "KR-07" else (ends[0].rule, "KR-07")
        period = held.period(ends[0].day)
        if period is not None:
            yield from unexpired(facts, period, ends[0].day, rules)


def _ended_on(facts: Facts) -> date | None:
    """The day on which the contract ended otherwise than by its period; before every day where it never was."""
    held = facts.once(contract)
    never_was = [UNDATED for fact_type in (ev.PolicyVoided, ev.PolicyRevoked) if facts.of(fact_type)]
    return min([*never_was, *(ending.day for ending in endings(facts, {held.issued.insured.person_id}))], default=None)


# ---- KR-11: added premium ---------------------------------------------------------------------------------------------------------


@clause("KR-11")
def terms_serving(facts: Facts, day: date) -> tuple[RyoritsuPlan, tuple[str, ...]]:
    """The plan that serves an event; before an added premium in arrears is paid, the one before the change (14(5))."""
    first, *changes = facts.once(contract).plans_to(day)
    plan, rules = first.plan, tuple[str, ...]()
    for change in changes:
        if _in_arrears(facts, change, day):
            rules = ("KR-11",)
        else:
            plan, rules = change.plan, ()
    return plan, rules


def _in_arrears(facts: Facts, change: PlanHeld[RyoritsuPlan], day: date) -> bool:
    """Whether the added premium was not paid by the day for it, and not by the event either."""
    due_on = change.change.added_premium_due_on if isinstance(change.change, ev.CoverageChanged) else None
    if due_on is None:
        return False
    paid_on = first_paid_on(facts, month_of(due_on))
    if paid_on is None:
        return facts.reached(due_on + ONE_DAY)
    return paid_on > due_on and day < paid_on


def turns(facts: Facts) -> Iterator[date]:
    """The days on which an added premium falls into arrears though no fact is dated to them. For `Product.turns`."""
    due = (changed.data.added_premium_due_on for changed in facts.of(ev.CoverageChanged))
    yield from (due_on + ONE_DAY for due_on in due if due_on is not None)
