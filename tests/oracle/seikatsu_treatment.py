"""Reference calculator for `seikatsu`, part 4: surgery, radiation, advanced care, cancer diagnosis, anticancer (SK-45 to SK-60, SK-66 to SK-69)."""
from __future__ import annotations

import unicodedata
from datetime import date

from . import contract
from . import seikatsu_cover as sc
from .dates import D, days, month_first, month_last, month_of, months_between, plus
from .seikatsu_cover import Case
from .timeline import Fact, of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("SK-45, SK-04a", "An injury surgery: which days must lie in a period", "The accident's and the surgery's own."),
    ("SK-46", "A deemed or declined stay that is health_insured", "In hospital: any stay, found by day alone."),
    ("SK-46", "A surgery on a day after the last confirmed day of a stay without known discharge", "Outside, until the day is confirmed."),
    ("SK-47, SK-48", "basis advanced with a declined kind", "kind can only be one; advanced asks for open_excision, so SK-47 declines."),
    ("SK-49", "'the same code' where a listed code covers its items (K276 and K276.1)", "Same where they fall under the same listed code."),
    ("SK-49", "Two surgeries on one day", "By event_id; the later one is within 14 days of the first."),
    ("SK-49", "'last paid one' for sides: right paid, left paid, right again", "Any paid one of the same code in the 13 days before whose side does not differ."),
    ("SK-49", "Must the surgeries be for the same condition?", "No."),
    ("SK-50", "basis none, hyperthermia not advanced", "Declined by SK-50 (SK-47 accepted)."),
    ("SK-50", "Other modality on the day of a paid one", "Declined by SK-50, and starts no count of its own; the least event_id pays."),
    ("SK-55", "condition_id left out", "Only SK-00 and SK-55 are asked."),
    ("SK-55", "Lodging of 0 nights", "0 yen."),
    ("SK-60", "Treatment not started (missing, or after `on`)", "No line; but a line declined for another ground counts from diagnosed_on at once."),
    ("SK-60", "A condition that is no cancer", "Declined by SK-60."),
    ("SK-60", "Days of the line; key; unit of the limit", "from = to = diagnosed_on, counts_from the later day; key: event id; unit times, cap 1."),
    ("SK-60, SK-07", "The cancer's own onset before the rider's entry, its diagnosis after it", "Declined by SK-04; the onset of what caused it is not read."),
    ("SK-60", "SK-08 for a cancer whose chain has a pregnancy", "Not asked: only diagnosed_on."),
    ("SK-66", "A declined treatment: how many lines, which key", "One for each condition, touched month and deciding rule, key `condition_id/that month`; also where the month has a paid amount of the same chain. The key is not compared unless strict."),
    ("SK-66", "`to` of the month's line when `on` lies in the month", "The month's last day; the whole amount counts from the first treated day."),
    ("SK-66, SK-03", "Layers of a treatment in a running incident", "Those held on the treatment's own day by the plan then (also after the policy's end: the last plan); a dropped rider ends payment, an added one covers only a cancer whose own onset is not before it."),
    ("SK-68", "Do declined treatments (SK-67, SK-04, not held) keep an incident running?", "No: only days that are covered count as treated."),
    ("SK-68", "Is a month counted from `on`-cut spans?", "Yes: a prescription's days after `on` are left out."),
    ("SK-68", "Key where two conditions are treated on the first day", "The treatment with the least event_id."),
    ("SK-67", "Does SK-08 bar anticancer?", "Only where the cancer's own condition bears pregnancy_diagnosed_on (no chain is read)."),
]


# ---- what covers a treatment on its own day -----------------------------------------------------------------------------------
def treatment_cover(case: Case, condition_id: str, day: date) -> tuple[list[sc.Layer], list[str]]:
    """SK-03, SK-04a, SK-06: (layers of the base cover that cover it, rules that decline it)."""
    if case["conditions"][condition_id]["kind"] == "injury":
        return sc.cover_injury(case, "units", condition_id, day)
    good, barred = sc.cover(case, sc.layers(case, "units", day), condition_id, day)
    return good, sc.sk_00(case, day) + ([] if good else [rule for _, rule in barred])


