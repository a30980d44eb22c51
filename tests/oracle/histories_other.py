"""Seeded random histories of oyako, sony-medical, ryoritsu and cyber policies: wire events that an import accepts.

    oyako_history(rng), sony_history(rng), ryoritsu_history(rng), cyber_history(rng)  -> list of wire events
        policy_id="…"        the policy's id (default one drawn)
        ambiguous=True       also what AMBIGUITIES lists as open (left out by default)
        corrections=False    no amendments and retractions
        refusals=True        returns (events, [(events before, refused event, rule id)]) instead: what the ledger must refuse on the way
    days_to_ask(rng, events, n) -> n days worth asking about: the histories' own days, the day before and after

Facts come in random order (never before the fact that they name); boundary days and the amounts at limits come often. `recorded_at`
does not decrease and lies between 2022 and 2025, so an import of today accepts it.
"""
from __future__ import annotations

import copy
import random
import uuid
from datetime import date, datetime, timedelta, timezone
from typing import Any

from . import base, cyber, general, oyako, ryoritsu, sony_medical

JST = timezone(timedelta(hours=9))
MODULES = {"oyako": oyako, "sony-medical": sony_medical, "ryoritsu": ryoritsu, "cyber": cyber}
OWN_IDS = dict(base.OWN_ID) | {"CyberClaimSettled": "settlement_id", "CyberCostIncurred": "cost_id", "CyberBusinessLoss": "loss_id"}
ENDS = {"CareCertified": [("valid_from", "valid_to")], "ClaimObstructed": [("from", "to")], "PolicyRenewed": [("period_start", "period_end")],
        "PolicyIssued": [("period_start", "period_end"), ("entered_on", "period_end")], "CoolingOffRequested": [("received_on", "requested_on")],
        "PolicyRescinded": [("reason_arose_on", "rescinded_on"), ("insurer_knew_on", "rescinded_on")], "RenewalNoticeSent": [("sent_on", "deadline")],
        "ClaimFiled": [("right_arose_on", "filed_on")]}


CONDITIONS_NAMED = ("caused_by", "other_condition_ids", "unrelated_conditions")


def iso(day: date) -> str:
    return day.isoformat()


CHANGE = {
    "CareCostIncurred": ("used_on", "gross", "category", "nature", "in_japan"), "CareCostRefunded": ("refunded_on", "amount"),
    "CareCertified": ("valid_from", "valid_to", "level", "cause_arose_on"), "CareEnded": ("ended_on",), "PersonDied": ("died_on",),
    "PremiumMissed": ("due_on",), "PremiumPaid": ("paid_on",), "PolicyWithdrawn": ("withdrawn_on",), "PolicyCancelled": ("cancelled_on",),
    "PolicyRescinded": ("rescinded_on",), "ConditionRecorded": ("onset_on", "accident_on", "exclusion"), "HospitalAdmitted": ("admitted_on",),
    "HospitalDischarged": ("discharged_on",), "StayConfirmed": ("through",), "HospitalChargesIncurred": ("treatment_charge",),
    "AdvancedCareReceived": ("received_on", "technical_fee"), "PolicyReinstated": ("reinstated_on",), "PolicyLapsed": ("lapsed_on",),
    "CyberIncidentDiscovered": ("discovered_on", "kind", "exclusion"), "CyberCostIncurred": ("incurred_on", "amount", "category"),
    "CyberClaimSettled": ("settled_on", "amount"), "CyberBusinessLoss": ("incurred_on", "amount"), "ClaimFiled": ("filed_on",),
    "ClaimDocumentsCompleted": ("completed_on",), "InquiryOpened": ("opened_on", "ground"), "ClaimObstructed": ("to",), "BenefitPaid": ("paid_on", "amount"),
    "RenewalNoticeSent": ("sent_on", "deadline"), "RenewalRefused": ("refused_on",), "BenefitRecovered": ("amount",), "PremiumOffset": ("amount",),
    "CoolingOffRequested": ("requested_on",), "PolicyIssued": ("plan", "premium_monthly", "facilities"), "PolicyRenewed": ("plan", "premium_monthly"),
}
CODES = {"category": {"CareCostIncurred": ["care_service", "home_modification", "care_home"],
                      "CyberCostIncurred": ["incident_response", "attack_response", "leak_response", "legal_response"]},
         "nature": {"CareCostIncurred": ["fee", "deposit"]}, "level": {"CareCertified": ["support2", "care1", "care2", "care3", "care5"]},
         "kind": {"CyberIncidentDiscovered": ["cyber_attack", "leak", "content", "other_it"]}, "exclusion": {"ConditionRecorded": [None, "crime", "war"],
         "CyberIncidentDiscovered": [None, "war", "utilities", "negligence"]}, "ground": {"InquiryOpened": list(general.INQUIRY_DAYS)}}


