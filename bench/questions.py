"""Whether the reasons of answers hold, on random histories: lines explained and checked, alterations refused, differences adding up.

explanations: every line of a history, and those of one past answer, derived; the stand-alone checker agrees.
alterations: a node of such a document altered and the document sealed anew; the checker refuses it, kind by kind.
differences: two questions drawn at random; the parts by cause come to the difference of the answers, account by account.
causes: of such a difference, one cause taken out and the rest derived again gives the part that was stated of it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from bench import alterations, campaign
from bench.campaign import Done, Wire
from ledger import events as ev
from ledger.canonical import canonical
from ledger.derive import rewritten
from ledger.journal import UNDATED, Journal
from ledger.products import PRODUCTS
from ledger.recorders.log import LogRecord
from ledger.timeline import timeline
from replay import as_of, checker, difference
from replay.as_of import Known
from replay.difference import Point
from replay.explain import Answered
from replay.steps import Cut, steps

Node = dict[str, Any]
Found = tuple[Counter[str], list[str]]
"""What was counted, and what does not hold."""


def run(given: argparse.Namespace) -> int:
    """Prints a row a part, and one a kind of alteration; gives how many histories there are in which something does not hold."""
    rows = campaign.gathered(given, "questions", compared, given.questions)
    count = sum(rows.values(), Counter[str]())
    print(f"\n\n{'questions':14}{'seeds':>18}{'histories':>11}{'count':>23}{'different':>11}{'seconds':>9}")
    for name, (_, counted) in PARTS.items():
        seconds, histories = count[f"{name}: milliseconds"] / 1000, count[f"{name}: histories"]
        print(f"{name:14}{campaign.seeds(given, next(iter(rows.values()))):>18}{histories:>11,}{count[counted]:>13,} {counted:9}"
              f"{count[f'{name}: different']:>11,}{seconds:>9,.0f}")  # fmt: skip
    print(f"\n{'altered':28}{'tried':>8}{'refused':>9}")
    for kind in alterations.KINDS:
        print(f"{kind:28}{count[f'tried {kind}']:>8,}{count[f'refused {kind}']:>9,}")
    return count["different"]


def compared(product: str, seeds: range) -> Done:
    """Every part, over the same histories."""
    from tests.replay.told import records_of, stored

    def each(wires: list[Wire], seed: int) -> Found:
        records, counts, found = records_of(list(stored(wires))), Counter[str](), list[str]()
        for n, (name, (part, _)) in enumerate(PARTS.items()):
            if part is not altered or seed % ALTERED_EVERY == 0:
                began = time.monotonic()
                counted, wrong = part(records, random.Random(10 * seed + n))
                took = round((time.monotonic() - began) * 1000)
                counts += counted + Counter({f"{name}: histories": 1, f"{name}: different": bool(wrong), f"{name}: milliseconds": took})
                found += [f"{name}: {text}" for text in wrong]
        return counts, found

    return campaign.each(product, seeds, each)


# ---- explanations --------------------------------------------------------------------------------------------------------------------


def explanations(records: list[LogRecord], rng: random.Random) -> Found:
    """Every line of the whole history, and of one past answer, is derived by the rules, and the checker agrees."""
    count, found = 0, list[str]()
    for answered in asked(records, rng):
        for line_id in answered.lines:
            document = answered.explanation(line_id)
            problems = list(checker.check(checker.read(canonical(document))))
            problems += ["the rules do not give it"] if document["rules_changed"] else []
            count += 1
            found += [f"{line_id} on {answered.on}: {problem}" for problem in problems]
    return Counter(lines=count), found


def asked(records: list[LogRecord], rng: random.Random) -> Iterator[Answered]:
    """Two answers of a history: long after all of it, and a past one."""
    from tests.replay.told import days_of

    last = records[-1].position + 1
    for on, position in ((date(2045, 1, 1), last), (days_of(records, rng, 1)[0], rng.randint(1, last))):
        yield Answered(records[0].policy_id, records, on, Cut(position=position))


def altered(records: list[LogRecord], rng: random.Random) -> Found:
    """Each kind of node of a line's document is altered, and refused."""
    counts, found = Counter[str](), list[str]()
    for answered in asked(records, rng):
        for line_id in rng.sample(list(answered.lines), min(1, len(answered.lines))):
            document = answered.explanation(line_id)
            for kind in alterations.KINDS:
                made = alterations.altered(document, kind, rng)
                if made is not None:
                    refused = bool(list(checker.check(checker.read(canonical(made)))))
                    counts += Counter({"nodes": 1, f"tried {kind}": 1, f"refused {kind}": refused})
                    found += [] if refused else [f"{document['asked']}: not refused: {kind}"]
    return counts, found