def refused(case: Case, condition_id: str | None, day: date) -> list[str]:
    """The KR rules, asked by the treatment's own day, of an injury by the accident's."""
    injury = condition_id is not None and case["conditions"][condition_id]["kind"] == "injury"
    return sc.kr(case, sc.accident_day(case, condition_id) if injury else day, condition_id)


def by_day(case: Case, type_: str, name: str) -> list[tuple[date, Fact]]:
    found = [(D(f["data"][name]), f) for f in of(case["facts"], type_)]
    return sorted(found, key=lambda x: (x[0], x[1]["event_id"]))


def lifestyle(case: Case, condition_id: str) -> bool:
    return sc.sk_11_lifestyle(sc.code_of(case, condition_id))


# ---- SK-45 to SK-51: surgery ----------------------------------------------------------------------------------------------------
SK_49_CODES = ["K006-4", "K022", "K047", "K047-2", "K047-3", "K096-2", "K126-2", "K276", "K311", "K450", "K474-3", "K533", "K533-2", "K617.2",
               "K635", "K678", "K697-2", "K697-3", "K699-2", "K755-3", "K768", "K775-2", "K823-2", "K823-3", "K841-3", "K841-4", "K910-3", "K910-4", "K910-5"]


def sk_46_in_hospital(case: Case, day: date) -> bool:
    return any(s["first"] <= day <= s["last"] and s["health_insured"] for s in case["stays"])


def sk_47(d: dict) -> list[str]:
    ok = d["basis"] in ("medical_fee", "dental_and_medical_fee") or (d["basis"] == "advanced" and d.get("kind") == "open_excision")
    return [] if ok else ["SK-47"]


def sk_48(d: dict) -> list[str]:
    declined = ("wound_care", "skin_incision", "debridement", "closed_reduction", "tooth_extraction", "transfusion", "stem_cell_transplant")
    return ["SK-48"] if d.get("kind") in declined else []


def sk_49_code(code: str | None) -> str | None:
    """The listed code under which a surgery's code falls."""
    if code is None:
        return None
    code = unicodedata.normalize("NFKC", code)
    for listed in SK_49_CODES:
        if code == listed or ("." not in listed and code.startswith(listed + ".")):
            return listed
    return None


def sk_49(d: dict, day: date, paid: list[tuple[date, dict]]) -> list[str]:
    """Repeats within 14 days from a paid one, that day = day 1."""
    mine = sk_49_code(d.get("code"))
    for then, other in paid:
        other_side = d.get("side") and other.get("side") and d["side"] != other["side"]
        if mine and mine == sk_49_code(other.get("code")) and not other_side and then <= day <= plus(then, 13):
            return ["SK-49"]
    return []


def sk_51(case: Case, condition_id: str, day: date) -> list[str]:
    return ["SK-51"] if sc.code_of(case, condition_id)[:3] in ("N97", "N46") and day < date(2022, 4, 1) else []


def surgery(case: Case) -> None:
    """SK-45."""
    paid: list[tuple[date, dict]] = []
    for day, f in by_day(case, "SurgeryPerformed", "performed_on"):
        d = f["data"]
        layers, rules = treatment_cover(case, d["condition_id"], day)
        rules = sc.sk_35(case, d["condition_id"]) + sk_47(d) + sk_48(d) + sk_51(case, d["condition_id"], day) + rules
        rules = rules + sk_49(d, day, paid) + refused(case, d["condition_id"], day)
        times = 20 if sk_46_in_hospital(case, day) else 5
        if lifestyle(case, d["condition_id"]):
            times *= 2
        halves = sc.total(layers or sc.layers(case, "units", day))
        l = sc.add(case, "surgery", f["event_id"], day, day, 5_000 * halves * times // 2, "SK-45", rules, events=[f["event_id"]],
               condition_id=d["condition_id"])
        if l["decision"] != "declined":
            paid.append((day, d))


# ---- SK-50: radiation -------------------------------------------------------------------------------------------------------------
def sk_50(case: Case, d: dict, day: date, paid: list[tuple[date, dict]]) -> list[str]:
    for then, other in paid:
        if other["condition_id"] in sc.chain(case, d["condition_id"]):
            if then == day:
                return ["SK-50"]
            if other["modality"] == d["modality"] and day < plus(then, 60):
                return ["SK-50"]
    return []


