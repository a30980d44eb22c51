"""Reference calculator for `seikatsu`, part 2: hospitalisations and hospital days (SK-05, SK-20 to SK-35).

sickness(case) and injuries(case) put each stay into its hospitalisation; hospital_days(case) walks every day once.
"""
from __future__ import annotations

from datetime import date

from . import seikatsu_cover as sc
from .dates import D, days, plus
from .seikatsu_cover import Case

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("SK-20", "Does a joined stay need a covered condition of its own (chain members with other causes)?",
     "Yes: a stay whose own condition no layer of the hospitalisation covers is declined by SK-04/08 and does not join; a joined one gets the first stay's layers and rate."),
    ("SK-20", "Discharge day of a stay without a known discharge", "Its last counted day: last confirmed, else admission day (joining, visits, 'running')."),
    ("SK-20", "Same chain as which stay of the hospitalisation: the direct cause's only, or any stay's?", "Any stay's; `last discharge` is the latest last day of the whole hospitalisation."),
    ("SK-20, SK-22", "A stay that would join two hospitalisations",
     "It joins one, and they stay two: SK-20 before SK-23 before SK-22(a) before SK-22(b), then the one that began first."),
    ("SK-22", "'arose during one': which days; 'named': the condition itself or its chain?", "onset_on within first..last day of one of its stays; the named condition itself."),
    ("SK-22", "Do injury stays take part (an injury stay running at a sickness admission, or the reverse)?", "No, neither SK-22 nor SK-20."),
    ("SK-22", "Two stays admitted on one day", "The lesser stay_id is the first."),
    ("SK-24, SK-31", "hospital_type of an accident", "That held on the first covered admission of the accident; for a SK-24/25 hospitalisation that on its own first day."),
    ("SK-25", "Day 366 of one running stay: counted by calendar or by paid days?", "By calendar days of that stay, its admission = day 1 (also days that another stay took, or that the 60 days left unpaid)."),
    ("SK-25, SK-32", "The period of the new hospitalisation where day 366 lies after the last period", "The last period that began before it."),
    ("SK-25", "Key of the new hospitalisation's lines and `hospital_days.stay`", "The stay_id of its first stay, which may also be the injury hospitalisation's."),
    ("SK-32", "Cap where hospital_type differs between hospitalisations of one period",
     "Each draws up to the type held on its own first day less what the period has used; the row's cap is the greatest so far (none yet: the type held on `on`)."),
    ("SK-31, SK-32", "A day that one of both limits refuses", "It uses neither; cut_by names the first that is full."),
    ("SK-34", "Deemed stays of conditions other than U07.1", "Same rule."),
    ("SK-33, SK-35", "Do purpose and exclusions decline injury stays too?", "Yes."),
    ("principles/days", "A day in two stays of different hospitalisations", "It belongs to the stay admitted first (then stay_id) among the covered ones; where none is covered, to the first of the declined ones."),
    ("SK-31", "Rows of limits that were asked but gave nothing", "Shown with used 0; not compared unless strict."),
]

Stay = dict
Hospitalisation = dict          # key, stays, kind, layers, halves …


def sickness_stays(case: Case) -> list[Stay]:
    return [s for s in case["stays"] if s["kind"] != "injury"]


# ---- rules that decline a stay by itself -----------------------------------------------------------------------------------
def sk_33(s: Stay) -> list[str]:
    """Purpose; confinement that is not insured."""
    if s["purpose"] in ("checkup", "delivery"):
        return ["SK-33"]
    if s["purpose"] == "examination" and not s["examination_basis"]:
        return ["SK-33"]
    if s["kind"] == "pregnancy" and not s["health_insured"]:
        return ["SK-33"]
    return []


def sk_34(case: Case, s: Stay) -> list[str]:
    """Deemed stays."""
    if not s["deemed"]:
        return []
    diagnosed = D(case["conditions"][s["condition_id"]].get("onset_on")) or s["first"]
    if diagnosed <= date(2022, 9, 25):
        return []
    if diagnosed <= date(2023, 5, 7):
        return [] if s["high_risk"] else ["SK-34"]
    return ["SK-34"]


def declined_by_itself(case: Case, s: Stay) -> list[str]:
    return sk_33(s) + sk_34(case, s) + sc.sk_35(case, s["condition_id"])


