"""Reference calculator for `seikatsu`, part 3: outpatient days (SK-36 to SK-40), lump sums and daily riders of a stay (SK-61 to SK-65)."""
from __future__ import annotations

from datetime import date

from . import seikatsu_cover as sc
from . import seikatsu_hospital as sh
from .dates import D, days, plus
from .seikatsu_cover import Case
from .seikatsu_hospital import Hospitalisation, Stay
from .timeline import of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("SK-36", "Several visits or worn days on one day", "The least event_id that is payable takes the day, the others are declined by SK-36; one that a limit leaves unpaid does not take the day."),
    ("SK-37", "'a paid hospitalisation' whose days a limit leaves unpaid altogether", "Paid in the sense of not declined: visits around it are covered."),
    ("SK-37", "'the same condition chain' as which stay's condition", "As any stay of the hospitalisation (also one that joined by SK-22 or SK-23)."),
    ("SK-37", "A visit for a chain member that no layer covers by itself", "Declined by SK-04/08; SK-05's 730 days are judged by the first admission of the hospitalisation around which it lies. Otherwise all layers of the hospitalisation pay."),
    ("SK-37", "A visit in the after-window of several hospitalisations, or the before-window of several", "The one that began first."),
    ("SK-37", "Order in which visits before an admission take the 30 days (all count from the admission)", "They all count from the admission, so by event_id (the specification's general order)."),
    ("SK-37", "A visit whose after- and before-limits are both full", "Reduced by the limit that it asked last, the before-limit of the later."),
    ("SK-37", "The only hospitalisation around the visit is declined", "SK-37 declines the visit."),
    ("SK-39", "A worn day that cannot be paid (stay day, other visit, after day 180)", "Each worn day is a visit of its own, so the run splits into payable, reduced and declined lines, all with the event's key."),
    ("SK-39", "Worn for a condition that is no injury", "Declined by SK-39."),
    ("SK-40", "home_visit: 'where the stay starts'", "The first admission of the hospitalisation around which it lies."),
    ("SK-62", "lump_discharge is due, then the person is admitted again into the same hospitalisation", "It stays: the first day on which both hold decides."),
    ("SK-62", "'discharged' with overlapping stays", "No other stay of the hospitalisation reaches that day without being discharged on it; none of those discharged on it not alive."),
    ("SK-62", "Lumps where the rider is held, but no rider layer covers the condition (SK-04, SK-05, SK-08)", "A declined line on the day that would have been reached. No line where the base cover is declined or the number of days is not reached."),
    ("SK-62", "Deciding day and layers of a SK-21 hospitalisation that is only the later part of a SK-20 one (180 days apart)", "Its own first admission day, condition and SK-00."),
    ("SK-62", "Days of a stay that another stay took (a day counts once)", "They count for the stay that took them only."),
    ("SK-62", "Row `lump_long.stay` before the 90th day", "Not shown (no line touched it)."),
    ("SK-61, SK-65", "Layers and cause", "Those of the first stay of the SK-20 hospitalisation."),
    ("SK-63", "Do days of the stays beyond 365 days in one running stay (SK-25) count for lump sums?", "Yes; only the 90-day counts stop at accident + 364."),
    ("SK-63", "Key of an accident's lumps", "The first covered stay that begins within 180 days."),
    ("SK-64, SK-65", "Injury stays with a three-disease or cancer code", "No: sickness only."),
]


# ---- SK-36 to SK-40 ---------------------------------------------------------------------------------------------------------
def sk_39(d: dict, kind: str) -> bool:
    """Whether a worn day counts as an injury visit."""
    device = d["device"] in ("cast", "splint", "external_fixator") or (d["device"] == "hard_corset" and d["site"] == "spine")
    return kind == "injury" and device and d["injury"] != "other" and d["site"] != "other"


def sk_40(d: dict, kind: str, starts: date | None) -> list[str]:
    """Modes. starts: the first day of the stay or the accident, None where unknown."""
    mode = d.get("mode", "clinic")
    ok = mode in ("clinic", "house_call") or (mode == "home_visit" and (starts is None or starts >= date(2020, 1, 1))) \
        or (mode == "judo_therapist" and kind == "injury") or (mode == "massage_acupuncture" and d.get("doctor_consent") is True)
    return [] if ok else ["SK-40"]