class Story:
    """Collects facts, then tells them in some order, with corrections between."""

    def __init__(self, rng: random.Random, product: str, policy_id: str | None, corrections: bool, ambiguous: bool):
        self.rng, self.product, self.module = rng, product, MODULES[product]
        self.policy_id = policy_id or f"{product[:2].upper()}-{rng.randrange(10**9):09d}"
        self.corrections, self.ambiguous = corrections, ambiguous
        self.script: list[tuple[str, dict, list[str], str]] = []       # type, data, names of what must come first, own name
        self.events: list[dict] = []
        self.refused: list[tuple[list[dict], dict, str]] = []
        self.by_name: dict[str, str] = {}                             # name in the script -> event_id
        self.clock = datetime(2022, 1, 4, 9, 0, tzinfo=JST)
        self.hot: list[date] = []
        self.low, self.high = date(2022, 1, 1), date(2026, 1, 1)

    # -- choices --
    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def heat(self, *days: date) -> None:
        for day in days:
            self.hot += [day - timedelta(days=1), day, day, day + timedelta(days=1)]

    def day(self, low: date | None = None, high: date | None = None, hot: float = 0.6) -> date:
        low, high = low or self.low, high or self.high
        near = [d for d in self.hot if low <= d <= high]
        if near and self.chance(hot):
            return self.rng.choice(near)
        return low + timedelta(days=self.rng.randrange(max(1, (high - low).days + 1)))

    def yen(self, *sizes: int) -> int:
        size = self.rng.choice(sizes)
        return self.rng.choice([size, size - 1, size + 1, self.rng.randrange(10, size + 10), self.rng.randrange(10, size + 10)])

    # -- the script --
    def fact(self, type_: str, _needs: list[str] | None = None, _name: str | None = None, **data: Any) -> str:
        name = _name or f"{type_}#{len(self.script)}"
        data = {k.rstrip("_"): (iso(v) if isinstance(v, date) else v) for k, v in data.items() if v is not None}
        named = [c for field in CONDITIONS_NAMED for c in data.get(field) or []]
        self.script.append((type_, data, [*(_needs or []), *named], name))
        return name

    # -- telling --
    def tick(self) -> str:
        step = self.rng.choice([0, 0, 1, 60, 3600, 86400, 86400 * 20])
        self.clock = min(self.clock + timedelta(seconds=step), datetime(2025, 6, 30, tzinfo=JST))
        return self.clock.isoformat()

    def event(self, type_: str, data: dict) -> dict:
        return {"event_id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), "policy_id": self.policy_id, "type": type_,
                "recorded_at": self.tick(), "data": copy.deepcopy(data)}

    def tell(self, type_: str, data: dict) -> str | None:
        """Appends the event unless something speaks against it; returns its id."""
        e = self.event(type_, data)
        if not possible(self.events, e):
            return None
        rule = self.module.refused(self.events, e)
        if rule:
            self.refused.append((list(self.events), e, rule))
            return None
        self.events.append(e)
        return e["event_id"]

    def finish(self) -> list[dict]:
        type_, data, _, name = self.script.pop(0)
        assert type_ == "PolicyIssued"
        issued = self.tell(type_, data)
        if issued is None:                                             # refused: without what speaks against it
            data.pop("applied_on", None)
            data["plan"].pop("options", None)
            if "parent" in data:
                data["parent"]["birth_date"], data["insured"]["birth_date"] = "1955-06-15", "1980-01-01"
            issued = self.tell(type_, data)
        assert issued is not None
        self.by_name[name] = issued
        shuffled = self.chance(0.6)
        names = {s[3] for s in self.script}
        waiting = list(self.script)
        told = {name}
        while waiting:
            ready = [s for s in waiting if all(n in told or n not in names for n in s[2])]
            s = self.rng.choice(ready) if shuffled else ready[0]
            waiting.remove(s)
            told.add(s[3])
            d = copy.deepcopy(s[1])
            if "facts" in d:
                d["facts"] = [self.by_name[n] for n in d["facts"] if n in self.by_name]
                if not d["facts"]:
                    del d["facts"]
            recorded = {e["data"]["condition_id"] for e in self.events if e["type"] == "ConditionRecorded"}
            for field in CONDITIONS_NAMED:                             # only what was once recorded may be named
                if field in d:
                    d[field] = [c for c in d[field] if c in recorded]
            event_id = self.tell(s[0], d)
            if event_id:
                self.by_name[s[3]] = event_id
            if self.corrections and self.chance(0.1):
                self.correct()
        if self.corrections:
            for _ in range(self.rng.choice([0, 0, 1, 2, 3])):
                self.correct()
        return self.events

    # -- corrections of all kinds --
    def correct(self) -> None:
        kind = self.rng.choice(["amend", "amend", "amend", "amend again", "retract", "retract", "restore", "retract amendment", "anew"])
        k = base.known(self.events)
        in_force = {f["event_id"] for f in k.in_force}
        by_id = {e["event_id"]: e for e in self.events}
        facts = [e for e in self.events if e["type"] not in base.CORRECTIONS and e["event_id"] in in_force]
        live_amendments = [e for e in self.events if e["type"] == "FactAmended" and not self.gone(e["event_id"])]
        live_retractions = [e for e in self.events if e["type"] == "FactRetracted" and not self.gone(e["event_id"])]
        if kind == "amend" and facts and k.issued:
            e = self.rng.choice(facts)
            now = next(f["data"] for f in k.in_force if f["event_id"] == e["event_id"])
            self.tell("FactAmended", {"target": e["event_id"], "data": self.changed(e["type"], now), "reason": "訂正"})
        elif kind == "amend again" and live_amendments and k.issued:
            a = self.rng.choice(live_amendments)
            root = general.root_of(self.events, a["event_id"])
            self.tell("FactAmended", {"target": a["event_id"], "data": self.changed(root["type"], a["data"]["data"]), "reason": "再訂正"})
        elif kind == "retract amendment" and live_amendments and k.issued:
            self.tell("FactRetracted", {"target": self.rng.choice(live_amendments)["event_id"], "reason": "訂正の取消"})
        elif kind == "retract" and facts:
            e = self.rng.choice(facts)
            if e["type"] == "PolicyIssued" and not self.chance(0.2):
                return
            gone = self.tell("FactRetracted", {"target": e["event_id"], "reason": "誤り"})
            if gone and self.chance(0.4):                             # taken back again, or recorded anew under the same id
                if self.chance(0.5):
                    self.tell("FactRetracted", {"target": gone, "reason": "誤りの取消"})
                else:
                    self.tell(e["type"], self.changed(e["type"], e["data"]))
        elif kind == "restore" and live_retractions:
            self.tell("FactRetracted", {"target": self.rng.choice(live_retractions)["event_id"], "reason": "誤りの取消"})
        elif kind == "anew":
            taken = [by_id[i] for i in by_id if by_id[i]["type"] not in base.CORRECTIONS and i not in in_force]
            if taken:
                e = self.rng.choice(taken)
                self.tell(e["type"], self.changed(e["type"], e["data"]))

    def gone(self, event_id: str) -> bool:
        return any(e["type"] == "FactRetracted" and e["data"]["target"] == event_id and not self.gone(e["event_id"]) for e in self.events)

    def changed(self, type_: str, data: dict) -> dict:
        """The data with one field changed (sometimes none)."""
        new = copy.deepcopy(data)
        fields = [f for f in CHANGE.get(type_, ()) if f in new or f == "exclusion"]
        if not fields:
            return new
        name = self.rng.choice(fields)
        old = new.get(name)
        if name in CODES and type_ in CODES[name]:
            new[name] = self.rng.choice(CODES[name][type_])
            if new[name] is None:
                del new[name]
        elif name == "facilities":
            new[name] = self.rng.choice([["north"], ["north", "south", "west"]])
        elif name == "in_japan":
            new[name] = not old
        elif name == "plan":
            new[name] = self.other_plan(old)
        elif isinstance(old, int):
            new[name] = max(0, old + self.rng.choice([-100_000, -1, 1, 1_000_000, -(old // 2), -(2 * old // 3)]))
        elif isinstance(old, str) and len(old) == 10:
            new[name] = iso(self.day() if self.chance(0.4) else date.fromisoformat(old) + timedelta(days=self.rng.choice([-31, -2, -1, 1, 2, 30])))
        return new

    def other_plan(self, plan: dict) -> dict:
        plan = copy.deepcopy(plan)
        if self.product == "oyako":
            plan["plan"] = self.rng.choice("ABCD")
        elif self.product == "ryoritsu":
            plan["care_benefit"] = self.rng.choice([500_000, 1_000_000, 3_000_000])
            plan["min_level"] = self.rng.choice(["care1", "care2", "care3"])
        elif self.product == "sony-medical":
            plan["treatment_monthly_limit"] = self.rng.choice([100_000, 200_000, 300_000])
        elif self.product == "cyber":
            plan["type"] = self.rng.choice(["S", "P"]) + plan["type"][1:]
        return plan

    # -- what all products share --
    def claims(self, names: list[str], benefits: tuple[str, ...]) -> None:
        """Claims with their deadlines, and settlements."""
        for i in range(self.rng.choice([0, 0, 1, 1, 2])):
            claim = f"q{i + 1}"
            named = self.rng.sample(names, k=min(len(names), 1 if self.chance(0.8) else 2)) if names and self.chance(0.7) else []
            first = self.day()
            late = self.chance(0.15)
            filed = first + timedelta(days=self.rng.choice([1095, 1096, 1097]) if late else self.rng.randrange(60))
            more = {}
            if named and (late or self.chance(0.3)):
                more["right_arose_on"] = first
            if named and len(named) > 1 and not self.ambiguous:
                more["right_arose_on"] = first
            self.fact("ClaimFiled", named, claim, claim_id=claim, filed_on=filed, facts=named or None, claimant=self.rng.choice(["insured", "provider"]), **more)
            if self.chance(0.8):
                done = filed + timedelta(days=self.rng.randrange(20))
                self.fact("ClaimDocumentsCompleted", [claim], claim_id=claim, completed_on=done)
                if self.chance(0.2):
                    done += timedelta(days=self.rng.randrange(1, 30))
                    self.fact("ClaimDocumentsCompleted", [claim], claim_id=claim, completed_on=done)
                due = done + timedelta(days=29)
                self.heat(due)
                for _ in range(self.rng.choice([0, 0, 1, 2])):
                    ground = self.rng.choice(list(general.INQUIRY_DAYS))
                    opened = max(filed, due + timedelta(days=self.rng.choice([-25, -3, -1, 0, 0, 1, 2])))
                    self.fact("InquiryOpened", [claim], claim_id=claim, opened_on=opened, ground=ground)
                    if self.chance(0.5):
                        due = done + timedelta(days=general.INQUIRY_DAYS[ground] - 1)
                        self.heat(due)
                for _ in range(self.rng.choice([0, 0, 1, 2])):
                    begin = max(filed, due + timedelta(days=self.rng.choice([-40, -5, -1, 0, 1, 2])))
                    self.fact("ClaimObstructed", [claim], claim_id=claim, from_=begin, to=begin + timedelta(days=self.rng.choice([0, 1, 4, 20])))
                for _ in range(self.rng.choice([0, 1, 1, 2])):
                    self.fact("BenefitPaid", [claim], claim_id=claim, benefit=self.rng.choice(benefits), payee="insured",
                              paid_on=due + timedelta(days=self.rng.choice([-20, -1, 0, 1, 30])), amount=self.yen(1_000, 100_000, 1_000_000, 5_000_000))
            if self.chance(0.3):
                self.fact("ClaimDecided", [claim], claim_id=claim, decided_on=filed + timedelta(days=self.rng.randrange(60)),
                          outcome=self.rng.choice(["accepted", "partly", "declined"]))
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            benefit = self.rng.choice(benefits)
            kind = self.rng.choice(["BenefitPaid", "BenefitPaid", "BenefitRecovered", "PremiumOffset"])
            day = self.day()
            if kind == "BenefitPaid":
                self.fact(kind, benefit=benefit, paid_on=day, amount=self.yen(10_000, 500_000), payee="insured")
            elif kind == "BenefitRecovered":
                self.fact(kind, benefit=benefit, recovered_on=day, amount=self.yen(10_000), reason="過払")
            else:
                self.fact(kind, benefit=benefit, offset_on=day, amount=self.yen(10_000))

    def endings(self, conditions: list[str], p: float, insured: str, start: date) -> None:
        """At most one ending (two where ambiguous)."""
        for _ in range(2 if self.ambiguous and self.chance(0.2) else 1):
            if not self.chance(p):
                continue
            day = self.day(start)
            self.heat(day)
            kind = self.rng.choice(["withdrawn", "cancelled", "died", "died", "disclosure", "disclosure", "serious", "additional", "void", "revoked"])
            if kind == "withdrawn":
                self.fact("PolicyWithdrawn", withdrawn_on=day)
            elif kind == "cancelled":
                self.fact("PolicyCancelled", cancelled_on=day)
            elif kind == "died":
                self.fact("PersonDied", person_id=insured, died_on=day)
            elif kind == "disclosure":
                unrelated = self.rng.sample(conditions, k=1) if conditions and self.chance(0.4) else None
                knew = base.add_months(day, -1) + timedelta(days=self.rng.choice([-1, 0, 1])) if self.chance(0.6) else None
                self.fact("PolicyRescinded", rescinded_on=day, ground="disclosure", unrelated_conditions=unrelated, insurer_knew_on=knew)
            elif kind == "serious":
                self.fact("PolicyRescinded", rescinded_on=day, ground="serious", reason_arose_on=min(day, self.day(start, day)))
            elif kind == "additional":
                self.fact("PolicyRescinded", rescinded_on=day, ground="additional_premium")
            elif kind == "void":
                self.fact("PolicyVoided", ground=self.rng.choice(["unlawful_gain", "other"]))
            elif kind == "revoked":
                self.fact("PolicyRevoked", ground=self.rng.choice(["fraud", "duress"]))


# ---- what an import would refuse without a rule id ------------------------------------------------------------------------------------
def possible(events: list[dict], e: dict) -> bool:
    """Ids free, references once recorded, ends not before starts, periods not overlapping, policy issued."""
    k = base.known(events)
    if e["type"] == "FactRetracted":
        target = [x for x in events if x["event_id"] == e["data"]["target"]]
        if not target:
            return False
        before = {f["event_id"] for f in k.in_force}
        after = base.known([*events, e])
        restored = [f for f in after.in_force if f["event_id"] not in before]
        if any(not fact_possible(events, [g for g in after.in_force if g["event_id"] != f["event_id"]], f) for f in restored):
            return False
        if restored and after.issued is None:
            return False
        # a second retraction of what is already taken back says nothing: leave it out
        return bool(restored) or before != {f["event_id"] for f in after.in_force} or data_of(k) != data_of(after)
    if e["type"] == "FactAmended":
        after = base.known([*events, e])
        root = general.root_of(events, e["data"]["target"])
        now = [f for f in after.in_force if f["event_id"] == root["event_id"]]
        if not now or k.issued is None:
            return False
        own = OWN_IDS.get(root["type"])
        if own and e["data"]["data"].get(own) != root["data"].get(own):
            return False
        tried = now[0] | {"data": e["data"]["data"]}
        return fact_possible(events, [g for g in after.in_force if g["event_id"] != root["event_id"]], tried)
    if e["type"] != "PolicyIssued" and k.issued is None:
        return False
    return fact_possible(events, k.in_force, {"event_id": e["event_id"], "type": e["type"], "data": e["data"]})


def data_of(k: base.Known) -> list:
    return [(f["event_id"], repr(f["data"])) for f in k.in_force]


def fact_possible(events: list[dict], others: list[dict], f: dict) -> bool:
    d, type_ = f["data"], f["type"]
    if type_ == "PolicyIssued" and base.of(others, "PolicyIssued"):
        return False
    own = OWN_IDS.get(type_)
    ids = ("settlement_id",) if own == "settlement_id" else (own,) if own else ()
    for name in ids:
        if any(OWN_IDS.get(g["type"]) == name and g["data"].get(name) == d[name] for g in others):
            return False
    if type_ in base.RESTS_BY_ID:                                       # names only what was once recorded
        name, bearer = base.RESTS_BY_ID[type_]
        if d.get(name) is not None and not any(x["type"] == bearer and x["data"][name] == d[name] for x in events):
            return False
    if type_ == "BenefitPaid" and d.get("claim_id") and not any(x["type"] == "ClaimFiled" and x["data"]["claim_id"] == d["claim_id"] for x in events):
        return False
    for first, last in ENDS.get(type_, ()):
        if d.get(first) and d.get(last) and d[last] < d[first]:
            return False
    if type_ in ("PolicyIssued", "PolicyRenewed"):
        for g in base.of(others, "PolicyIssued", "PolicyRenewed"):
            if d["period_start"] < g["data"]["period_end"] and g["data"]["period_start"] < d["period_end"]:
                return False
        if d["period_start"] >= d["period_end"]:
            return False
    if type_ in ("HospitalDischarged", "StayConfirmed", "HospitalAdmitted", "HospitalChargesIncurred"):
        mine = [g for g in others if g["data"].get("stay_id") == d["stay_id"]] + [f]
        if type_ == "HospitalDischarged" and len(base.of(mine, "HospitalDischarged")) > 1:
            return False
        for a in base.of(mine, "HospitalAdmitted"):
            for g in mine:
                if g["type"] == "HospitalDischarged" and g["data"]["discharged_on"] < a["data"]["admitted_on"]:
                    return False
                if g["type"] == "StayConfirmed" and g["data"]["through"] < a["data"]["admitted_on"]:
                    return False
                if g["type"] == "HospitalChargesIncurred" and g["data"]["month"] < a["data"]["admitted_on"][:7]:
                    return False
    return True


# ---- oyako ---------------------------------------------------------------------------------------------------------------------------
def oyako_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "oyako", policy_id, corrections, ambiguous)
    year = rng.choice([2021, 2022, 2023])
    april = date(year, 4, 1)
    start = rng.choice([april, april, april, date(year, 7, 1), date(year, 5, 1), date(year + 1, 2, 1), date(year + 1, 3, 1)])
    end = date(year + 1, 4, 1)
    period_start, entered = start, None
    if start != april and s.chance(0.3):
        period_start, entered = april, start
    applied = None
    if s.chance(0.4):
        first_of_month = base.add_months(start, -1)
        applied = rng.choice([first_of_month + timedelta(days=13), base.add_months(start, -2) + timedelta(days=14), first_of_month, first_of_month + timedelta(days=14)])
    parent_birth = rng.choice([date(start.year - 40, start.month, 1), date(start.year - 80, start.month, 2), date(start.year - 75, 8, 15), date(start.year - 69, 12, 31),
                               date(start.year - 55, 2, 28)])
    child_birth = rng.choice([date(1975, 3, 3), date(start.year - 18, start.month, 1), date(start.year - 18, start.month, 2) if s.chance(0.2) else date(1980, 1, 1)])
    plan = rng.choice("AABCD")
    premium = None
    if s.chance(0.5):
        premium = oyako.oy_15_premium(parent_birth, start, {"plan": plan}) if s.chance(0.85) else 12_345
    s.low, s.high = start - timedelta(days=60), end + timedelta(days=3 * 365)
    s.heat(start, end, base.last_of_n_years_from(start, 1), base.add_months(start, 2))
    s.fact("PolicyIssued", product="oyako", period_start=period_start, period_end=end, entered_on=entered, plan={"plan": plan}, applied_on=applied,
           insured={"person_id": "p1", "birth_date": iso(child_birth)}, parent={"person_id": "m1", "birth_date": iso(parent_birth)}, premium_monthly=premium)
    p_start, p_end = end, date(end.year + 1, 4, 1)
    if ambiguous and s.chance(0.1):
        p_start += timedelta(days=30)
    for _ in range(rng.choice([0, 1, 2, 3])):
        new = rng.choice("ABCD") if s.chance(0.5) else None
        plan = new or plan
        s.fact("PolicyRenewed", period_start=p_start, period_end=p_end, plan={"plan": new} if new else None,
               premium_monthly=(oyako.oy_15_premium(parent_birth, p_start, {"plan": plan}) if s.chance(0.7) else 999) if s.chance(0.2) else None)
        s.heat(p_start, base.last_of_n_years_from(p_start, 1))
        p_start, p_end = p_end, date(p_end.year + 1, 4, 1)
    last_end = p_start

    conditions = []
    for i in range(rng.choice([0, 1, 2])):
        onset = s.day(start - timedelta(days=30), last_end)
        exclusion = None
        if s.chance(0.15):
            exclusion = rng.choice(["crime", "war", "intentional", "alcoholism", "congenital", "neglected_treatment", "no_objective_findings"])
        if ambiguous and s.chance(0.05):
            exclusion = "prosthesis_only"
        injury = s.chance(0.4)
        s.fact("ConditionRecorded", _name=f"c{i}", condition_id=f"c{i}", kind="injury" if injury else "sickness", onset_on=None if injury else onset,
               accident_on=onset if injury else None, exclusion=exclusion)
        s.heat(onset, base.last_of_n_years_from(onset, 1))
        conditions.append((f"c{i}", onset))

    # certificates: often a chain from a trigger
    certificates = []
    begin = s.day(start - timedelta(days=20), last_end + timedelta(days=20))
    if s.chance(0.75):
        begin = s.day(start + timedelta(days=1), last_end, hot=0.5)
    s.heat(begin, begin)
    trigger = begin
    for i in range(rng.choice([0, 1, 1, 2, 2, 3, 4])):
        likely = i == 0 and s.chance(0.8)
        until = begin + timedelta(days=rng.choice([30, 90, 183, 364, 365]))
        level = rng.choice(["care1", "care2", "care3"] if likely else ["care1", "care2", "care2", "care3", "care5", "support2", "independent"])
        dementia = rng.choice(["IIa", "IIIb"] if likely else ["I", "IIa", "IIb", "M", "none", None]) if level == "care1" else rng.choice([None, None, "IV"])
        condition, onset = rng.choice(conditions) if conditions and s.chance(0.6) else (None, None)
        cause = None
        if s.chance(0.4):
            cause = onset if onset and s.chance(0.6) else s.day(start - timedelta(days=30), last_end)
            s.heat(cause, base.last_of_n_years_from(cause, 1))
        person = "m1" if likely or s.chance(0.9) else "x9"
        certificates.append(s.fact("CareCertified", [condition] if condition else [], f"cert{i}", person_id=person, certified_on=begin + timedelta(days=rng.randrange(30)),
                                   valid_from=begin, valid_to=until, level=level, dementia=dementia, cause_arose_on=cause, condition_id=condition))
        s.heat(begin, until)
        begin = rng.choice([until + timedelta(days=1), until + timedelta(days=1), until + timedelta(days=2), begin + timedelta(days=rng.randrange(1, 29)), s.day(start, last_end)])
    if s.chance(0.15):
        s.fact("CareEnded", person_id=rng.choice(["m1", "m1", "x9"]), ended_on=s.day(trigger))
    if s.chance(0.12):
        s.fact("PersonDied", person_id="m1", died_on=s.day(start))

    # premiums
    month = base.month_plus(base.month_of(start), 2)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        m = month if s.chance(0.2) else base.month_plus(month, rng.randrange(1, 14))
        due = rng.choice([base.month_last(m), base.month_first(m) + timedelta(days=26), min(max(trigger, base.month_first(m)), base.month_last(m))])
        s.fact("PremiumMissed", due_month=m, due_on=due)
        s.heat(due)
        if s.chance(0.6):
            s.fact("PremiumPaid", due_months=rng.choice([[m], [m, base.month_plus(m, 1)]]), paid_on=due + timedelta(days=rng.choice([-1, 0, 0, 1, 5])), amount=3_000)

    # costs and refunds
    costs = []
    for i in range(rng.choice([0, 2, 4, 8, 12])):
        used = s.day(trigger - timedelta(days=5), trigger + timedelta(days=rng.choice([25, 40, 100, 400, 800])), hot=0.4)
        category = rng.choice(["care_service", "housekeeping", "safety_check", "meals", "home_modification", "home_modification", "care_home", "care_home"])
        gross = s.yen(5_000, 100_000, 999_999, 1_500_000, 3_200_000)
        public = rng.choice([0, 0, None, gross // 2, gross, gross + 1])
        cost_id = f"k{rng.randrange(100)}-{i}"
        s.fact("CareCostIncurred", _name=cost_id, cost_id=cost_id, used_on=used, category=category, nature="deposit" if s.chance(0.08) else None, gross=gross,
               public_benefit=public, in_japan=False if s.chance(0.06) else None, payee=rng.choice([None, "insured", "provider"]))
        costs.append(cost_id)
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            rest = max(0, gross - (public or 0))
            s.fact("CareCostRefunded", [cost_id], cost_id=cost_id, refunded_on=used + timedelta(days=rng.choice([0, 1, 30, 200])),
                   amount=rng.choice([rest, rest // 2, rest // 2, rest // 3, 1, rest // 2 + 1, rest + 1]))
    s.endings([c for c, _ in conditions], 0.15, "p1", start)
    if s.chance(0.1):                                                          # OY-20, also of an added part
        s.fact("PolicyRescinded", rescinded_on=s.day(start, last_end), ground="disclosure",
               unrelated_conditions=[rng.choice(conditions)[0]] if conditions and s.chance(0.4) else None)
    if s.chance(0.03):
        s.fact("CoolingOffRequested", received_on=start, requested_on=start + timedelta(days=2), channel="letter")
    s.claims(costs or certificates, general.BENEFITS["oyako"])
    events = s.finish()
    return (events, s.refused) if refusals else events


# ---- sony-medical ----------------------------------------------------------------------------------------------------------------------
def sony_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "sony-medical", policy_id, corrections, ambiguous)
    start = rng.choice([date(2021, 4, 1), date(2022, 1, 1), date(2022, 7, 1), date(2022, 4, 15)])
    end = date(start.year + rng.choice([1, 2, 5]), start.month, start.day)
    s.low, s.high = start - timedelta(days=20), max(end, start + timedelta(days=900)) + timedelta(days=200)
    if (s.high - s.low).days > 1500:
        s.high = s.low + timedelta(days=1500)
    plan = {"treatment_monthly_limit": rng.choice([100_000, 300_000]), "room_daily": rng.choice([3_000, 5_000]), "advanced_care_limit": rng.choice([1_000_000, 10_000_000])}
    s.fact("PolicyIssued", product="sony-medical", period_start=start, period_end=end, plan=plan, insured={"person_id": "p1", "birth_date": "1975-01-01"})
    s.heat(start, end)
    renewed = None
    if s.chance(0.5):
        renewed = end
        new = {**plan, "treatment_monthly_limit": 200_000} if s.chance(0.3) else None
        s.fact("PolicyRenewed", _name="renewal", period_start=end, period_end=date(end.year + rng.choice([1, 5]), end.month, end.day), plan=new)
    if s.chance(0.2):
        lower = {**plan, "treatment_monthly_limit": rng.choice([50_000, 100_000]), "room_daily": rng.choice([1_000, 5_000])}
        if s.chance(0.2):
            del lower["room_daily"]
        if s.chance(0.2) and ambiguous:
            lower["advanced_care_limit"] = 500_000
        s.fact("CoverageChanged", effective_on=s.day(start, s.high), plan=lower)

    # debits missed and made good
    lapse = None
    first_month = base.month_plus(base.month_of(s.day(start, s.high - timedelta(days=200), hot=0.2)), 0)
    if s.chance(0.75):
        run = rng.choice([1, 2, 2, 2, 3, 4])
        months = [base.month_plus(first_month, i) for i in range(run)]
        if s.chance(0.15) and run > 2:
            months.pop(1)
        dues = {}
        for m in months:
            dues[m] = base.month_first(m) + timedelta(days=rng.choice([26, 26, 27]))
            s.fact("PremiumMissed", due_month=m, due_on=dues[m])
            s.heat(dues[m])
        if len(months) > 1 and months[1] == base.month_plus(months[0], 1):
            grace_end = base.month_last(months[1])
            s.heat(grace_end, grace_end)
            lapse = grace_end + timedelta(days=1)
            how = rng.choice(["nothing", "nothing", "nothing", "both", "both", "one", "apart"])
            second = dues[months[1]]
            pay = rng.choice([second, second + timedelta(days=1), grace_end, grace_end, lapse])
            if how == "both":
                s.fact("PremiumPaid", due_months=[months[0], months[1]], paid_on=pay, amount=8_000)
            elif how == "one":
                s.fact("PremiumPaid", due_months=[rng.choice(months[:2])], paid_on=pay, amount=4_000)
            elif how == "apart":
                s.fact("PremiumPaid", due_months=[months[0]], paid_on=rng.choice([dues[months[0]], second, second + timedelta(days=1), grace_end]), amount=4_000)
                s.fact("PremiumPaid", due_months=[months[1]], paid_on=pay, amount=4_000)
        elif s.chance(0.7):
            s.fact("PremiumPaid", due_months=[months[0]], paid_on=dues[months[0]] + timedelta(days=rng.choice([3, 30])), amount=4_000)
        if lapse and s.chance(0.6):
            year_end = base.last_of_n_years_from(lapse, 1)
            s.heat(year_end)
            back = rng.choice([lapse + timedelta(days=30), lapse + timedelta(days=151), year_end, year_end + timedelta(days=1), end - timedelta(days=1), end])
            s.heat(back)
            s.fact("PolicyReinstated", _needs=[x[3] for x in s.script if x[0] == "PremiumMissed"] if s.chance(0.9) else [], reinstated_on=back, unpaid_premium=12_000, interest=100)
            if s.chance(0.2):                                                    # and again after it
                for i in (1, 2):
                    m = base.month_plus(base.month_of(back), i)
                    s.fact("PremiumMissed", due_month=m, due_on=base.month_first(m) + timedelta(days=26))
                s.heat(base.month_last(base.month_plus(base.month_of(back), 2)))
    if s.chance(0.2):
        recorded = lapse if lapse and s.chance(0.5) else rng.choice([base.month_first(base.month_plus(first_month, rng.randrange(-2, 6))), s.day(start, s.high)])
        if recorded >= start:
            s.fact("PolicyLapsed", lapsed_on=recorded, ground="premium")
            s.heat(recorded)
            if s.chance(0.3):
                s.fact("PolicyReinstated", reinstated_on=recorded + timedelta(days=rng.choice([30, 100])), unpaid_premium=1, interest=0)

    # conditions, stays, charges, advanced care
    conditions: list[str] = []
    for i in range(rng.choice([1, 2, 3])):
        injury = s.chance(0.4)
        onset = s.day(start)
        s.fact("ConditionRecorded", _needs=[], _name=f"c{i}", condition_id=f"c{i}", kind="injury" if injury else "sickness", onset_on=None if injury else onset,
               accident_on=onset if injury else None, caused_by=[rng.choice(conditions)] if conditions and s.chance(0.4) else None)
        conditions.append(f"c{i}")
    names = []
    for i in range(rng.choice([0, 1, 2, 3])):
        admitted = s.day(start - timedelta(days=5))
        stay = f"s{rng.randrange(10)}{i}"
        condition = rng.choice(conditions)
        s.fact("HospitalAdmitted", [condition], stay, stay_id=stay, admitted_on=admitted, condition_id=condition)
        length = rng.choice([0, 5, 20, 45, 80, 150])
        left = admitted + timedelta(days=length)
        shown = rng.choice(["discharge", "discharge", "discharge", "confirmed", "both"])
        if shown in ("confirmed", "both"):
            s.fact("StayConfirmed", [stay], stay_id=stay, through=left if shown == "confirmed" else admitted + timedelta(days=length // 2))
        if shown in ("discharge", "both"):
            s.fact("HospitalDischarged", [stay], stay_id=stay, discharged_on=left, alive=None if s.chance(0.9) else False)
        if ambiguous and s.chance(0.3):
            left += timedelta(days=40)
        for m in base.months_touched(admitted, left):
            if s.chance(0.85):
                room = s.yen(20_000, 100_000) if s.chance(0.5) else None
                names.append(s.fact("HospitalChargesIncurred", [stay], month=m, stay_id=stay, treatment_charge=s.yen(50_000, 100_000, 200_000, 400_000),
                                    room_charge=room, room_days=rng.choice([1, 4, 10]) if room else None))
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        condition = rng.choice(conditions) if s.chance(0.7) else None
        names.append(s.fact("AdvancedCareReceived", [condition] if condition else [], received_on=s.day(start - timedelta(days=5)), condition_id=condition, scheme="advanced",
                            eligible=False if s.chance(0.1) else None, in_japan=False if s.chance(0.1) else None, technical_fee=s.yen(400_000, 1_000_000, 5_000_000)))
    if s.chance(0.1):
        condition = rng.choice(conditions)
        s.fact("SurgeryPerformed", [condition], performed_on=s.day(start), condition_id=condition, name="手術", basis="medical_fee")
    if s.chance(0.3):
        received = (renewed or end) + timedelta(days=rng.choice([-20, -1, 0, 3]))
        asked = received + timedelta(days=rng.choice([0, 6, 7, 7, 8]))
        s.heat(asked)
        s.fact("CoolingOffRequested", ["renewal"] if s.chance(0.9) else [], received_on=received, requested_on=asked, channel="letter")
        if renewed and s.chance(0.4):
            s.fact("AdvancedCareReceived", received_on=asked + timedelta(days=rng.choice([-2, 0, 1])), scheme="advanced", technical_fee=10_000)
    s.endings(conditions, 0.15, "p1", start)
    s.claims(names, general.BENEFITS["sony-medical"])
    events = s.finish()
    return (events, s.refused) if refusals else events


# ---- ryoritsu ---------------------------------------------------------------------------------------------------------------------------
def ryoritsu_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "ryoritsu", policy_id, corrections, ambiguous)
    start = rng.choice([date(2020, 4, 1), date(2022, 4, 1), date(2022, 10, 1), date(2023, 1, 31), date(2022, 4, 15)])
    end = base.add_months(start, 12)
    s.low, s.high = start - timedelta(days=10), end + timedelta(days=900)
    s.heat(start, end, base.last_of_n_years_from(start, 1), base.last_of_n_years_from(start, 5), base.add_months(end, -3))
    s.fact("PolicyIssued", product="ryoritsu", period_start=start, period_end=end, plan={"care_benefit": 1_000_000, "min_level": rng.choice(["care1", "care2", "care3"])},
           insured={"person_id": "p1", "birth_date": "1960-01-01"}, premium_monthly=3_000)
    p = end
    for _ in range(rng.choice([0, 1, 2])):
        s.fact("PolicyRenewed", period_start=p, period_end=base.add_months(p, 12), plan={"care_benefit": 2_000_000, "min_level": "care2"} if s.chance(0.2) else None)
        if s.chance(0.5):
            due = base.add_months(p, -3)
            s.fact("RenewalNoticeSent", sent_on=due + timedelta(days=rng.choice([-10, 0, 1])), deadline=p - timedelta(days=30))
            if s.chance(0.5):
                s.fact("RenewalRefused", refused_on=p - timedelta(days=rng.choice([29, 30, 31])))
        p = base.add_months(p, 12)
        s.heat(p)
    months = [base.month_plus(base.month_of(start), i) for i in range(24)]
    if s.chance(0.7):                                                          # premiums paid in runs
        i = 0
        while i < 12:
            n = rng.choice([1, 3, 6, 7, 12])
            s.fact("PremiumPaid", due_months=months[i:i + n], paid_on=base.month_first(months[i]) + timedelta(days=26), amount=rng.choice([3_000 * n, 10_000, 36_000]))
            i += n
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        m = rng.choice(months)
        due = base.month_first(m) + timedelta(days=26)
        s.fact("PremiumMissed", due_month=m, due_on=due)
        s.heat(base.month_first(m), due)
        if s.chance(0.7):
            paid = rng.choice([due + timedelta(days=10), base.month_first(m), base.month_first(m) + timedelta(days=1), due + timedelta(days=90)])
            s.fact("PremiumPaid", due_months=[m if s.chance(0.8) else base.month_plus(m, 1)], paid_on=paid, amount=3_000)
            s.heat(paid)
    if s.chance(0.25):
        changed = s.day(start, p)
        due = base.month_last(base.month_of(changed + timedelta(days=31)))
        s.fact("CoverageChanged", effective_on=changed, plan={"care_benefit": 3_000_000, "min_level": "care1"}, added_premium_due_on=due if s.chance(0.7) else None)
        s.heat(changed, due)
        if s.chance(0.4):
            s.fact("PremiumMissed", due_month=base.month_of(due), due_on=due)
        if s.chance(0.6):
            paid = due + timedelta(days=rng.choice([-3, 0, 1, 15]))
            s.fact("PremiumPaid", due_months=[base.month_of(due)], paid_on=paid, amount=500)
            s.heat(paid)
    conditions = []
    for i in range(rng.choice([0, 1, 2])):
        s.fact("ConditionRecorded", _name=f"c{i}", condition_id=f"c{i}", kind="sickness", onset_on=s.day(start))
        conditions.append(f"c{i}")
    names = []
    used = set()
    for i in range(rng.choice([0, 1, 1, 2, 3])):
        day = s.day()
        if day in used:
            continue
        used.add(day)
        condition = rng.choice(conditions) if conditions and s.chance(0.6) else None
        names.append(s.fact("CareCertified", [condition] if condition else [], f"cert{i}", person_id="p1" if s.chance(0.9) else "x9", certified_on=day + timedelta(days=20),
                            valid_from=day, valid_to=day + timedelta(days=364), level=rng.choice(["support2", "care1", "care2", "care2", "care3", "care5"]), condition_id=condition))
        s.heat(day)
    s.endings(conditions, 0.5, "p1", start)
    s.claims(names, general.BENEFITS["ryoritsu"])
    events = s.finish()
    return (events, s.refused) if refusals else events


# ---- cyber --------------------------------------------------------------------------------------------------------------------------------
def cyber_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "cyber", policy_id, corrections, ambiguous)
    start, end = date(2023, 5, 5), date(2024, 5, 5)
    applied = None
    if s.chance(0.3):
        start = rng.choice([date(2023, 7, 5), date(2024, 1, 5)])
        applied = rng.choice([base.add_months(start, -1) + timedelta(days=10), base.add_months(start, -2) + timedelta(days=11), base.add_months(start, -1) + timedelta(days=11)])
    type_ = rng.choice(["S1", "S1", "S2", "P1", "P1", "P2", "S1000", "P1000", "S3000", "S5000"])
    kind = rng.choice(["clinic", "hospital", "care_facility"])
    options = {"business_interruption": rng.choice([1_000_000, 5_000_000])} if type_[0] == "S" and s.chance(0.5) else {}
    if s.chance(0.03):
        options = {"business_interruption": 5_000_000}
    each = s.chance(0.35)
    plan: dict = {"type": type_, "facility_kind": kind, "size": 0 if kind == "clinic" else rng.choice([50, 70, 100])}
    if options:
        plan["options"] = options
    if each:
        plan["sharing"] = "per_facility"
    elif s.chance(0.3):
        plan["sharing"] = "shared"
    s.low, s.high = start - timedelta(days=20), end + timedelta(days=600)
    s.heat(start, end)
    s.fact("PolicyIssued", product="cyber", period_start=start, period_end=end, plan=plan, applied_on=applied, insured={"person_id": "h1"},
           facilities=["north", "south"] if each or s.chance(0.3) else None)
    p = end
    for _ in range(rng.choice([0, 1, 1, 2])):
        new = None
        if s.chance(0.3):
            new = {**plan, "type": rng.choice(["S1", "S2"])}
        p_end = date(p.year + 1, 5, 5)
        s.fact("PolicyRenewed", period_start=p, period_end=p_end, plan=new)
        p = p_end
        s.heat(p)
    if ambiguous and s.chance(0.2):
        s.fact("CoverageChanged", effective_on=s.day(start, end), plan={**plan, "type": rng.choice(["S2", "S3"])})
    names = []
    for i in range(rng.choice([0, 1, 2, 3, 4])):
        incident = f"i{i}" if not each else rng.choice(["north", "south", "north", "south", "west"]) + f"/i{i}"
        if each and s.chance(0.05):
            incident = f"i{i}"
        found = s.day()
        leak_evident = rng.choice(["notice", "public_announcement", "apology", "authority", None])
        evident_on = s.day(found) if leak_evident and s.chance(0.5) else None
        attack = s.chance(0.7)
        what = rng.choice(["cyber_attack", "cyber_attack", "leak", "leak", "leak", "content", "other_it"])
        s.fact("CyberIncidentDiscovered", _name=incident, incident_id=incident, discovered_on=found, kind=what, leak_evident=leak_evident if what == "leak" else None,
               leak_evident_on=evident_on if what == "leak" else None, personal_data=False if s.chance(0.15) else None,
               attack_confirmed=None if attack or what != "cyber_attack" else False,
               suspicion_source=rng.choice(["authority", "security_vendor"]) if not attack and s.chance(0.5) else None,
               exclusion=rng.choice(["war", "ip", "utilities", "officer_data", "negligence", "labour_dispute", "intent"]) if s.chance(0.15) else None)
        s.heat(found)
        for n in range(rng.choice([0, 1, 2, 4])):
            own = f"{rng.choice('abz')}{rng.randrange(100)}-{i}-{n}"
            day = s.day(found if not ambiguous else found - timedelta(days=10))
            kind_ = rng.choice(["cost", "cost", "cost", "settled", "settled", "loss"])
            amount = s.yen(200_000, 600_000, 1_000_000, 3_000_000, 9_000_000, 12_000_000)
            if kind_ == "cost":
                names.append(s.fact("CyberCostIncurred", [incident], own, incident_id=incident, cost_id=own, incurred_on=day, amount=amount,
                                    category=rng.choice(["incident_response", "attack_response", "leak_response", "leak_response", "legal_response"])))
            elif kind_ == "settled":
                names.append(s.fact("CyberClaimSettled", [incident], own, incident_id=incident, settlement_id=own, settled_on=day, amount=amount))
            else:
                names.append(s.fact("CyberBusinessLoss", [incident], own, incident_id=incident, loss_id=own, incurred_on=day, kind=rng.choice(["lost_profit", "extra_expense"]),
                                    amount=amount))
    s.endings([], 0.12, "h1", start)
    if s.chance(0.03):
        s.fact("CoolingOffRequested", received_on=start, requested_on=start + timedelta(days=2), channel="letter")
    s.claims(names, general.BENEFITS["cyber"])
    events = s.finish()
    return (events, s.refused) if refusals else events


HISTORIES = {"oyako": oyako_history, "sony-medical": sony_history, "ryoritsu": ryoritsu_history, "cyber": cyber_history}


def days_in(value: Any) -> list[date]:
    out = []
    if isinstance(value, dict):
        for name, v in value.items():
            if name not in ("birth_date", "target"):
                out += days_in(v)
    elif isinstance(value, list):
        for v in value:
            out += days_in(v)
    elif isinstance(value, str):
        if len(value) == 10 and value[4] == "-" and value[7] == "-" and value[:4].isdigit():
            out.append(date.fromisoformat(value))
        elif len(value) == 7 and value[4] == "-" and value[:4].isdigit():
            out += [base.month_first(value), base.month_last(value)]
    return out


def days_to_ask(rng: random.Random, events: list[dict], n: int) -> list[date]:
    """Days worth asking about."""
    found = sorted({d for e in events for d in days_in(e["data"])})
    if not found:
        return []
    near = [d + timedelta(days=k) for d in found for k in (-1, 0, 0, 1)]
    return [rng.choice(near) if rng.random() < 0.8 else found[0] + timedelta(days=rng.randrange((found[-1] - found[0]).days + 400)) for _ in range(n)]
