"""Checks an explanation of a benefit line (`hoken explain --format json`) from the document alone: hoken-check FILE|-.

One file, the standard library only: it can be read in one sitting and run anywhere. It reckons every step anew, takes every limit in
turn, adds up what was used before, takes the hash of every record quoted over the bytes included, and compares what is said of facts,
lines and limits with those bytes. Exit code 0: all of it holds; 1: something does not, and each such node is named; 2: no explanation.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise, product
from math import prod
from pathlib import Path
from typing import Any, Final

Node = dict[str, Any]
Sums = dict[tuple[str, str], int]

OPERATIONS: Final[dict[str, Callable[[list[int]], int]]] = {
    "add": sum, "subtract": lambda values: values[0] - sum(values[1:]), "multiply": prod, "min": min, "max": max,
    "divide_half_up": lambda values: (2 * values[0] + values[1]) // (2 * values[1]),
    "divide_up": lambda values: -(-values[0] // values[1]),
    "percent": lambda values: (2 * values[0] * values[1] + 100) // 200,
}  # fmt: skip
CONSTANTS: Final = {"nothing": 0, "halves": 2}  # the numbers of arithmetic alone; others that stand nowhere were counted
MALFORMED: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError, ZeroDivisionError, OverflowError)


def main() -> int:
    """Checks the file that the command line names."""
    ja = next((v for n in ("HOKEN_LANG", "LC_ALL", "LANG") if (v := os.environ.get(n))), "").lower().startswith("ja")
    try:
        [name] = sys.argv[1:]
        document = read(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        sys.stderr.write(f"hoken-check FILE|-: {'説明の JSON ではない' if ja else 'not an explanation in JSON'}: {error}\n")
        return 2
    problems = list(dict.fromkeys(check(document)))
    sys.stdout.writelines(f"{'一致しない' if ja else 'does not hold'}: {problem}\n" for problem in problems)
    if not problems:
        said = f"{document['asked']['line_id']} {document['result']['decision']} {document['result']['payable']:,}"
        sys.stdout.write(f"{'すべて一致した' if ja else 'all of it holds'}: {said} (sha256 {document['digest']})\n")
    return 1 if problems else 0


def read(data: bytes) -> Node:
    """The document of bytes. Raises ValueError where they are none of this version."""
    document = json.loads(data, object_pairs_hook=_once, parse_float=_whole, parse_constant=_whole)
    if not isinstance(document, dict) or (document.get("kind"), document.get("version")) != ("explanation", 1):
        raise ValueError("expected an explanation of version 1")
    return document


def _once(pairs: list[tuple[str, Any]]) -> Node:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _whole(text: str) -> Any:
    raise ValueError(f"{text} is no whole number")


def check(document: Node) -> Iterator[str]:
    """What does not hold, each with its node. One that is missing or of another shape is named by what looks for it."""
    for part in (_digest, _records, _facts, _stored, _rules, _arithmetic, _amounts, _pieces, _left):
        try:
            yield from part(document)
        except MALFORMED as error:
            yield f"{part.__name__.strip('_')}: a node is missing or malformed ({type(error).__name__}: {error})"


def differs(node: str, said: Any, found: Any) -> Iterator[str]:
    """Says so where what a node says is not what was found."""
    if said != found or type(said) is not type(found):
        yield f"{node}: {said!r}, found {found!r}"


def _digest(document: Node) -> Iterator[str]:
    """The digest is taken over the canonical bytes (RFC 8785, in the domain of ASCII names and whole numbers) of all the rest."""
    rest = {name: value for name, value in document.items() if name != "digest"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    yield from differs("digest", document["digest"], hashlib.sha256(canonical).hexdigest())


def link(record: Node) -> str:
    """The hash of a record of the log: over the one before, its place, and the stored bytes. Lengths come before texts."""
    policy, type_, stored = record["policy_id"].encode(), record["type"].encode(), base64.b64decode(record["state"], validate=True)
    parts = [b"\x02", bytes.fromhex(record["previous_hash"]), record["position"].to_bytes(8, "big"), len(policy).to_bytes(4, "big"), policy]
    parts += [record["version"].to_bytes(8, "big"), len(type_).to_bytes(4, "big"), type_, len(stored).to_bytes(4, "big"), stored]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@lru_cache
def decoded(stored: str) -> Any:
    """What the stored bytes of a record say."""
    return json.loads(base64.b64decode(stored, validate=True))


def _records(document: Node) -> Iterator[str]:
    """Every record quoted has the hash that is said, says of itself what is said of it, and follows the one before."""
    at: dict[int, Node] = {}
    for kind in ("facts", "corrections", "assessments"):
        for n, record in enumerate(document[kind]):
            yield from differs(f"{kind}[{n}].hash", record["hash"], link(record))
            yield from differs(f"{kind}[{n}].policy_id", record["policy_id"], document["asked"]["policy_id"])
            for name in ("policy_id", "type", "recorded_at", *(("event_id",) if kind != "assessments" else ())):
                yield from differs(f"{kind}[{n}].{name}", record[name], decoded(record["state"])[name])
            if kind != "assessments":
                yield from differs(f"{kind}[{n}].says", record["says"], decoded(record["state"])["data"])
                yield from differs(f"{kind}[{n}]: known when asked", record["position"] <= document["asked"]["position"], True)
            at[record["position"]] = record
    for position, after in [(position, at[position + 1]) for position in at if position + 1 in at]:
        yield from differs(f"the hash before position {position + 1}", after["previous_hash"], at[position]["hash"])


def _facts(document: Node) -> Iterator[str]:
    """What holds of each fact is what it says, or what the last correction in its chain says."""
    corrections, used = {one["event_id"]: one for one in document["corrections"]}, set()
    for n, fact in enumerate(document["facts"]):
        target, says = fact["event_id"], fact["says"]
        for event_id in fact["corrected_by"]:
            yield from differs(f"facts[{n}].corrected_by", corrections[event_id]["says"]["target"], target)
            target, says = event_id, corrections[event_id]["says"]["data"]
            used.add(event_id)
        yield from differs(f"facts[{n}].in_force", fact["in_force"], says)
        yield from differs(f"facts[{n}].role", fact["role"] in {"rests_on", "needed", "considered"}, True)
    targets = [(one["event_id"], one["target"]) for one in document["corrections"]]
    yield from differs("corrections", sorted(targets), sorted((one, corrections[one]["says"]["target"]) for one in used))
    rests_on = sorted(fact["event_id"] for fact in document["facts"] if fact["role"] == "rests_on")
    yield from differs("facts that the line rests on", rests_on, sorted(set(document["line"]["events"])))
    known = [one["event_id"] for kind in ("facts", "corrections", "others") for one in document[kind]]
    yield from differs("events named once", len(known), len(set(known)))


def _entry(document: Node, stored: Node) -> list[Any]:
    """The entry of an assessment's record that a node points to; it must count by the day asked about."""
    [record] = [one for one in document["assessments"] if one["position"] == stored["position"]]
    entry: list[Any] = decoded(record["state"])["data"]["entries"][stored["entry"]]
    if entry[0] > document["asked"]["on"] or entry[1] != 1:
        raise ValueError(f"entry {stored['entry']} at position {stored['position']} does not count on {document['asked']['on']}")
    return entry[2:]


