"""Reference calculator for `seikatsu`, part 5: disability, liability, property, hole-in-one, income, care, claim papers (SK-70 to SK-90)."""
from __future__ import annotations

from datetime import date

from . import dates
from . import seikatsu_cover as sc
from .dates import ONE, D, days, half_up, last_of_n_years_from, month_first, month_last, month_of, months_touched, plus
from .seikatsu_cover import Case
from .timeline import Fact, of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("SK-70", "Which day must lie within 180 days", "fixed_on <= accident_on + 179, both of DisabilityFixed (not the condition's accident_on)."),
    ("SK-70", "A condition that is no injury", "Declined by SK-70."),
    ("SK-70", "Amount × percent", "Half up to the yen."),
    ("SK-72", "Several DisabilityFixed of one accident: which belong together; key and day of the line",
     "Those of one condition_id; one line, key and day of the first (fixed_on, event_id), counted from the last. Late ones (SK-70) are declined by themselves."),
    ("SK-72", "Two facts of one accident name the same site", "The later one's grade replaces the earlier one's. Existing grades: the first named for a site."),
    ("SK-71", "(3) 'the sum of all the percentages'", "All disabilities of the accident, grade 14 too."),
    ("SK-71", "`existing` at sites that no disability names", "Not counted."),
    ("SK-75 to SK-79", "A line whose amount comes to 0 (below the deductible)", "A payable line with gross 0; not compared unless strict."),
    ("SK-76 to SK-78", "Period caps where the amount held changed within the period",
     "Each loss draws up to the amount held on its day less what the period has used; the row's cap is the greatest so far (none yet: the amount held on `on`)."),
    ("SK-77", "Items of kind excluded beside others", "They count nothing; where nothing else is left the line is declined by SK-77 (household: SK-78)."),
    ("SK-77", "police_report empty", "As none."),
    ("SK-78", "cause left_behind or lost for household", "Paid: the rule declines only theft without a report."),
    ("SK-79", "10% of the insured amount", "Half up to the yen."),
    ("SK-80", "Deciding day of income", "disabled_on: SK-00, layers held on it. 'Onset' as SK-04 (chain too), of an injury accident_on; no 730 days."),
    ("SK-80", "Income layers of which only some cover", "The sum of those that cover is the plan's monthly."),
    ("SK-80", "Qualified by the months, but onset before entry (or SK-00, SK-35)", "Declined lines, month by month. Not qualified by the months: no line."),
    ("SK-81", "When a month's report counts; a month that `on` cuts", "A report is dated by the first day of its month; its line counts in whole from the first paid day of the month."),
    ("SK-81", "A partial month whose result is min(plan, loss) first or × days/30 first", "The month's amount (already at most the plan's), × days / 30, at most itself."),
    ("SK-81", "usual_income 0", "No loss: neither qualifies (unless totally unable) nor pays."),
    ("SK-81", "A month whose amount is 0 (benefits received cover all)", "No line."),
    ("SK-82", "Which months with income above 80% end it", "Those from the month of day 366 on; where that month itself is above, nothing is paid."),
    ("SK-82", "2 and 3 years of pay", "From day 366, by the calendar (ends the day before the same day), whatever months were paid."),
    ("SK-82", "WorkResumed: 'without disability'", "Every WorkResumed counts as such."),
    ("SK-85", "Two certificates with a gap in validity, the second certified within the first's validity", "Continued only by valid_from; a new state starts the day after the old one ended at the earliest."),
    ("SK-85", "A shorter certificate inside a longer one, both at min_level or above", "It takes its place from its own valid_from: the state ends with its valid_to, though earlier."),
    ("SK-85", "After a lower certificate or CareEnded: do older certificates revive?", "No: only one with a later valid_from begins a new state."),
    ("SK-85", "min_level and amounts: of which day", "Of each certificate the plan that last held the option by its valid_from (before the entry the first); amounts: the layers on the first day of the state."),
    ("SK-85", "cause_arose_on left out, condition_id given", "The condition's onset (SK-04) counts; no 730 days."),
    ("SK-85", "Death of the insured", "The state ends on died_on."),
    ("SK-86", "A second state after the lump sum was paid", "care_lump declined by SK-86; the annuity is paid."),
    ("SK-87", "Annuity of several layers", "The sum is divided by 365 and rounded up."),
    ("SK-86, SK-87", "Key", "valid_from of the certificate that began the state."),
    ("SK-90", "`claimed`: of which claims", "All lines, each once, of the claims filed after the last certificate (submitted for another claim on or before this claim's filing) up to this claim (filed_on, claim_id)."),
    ("SK-90", "A certificate submitted for the claim itself", "Does not change the claim's own row; only later claims start anew."),
    ("SK-90", "Threshold 100,000: which lines' condition", "Any line of the claim itself with something payable."),
    ("SK-90", "Lines a claim's `facts` name: what does a line rest on?",
     "Its own facts only: the admission, confirmations, discharge of the stays of the run; the visit, surgery, treatment …; not the condition, nor the stay for a visit."),
    ("SK-90", "Are property, liability … amounts claimed too?", "Yes; only care is left out (claimed 0 for care alone)."),
    ("SK-90", "always for anticancer and income", "Where the claim has such a line with something payable."),
    ("GN-04", "Prescription", "Asked last; what it declines counts as not paid (SK-49, SK-50), but its stays and incidents stand."),
]