def outpatient(case: Case, hospitalisations: list[Hospitalisation]) -> None:
    """All visits and worn days. Each day in turn, those that count from it, by event_id: so a visit before an admission waits for the
    admission, and one whose after-limit is full waits for the next."""
    waiting = []
    for f in of(case["facts"], "OutpatientVisited"):
        waiting.append((f["event_id"], D(f["data"]["visited_on"]), f))
    for f in of(case["facts"], "ImmobilisationWorn"):
        for day in days(D(f["data"]["from"]), min(D(f["data"]["to"]), case["on"])):
            waiting.append((f["event_id"], day, f))
    paid: set[date] = set()
    for today in sorted({day for _, day, _ in waiting} | {s["first"] for s in case["stays"]}):
        for event_id, day, f in sorted(waiting, key=lambda v: v[:2]):
            if day > today:
                continue
            injury = case["conditions"][f["data"]["condition_id"]]["kind"] == "injury"
            l = injury_visit(case, f, day, paid) if injury else sickness_visit(case, f, day, paid, hospitalisations, today)
            if l is None:
                continue
            waiting.remove((event_id, day, f))
            l["events"] = [event_id]
            if l["payable"] > 0:
                paid.add(day)


def common_rules(case: Case, f: dict, day: date) -> list[str]:
    d = f["data"]
    out = ["SK-33"] if d.get("purpose") == "checkup" else []
    out += sc.sk_35(case, d["condition_id"])
    if sh.in_any_stay(case, day):
        out.append("SK-36")
    return out


def sk_36_amount(layers: list[sc.Layer]) -> int:
    return 2_500 * sc.total(layers) // 2


def injury_visit(case: Case, f: dict, day: date, paid: set[date]) -> dict:
    """SK-38, SK-39."""
    d = f["data"]
    accident = sc.accident_day(case, d["condition_id"])
    layers, rules = sc.cover_injury(case, "units", d["condition_id"], day)
    in_time = [] if accident <= day <= plus(accident, 179) else ["SK-38"]
    if f["type"] == "ImmobilisationWorn":
        rules = ([] if sk_39(d, "injury") else ["SK-39"]) + in_time + rules + common_rules(case, f, day)
    else:
        rules = rules + common_rules(case, f, day) + in_time + sk_40(d, "injury", accident)
    rules = rules + (["SK-36"] if day in paid else [])
    refused = sc.kr(case, accident, d["condition_id"])
    if refused and not rules:
        paid.add(day)                                                  # asked last, so it has taken its day
    rules = rules + refused
    amount = sk_36_amount(layers or sc.layers(case, "units", accident))
    l = sc.add(case, "outpatient_daily", f["event_id"], day, day, amount, "SK-38", rules, condition_id=d["condition_id"])
    if not rules:
        sc.take_whole(case, l, [("outpatient_days.injury", d["condition_id"], "days", 90)])
    return l


def around(case: Case, condition_id: str, day: date, hospitalisations: list[Hospitalisation]) -> list[tuple[date, str, Hospitalisation]]:
    """SK-37: the hospitalisations around which the day lies, [(day it counts from, "after" | "before", hospitalisation)], the first
    open first. It counts from the visit or, where that is later, the first admission for its chain."""
    out = []
    for h in hospitalisations:
        mine = [s["first"] for s in h["stays"] if condition_id in sc.chain(case, s["condition_id"])]
        if mine and h["first"] < day <= plus(sh.last_day(h), 180):
            out.append((max(day, min(mine)), "after", h))
        elif mine and plus(h["first"], -90) <= day < h["first"]:
            out.append((max(day, min(mine)), "before", h))
    return sorted(out, key=lambda x: (x[0], x[2]["first"]))


