"""What an import would refuse without a rule id: ids taken, references never recorded, ends before starts, periods that overlap."""
from __future__ import annotations

from . import general, timeline

OWN_IDS = dict(timeline.OWN_ID) | {"CyberClaimSettled": "settlement_id", "CyberCostIncurred": "cost_id", "CyberBusinessLoss": "loss_id"}
ENDS = {"CareCertified": [("valid_from", "valid_to")], "ClaimObstructed": [("from", "to")], "PolicyRenewed": [("period_start", "period_end")],
        "PolicyIssued": [("period_start", "period_end"), ("entered_on", "period_end")], "CoolingOffRequested": [("received_on", "requested_on")],
        "PolicyRescinded": [("reason_arose_on", "rescinded_on"), ("insurer_knew_on", "rescinded_on")], "RenewalNoticeSent": [("sent_on", "deadline")],
        "ClaimFiled": [("right_arose_on", "filed_on")]}


def possible(events: list[dict], e: dict) -> bool:
    """Ids free, references once recorded, ends not before starts, periods not overlapping, policy issued."""
    k = timeline.known(events)
    if e["type"] == "FactRetracted":
        target = [x for x in events if x["event_id"] == e["data"]["target"]]
        if not target:
            return False
        before = {f["event_id"] for f in k.in_force}
        after = timeline.known([*events, e])
        restored = [f for f in after.in_force if f["event_id"] not in before]
        changed = [f for f in after.in_force if f["data"] != next((g["data"] for g in k.in_force if g["event_id"] == f["event_id"]), None)]
        if any(not fact_possible(events, [g for g in after.in_force if g["event_id"] != f["event_id"]], f) for f in changed):
            return False
        if restored and after.issued is None:
            return False
        # a second retraction of what is already taken back says nothing: leave it out
        return bool(restored) or before != {f["event_id"] for f in after.in_force} or data_of(k) != data_of(after)
    if e["type"] == "FactAmended":
        after = timeline.known([*events, e])
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


def data_of(k: timeline.Known) -> list:
    return [(f["event_id"], repr(f["data"])) for f in k.in_force]


def fact_possible(events: list[dict], others: list[dict], f: dict) -> bool:
    d, type_ = f["data"], f["type"]
    if type_ == "PolicyIssued" and timeline.of(others, "PolicyIssued"):
        return False
    own = OWN_IDS.get(type_)
    ids = ("settlement_id",) if own == "settlement_id" else (own,) if own else ()
    for name in ids:
        if any(OWN_IDS.get(g["type"]) == name and g["data"].get(name) == d[name] for g in others):
            return False
    if type_ in timeline.RESTS_BY_ID:                                       # names only what was once recorded
        name, bearer = timeline.RESTS_BY_ID[type_]
        if d.get(name) is not None and not any(x["type"] == bearer and x["data"][name] == d[name] for x in events):
            return False
    if type_ == "BenefitPaid" and d.get("claim_id") and not any(x["type"] == "ClaimFiled" and x["data"]["claim_id"] == d["claim_id"] for x in events):
        return False
    for first, last in ENDS.get(type_, ()):
        if d.get(first) and d.get(last) and d[last] < d[first]:
            return False
    if type_ in ("PolicyIssued", "PolicyRenewed"):
        for g in timeline.of(others, "PolicyIssued", "PolicyRenewed"):
            if d["period_start"] < g["data"]["period_end"] and g["data"]["period_start"] < d["period_end"]:
                return False
        if d["period_start"] >= d["period_end"]:
            return False
    if type_ in ("HospitalDischarged", "StayConfirmed", "HospitalAdmitted", "HospitalChargesIncurred"):
        mine = [g for g in others if g["data"].get("stay_id") == d["stay_id"]] + [f]
        if type_ == "HospitalDischarged" and len(timeline.of(mine, "HospitalDischarged")) > 1:
            return False
        for a in timeline.of(mine, "HospitalAdmitted"):
            for g in mine:
                if g["type"] == "HospitalDischarged" and g["data"]["discharged_on"] < a["data"]["admitted_on"]:
                    return False
                if g["type"] == "StayConfirmed" and g["data"]["through"] < a["data"]["admitted_on"]:
                    return False
                if g["type"] == "HospitalChargesIncurred" and g["data"]["month"] < a["data"]["admitted_on"][:7]:
                    return False
    return True