# ---- SK-70 to SK-72: disability ------------------------------------------------------------------------------------------------
PERCENT = [0, 100, 89, 78, 69, 59, 50, 42, 34, 26, 20, 15, 10, 7, 4]


def sk_71_percent(grades: list[int]) -> int:
    if not grades:
        return 0
    heaviest = min(grades)
    if sum(1 for g in grades if g <= 5) >= 2:
        return PERCENT[max(1, heaviest - 3)]
    if sum(1 for g in grades if g <= 8) >= 2:
        return PERCENT[max(1, heaviest - 2)]
    if sum(1 for g in grades if g <= 13) >= 2:
        return min(PERCENT[max(1, heaviest - 1)], sum(PERCENT[g] for g in grades))
    return PERCENT[heaviest]


def disability(case: Case) -> None:
    accidents: dict[str, list[Fact]] = {}
    for f in sorted(of(case["facts"], "DisabilityFixed"), key=lambda f: (f["data"]["fixed_on"], f["event_id"])):
        accidents.setdefault(f["data"]["condition_id"], []).append(f)
    for condition_id, facts in sorted(accidents.items()):
        assessed: list[Fact] = []
        for f in facts:
            d = f["data"]
            late = D(d["fixed_on"]) > plus(D(d["accident_on"]), 179)
            if late or case["conditions"][condition_id]["kind"] != "injury":
                disability_line(case, [f], ["SK-70"])
            else:
                assessed.append(f)
        if assessed:
            accident = D(assessed[0]["data"]["accident_on"])
            disability_line(case, assessed, sc.sk_35(case, condition_id) + sc.sk_00(case, accident) + sc.kr(case, accident, condition_id))


def disability_line(case: Case, facts: list[Fact], rules: list[str]) -> None:
    """SK-72: one assessment."""
    d = facts[0]["data"]
    held = sc.amount_of(sc.plan_on(case, D(d["accident_on"])), "injury_disability")
    after: dict[str, int] = {}
    before: dict[str, int] = {}
    for f in facts:
        for x in f["data"]["disabilities"]:
            after[x["site"]] = x["grade"]
        for x in f["data"].get("existing") or []:
            before.setdefault(x["site"], x["grade"])
    worse = sk_71_percent(list(after.values())) - sk_71_percent([grade for site, grade in before.items() if site in after])
    if held:
        day = D(d["fixed_on"])
        sc.add(case, "injury_disability", facts[0]["event_id"], day, day, half_up(held * max(0, worse), 100), "SK-70",
               rules, counts_from=D(facts[-1]["data"]["fixed_on"]), events=[f["event_id"] for f in facts], condition_id=d["condition_id"])


