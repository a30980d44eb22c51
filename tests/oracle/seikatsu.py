"""Reference calculator for `seikatsu` (spec 20-seikatsu.md), brute force, straight from the words; shares no code with the ledger.

    answer(events, on) -> dict             events: wire events known, in recording order
    comparable(ledger_answer) -> dict      the ledger's JSON answer (30-answers.md) in the same shape
    difference(oracle, ledger) -> list of texts, empty where they agree

Shape: {"status": (state, since, until), "lines": sorted [(benefit, key, from, to, gross, payable, decision, deciding rule or limits that cut)],
"limits": {"limit|key": [unit, cap, used]}, "certificates": sorted [(claim_id, claimed, threshold, required)], "orphans", "settlement", "deadlines"}.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from . import (
    answers,
    claims,
    contract,
    general,
    seikatsu_care,
    seikatsu_hospital,
    seikatsu_rest,
    seikatsu_treatment,
    seikatsu_visits,
    timeline,
)
from . import seikatsu_cover as sc
from .dates import D, plus
from .seikatsu_cover import Case
from .timeline import of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("30/limits", "Period rows of the period of `on` with used 0",
     "hospital_days and advanced_care always; three_days, cancer_diagnosis, anticancer, bailee, belongings, household where held on `on`. Shown while `on` lies in a "
     "period, also before the entry and after a cancellation."),
    ("30/benefits", "Runs of a day benefit that two rules decline on adjoining days", "One run a rule, and one for each limit that cut."),
    *sc.AMBIGUITIES, *seikatsu_hospital.AMBIGUITIES, *seikatsu_visits.AMBIGUITIES, *seikatsu_treatment.AMBIGUITIES, *seikatsu_rest.AMBIGUITIES,
]

DAY_BENEFITS = ("hospital_daily", "outpatient_daily", "three_daily", "cancer_long_stay", "care_annuity")



# ---- SK-90 ---------------------------------------------------------------------------------------------------------------------
def lines_of(claim: dict, lines: list[dict]) -> list[dict]:
    """Those that rest on the claim's facts, all where none are named."""
    named = [e.lower() for e in claim["data"].get("facts") or []]
    return [l for l in lines if not named or any(e in named for e in l["events"])]


def sk_90_certificates(case: Case, lines: list[dict]) -> list[tuple]:
    claims = sorted(of(case["facts"], "ClaimFiled"), key=lambda f: (f["data"]["filed_on"], f["data"]["claim_id"]))
    out = []
    for n, claim in enumerate(claims):
        filed = claim["data"]["filed_on"]
        given = [f["data"]["submitted_on"] for f in of(case["facts"], "CertificateSubmitted")
                 if f["data"]["claim_id"] != claim["data"]["claim_id"] and f["data"]["submitted_on"] <= filed]
        since = [c for c in claims[:n] if not given or c["data"]["filed_on"] > max(given)] + [claim]
        claimed = []
        for c in since:
            claimed += [l for l in lines_of(c, lines) if not l["benefit"].startswith("care_") and l not in claimed]
        mine = [l for l in lines_of(claim, lines) if l["payable"] > 0 and not l["benefit"].startswith("care_")]
        serious = any(l["condition_id"] and sc.sk_12_three_diseases(sc.code_of(case, l["condition_id"])) for l in mine)
        threshold = 100_000 if serious else 300_000
        total = sum(l["payable"] for l in claimed)
        always = any(l["benefit"] in ("anticancer", "income_monthly") for l in mine)
        out.append((claim["data"]["claim_id"], total, threshold, bool(mine) and (always or total > threshold)))
    return sorted(out)