def radiation(case: Case) -> None:
    paid: list[tuple[date, dict]] = []
    for day, f in by_day(case, "RadiationGiven", "given_on"):
        d = f["data"]
        basis = d.get("basis", "medical_fee")
        layers, rules = treatment_cover(case, d["condition_id"], day)
        if basis == "none" or (d["modality"] == "hyperthermia" and basis != "advanced"):
            rules = ["SK-50", *rules]
        rules = sc.sk_35(case, d["condition_id"]) + rules + sk_50(case, d, day, paid) + refused(case, d["condition_id"], day)
        halves = sc.total(layers or sc.layers(case, "units", day))
        times = 10 if lifestyle(case, d["condition_id"]) else 5
        l = sc.add(case, "radiation", f["event_id"], day, day, 5_000 * halves * times // 2, "SK-50", rules, events=[f["event_id"]],
               condition_id=d["condition_id"])
        if l["decision"] != "declined":
            paid.append((day, d))


# ---- SK-55, SK-56: advanced care -----------------------------------------------------------------------------------------------------
def sk_55_amount(d: dict) -> int:
    lodging = sum(min(stay["amount"], 10_000 * stay["nights"]) for stay in d.get("lodging") or [])
    return d["technical_fee"] + (d.get("transport") or 0) + lodging


def advanced_care(case: Case) -> None:
    for day, f in by_day(case, "AdvancedCareReceived", "received_on"):
        d = f["data"]
        rules = sc.sk_00(case, day)
        if d.get("condition_id"):
            rules = sc.sk_35(case, d["condition_id"]) + treatment_cover(case, d["condition_id"], day)[1]
        if not d.get("in_japan", True) or not d.get("eligible", True):
            rules = [*rules, "SK-55"]
        if contract.period_of(case["periods"], day) is None:
            rules = [*rules, "SK-00"]
        rules = rules + refused(case, d.get("condition_id"), day)
        l = sc.add(case, "advanced_care", f["event_id"], day, day, sk_55_amount(d), "SK-55", rules, events=[f["event_id"]],
                   condition_id=d.get("condition_id"))
        if not rules:
            sc.take_yen(case, l, [("advanced_care.period", sc.period_key(case, day) or "", 10_000_000)])


# ---- SK-60: cancer diagnosis -----------------------------------------------------------------------------------------------------------
def cancer_diagnosis(case: Case) -> None:
    """1,000,000 yen, once a policy period."""
    found = []
    for day, f in by_day(case, "CancerDiagnosed", "diagnosed_on"):
        d = f["data"]
        if not sc.layers(case, "cancer_diagnosis", day):
            continue
        rules = sc.sk_35(case, d["condition_id"]) + sc.sk_00(case, day)
        own = sc.onset(case["conditions"][d["condition_id"]])
        if own is not None and own < sc.layers(case, "cancer_diagnosis", day)[0][0]:     # SK-07: own onset only, no 730-day relief
            rules = [*rules, "SK-04"]
        cancer = sc.sk_10_cancer(sc.code_of(case, d["condition_id"]))
        proven = d.get("pathology", True) or d.get("accepted_otherwise", False)
        if not cancer or not proven or not d.get("first_ever", True):
            rules = [*rules, "SK-60"]
        started = D(d.get("treatment_started_on"))
        if rules:
            sc.add(case, "cancer_diagnosis", f["event_id"], day, day, 1_000_000, "SK-60", rules, events=[f["event_id"]],
                   condition_id=d["condition_id"])
        elif started is not None and started <= case["on"] and sc.kr(case, day, d["condition_id"]):
            sc.add(case, "cancer_diagnosis", f["event_id"], day, day, 1_000_000, "SK-60", sc.kr(case, day, d["condition_id"]),
                   counts_from=max(day, started), events=[f["event_id"]], condition_id=d["condition_id"])
        elif started is not None and started <= case["on"]:
            found.append((max(day, started), f["event_id"], day, d))
    for counts, event_id, day, d in sorted(found, key=lambda x: x[:2]):
        l = sc.add(case, "cancer_diagnosis", event_id, day, day, 1_000_000, "SK-60", [], counts_from=counts, events=[event_id],
                   condition_id=d["condition_id"])
        sc.take_whole(case, l, [("cancer_diagnosis.period", sc.period_key(case, day) or "", "times", 1)])


