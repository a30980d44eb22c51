"""Reference calculator for `seikatsu`, part 6: care (SK-85 to SK-87). Its AMBIGUITIES stand in seikatsu_rest.py."""
from __future__ import annotations

from datetime import date
from typing import Any

from . import seikatsu_cover as sc
from .dates import ONE, D, days, plus, round_up
from .seikatsu_cover import Case
from .seikatsu_rest import deaths
from .timeline import of

LEVELS = ["independent", "support1", "support2", "care1", "care2", "care3", "care4", "care5"]


def sk_85_states(case: Case) -> list[dict[str, Any]]:
    """The spells in which the insured was at min_level or above, unbroken: first, last, certificates."""
    person = case["issued"]["insured"]["person_id"]
    happened: list[tuple[date, int, str, str, dict]] = []
    for f in of(case["facts"], "CareCertified"):
        if f["data"]["person_id"] == person:
            happened.append((D(f["data"]["valid_from"]), 0, f["data"]["certified_on"], f["event_id"], f))
    for f in of(case["facts"], "CareEnded"):
        if f["data"]["person_id"] == person:
            happened.append((D(f["data"]["ended_on"]), 1, "", f["event_id"], f))
    states: list[dict[str, Any]] = []
    running = False                                                    # may the last state still be continued?
    for day, _, _, _, f in sorted(happened, key=lambda h: h[:4]):
        d = f["data"]
        if f["type"] == "CareEnded":
            if running and states[-1]["first"] <= day <= states[-1]["last"]:
                states[-1]["last"] = day
                running = False
            continue
        if running and day <= states[-1]["last"] + ONE:
            s = states[-1]
            if heavy_enough(case, d):
                s["last"] = D(d["valid_to"])                               # it takes its place, with its own end
                s["certificates"].append(f)
            else:
                s["last"] = min(s["last"], day - ONE)
                running = False
            continue
        first = min(day, D(d["certified_on"]))
        if states:
            first = max(first, states[-1]["last"] + ONE)
        if heavy_enough(case, d):
            states.append({"first": first, "last": D(d["valid_to"]), "certificates": [f]})
            running = True
    for s in states:
        s["last"] = min([s["last"], case["on"], *deaths(case)])
    return states


def heavy_enough(case: Case, d: dict) -> bool:
    """At min_level or above, by the plan that last held the option by `valid_from`; before the entry by the first plan."""
    plans = [plan for i, (day, plan) in enumerate(case["plans"]) if i == 0 or day <= D(d["valid_from"])]
    held = [plan["care"] for plan in plans if plan.get("care")]
    return bool(held) and LEVELS.index(d["level"]) >= LEVELS.index(held[-1]["min_level"])


def cause_day(case: Case, d: dict) -> date | None:
    if d.get("cause_arose_on"):
        return D(d["cause_arose_on"])
    return sc.earliest_onset(case, d["condition_id"]) if d.get("condition_id") else None


def covering(case: Case, what: str, s: dict, cause: date | None) -> tuple[int, list[str]]:
    """(amount, rules that decline): layers held on the first day of the state whose entry does not lie after the cause."""
    held = sc.layers(case, what, s["first"])
    good = [(entry, amount) for entry, amount in held if cause is None or cause >= entry]
    return (sc.total(good), []) if good else (sc.total(held), ["SK-85"])


def care(case: Case) -> None:
    """SK-86, SK-87: from start + 90 on."""
    lump_paid = False
    for s in sk_85_states(case):
        d = s["certificates"][0]["data"]
        day = plus(s["first"], 90)
        if day > s["last"]:
            continue
        cause = cause_day(case, d)
        outside = sc.sk_35(case, d.get("condition_id")) + sc.sk_00(case, s["first"])
        refused = sc.kr(case, s["first"], d.get("condition_id"))
        events = [c["event_id"] for c in s["certificates"]]
        lump, why = covering(case, "care_lump", s, cause)
        rules = outside + why + (["SK-86"] if lump_paid else []) + refused
        if lump:
            by_then = [c["event_id"] for c in s["certificates"] if D(c["data"]["valid_from"]) <= day]
            sc.add(case, "care_lump", d["valid_from"], day, day, lump, "SK-86", rules, events=by_then, condition_id=d.get("condition_id"))
            lump_paid = lump_paid or not rules
        annuity, why = covering(case, "care_annuity", s, cause)
        for n in days(day, s["last"]) if annuity else []:
            sc.add(case, "care_annuity", d["valid_from"], n, n, round_up(annuity, 365), "SK-87", outside + why + refused, events=events,
                   condition_id=d.get("condition_id"))