# ---- limits of the period of `on` ------------------------------------------------------------------------------------------------
def open_periods(case: Case) -> None:
    """Each period limit of the period of `on`, even where used is 0."""
    key, plan = sc.period_key(case, case["on"]), sc.plan_on(case, case["on"])
    if key is None:
        return
    rows = [("hospital_days.period", "days", plan["hospital_type"]), ("advanced_care.period", "yen", 10_000_000)]
    for what, limit, unit, cap in (("three_daily", "three_days.period", "days", 120), ("cancer_diagnosis", "cancer_diagnosis.period", "times", 1),
                                   ("anticancer", "anticancer.period", "yen", 6_000_000), ("belongings", "belongings.period", "yen", 300_000)):
        if sc.amount_of(plan, what):
            rows.append((limit, unit, cap))
    rows += [(f"{what}.period", "yen", sc.amount_of(plan, what)) for what in ("bailee", "household") if sc.amount_of(plan, what)]
    for limit, unit, cap in rows:
        case["limits"].setdefault((limit, key), [unit, cap, 0])


def greatest_held(case: Case) -> None:
    """A period's row shows the greatest that its lines drew on and that it held last in view."""
    for (limit, key), row in case["limits"].items():
        if limit in ("bailee.period", "household.period"):
            period = next(p for p in case["periods"] if p["start"].isoformat() == key)
            row[1] = max(row[1], sc.amount_of(sc.plan_on(case, min(case["on"], period["end"] - timedelta(days=1))), limit.split(".")[0]))


# ---- the answer --------------------------------------------------------------------------------------------------------------------
def derive(facts: list[timeline.Fact], on: date) -> Case:
    """All lines and limits of the facts dated to `on`."""
    case = sc.case_of(facts, on)
    sick = seikatsu_hospital.sickness(case)
    seikatsu_hospital.injuries(case)
    seikatsu_hospital.hospital_days(case)
    seikatsu_visits.outpatient(case, sick)
    seikatsu_visits.medical_lump_sums(case)
    seikatsu_visits.injury_lump_sums(case)
    seikatsu_visits.three_lump(case)
    seikatsu_visits.stay_riders(case, sick)
    seikatsu_treatment.surgery(case)
    seikatsu_treatment.radiation(case)
    seikatsu_treatment.advanced_care(case)
    seikatsu_treatment.cancer_diagnosis(case)
    seikatsu_treatment.anticancer(case)
    seikatsu_rest.disability(case)
    seikatsu_rest.liability(case)
    seikatsu_rest.property_lost(case)
    seikatsu_rest.hole_in_one(case)
    seikatsu_rest.income(case)
    seikatsu_care.care(case)
    open_periods(case)
    greatest_held(case)
    return case


def merged(lines: list[dict]) -> list[dict]:
    """Day lines on adjoining days with equal benefit, key, amount a day, outcome and deciding rule become one run."""
    out: list[dict] = []
    for l in sorted(lines, key=lambda l: (l["benefit"], l["key"], l["from"], l["to"])):
        l = dict(l)
        last = None
        if l["benefit"] in DAY_BENEFITS:
            last = next((m for m in out if m["benefit"] == l["benefit"] and m["key"] == l["key"] and m["to"] + timedelta(days=1) == l["from"]
                         and m["each"] == each(l) and fared(m) == fared(l)), None)
        if last is None:
            l["each"] = each(l)
            out.append(l)
        else:
            last["to"] = l["to"]
            last["gross"] += l["gross"]
            last["payable"] += l["payable"]
            last["events"] = last["events"] + [e for e in l["events"] if e not in last["events"]]
    return out


def fared(l: dict) -> tuple:
    """The decision, and why: the deciding rule, or the limits that cut."""
    return (l["decision"], l["rule"] if l["decision"] == "declined" else "+".join(f"{limit} {key}" for limit, key, _ in l["cut_by"]))


def each(l: dict) -> float:
    return l["gross"] / ((l["to"] - l["from"]).days + 1)


def shape(l: dict) -> tuple:
    return (l["benefit"], l["key"], l["from"].isoformat(), l["to"].isoformat(), l["gross"], l["payable"], *fared(l))