# ---- SK-66 to SK-69: anticancer --------------------------------------------------------------------------------------------------------
def sk_67(case: Case, d: dict) -> list[str]:
    ok = sc.sk_13_anticancer(sc.code_of(case, d["condition_id"])) and d.get("scheme", "insured") == "insured" and d.get("approved", True)
    return [] if ok else ["SK-67"]


def anticancer_rules(case: Case, d: dict, day: date, running: bool) -> list[str] | None:
    """None: the rider is not held on the day. running: an incident of this chain goes on (SK-00)."""
    held = sc.layers(case, "anticancer", day)
    if not held:
        return None
    c = case["conditions"][d["condition_id"]]
    rules = sc.sk_35(case, d["condition_id"]) + sk_67(case, d)
    entry = held[0][0]
    own, pregnancy = sc.onset(c), D(c.get("pregnancy_diagnosed_on"))
    if own is not None and own < entry:                                 # SK-07: own onset only, no 730-day relief
        rules = [*rules, "SK-04"]
    if pregnancy is not None and pregnancy < entry:
        rules = [*rules, "SK-08"]
    return rules if running else rules + sc.sk_00(case, day) + sc.kr(case, day, d["condition_id"])


def anticancer(case: Case) -> None:
    """Day by day in the order of days; each chain has at most one running incident."""
    treated = []
    for f in of(case["facts"], "AnticancerTreated"):
        for day in days(D(f["data"]["from"]), min(D(f["data"]["to"]), case["on"])):
            treated.append((day, f["event_id"], f))
    incidents: list[dict] = []
    refused: list[tuple[str, date, Fact, list[str]]] = []
    for day, event_id, f in sorted(treated, key=lambda t: t[:2]):
        d = f["data"]
        month = month_of(day)
        running = None
        for i in incidents:                                             # SK-68: within the six months after the last treated month
            if d["condition_id"] in sc.chain(case, i["condition_id"]) and months_between(i["last"], month) <= 6:
                running = i
        rules = anticancer_rules(case, d, day, running is not None)
        if rules is None:
            continue
        if rules:
            refused.append((month, day, f, rules))
            continue
        if running is None:
            running = {"key": f"{d['condition_id']}/{month}", "condition_id": d["condition_id"], "first": day, "last": month, "months": {}}
            incidents.append(running)
        running["last"] = month
        m = running["months"].setdefault(month, {"first": day, "full": False, "events": []})
        m["events"] += [event_id] if event_id not in m["events"] else []
        if not (d["drug"] == "hormone" and sc.code_of(case, d["condition_id"])[:3] in ("C50", "C61")):
            m["full"] = True
    pay_months(case, incidents)
    decline_months(case, refused)


def pay_months(case: Case, incidents: list[dict]) -> None:
    """SK-66, SK-69."""
    found = [(m["first"], i["key"], month, m, i) for i in incidents for month, m in i["months"].items()]
    for first, key, month, m, i in sorted(found, key=lambda x: x[:3]):
        l = sc.add(case, "anticancer", key, month_first(month), month_last(month), 100_000 if m["full"] else 50_000, "SK-66", [],
                   counts_from=first, events=m["events"], condition_id=i["condition_id"])
        sc.take_yen(case, l, [("anticancer.incident", key, 6_000_000),
                              ("anticancer.period", sc.period_key(case, i["first"]) or "", 6_000_000)])


def decline_months(case: Case, refused: list[tuple[str, date, Fact, list[str]]]) -> None:
    """One line for each condition, month and deciding rule, whatever else the month has."""
    shown: dict[tuple[str, str], dict] = {}
    for month, day, f, rules in refused:
        condition_id = f["data"]["condition_id"]
        key = f"{condition_id}/{month}"
        if (key, rules[0]) in shown:
            continue
        hormone = f["data"]["drug"] == "hormone" and sc.code_of(case, condition_id)[:3] in ("C50", "C61")
        shown[key, rules[0]] = sc.add(case, "anticancer", key, month_first(month), month_last(month), 50_000 if hormone else 100_000, "SK-66",
                                      rules, counts_from=day, events=[f["event_id"]], condition_id=condition_id)