# ---- differences ---------------------------------------------------------------------------------------------------------------------


def pair(records: list[LogRecord], rng: random.Random) -> tuple[Point, Point]:
    """Two questions: days worth asking about, and cuts anywhere, forwards or backwards."""
    from tests.replay.told import days_of

    last = records[-1].position + 1
    one, other = (Point(on, Cut(position=rng.randint(0, last))) for on in days_of(records, rng, 2))
    return one, other


def differences(records: list[LogRecord], rng: random.Random) -> Found:
    """The groups, and the movements in them, come to the difference of the two answers."""
    from tests.replay.adding_up import answer, change, grouped

    one, other = pair(records, rng)
    said = difference.difference("P", records, one, other)
    moved, parts = change(answer(records, one), answer(records, other)), grouped(said["groups"])
    found = [] if parts == moved else [f"{one} / {other}: the answers differ by {moved}, the parts come to {parts}"]
    money = {benefit: by for (kind, benefit, name, *_), by in moved.items() if (kind, name) == ("benefit", "payable")}
    movements = [movement for group in said["groups"] for movement in group["movements"]]
    paid = Counter[str]()
    for movement in movements:
        if "payable" in movement:
            paid[movement["benefit"]] += movement["sign"] * movement["payable"]
    if {benefit: by for benefit, by in paid.items() if by} != money:
        found.append(f"{one} / {other}: payable differs by {money}, the movements come to {dict(paid)}")
    return Counter(movements=len(movements)), found


def causes(records: list[LogRecord], rng: random.Random) -> Found:
    """What is stated of a cause is what comes out when it alone is taken out and the rules run over the rest: of each fact and
    correction, and of the days that passed."""
    from tests.replay.adding_up import change, grouped

    one, other = pair(records, rng)
    groups = difference.difference("P", records, one, other)["groups"]
    back = len(steps(records, other.cut)) < len(steps(records, one.cut))
    early, late = (other, one) if back else (one, other)
    count, found = 0, list[str]()
    by_cause = list(_by_cause(groups))
    for causing in rng.sample(by_cause, min(CAUSES, len(by_cause))):
        position = causing[0].get("position")
        if position is None:
            known = _known(records, early.cut.position or 0)
            answers = [derived(known, on) for on in (one.on, other.on)]
        else:
            known = _known(records, position)
            answers = [derived(some, late.on) for some in (known[:-1], known)][:: -1 if back else 1]
        count += 1
        moved, stated = change(*answers), grouped(causing)
        found += [] if moved == stated else [f"{one} / {other}, cause at {position}: stated {stated}, derived {moved}"]
    return Counter(parts=count), found


def _by_cause(groups: Sequence[Node]) -> Iterator[list[Node]]:
    """The groups of each cause: every event by itself, the days that passed and the periods that they opened together."""
    passing = [group for group in groups if "position" not in group]
    yield from ([group] for group in groups if "position" in group)
    if passing:
        yield passing


def _known(records: list[LogRecord], position: int) -> list[ev.Event]:
    """The facts and corrections up to a position."""
    return [record.event for record in records if record.position <= position and record.type != ev.ASSESSED]


def derived(known: list[ev.Event], on: date) -> dict[str, Any]:
    """The answer that the rules give of events, worked out from nothing."""
    issued = next((event.data for event in known if isinstance(event.data, ev.PolicyIssued)), None)
    journal = rewritten(PRODUCTS[issued.product], timeline(known), Journal.EMPTY, UNDATED) if issued else Journal.EMPTY
    return as_of.answer(Known("P", 0, len(known), None, None, journal, None), on, None)


PARTS: Final[dict[str, tuple[Callable[[list[LogRecord], random.Random], Found], str]]] = {
    "explanations": (explanations, "lines"),
    "alterations": (altered, "nodes"),
    "differences": (differences, "movements"),
    "causes": (causes, "parts"),
}
"""What is compared, and what is counted in it."""

CAUSES: Final = 2
"""Of each difference so many causes are taken out, each by itself."""

ALTERED_EVERY: Final = 10
"""Of so many histories one has its documents altered."""