def sickness_visit(case: Case, f: dict, day: date, paid: set[date], hospitalisations: list[Hospitalisation], today: date) -> dict | None:
    """SK-37: around a paid hospitalisation only. None: nothing to say of it today yet."""
    d = f["data"]
    condition_id = d["condition_id"]
    near = around(case, condition_id, day, hospitalisations)
    last = max([day, *(counts for counts, _, _ in near)])
    ways, why, modes, covered = [], [], [], []
    for counts, side, h in near:
        good, barred = sc.cover(case, h["held"], condition_id, sh.sk_05_first(case, h["stays"][0]))
        mode = sk_40(d, "sickness", h["first"]) if good else []
        why += [] if good else sh.by_sk_04_or_05(barred, day)
        modes += mode
        covered += [h] if good else []
        if good and not mode:
            ways.append((counts, side, h))
    common = common_rules(case, f, day)
    if f["type"] == "ImmobilisationWorn":
        common = ["SK-39", *common]
    if not ways or common or day in paid:
        if today < (ways[0][0] if ways else last):
            return None
        asked = [*([] if covered else why), *common, *([] if near else ["SK-37"]), *modes, "SK-36"]
        return declined_visit(case, f, day, asked, near)
    open_now = [(side, h) for counts, side, h in ways if counts <= today and sc_used(case, side, h) < 30]
    if not open_now and today < ways[-1][0]:
        return None
    side, h = open_now[0] if open_now else ways[-1][1:]
    refused = sc.kr(case, h["first"], condition_id)
    if refused:
        paid.add(day)                                                  # asked last, so it has taken its day
        return declined_visit(case, f, day, refused, near)
    l = sc.add(case, "outpatient_daily", f["event_id"], day, day, sk_36_amount(h["layers"]), "SK-37", [], condition_id=condition_id)
    sc.take_whole(case, l, [(f"outpatient_days.{side}", h["key"], "days", 30)])
    return l


def declined_visit(case: Case, f: dict, day: date, rules: list[str], near: list[tuple[date, str, Hospitalisation]]) -> dict:
    """A declined line."""
    condition_id = f["data"]["condition_id"]
    amount = sk_36_amount(near[0][2]["layers"] if near else sc.layers(case, "units", day))
    return sc.add(case, "outpatient_daily", f["event_id"], day, day, amount, "SK-37", rules, condition_id=condition_id)


def sc_used(case: Case, side: str, h: Hospitalisation) -> int:
    return case["limits"].get((f"outpatient_days.{side}", h["key"]), ["days", 30, 0])[2]


# ---- SK-21, SK-62: medical lump sums of sickness hospitalisations -------------------------------------------------------------
def sk_21(case: Case) -> list[Hospitalisation]:
    """Covered sickness stays joined with the count starting on the discharge day (admission <= discharge + 179)."""
    groups: list[Hospitalisation] = []
    for s in sh.sickness_stays(case):
        if s["joined"] is None:
            continue
        h = sh.find_group(case, groups, s, 179, None)
        if h is None:
            h = {"key": s["stay_id"], "kind": "sickness", "stays": [], "first": s["first"], "cause": s["condition_id"]}
            groups.append(h)
        h["stays"].append(s)
    return groups


def own_days(h: Hospitalisation) -> list[date]:
    """The days that count, each once."""
    return sorted(day for s in h["stays"] for day in s["days"])


def discharged_alive(h: Hospitalisation, day: date) -> bool:
    """Whether the person is out of this hospitalisation, alive, on the evening of the day."""
    leaving = [s for s in h["stays"] if s["discharged"] == day]
    there = [s for s in h["stays"] if s["first"] <= day <= s["last"]]
    return bool(leaving) and all(s["discharged"] == day and s["alive"] for s in there)


def sk_62_lumps(h: Hospitalisation, long_until: date | None = None) -> list[tuple[str, date]]:
    """[(benefit, day on which it is reached)]."""
    out = []
    mine = own_days(h)
    if len(mine) >= 5:
        out.append(("lump_admission", mine[4]))
    for n in (90, 180, 270, 360):
        counted = [day for day in mine if long_until is None or day <= long_until]           # SK-63
        if len(counted) >= n:
            out.append(("lump_long", counted[n - 1]))
    if not mine:
        return out
    for day in days(mine[0], sh.last_day(h)):
        so_far = sum(1 for d in mine if d <= day)
        if (so_far >= 14 and discharged_alive(h, day)) or so_far > 365:
            out.append(("lump_discharge", day))
            break
    return out


def pay_lump(case: Case, h: Hospitalisation, benefit: str, day: date, rules: list[str]) -> None:
    l = sc.add(case, benefit, h["key"], day, day, 50_000, "SK-62", rules, events=stay_events(h, day), condition_id=h["cause"])
    if benefit == "lump_long" and not rules:
        sc.take_whole(case, l, [("lump_long.stay", h["key"], "times", 4)])


