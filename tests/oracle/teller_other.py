"""What tells a random history of oyako, sony-medical, ryoritsu and cyber: facts that know what must come before them, told in some order with
corrections between; boundary days and the amounts at limits come often.
"""
from __future__ import annotations

import copy
import random
import uuid
from datetime import date, datetime, timedelta, timezone
from typing import Any

from . import claims, cyber, dates, general, oyako, ryoritsu, sony_medical, timeline
from .possible_other import possible

JST = timezone(timedelta(hours=9))
MODULES = {"oyako": oyako, "sony-medical": sony_medical, "ryoritsu": ryoritsu, "cyber": cyber}
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
         "CyberIncidentDiscovered": [None, "war", "utilities", "negligence"]}, "ground": {"InquiryOpened": list(claims.INQUIRY_DAYS)}}


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
        k = timeline.known(self.events)
        in_force = {f["event_id"] for f in k.in_force}
        by_id = {e["event_id"]: e for e in self.events}
        facts = [e for e in self.events if e["type"] not in timeline.CORRECTIONS and e["event_id"] in in_force]
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
            taken = [by_id[i] for i in by_id if by_id[i]["type"] not in timeline.CORRECTIONS and i not in in_force]
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
                    ground = self.rng.choice(list(claims.INQUIRY_DAYS))
                    opened = max(filed, due + timedelta(days=self.rng.choice([-25, -3, -1, 0, 0, 1, 2])))
                    self.fact("InquiryOpened", [claim], claim_id=claim, opened_on=opened, ground=ground)
                    if self.chance(0.5):
                        due = done + timedelta(days=claims.INQUIRY_DAYS[ground] - 1)
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
                knew = dates.add_months(day, -1) + timedelta(days=self.rng.choice([-1, 0, 1])) if self.chance(0.6) else None
                self.fact("PolicyRescinded", rescinded_on=day, ground="disclosure", unrelated_conditions=unrelated, insurer_knew_on=knew)
            elif kind == "serious":
                self.fact("PolicyRescinded", rescinded_on=day, ground="serious", reason_arose_on=min(day, self.day(start, day)))
            elif kind == "additional":
                self.fact("PolicyRescinded", rescinded_on=day, ground="additional_premium")
            elif kind == "void":
                self.fact("PolicyVoided", ground=self.rng.choice(["unlawful_gain", "other"]))
            elif kind == "revoked":
                self.fact("PolicyRevoked", ground=self.rng.choice(["fraud", "duress"]))