# ---- joining ----------------------------------------------------------------------------------------------------------------
def joins(case: Case, stays: list[Stay], s: Stay, window: int) -> str | None:
    """The rule by which stay `s` joins the hospitalisation made of `stays`, all admitted before. window: SK-20 180, SK-21 179."""
    conditions = case["conditions"]
    within = s["first"] <= plus(max(m["last"] for m in stays), window)
    for m in stays:                                                                          # SK-20, SK-21
        if within and s["condition_id"] in sc.chain(case, m["condition_id"]):
            return "SK-20"
    mine = conditions[s["condition_id"]]
    for m in stays:                                                                          # SK-23
        its = conditions[m["condition_id"]]
        if within and mine["kind"] == its["kind"] == "pregnancy" and mine.get("pregnancy_diagnosed_on") is not None \
                and mine.get("pregnancy_diagnosed_on") == its.get("pregnancy_diagnosed_on"):
            return "SK-23"
    for m in stays:                                                                          # SK-22 (a)
        if m["first"] <= s["first"] <= m["last"]:
            return "SK-22a"
    for m in stays:                                                                          # SK-22 (b)
        arose = D(mine.get("onset_on"))
        if within and (s["condition_id"] in m["others"] or (arose is not None and m["first"] <= arose <= m["last"])):
            return "SK-22b"
    return None


def sk_05_first(case: Case, s: Stay) -> date:
    """SK-05: the first admission of the hospitalisation joined as SK-20 with declined stays included."""
    same = [m for m in sickness_stays(case) if m["condition_id"] in sc.chain(case, s["condition_id"])]
    group: list[Stay] = []
    for m in same:
        if group and m["first"] > plus(max(g["last"] for g in group), 180):
            group = []
        group.append(m)
        if m is s:
            return group[0]["first"]
    raise AssertionError(s)


def by_sk_04_or_05(barred: list[tuple[date, str]], day: date) -> list[str]:
    """The rules that decline on the day: SK-05 from entry + 730 on, SK-04 before; SK-08 at all times."""
    out = []
    for entry, rule in barred:
        out.append("SK-05" if rule == "SK-04" and sc.after_730_days(entry, day) else rule)
    return out


def find_group(case: Case, groups: list[Hospitalisation], s: Stay, window: int, fits: object) -> Hospitalisation | None:
    """The hospitalisation that the stay joins: by the order of the rules, then the one that began first."""
    for wanted in ("SK-20", "SK-23", "SK-22a", "SK-22b"):
        for h in groups:
            if joins(case, h["stays"], s, window) == wanted and (fits is None or fits(h)):  # type: ignore[operator]
                return h
    return None


def sickness(case: Case) -> list[Hospitalisation]:
    """SK-20, SK-22, SK-23: the sickness hospitalisations of covered stays. Declined stays get s["declined"] and s["barred"]."""
    groups: list[Hospitalisation] = []
    for s in sickness_stays(case):                                     # by admission day, then stay_id
        s["declined"], s["barred"], s["refused"], s["joined"] = declined_by_itself(case, s), [], [], None
        s["held"] = sc.layers(case, "units", s["first"])
        if s["declined"]:
            continue
        relief = sk_05_first(case, s)

        def covered_by(h: Hospitalisation, s: Stay = s, relief: date = relief) -> bool:
            return bool(sc.cover(case, h["held"], s["condition_id"], relief)[0])

        h = find_group(case, groups, s, 180, covered_by)
        if h is None:
            outside = sc.sk_00(case, s["first"])
            good, barred = sc.cover(case, s["held"], s["condition_id"], relief)
            s["barred"] = [] if good else barred
            s["refused"] = sc.kr(case, s["first"], s["condition_id"])
            if outside or not good or s["refused"]:
                s["declined"] = outside
                continue
            h = {"key": s["stay_id"], "kind": "sickness", "stays": [], "held": s["held"], "layers": good, "first": s["first"],
                 "cause": s["condition_id"], "type": sc.plan_on(case, s["first"])["hospital_type"], "days": []}
            groups.append(h)
        h["stays"].append(s)
        s["joined"] = h
    return groups


def last_day(h: Hospitalisation) -> date:
    return max(s["last"] for s in h["stays"])


# ---- injuries ---------------------------------------------------------------------------------------------------------------
def injuries(case: Case) -> list[Hospitalisation]:
    """SK-24, SK-25: for each accident its injury hospitalisation and those that count as sickness for SK-30 to SK-32.

    Every covered stay gets s["part"](day) -> the hospitalisation to which its day belongs.
    """
    out: list[Hospitalisation] = []
    accidents: dict[str, list[Stay]] = {}
    for s in case["stays"]:
        if s["kind"] == "injury":
            accidents.setdefault(s["condition_id"], []).append(s)
    for condition_id, stays in sorted(accidents.items()):
        accident = sc.accident_day(case, condition_id)
        segments: list[tuple[date, Stay]] = []                         # sickness days: (first day, stay)
        injury: Hospitalisation | None = None
        for s in stays:
            s["declined"], s["barred"], s["refused"], s["joined"] = declined_by_itself(case, s), [], [], None
            s["held"] = sc.layers(case, "units", accident)
            s["layers"], why = sc.cover_injury(case, "units", condition_id, s["first"])
            s["declined"] = s["declined"] + why + sc.kr(case, accident, condition_id)
            if s["declined"]:
                continue
            if s["first"] > plus(accident, 179):                       # SK-24
                segments.append((s["first"], s))
                continue
            if injury is None:
                injury = {"key": s["stay_id"], "kind": "injury", "stays": [], "first": s["first"], "cause": condition_id,
                          "type": sc.plan_on(case, s["first"])["hospital_type"], "days": []}
                out.append(injury)
            injury["stays"].append(s)
            s["joined"] = injury
            turns = plus(s["first"], 365 if injury["type"] == 365 else 180)
            if turns <= s["last"]:                                     # SK-25: day 366, or 181
                segments.append((turns, s))
        out += late(case, condition_id, segments)
    return out