# ---- SK-75, SK-76: liability -----------------------------------------------------------------------------------------------------
def liability(case: Case) -> None:
    found = [(D(f["data"]["occurred_on"]), f["data"]["loss_id"], f) for f in of(case["facts"], "LiabilityIncurred")]
    for day, loss_id, f in sorted(found, key=lambda x: x[:2]):
        d, plan = f["data"], sc.plan_on(case, day)
        personal = d["cover"] == "personal"
        rule = "SK-75" if personal else "SK-76"
        rules = sc.sk_00(case, day) + ([rule] if d.get("excluded") else []) + sc.kr(case, day)
        if personal and sc.amount_of(plan, "personal_liability"):
            l = sc.add(case, "liability", loss_id, day, day, d["amount"], rule, rules, events=[f["event_id"]])
            if not rules:
                sc.take_yen(case, l, [("liability.accident", loss_id, 200_000_000)])
        if not personal and sc.amount_of(plan, "bailee"):
            l = sc.add(case, "bailee", loss_id, day, day, max(0, d["amount"] - 5_000), rule, rules, events=[f["event_id"]])
            if not rules:
                sc.take_yen(case, l, [("bailee.period", sc.period_key(case, day) or "", sc.amount_of(plan, "bailee"))])


# ---- SK-77, SK-78: belongings, household -------------------------------------------------------------------------------------------
def loss_of(item: dict) -> int:
    repair = item.get("repair_cost")
    return item["current_value"] if repair is None else min(repair, item["current_value"])


def sk_77_amount(items: list[dict]) -> int:
    cash = min(50_000, sum(loss_of(i) for i in items if i["kind"] == "cash_or_tickets"))
    things = sum(min(100_000, loss_of(i)) for i in items if i["kind"] in ("ordinary", "valuables"))
    return max(0, things + cash - 3_000)


def sk_78_amount(items: list[dict]) -> int:
    cash = min(50_000, sum(loss_of(i) for i in items if i["kind"] == "cash_or_tickets"))
    valuables = sum(min(300_000, loss_of(i)) for i in items if i["kind"] == "valuables")
    return cash + valuables + sum(loss_of(i) for i in items if i["kind"] == "ordinary")


def property_lost(case: Case) -> None:
    found = [(D(f["data"]["occurred_on"]), f["data"]["loss_id"], f) for f in of(case["facts"], "PropertyLost")]
    for day, loss_id, f in sorted(found, key=lambda x: x[:2]):
        d, plan = f["data"], sc.plan_on(case, day)
        cover = d["cover"]
        belongings = cover == "belongings"
        if not sc.amount_of(plan, cover):
            continue
        rule = "SK-77" if belongings else "SK-78"
        refused = (d["cause"] == "theft" and not d.get("police_report")) or (belongings and d["cause"] in ("left_behind", "lost")) \
            or all(i["kind"] == "excluded" for i in d["items"])
        rules = sc.sk_00(case, day) + ([rule] if refused else []) + sc.kr(case, day)
        amount = sk_77_amount(d["items"]) if belongings else sk_78_amount(d["items"])
        l = sc.add(case, cover, loss_id, day, day, amount, rule, rules, events=[f["event_id"]])
        cap = 300_000 if belongings else sc.amount_of(plan, "household")
        if not rules:
            sc.take_yen(case, l, [(f"{cover}.period", sc.period_key(case, day) or "", cap)])


# ---- SK-79 ---------------------------------------------------------------------------------------------------------------------------
def hole_in_one(case: Case) -> None:
    for f in of(case["facts"], "HoleInOneAchieved"):
        d = f["data"]
        day = D(d["achieved_on"])
        held = sc.amount_of(sc.plan_on(case, day), "hole_in_one")
        if not held:
            continue
        ok = d["in_japan"] and (d["accompanied"] or d.get("official", False)) and d.get("caddie", True)
        rules = sc.sk_00(case, day) + ([] if ok else ["SK-79"]) + sc.kr(case, day)
        costs = d["costs"]
        gross = costs["gifts"] + costs["party"] + costs["tree"] + costs["caddie"] + min(costs["other"], half_up(held, 10))
        l = sc.add(case, "hole_in_one", f["event_id"], day, day, gross, "SK-79", rules, events=[f["event_id"]])
        if not rules:
            sc.take_yen(case, l, [("hole_in_one.achievement", f["event_id"], held)])


