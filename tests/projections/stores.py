"""What the tests of the read model share: random histories, policies that say what they are told to, and the single answers beside."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine

from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.door import read_lines
from ledger.errors import Refused
from ledger.journal import Entry, Held, Item, Line, Opening, Use
from ledger.policy import Policy
from projections.engine import engine, writing
from projections.queries import Reader, Undetermined
from projections.schema import migrate
from replay.as_of import answer
from replay.known import History
from tests.ledger.guards import unguarded
from tests.oracle import histories_other as oracle

Wire = dict[str, Any]
DAY = date(2024, 1, 1)
NO_MONEY = {"payable": 0, "paid": 0, "recovered": 0, "offset": 0, "outstanding": 0}


@contextmanager
def opened(target: str, **given: Any) -> Iterator[tuple[ClaimsLedger, Engine]]:
    """A ledger with its read model, tables made."""
    with ClaimsLedger.open(target, **given) as ledger:
        ledger.init()
        made = engine(target)
        migrate(made)
        yield ledger, made
        made.dispose()


def tampered(made: Engine, statement: str) -> int:
    """Carries out a statement as who owns the database may; gives how many rows it changed."""
    with writing(made).begin() as connection:
        if "ledger_log" in statement:
            unguarded(connection.exec_driver_sql, server=made.dialect.name == "postgresql")
        return connection.exec_driver_sql(statement).rowcount


# ---- random histories ------------------------------------------------------------------------------------------------------


def histories(seed: int, each: int = 2) -> list[Wire]:
    """Wire events of random policies of three products, by time of recording, such as an import accepts."""
    rng = random.Random(seed)
    tellers = (oracle.cyber_history, oracle.oyako_history, oracle.ryoritsu_history)
    told = [wire for _ in range(each) for teller in tellers for wire in admitted(teller(rng))]
    return sorted(told, key=lambda wire: datetime.fromisoformat(wire["recorded_at"]))


def admitted(history: Iterable[Wire]) -> Iterator[Wire]:
    """The events of one policy that the ledger admits, in order."""
    policy: Policy | None = None
    for wire in history:
        policy = policy or Policy(wire["policy_id"])
        [(_, event)] = read_lines(jsonl([wire]), mode="import")
        try:
            policy.admit(event, derive=False)
        except Refused:
            continue
        yield wire


def jsonl(wires: Iterable[Wire]) -> Iterator[bytes]:
    return iter([json.dumps(wire, ensure_ascii=False).encode() + b"\n" for wire in wires])


def imported(ledger: ClaimsLedger, wires: Iterable[Wire]) -> None:
    ledger.import_events(read_lines(jsonl(wires), mode="import"))


# ---- as the single answers have it -------------------------------------------------------------------------------------------


def same_as_single(reader: Reader, history: History, on: date, cut: dict[str, Any]) -> str | None:
    """What of the read model's answer differs from the single answer; None where all is the same, byte for byte."""
    single, policy_id = answer(history.known(**cut), on, None), history.policy_id
    try:
        limits = [row.in_answer() for row in reader.limits(policy_id, on, **cut)]
    except Undetermined as undetermined:
        said = {"since": undetermined.since, "reason": undetermined.reason}
        return None if single.get("undetermined") == said else f"undetermined: {said}, single: {single.get('undetermined')}"
    whole = reader.settlement(policy_id, on, **cut)
    by_benefit = {row.benefit: row.in_answer() for row in reader.settlement(policy_id, on, by_benefit=True, **cut)}
    found = {
        "undetermined": None,
        "limits": limits,
        "settlement": (whole[0].in_answer() if whole else NO_MONEY) | {"by_benefit": by_benefit},
        "deadlines": [row.in_answer() for row in reader.deadlines(policy_id, on, **cut)],
    }
    differing = [name for name, value in found.items() if orjson.dumps(value) != orjson.dumps(single.get(name))]
    return ", ".join(f"{name}: {found[name]}, single: {single.get(name)}" for name in differing) or None


def questions(ledger: ClaimsLedger, wires: Iterable[Wire], seed: int, each: int) -> Iterator[tuple[History, date, dict[str, Any]]]:
    """Days and cuts worth asking about, by instant and by position, policy by policy."""
    rng = random.Random(seed)
    by_policy: dict[str, list[Wire]] = {}
    for wire in wires:
        by_policy.setdefault(wire["policy_id"], []).append(wire)
    for policy_id, mine in by_policy.items():
        records = ledger.stream(policy_id)
        history = History(policy_id, records)
        for on in oracle.days_to_ask(rng, mine, each):
            record = rng.choice(records)
            near = rng.choice((-1, 0, 0, 1))
            yield history, on, rng.choice(
                ({"at_position": record.position + near}, {"known_at": record.recorded_at + timedelta(microseconds=near)})
            )


# ---- policies that say what they are told to ---------------------------------------------------------------------------------


class Told:
    """A policy without rules: what follows from a fact is what the fact's note says, as JSON."""

    def __init__(self, policy_id: str) -> None:
        self.policy_id = policy_id
        self.version = 0

    def fold(self, event: ev.Event) -> None:
        self.version += 1

    def admit(self, event: ev.Event) -> list[ev.Event]:
        self.fold(event)
        if event.note is None:
            return [event]
        assessed = ev.assessed(event, **json.loads(event.note))
        self.fold(assessed)
        return [event, assessed]


def fact(name: object, policy_id: str = "P-1", entries: Iterable[Entry] = (), fault: str | None = None, terms: str = "2024-04") -> ev.Event:
    """A fact from which follow the entries given, or a fault."""
    note = json.dumps({"entries": [entry.encoded() for entry in entries], "fault": fault, "terms": {"version": terms, "hash": "00"}})
    event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{policy_id}/{name}"))
    data = ev.ConditionRecorded(condition_id=f"c{name}", kind="sickness")
    return ev.Event(event_id, policy_id, "ConditionRecorded", 1, None, data, note=note)


def held(product: str = "cyber") -> Entry:
    return Entry(date.min, 1, Held(date.min, product))


def opening(cap: int = 1_000, limit: str = "cost.period", key: str = "2024", first: date = DAY, **given: Any) -> Opening:
    return Opening(first, limit, key, "yen", cap, first, None, ("CY-05",), **given)


def line(amount: int, day: date = DAY, key: str = "k1", limit: str = "cost.period") -> Line:
    """A cost that is payable whole and uses a limit."""
    uses = (Use(limit, "2024", amount),)
    return Line(day, "cyber_cost", key, day, day, "time", 1, amount, amount, amount, "payable", ("CY-05",), ("e",), (), uses)


def added(*items: Item, day: date = DAY) -> list[Entry]:
    return [Entry(day, 1, item) for item in items]


def taken_back(*items: Item, day: date = DAY) -> list[Entry]:
    return [Entry(day, -1, item) for item in items]


class Clock:
    """Goes on by a second at each reading."""

    def __init__(self) -> None:
        self.at = datetime(2024, 4, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at