def answer(events: list[dict], on: date) -> dict:
    k = timeline.known(events)
    if k.issued is None:
        nothing = answers.settlement([], [], on)
        return {"status": ("unknown", None, None), "lines": [], "limits": {}, "certificates": [], "orphans": [list(o) for o in k.orphans],
                "settlement": nothing, "deadlines": []}
    case = derive(k.facts, on)
    s = contract.status(case["facts"], on)
    return {"status": tuple(v.isoformat() if isinstance(v, date) else v for v in (s["state"], s["since"], s["until"])),
            "lines": sorted(shape(l) for l in merged(case["lines"])),
            "limits": {f"{limit}|{key}": list(row) for (limit, key), row in sorted(case["limits"].items())},
            "certificates": sk_90_certificates(case, case["lines"]), "orphans": [list(o) for o in k.orphans],
            "settlement": answers.settlement(case["lines"], case["facts"], on),
            "deadlines": claims.in_order(claims.claim_deadlines(case["facts"], case["lines"], on, sc.day_of))}


# ---- the ledger's answer -------------------------------------------------------------------------------------------------------------
def comparable(a: dict) -> dict:
    """The ledger's JSON answer in the oracle's shape."""
    lines = []
    for b in a["benefits"]:
        declined = b["decision"] == "declined"
        lines.append({"benefit": b["benefit"], "key": b["key"], "from": D(b["from"]), "to": D(b["to"]), "gross": b["gross"], "payable": b["payable"],
                      "decision": b["decision"], "rule": b["rules"][-1] if declined else "", "events": [],
                      "cut_by": [(c["limit"], c["key"], c["by"]) for c in b["cut_by"]]})
    both = general.comparable(a)
    return {"status": (both["state"], both["since"], both["until"]), "lines": sorted(shape(l) for l in merged(lines)),
            "limits": {f"{r['limit']}|{r['key']}": [r["unit"], r["cap"], r["used"]] for r in a["limits"]},
            "certificates": sorted((c["claim_id"], c["claimed"], c["threshold"], c["required"]) for c in a["certificates"]),
            "orphans": both["orphans"], "settlement": both["settlement"], "deadlines": both["deadlines"]}


def compared(got: dict) -> dict:
    """Without the gross of declined lines, which the specification leaves open (what it would have been), so that their runs on
    adjoining days join."""
    lines: list[tuple] = []
    for l in sorted(got["lines"]):
        if l[6] == "declined":
            l = (*l[:4], 0, *l[5:])
        last = lines[-1] if lines else None
        if last and l[0] in DAY_BENEFITS and l[6] == "declined" and last[:2] == l[:2] and last[6:] == l[6:] and plus(D(last[3]), 1) == D(l[2]):
            lines[-1] = (*last[:3], l[3], *last[4:])
        else:
            lines.append(l)
    return {**got, "lines": sorted(lines)}


def difference(oracle: dict, ledger: dict) -> list[str]:
    """What differs, as text; empty where the answers agree."""
    want, got = compared(oracle), compared(ledger)
    out = []
    for name in ("status", "certificates", "orphans", "settlement", "deadlines"):
        if want[name] != got[name]:
            out.append(f"{name}: oracle {want[name]}, ledger {got[name]}")
    out += [f"lines: only oracle {l}" for l in less(want["lines"], got["lines"])] + [f"lines: only ledger {l}" for l in less(got["lines"], want["lines"])]
    for k in sorted({*want["limits"], *got["limits"]}):
        if want["limits"].get(k) != got["limits"].get(k):
            out.append(f"limit {k}: oracle {want['limits'].get(k)}, ledger {got['limits'].get(k)}")
    return out


def less(a: Iterable[tuple], b: Iterable[tuple]) -> list[tuple]:
    """What a holds more than b, doubles counted."""
    rest, out = list(b), []
    for x in a:
        if x in rest:
            rest.remove(x)
        else:
            out.append(x)
    return out