def _stored(document: Node) -> Iterator[str]:
    """Lines and limits are those that the ledger recorded, runs of days cut at the day asked about."""
    for node, line in [("line", document["line"]), *((f"lines[{n}]", line) for n, line in enumerate(document["lines"]))]:
        kind, *fields = _entry(document, line["stored"])
        said = {name: value for name, value in line.items() if name not in {"line_id", "stored"}}
        yield from differs(node, (said, "line"), (_line(fields, date.fromisoformat(document["asked"]["on"]).isoformat()), kind))
        yield from differs(f"{node}.line_id", line["line_id"].split("#")[0], f"{line['benefit']}:{line['key']}:{line['from']}")
    for n, limit in enumerate(document["limits"]):
        kind, _, *fields = _entry(document, limit["stored"])
        shown = [limit[name] for name in ("limit", "key", "unit", "cap", "from", "to", "rules")]
        yield from differs(f"limits[{n}]", ["limit", *shown], [kind, *fields[:7]])
    yield from differs("asked.line_id", document["asked"]["line_id"], document["line"]["line_id"])
    last = max(document["assessments"], key=lambda record: int(record["position"]))
    yield from differs("terms.assessed", document["terms"]["assessed"], decoded(last["state"])["data"]["terms"])
    accounts = [(use["limit"], use["key"]) for use in document["line"]["uses"]]
    yield from differs("limits", [(limit["limit"], limit["key"]) for limit in document["limits"]], list(dict.fromkeys(accounts)))