# ---- SK-80 to SK-82: income ------------------------------------------------------------------------------------------------------------
def loss_above_20(r: dict) -> bool:
    return r["usual_income"] > 0 and (r["usual_income"] - r["recovered_income"]) * 100 > 20 * r["usual_income"]


def income_above_80(r: dict) -> bool:
    return r["recovered_income"] * 100 > 80 * r["usual_income"]


def sk_80_qualifies(reports: dict[str, dict], disabled: date) -> bool:
    for month in months_touched(disabled, plus(disabled, 119)):
        if month not in reports or not reports[month]["totally_unable"]:
            return False
    for month in months_touched(plus(disabled, 120), plus(disabled, 364)):
        if month not in reports or not (reports[month]["totally_unable"] or loss_above_20(reports[month])):
            return False
    return True


def sk_82_last_day(case: Case, d: dict, pay_from: date, reports: dict[str, dict]) -> date:
    ends = []
    born = D(case["issued"]["insured"]["birth_date"])
    ends.append(max(dates.birthday(born, 60) - ONE, last_of_n_years_from(pay_from, 3)))
    if d.get("mental", False):
        ends.append(last_of_n_years_from(pay_from, 2))
    ends += [D(f["data"]["resumed_on"]) - ONE for f in of(case["facts"], "WorkResumed") if f["data"]["disability_id"] == d["disability_id"]]
    ends += [month_first(m) - ONE for m, r in reports.items() if m >= month_of(pay_from) and income_above_80(r)]
    ends += deaths(case)
    return min(ends)


def deaths(case: Case) -> list[date]:
    return [D(f["data"]["died_on"]) for f in of(case["facts"], "PersonDied") if f["data"]["person_id"] == case["issued"]["insured"]["person_id"]]


def began_before(case: Case, condition_id: str, entry: date) -> bool:
    """SK-80: the condition's onset (an injury's accident) lies before the layer's entry; SK-08."""
    if case["conditions"][condition_id]["kind"] == "injury":
        return sc.accident_day(case, condition_id) < entry or sc.sk_08_bars(case, entry, condition_id)
    return sc.sk_04_bars(case, entry, condition_id) or sc.sk_08_bars(case, entry, condition_id)


def income(case: Case) -> None:
    for f in of(case["facts"], "WorkDisabilityStarted"):
        d = f["data"]
        disabled = D(d["disabled_on"])
        held = sc.layers(case, "income", disabled)
        mine = [r for r in of(case["facts"], "WorkIncomeReported")
                if r["data"]["disability_id"] == d["disability_id"] and month_first(r["data"]["month"]) <= case["on"]]
        reports = {r["data"]["month"]: r["data"] for r in mine}
        if not held or not sk_80_qualifies(reports, disabled):
            continue
        good = [(entry, amount) for entry, amount in held if not began_before(case, d["condition_id"], entry)]
        onset = [] if good else ["SK-08" if sc.sk_08_bars(case, held[0][0], d["condition_id"]) else "SK-80"]
        rules = sc.sk_35(case, d["condition_id"]) + sc.sk_00(case, disabled) + onset + sc.kr(case, disabled, d["condition_id"])
        monthly = sc.total(good or held)
        pay_from = plus(disabled, 365)
        last = sk_82_last_day(case, d, pay_from, reports)
        for month, r in sorted(reports.items()):
            first, end = max(month_first(month), pay_from), min(month_last(month), last)
            amount = max(0, min(monthly, r["usual_income"] - r["recovered_income"] - r["benefits_received"]))
            if first > end or first > case["on"] or not loss_above_20(r):
                continue
            if first != month_first(month) or end != month_last(month):
                amount = min(amount, half_up(amount * len(days(first, end)), 30))       # SK-81: partial month
            if amount:
                sc.add(case, "income_monthly", d["disability_id"], first, end, amount, "SK-81", rules, condition_id=d["condition_id"],
                       events=[f["event_id"]] + [x["event_id"] for x in mine if x["data"]["month"] == month])
