"""SK-55, SK-56: advanced care (高度医療: 先進医療, 拡大治験, 患者申出療養)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.money import Reckoned, reckon, total
from ledger.periods import Period
from ledger.product import clause
from ledger.products.seikatsu.rules.conditions import accident_day, conditions
from ledger.products.seikatsu.rules.cover import TERMS, base, cover, policy
from ledger.products.seikatsu.rules.hospital import held_in
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known


def advanced_care(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """What each advanced treatment cost, within the limit of its period."""
    for received in facts.of(ev.AdvancedCareReceived):
        yield from _claim(facts, received)
    for period in policy(facts).periods:
        if held_in(facts, base, period):
            yield advanced_care_limit(period).standing()


@clause("SK-55")
def advanced_care_cost(fact: ev.AdvancedCareReceived) -> Reckoned:
    """The technical fee, transport, and lodging: for each entry the lower of its amount and 10,000 yen a night (Q23)."""
    a_night = TERMS.number("lodging_a_night", fact.received_on)
    costs: list[tuple[str, int | Reckoned]] = [("technical_fee", fact.technical_fee)]
    costs += [("transport", fact.transport)] if fact.transport else []
    for entry in fact.lodging or ():
        most = reckon("multiply", lodging_a_night=a_night, nights=entry.nights)
        costs.append(("lodging", reckon("min", amount=entry.amount, most=most)))
    return total(costs)


@clause("SK-55")
def not_advanced_care(fact: ev.AdvancedCareReceived) -> bool:
    """Only care received in Japan, of a kind and at a place that are designated (Q23, Q25)."""
    return not (fact.eligible and fact.in_japan)


@clause("SK-56")
def advanced_care_limit(period: Period) -> Limit:
    """10,000,000 yen a policy period, by the day received; it starts afresh with each period (Q24)."""
    cap = TERMS.number("advanced_care_limit", period.start)
    return Limit("advanced_care.period", str(period.start), "yen", cap, period.first_day, period.last_day, ("SK-56",))


def _claim(facts: Facts, received: Known[ev.AdvancedCareReceived]) -> Iterator[Claim]:
    fact, day = received.data, received.data.received_on
    condition = conditions(facts).get(fact.condition_id) if fact.condition_id is not None else None
    covered = cover(facts, base, fact.condition_id, day, day)
    if not covered.held:
        return
    injured_on = accident_day(condition) if condition is not None and condition.kind == "injury" else None
    cost = advanced_care_cost(fact)
    claim = Claim(
        "advanced_care", received.event_id, day, day, day, "time", 1, cost.amount, ("SK-55",), (received.event_id,),
        order=(received.event_id,), judged_on=injured_on or day, condition_id=fact.condition_id, steps=cost.steps,
    )  # fmt: skip
    rule = excluded(condition, day) or covered.declined_by(day) or ("SK-55" if not_advanced_care(fact) else None)
    period = policy(facts).period(day)
    if rule is not None or period is None:
        yield claim.decline(rule or "SK-00")
    else:
        yield claim._replace(limits=(advanced_care_limit(period),))