def _line(fields: list[Any], on: str) -> Node:
    """A stored line as it stands on a day: a run of days goes no further than that day."""
    names = "counts_from benefit key from to unit quantity rate gross payable decision rules events cut_by uses"
    line = dict(zip(names.split(), fields, strict=True))
    line["cut_by"] = [dict(zip(("limit", "key", "by"), one, strict=True)) for one in line["cut_by"]]
    line["uses"] = [dict(zip(("limit", "key", "amount"), one, strict=True)) for one in line["uses"]]
    if line["unit"] == "time" and line["to"] > on:
        line["to"] = max(line["from"], on)
    elif line["unit"] == "day" and line["to"] > on:
        days, of = (date.fromisoformat(on) - date.fromisoformat(line["from"])).days + 1, line["quantity"]
        line |= {"to": on, "quantity": days, "gross": line["rate"] * days, "payable": line["payable"] // of * days}
        line["cut_by"] = [one | {"by": one["by"] // of * days} for one in line["cut_by"]]
        line["uses"] = [one | {"amount": one["amount"] // of * days} for one in line["uses"]]
    return line


def _rules(document: Node) -> Iterator[str]:
    """The clauses worded are those of the line, in order, then those that set its limits."""
    named = [(rule, "line") for rule in document["line"]["rules"]] + [(r, "limit") for limit in document["limits"] for r in limit["rules"]]
    yield from differs("rules", [(one["rule"], one["of"]) for one in document["rules"]], list(dict.fromkeys(named)))


def _arithmetic(document: Node) -> Iterator[str]:
    """Every step gives its result, of numbers that stand where they are said to or that an earlier step gave; the last is the rate."""
    steps = document["steps"]
    for n, step in enumerate(steps):
        for i, operand in enumerate(step["operands"]):
            yield from _number(document, f"steps[{n}].operands[{i}]", operand, steps[:n])
        yield from differs(f"steps[{n}].result", step["result"], OPERATIONS[step["op"]]([one["value"] for one in step["operands"]]))
    yield from _number(document, "rate", document["rate"], steps)
    yield from differs("rate", (document["rate"]["step"], document["rate"]["value"]), (len(steps) or None, document["line"]["rate"]))


def _number(document: Node, node: str, number: Node, steps: list[Node]) -> Iterator[str]:
    source, n, plain = number["found"], number["step"], CONSTANTS.get(number["name"], number["value"])
    found = steps[n - 1]["result"] if n is not None else _found(document, source) if source is not None else plain
    yield from differs(f"{node}.value", number["value"], found if type(found) is int else "no whole number")


def _found(document: Node, found: Node) -> Any:
    """The number at the place where one is said to stand: a field of a fact that serves, of a term, or another line's amount."""
    if "line_id" in found:
        return next(line["payable"] for line in document["lines"] if line["line_id"] == found["line_id"])
    if "event_id" in found:
        values = [one["in_force"] for one in document["facts"] if one["event_id"] == found["event_id"] and one["role"] != "considered"]
    else:
        values = [one["value"] for one in document["terms_read"] if (one["term"], one["from"]) == (found["term"], found["from"])]
    value: Any = values[0]
    for name in found["field"].replace("[", ".[").strip(".").split(".") if found["field"] else ():
        value = value[int(name[1:-1])] if name.startswith("[") else value[name]
    return value


def _amounts(document: Node) -> Iterator[str]:
    """Rate by quantity is gross; gross less what each limit cut is payable; a declined line pays nothing."""
    line = document["line"]
    decision = "declined" if line["decision"] == "declined" else "reduced" if line["cut_by"] else "payable"
    payable = 0 if decision == "declined" else line["gross"] - sum(one["by"] for one in line["cut_by"])
    yield from differs("line", (line["gross"], line["decision"], line["payable"]), (line["rate"] * line["quantity"], decision, payable))
    yield from differs("result", document["result"], {name: line[name] for name in ("decision", "gross", "payable")})
    yield from differs("rules_changed", document["rules_changed"] and any(document[n] for n in ("steps", "pieces", "terms_read")), False)


def _pieces(document: Node) -> Iterator[str]:
    """The pieces make up the line; each limit in turn leaves of each piece what its room allows; the sums are those recorded."""
    line, pieces = document["line"], document["pieces"]
    yield from differs("pieces", bool(pieces), bool(line["uses"]) and not document["rules_changed"])
    if not pieces:
        return
    yield from differs("pieces from and to", (pieces[0]["from"], pieces[-1]["to"]), (line["from"], line["to"]))
    for n, (before, after) in enumerate(pairwise(pieces), start=1):
        yield from differs(f"pieces[{n}].from", after["from"], (date.fromisoformat(before["to"]) + timedelta(1)).isoformat())
    for name in ("quantity", "gross", "payable"):
        yield from differs(f"pieces: sum of {name}", sum(piece[name] for piece in pieces), line[name])
    cut, booked = Sums(), Sums()
    for n, piece in enumerate(pieces):
        yield from _piece(document, f"pieces[{n}]", piece, booked)
        for limit, (name, sums) in product(piece["limits"], (("cut", cut), ("booked", booked))):
            sums[limit["limit"], limit["key"]] = sums.get((limit["limit"], limit["key"]), 0) + limit[name]
    yield from differs("line.uses", [((u["limit"], u["key"]), u["amount"]) for u in line["uses"]], list(booked.items()))
    cuts = {(one["limit"], one["key"]): one["by"] for one in line["cut_by"]}
    yield from differs("line.cut_by", cuts, {account: by for account, by in cut.items() if by or account in cuts})


def _piece(document: Node, node: str, piece: Node, booked: Sums) -> Iterator[str]:
    line, asked = document["line"], piece["gross"]
    counted = (date.fromisoformat(piece["to"]) - date.fromisoformat(piece["from"])).days + 1 if line["unit"] == "day" else 1
    yield from differs(f"{node}", (piece["quantity"], asked), (counted, line["rate"] * counted))
    for i, limit in enumerate(piece["limits"]):
        yield from _room(document, f"{node}.limits[{i}]", piece, limit, booked)
        room, in_yen = limit["room"], limit["unit"] == "yen"
        allowed = min(asked // counted, room) * counted if in_yen else asked if room else 0  # the days of a piece fare alike
        taken = piece["payable"] if in_yen else counted if piece["payable"] or not piece["gross"] else 0
        sums = {"asked": asked, "counted": counted, "allowed": allowed, "cut": asked - allowed, "used_after": limit["used_before"] + taken}
        sums["booked"] = taken if taken <= room or not piece["gross"] else -1
        yield from differs(f"{node}.limits[{i}]", {n: limit[n] for n in sums}, sums)
        asked = allowed
    yield from differs(f"{node}.payable", piece["payable"], asked)


def _room(document: Node, node: str, piece: Node, limit: Node, booked: Sums) -> Iterator[str]:
    """The cap is the limit's, what was used before is the sum of what the lines named took, and the rest is the room."""
    account, own = (limit["limit"], limit["key"]), document["line"]
    [opened] = [one for one in document["limits"] if (one["limit"], one["key"]) == account]
    caps = {"opened": opened["cap"], "used_up": limit["used_before"] + limit["booked"]}
    cap = caps[limit["cap_found"]["limit"]] if "limit" in limit["cap_found"] else _found(document, limit["cap_found"])
    yield from differs(node, (limit["cap"], limit["unit"], limit["rules"]), (cap, opened["unit"], opened["rules"]))
    users, used = [use["line_id"] for use in limit["used_by"]], sum(use["amount"] for use in limit["used_by"])
    yield from differs(f"{node}.used_before and room", (limit["used_before"], limit["room"]), (used, max(0, cap - used)))
    yield from differs(f"{node}.used_by", (len(users), own["line_id"] in users), (len(set(users)), bool(booked.get(account))))
    for i, use in enumerate(limit["used_by"]):
        [other] = [one for one in (own, *document["lines"]) if one["line_id"] == use["line_id"]]
        of = sum(one["amount"] for one in other["uses"] if (one["limit"], one["key"]) == account)
        yield from differs(f"{node}.used_by[{i}].of", use["of"], of)
        through = other["unit"] != "day" or other["to"] < piece["from"]  # a run that goes on had taken a part of its days only
        right = [booked.get(account)] if other is own else [of] if through else range(1, of + 1)
        yield from differs(f"{node}.used_by[{i}].amount {use['amount']} of {of}", use["amount"] > 0 and use["amount"] in right, True)


def _left(document: Node) -> Iterator[str]:
    """What each limit has left after the line; by all lines of the answer it is no more than that."""
    last = {(limit["limit"], limit["key"]): limit for piece in document["pieces"] for limit in piece["limits"]}
    for n, (one, limit) in enumerate(zip(document["left"], document["limits"], strict=True)):
        taking = last.get((limit["limit"], limit["key"]))
        after = taking["cap"] - taking["used_after"] if taking else None
        yield from differs(f"left[{n}]", (one["limit"], one["key"], one["after_this_line"]), (limit["limit"], limit["key"], after))
        yield from differs(f"left[{n}].on_the_day", taking is None or one["on_the_day"] <= limit["cap"] - taking["used_after"], True)


if __name__ == "__main__":
    sys.exit(main())
