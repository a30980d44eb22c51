"""Ways to alter an explanation: by kind, the place of a node and what it is altered to. The document is sealed anew each time."""

from __future__ import annotations

import copy
import random
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from replay.explain import digest

Node = dict[str, Any]
Place = tuple[str | int, ...]
Change = Callable[[Any, Node], Any]
"""What a node is altered to, given the document; the same value where nothing can be altered."""


def more(value: int, _: Node) -> int:
    return value + 1


def another(value: str, _: Node) -> str:
    return f"{value}x"


def another_hash(value: str, _: Node) -> str:
    return ("0" if value[0] != "0" else "1") + value[1:]


def another_byte(value: str, _: Node) -> str:
    stored = b64decode(value)
    return b64encode(stored[:-1] + bytes([stored[-1] ^ 1])).decode()


def day_before(value: str, _: Node) -> str:
    return (date.fromisoformat(value) - timedelta(1)).isoformat()


def before_it_counts(_: str, document: Node) -> str:
    return day_before(document["line"]["counts_from"], document)


def before_its_facts(_: int, document: Node) -> int:
    return max(int(fact["position"]) for fact in document["facts"]) - 1


def another_decision(value: str, _: Node) -> str:
    return "payable" if value == "declined" else "declined"


def one_less(value: list[Any], _: Node) -> list[Any]:
    return value[:-1]


def twice(value: list[Any], document: Node) -> list[Any]:
    return [*value, {"event_id": document["facts"][0]["event_id"]}] if document["facts"] else value


KINDS: Final[dict[str, tuple[str, Change]]] = {
    "payable": ("line.payable", more),
    "gross": ("line.gross", more),
    "rate": ("line.rate", more),
    "quantity": ("line.quantity", more),
    "decision": ("line.decision", another_decision),
    "key": ("line.key", another),
    "first day": ("line.from", day_before),
    "deciding rule": ("line.rules.*", another),
    "event rested on": ("line.events.*", another),
    "yen cut": ("line.cut_by.*.by", more),
    "use of a limit": ("line.uses.*.amount", more),
    "day asked about": ("asked.on", before_it_counts),
    "position asked about": ("asked.position", before_its_facts),
    "result": ("result.payable", more),
    "what a fact says": ("facts.*.says.**", more),
    "fact as corrected": ("facts.*.in_force.**", more),
    "stored bytes": ("facts.*.state", another_byte),
    "hash of a record": ("facts.*.hash", another_hash),
    "position of a fact": ("facts.*.position", more),
    "target of a correction": ("corrections.*.target", another),
    "correction left out": ("corrections", one_less),
    "cap": ("limits.*.cap", more),
    "used before": ("pieces.*.limits.*.used_before", more),
    "room": ("pieces.*.limits.*.room", more),
    "cut of a piece": ("pieces.*.limits.*.cut", more),
    "who used before": ("pieces.*.limits.*.used_by", one_less),
    "another line's amount": ("lines.*.payable", more),
    "result of a step": ("steps.*.result", more),
    "number of a step": ("steps.*.operands.*.value", more),
    "what is left": ("left.*.after_this_line", more),
    "assessment": ("assessments.*.state", another_byte),
    "assessments left out": ("assessments", lambda _, __: []),
    "event named twice": ("others", twice),
}
"""By kind. `*` in a place is any element, `**` any whole number below."""


def altered(document: Node, kind: str, rng: random.Random) -> Node | None:
    """The document with one node of a kind altered; None where it has none."""
    path, change = KINDS[kind]
    places = list(_places(document, path.split(".")))
    if not places:
        return None
    made = copy.deepcopy(document)
    *way, last = rng.choice(places)
    holder: Any = made
    for name in way:
        holder = holder[name]
    if holder[last] is None:
        return None
    holder[last] = change(holder[last], document)
    return made | {"digest": digest(made)} if made != document else None


def _places(node: Any, path: list[str], at: Place = ()) -> Iterator[Place]:
    """The places of the nodes that a path names."""
    if not path:
        yield at
        return
    name, *rest = path
    inner = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, one in inner:
        if name == "**":
            if type(one) is int:
                yield (*at, key)
            yield from _places(one, path, (*at, key))
        elif name in {"*", key}:
            yield from _places(one, rest, (*at, key))