def stay_events(h: Hospitalisation, day: date) -> list[str]:
    """The facts of the stays that took days of their own by the day: on them a lump sum rests."""
    return [e for s in h["stays"] if s["days"] and s["days"][0] <= day for e in s["events"]]


def refused(case: Case, h: Hospitalisation, held: list[sc.Layer], day: date) -> tuple[list[sc.Layer], list[str]]:
    """(layers that cover the hospitalisation, rules that decline a line of the day)."""
    outside = sc.sk_00(case, h["first"])
    good, barred = sc.cover(case, held, h["cause"], sh.sk_05_first(case, h["stays"][0]))
    rules = outside + ([] if good else sh.by_sk_04_or_05(barred, day)) + sc.kr(case, h["first"], h["cause"])
    return ([] if outside else good), rules


def medical_lump_sums(case: Case) -> None:
    """SK-62."""
    for h in sk_21(case):
        held = sc.layers(case, "medical_lump_sum", h["first"])
        for benefit, day in sk_62_lumps(h) if held else []:
            pay_lump(case, h, benefit, day, refused(case, h, held, day)[1])


def injury_lump_sums(case: Case) -> None:
    """SK-63: stays of one accident that begin within 180 days add up."""
    accidents: dict[str, list[Stay]] = {}
    for s in case["stays"]:
        if s["kind"] == "injury" and s["joined"] is not None:
            accidents.setdefault(s["condition_id"], []).append(s)
    for condition_id, stays in sorted(accidents.items()):
        accident = sc.accident_day(case, condition_id)
        h = {"key": stays[0]["stay_id"], "kind": "injury", "stays": stays, "first": stays[0]["first"], "cause": condition_id}
        if not sc.layers(case, "medical_lump_sum", accident):
            continue
        for benefit, day in sk_62_lumps(h, long_until=plus(accident, 364)):
            stay = next(s for s in stays if s["first"] <= day <= s["last"])
            pay_lump(case, h, benefit, day, sc.cover_injury(case, "medical_lump_sum", condition_id, stay["first"])[1])


# ---- SK-61, SK-64, SK-65 --------------------------------------------------------------------------------------------------------
def three_lump(case: Case) -> None:
    """SK-64: a SK-21 hospitalisation for a three-disease cause reaches 8 days."""
    for h in sk_21(case):
        held = sc.layers(case, "three_lump", h["first"])
        mine = own_days(h)
        if held and len(mine) >= 8 and sc.sk_12_three_diseases(sc.code_of(case, h["cause"])):
            good, rules = refused(case, h, held, mine[7])
            sc.add(case, "three_lump", h["key"], mine[7], mine[7], sc.total(good if not rules else held), "SK-64", rules,
                   events=stay_events(h, mine[7]), condition_id=h["cause"])


def stay_riders(case: Case, hospitalisations: list[Hospitalisation]) -> None:
    """SK-65 three_daily from day 8, SK-61 cancer_long_stay from day 366, of SK-20 hospitalisations, in the order of days."""
    found = []
    for h in hospitalisations:
        code = sc.code_of(case, h["cause"])
        mine = own_days(h)
        if sc.sk_12_three_diseases(code):
            found += [(day, h["key"], "three_daily", h) for day in mine[7:]]
        if sc.sk_10_cancer(code):
            found += [(day, h["key"], "cancer_long_stay", h) for day in mine[365:]]
    runs: dict[tuple[str, str], tuple[date, str, date]] = {}
    for day, key, benefit, h in sorted(found, key=lambda x: x[:3]):
        stay_id = next(s["stay_id"] for s in h["stays"] if day in s["days"])
        last, of, start = runs.get((key, benefit), (None, "", day))
        start = start if last == plus(day, -1) and of == stay_id else day                   # GN-04: one line, one right
        runs[key, benefit] = day, stay_id, start
        three = benefit == "three_daily"
        held = sc.layers(case, "three_daily", h["first"]) if three else sc.long_stay_layers(case, h["first"])
        if not held:
            continue
        good, rules = refused(case, h, held, day)
        amount = sc.total(good if not rules else held)
        if not three:
            amount = 10_000 * amount // 2
        l = sc.add(case, benefit, key, day, day, amount, "SK-65" if three else "SK-61", rules,
                   events=stay_events(h, day), condition_id=h["cause"], right_from=start)
        if three and not rules:
            sc.take_whole(case, l, [("three_days.period", sh.sk_32_period(case, h), "days", 120)])
