"""Lines, settlement, and the shape in which two answers are compared (30-answers). Shares no code with the ledger."""
from __future__ import annotations

from datetime import date

from .dates import ONE, D
from .timeline import SETTLEMENTS, Fact, as_of, of


def line(benefit: str, key: str, first: date, last: date, gross: int, rule: str, *, rate: int | None = None, counts_from: date | None = None,
         declined: str | None = None, events: list[str] = (), **more) -> dict:
    """One benefit line before limits. `declined`: the rule that declines it."""
    return {"benefit": benefit, "key": key, "from": first, "to": last, "rate": gross if rate is None else rate, "gross": gross,
            "payable": 0 if declined else gross, "decision": "declined" if declined else "payable", "rule": declined or rule,
            "cut_by": [], "counts_from": counts_from or first, "events": list(events), **more}


def settlement(lines_: list[dict], facts: list[Fact], on: date) -> dict:
    """payable, paid, recovered, offset, outstanding, in all and by benefit (only benefits with something to show)."""
    by: dict[str, dict[str, int]] = {}

    def row(benefit: str) -> dict[str, int]:
        return by.setdefault(benefit, {"payable": 0, "paid": 0, "recovered": 0, "offset": 0})

    for l in lines_:
        row(l["benefit"])["payable"] += l["payable"]
    for f in as_of(of(facts, *SETTLEMENTS), on):
        name = {"BenefitPaid": "paid", "BenefitRecovered": "recovered", "PremiumOffset": "offset"}[f["type"]]
        row(f["data"]["benefit"])[name] += f["data"]["amount"]
    total = {"payable": 0, "paid": 0, "recovered": 0, "offset": 0}
    for r in by.values():
        for name in total:
            total[name] += r[name]
    for r in [*by.values(), total]:
        r["outstanding"] = r["payable"] - r["paid"] - r["offset"] + r["recovered"]
    total["by_benefit"] = {b: r for b, r in sorted(by.items()) if any(r.values())}
    return total


def merge_days(lines_: list[dict]) -> list[dict]:
    """Day lines of one benefit, key, rate, outcome and rule on adjoining days become one run. Lines must have "from" == "to"
    or be runs whose gross and payable are the same every day."""
    out: list[dict] = []
    for l in sorted(lines_, key=lambda l: (l["benefit"], l["key"], l["rate"], l["decision"], l["rule"], [c[:2] for c in l["cut_by"]], l["from"])):
        last = out[-1] if out else None
        if last and _same_run(last, l) and l["from"] == last["to"] + ONE:
            last["to"] = l["to"]
            last["gross"] += l["gross"]
            last["payable"] += l["payable"]
            last["cut_by"] = [(a[0], a[1], a[2] + b[2]) for a, b in zip(last["cut_by"], l["cut_by"], strict=False)]
            last["events"] = last["events"] + [e for e in l["events"] if e not in last["events"]]
        else:
            out.append(dict(l))
    return out


def _per_day(l: dict) -> tuple:
    n = (l["to"] - l["from"]).days + 1
    return (l["gross"] / n, l["payable"] / n)


def _same_run(a: dict, b: dict) -> bool:
    same = all(a[name] == b[name] for name in ("benefit", "key", "decision", "rule"))
    return same and _per_day(a) == _per_day(b) and [c[:2] for c in a["cut_by"]] == [c[:2] for c in b["cut_by"]]


def shape(l: dict) -> tuple:
    """(benefit, key, from, to, gross, payable, decision, deciding rule where declined / limits that cut where reduced / "")."""
    why = l["rule"] if l["decision"] == "declined" else "+".join(sorted({c[0] for c in l["cut_by"]}))
    return (l["benefit"], l["key"], l["from"].isoformat(), l["to"].isoformat(), l["gross"], l["payable"], l["decision"], why)


def result(state: dict, lines_: list[dict], limits: dict, settled: dict, orphans: list, day_benefits: tuple = (), **more) -> dict:
    """The comparable answer."""
    daily = merge_days([l for l in lines_ if l["benefit"] in day_benefits])
    rest = [l for l in lines_ if l["benefit"] not in day_benefits]
    iso = lambda d: d.isoformat() if d else None
    return {"state": state["state"], "since": iso(state["since"]), "until": iso(state["until"]),
            "lines": sorted(shape(l) for l in daily + rest),
            "limits": {k: tuple(v) for k, v in sorted(limits.items())},
            "settlement": settled, "orphans": [list(o) for o in orphans], **more}


UNKNOWN = {"state": "unknown", "since": None, "until": None, "lines": [], "limits": {},
           "settlement": {"payable": 0, "paid": 0, "recovered": 0, "offset": 0, "outstanding": 0, "by_benefit": {}}}


def comparable(a: dict, day_benefits: tuple = ()) -> dict:
    """The ledger's answer (30-answers) in the oracle's shape."""
    lines_ = []
    for b in a["benefits"]:
        lines_.append({"benefit": b["benefit"], "key": b["key"], "from": D(b["from"]), "to": D(b["to"]), "rate": b["rate"], "gross": b["gross"],
                       "payable": b["payable"], "decision": b["decision"], "rule": b["rules"][-1] if b["decision"] == "declined" else "",
                       "cut_by": sorted((c["limit"], c["key"], c["by"]) for c in b["cut_by"]), "events": list(b["events"])})
    s = a["settlement"]
    names = ("payable", "paid", "recovered", "offset", "outstanding")
    settled = {n: s[n] for n in names}
    settled["by_benefit"] = {b: {n: r[n] for n in names} for b, r in sorted(s["by_benefit"].items()) if any(r[n] for n in names)}
    return result({"state": a["status"]["state"], "since": D(a["status"]["since"]), "until": D(a["status"]["until"])}, lines_,
                  {(r["limit"], r["key"]): [r["unit"], r["cap"], r["used"]] for r in a["limits"]}, settled,
                  [(o["event_id"], o["rests_on"]) for o in a["orphans"]], day_benefits)


def difference(oracle: dict, ledger: dict) -> list[str]:
    """What differs, as text; empty where the answers agree. Only what the oracle answers is compared."""
    out = []
    for name, want in oracle.items():
        got = ledger.get(name)
        if want == got:
            continue
        if name == "lines":
            out += [f"lines: only oracle {l}" for l in want if l not in got] + [f"lines: only ledger {l}" for l in got if l not in want]
            if sorted(map(tuple, want)) == sorted(set(map(tuple, want))) and len(got) != len(set(map(tuple, got))):
                out.append("lines: the ledger has doubles")
        elif name == "limits":
            for k in sorted({*want, *got}):
                if want.get(k) != got.get(k):
                    out.append(f"limit {k}: oracle {want.get(k)}, ledger {got.get(k)}")
        else:
            out.append(f"{name}: oracle {want}, ledger {got}")
    return out