def late(case: Case, condition_id: str, segments: list[tuple[date, Stay]]) -> list[Hospitalisation]:
    """Injury days that count as sickness, joined per SK-20 among themselves."""
    out: list[Hospitalisation] = []
    for first, s in sorted(segments, key=lambda x: (x[0], x[1]["stay_id"])):
        if not out or first > plus(last_day(out[-1]), 180):
            out.append({"key": s["stay_id"], "kind": "late", "stays": [], "first": first, "cause": condition_id,
                        "type": sc.plan_on(case, first)["hospital_type"], "days": []})
        out[-1]["stays"].append(s)
        s["late_from"], s["late"] = first, out[-1]
    return out


# ---- whose a day is ---------------------------------------------------------------------------------------------------------
def owner(case: Case, day: date) -> Stay | None:
    """A day in two stays counts once: of the covered ones, else of the declined ones, that admitted first."""
    there = [s for s in case["stays"] if s["first"] <= day <= s["last"]]
    for s in there:
        if covered(s):
            return s
    return there[0] if there else None


def covered(s: Stay) -> bool:
    return s["joined"] is not None or "late" in s


def part(s: Stay, day: date) -> Hospitalisation:
    """The hospitalisation to which a covered stay's day belongs."""
    if "late" in s and day >= s["late_from"]:
        return s["late"]
    return s["joined"]


# ---- SK-30, SK-31, SK-32 ------------------------------------------------------------------------------------------------------
def sk_30_rate(case: Case, condition_id: str, halves: int) -> int:
    """5,000 a day and unit; 10,000 where the direct cause is a lifestyle disease."""
    lifestyle = sc.sk_11_lifestyle(sc.code_of(case, condition_id))
    return (10_000 if lifestyle else 5_000) * halves // 2


def sk_32_period(case: Case, h: Hospitalisation) -> str:
    """The period of the first admission day; SK-25 days may start after the last period."""
    key = sc.period_key(case, h["first"])
    if key is None:
        key = [p["start"] for p in case["periods"] if p["start"] <= h["first"]][-1].isoformat()
    return key


def limits_of_day(case: Case, h: Hospitalisation) -> list[tuple[str, str, str, int]]:
    if h["kind"] == "injury":
        return [("hospital_days.accident", h["cause"], "days", h["type"])]
    return [("hospital_days.stay", h["key"], "days", h["type"]), ("hospital_days.period", sk_32_period(case, h), "days", h["type"])]


def hospital_days(case: Case) -> None:
    """hospital_daily, day by day. Also notes for each hospitalisation and stay the days that are its own."""
    for s in case["stays"]:
        s["days"] = []
    if not case["stays"]:
        return
    for day in days(min(s["first"] for s in case["stays"]), max(s["last"] for s in case["stays"])):
        s = owner(case, day)
        if s is None:
            continue
        s["days"].append(day)
        if not covered(s):
            declined_day(case, s, day)
            continue
        h = part(s, day)
        if s["days"][-2:-1] != [plus(day, -1)] or h["days"][-1:] != [plus(day, -1)]:
            s["run"] = day                                             # GN-04: one line, one right
        h["days"].append(day)
        halves = sc.total(h["layers"] if h["kind"] == "sickness" else s["layers"])
        l = sc.add(case, "hospital_daily", h["key"], day, day, sk_30_rate(case, h["cause"], halves), "SK-30", [],
                   events=s["events"], condition_id=h["cause"], right_from=s["run"])
        sc.take_whole(case, l, limits_of_day(case, h))


def declined_day(case: Case, s: Stay, day: date) -> None:
    """Key: the declined stay itself, for it joins nothing."""
    rules = s["declined"] + by_sk_04_or_05(s["barred"], day) + s["refused"]
    sc.add(case, "hospital_daily", s["stay_id"], day, day, sk_30_rate(case, s["condition_id"], sc.total(s["held"])), "SK-30", rules,
           events=s["events"], condition_id=s["condition_id"])


def in_any_stay(case: Case, day: date) -> bool:
    return any(s["first"] <= day <= s["last"] for s in case["stays"])
