"""The rules of 親子のちから by id, in the order of clauses.md; the modules follow the wording's sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.products.oyako.rules import amounts, certificates, costs, cover, refusals, rescission, trigger

CLAUSES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "OY-01": (certificates.in_state_a_or_b, trigger.trigger, costs.without_trigger),
    "OY-02": (certificates.runs, trigger.target, costs.outside_the_target_period),
    "OY-03": (costs.borne, costs.used_abroad),
    "OY-04": (amounts.balance,),
    "OY-05": (amounts.category_limits,),
    "OY-06": (costs.deposit,),
    "OY-07": (costs.incidental_expenses, amounts.incidental_total),
    "OY-08": (costs.still_borne, refusals.refunds_beyond_the_cost),
    "OY-09": (trigger.lapsed, trigger.still_due, refusals.recorded_lapses),
    "OY-10": (cover.in_care_at_the_start, trigger.from_the_start, costs.of_a_contract_that_never_was),
    "OY-11": (amounts.cause_before_cover, amounts.added_before_its_year, costs.cause_too_early, refusals.two_days_of_one_cause),
    "OY-12": (amounts.plan_at_the_cause,),
    "OY-13": (
        cover.not_made_good, cover.later_misses, trigger.still_due, trigger.from_the_start, trigger.withdrawn,
        costs.of_a_contract_that_never_was, refusals.misses_before_the_first_debit,
    ),
    "OY-14": (refusals.other_start_than_applied_for,),
    "OY-15": (refusals.age_of_parent_or_child, refusals.premium_monthly, refusals.other_premiums),
    "OY-16": (),  # the payee of a cost is not read: the same benefit
    "OY-17": (costs.excluded,),
    "OY-18": (cover.endings, trigger.ended),
    "OY-19": (refusals.no_cooling_off,),
    "OY-20": (
        rescission.of_the_contract, rescission.of_added_parts, costs.undisclosed, amounts.added_part_rescinded,
        refusals.disclosure_too_late,
    ),
}  # fmt: skip
