"""The derivation of one line of an answer, past or present, as a document that a stranger can check (`replay/checker.py`).

What the ledger said is the fold of what it assessed, and is shown with the records that say so. How it follows is shown by running the
product's rules over the facts as they were known: no mode has to be on when facts are recorded. Where today's rules no longer give
the stored line, the document says that the rules have changed since, and shows what is stored.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger import events as ev
from ledger.canonical import canonical
from ledger.clauses import FOLDERS, Clause, clauses
from ledger.errors import Refused, Words
from ledger.journal import Item, Line, Opening
from ledger.limits import Limit
from ledger.products import PRODUCTS
from ledger.recorders.log import LogRecord
from replay import as_of
from replay.derivation import Derivation, Rerun, Taking
from replay.known import History
from replay.standing import Found, numbers, planned, roles
from replay.steps import Cut, Step, steps

VERSION: Final = 1
Node = dict[str, Any]


def explanation(policy_id: str, records: Iterable[LogRecord], on: date, cut: Cut, line_id: str) -> Node:
    """The derivation of a line by its id in the answer. Raises Refused where the answer has no such line."""
    return Answered(policy_id, records, on, cut).explanation(line_id)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical bytes of a document, its digest left out."""
    return sha256(canonical({name: value for name, value in document.items() if name != "digest"})).hexdigest()


class Answered:
    """An answer of the ledger, with what its lines have in common: what was known, where it is stored, the rules run over it."""

    def __init__(self, policy_id: str, records: Iterable[LogRecord], on: date, cut: Cut) -> None:
        records = list(records)
        self.policy_id, self.on = policy_id, on
        known = History(policy_id, records).known(known_at=cut.known_at, at_position=cut.position)
        self.story: list[Step] = steps(records, cut) if known.fault is None else []
        self.answer = as_of.answer(known, on, cut.known_at)
        items: list[Item] = sorted(known.journal.standing(on), key=repr) if known.fault is None else []
        self.whole = {item.through(on): item for item in items if isinstance(item, Line)}
        self.openings = {(item.limit, item.key): item for item in items if isinstance(item, Opening)}
        self.lines = dict(as_of.named(self.whole))
        self.names = {line: name for name, line in self.lines.items()}

    def explanation(self, line_id: str) -> Node:
        """The derivation of one of its lines. Raises Refused where it has no such line."""
        if line_id not in self.lines:
            raise Refused("--benefit", line_id, self._allowed())
        return _Explained(self, line_id).document()

    def _allowed(self) -> Words:
        if "undetermined" in self.answer:
            since = self.answer["undetermined"]["since"]
            return Words(f"なし：位置 {since} から判定できない", f"none: undetermined since position {since}")
        if self.answer["product"] is None:
            return Words("なし：その時点でこの契約は知られていない", "none: the policy was not known then")
        found = ", ".join([*list(self.lines)[:5], *(["…"] if len(self.lines) > 5 else [])])
        return Words(f"その答の line_id（{found or 'なし'}）", f"a line_id of that answer ({found or 'it has none'})")

    @cached_property
    def recorded(self) -> list[ev.Event]:
        """The facts and corrections that were known."""
        return [step.event for step in self.story if step.is_fact]

    @cached_property
    def stored_at(self) -> dict[Item, tuple[int, int]]:
        """Where each item was last added: the position of the assessment, and its place among the entries."""
        return {
            entry.item: (step.assessed.position, n)
            for step in self.story
            if step.assessed is not None
            for n, entry in enumerate(step.entries)
            if entry.sign > 0 and entry.day <= self.on
        }

    @cached_property
    def rerun(self) -> Rerun:
        """Today's rules over what was known. Raises what they raise."""
        return Rerun(PRODUCTS[self.answer["product"]], self.recorded, self.on)


class _Explained:
    """One line, and all that is said about it."""

    def __init__(self, answered: Answered, line_id: str) -> None:
        self.of, self.line_id = answered, line_id
        self.line = answered.lines[line_id]

    @cached_property
    def derived(self) -> Derivation | None:
        """How today's rules come to the line; None where they do not, or fail."""
        try:
            return self.of.rerun.derivation(self.line)
        except Exception:  # noqa: BLE001 - whatever today's rules raise: what is stored is shown all the same
            return None

    @cached_property
    def found(self) -> Found:
        """What part each event plays in the line."""
        needed, considered = (self.derived.needed, self.derived.considered) if self.derived else (frozenset[str](), frozenset[str]())
        capping = frozenset(self._capping(considered))
        return roles(self.of.recorded, self.of.on, self.line, needed | capping, considered - capping)

    def _capping(self, considered: frozenset[str]) -> Iterator[str]:
        """The facts whose plan sets a cap of the line's own, unless a term does or a fact without which the line would be another."""
        limits = self.derived.claim.limits if self.derived else ()
        own = {limit.cap for limit in limits if limit.cap != self.of.openings[limit.limit, limit.key].cap}
        for cap in own.difference(number for read in self.terms_read for _, number in numbers(read["value"])):
            setting = planned(self.of.rerun.known.facts, cap, self.line.counts_from)
            if considered.issuperset(setting):
                yield from setting[-1:]

    # ---- the document ----------------------------------------------------------------------------------------------------------

    def document(self) -> Node:
        """The whole derivation, sealed by its digest."""
        derived = self.derived
        corrections = self._corrections()
        pieces = [self._piece(taking, derived.claim.limits) for taking in derived.takings] if derived else []
        document = {
            "version": VERSION,
            "kind": "explanation",
            "asked": {"policy_id": self.of.policy_id, "line_id": self.line_id}
            | {name: self.of.answer[name] for name in ("on", "known_at", "position")},
            "product": self.of.answer["product"],
            "terms": {"assessed": self.of.answer["terms"], "now": self._terms_now()},
            "rules_changed": derived is None,
            "line": self._line(self.line_id, self.line),
            "result": {name: getattr(self.line, name) for name in ("decision", "gross", "payable")},
            "facts": self.facts,
            "corrections": corrections,
            "others": [other for other in self._others() if other["event_id"] not in {one["event_id"] for one in corrections}],
            "rules": list(self._rules()),
            "terms_read": self.terms_read,
            "steps": self.steps,
            "rate": self._rate(),
            "pieces": pieces,
            "limits": [self._limit(account) for account in dict.fromkeys((use.limit, use.key) for use in self.line.uses)],
            "lines": [self._line(self.of.names[line], line) for line in self._lines_named(pieces)],
            "left": self._left(pieces),
            "today": [] if derived else list(self._today()),
        }
        document["assessments"] = self._assessments(document)
        return document | {"digest": digest(document)}

    def _terms_now(self) -> Node:
        terms = PRODUCTS[self.of.answer["product"]].terms
        return {"version": terms.version, "hash": terms.hash}

    # ---- lines and limits ------------------------------------------------------------------------------------------------------

    def _line(self, name: str, line: Line) -> Node:
        """A line of the answer, and where it is stored whole."""
        shown = as_of.benefit(line, name)
        return shown | {"uses": [use._asdict() for use in line.uses], "stored": self._stored(self.of.whole[line])}

    def _stored(self, item: Item) -> Node:
        position, entry = self.of.stored_at[item]
        return {"position": position, "entry": entry}

    def _limit(self, account: tuple[str, str]) -> Node:
        """A limit that the line took of, as it was opened."""
        opening = self.of.openings[account]
        shown = {"limit": opening.limit, "key": opening.key, "unit": opening.unit, "cap": opening.cap, "from": opening.first.isoformat()}
        last = opening.last.isoformat() if opening.last else None
        return shown | {"to": last, "rules": list(opening.rules), "stored": self._stored(opening)}

    def _piece(self, taking: Taking, limits: Sequence[Limit]) -> Node:
        """One piece of the line: gross, then each limit in turn, then what is payable."""
        piece = taking.piece
        counted = piece.quantity if piece.unit == "day" else 1
        cuts = {(cut.limit, cut.key): cut.by for cut in piece.cuts}
        uses = {(use.limit, use.key): use.amount for use in piece.uses}
        asked, shown = piece.gross, []
        for limit in limits:
            account = limit.limit, limit.key
            before = sum(taking.before[account].values())
            cut = cuts.get(account, 0)
            shown.append(
                {
                    "limit": limit.limit, "key": limit.key, "unit": limit.unit, "rules": list(limit.rules), "cap": limit.cap,
                    "cap_found": self._cap(limit, before + uses[account]),
                    "used_before": before, "used_by": list(self._used_by(account, taking)), "room": max(0, limit.cap - before),
                    "asked": asked, "counted": counted, "allowed": asked - cut, "cut": cut, "booked": uses[account],
                    "used_after": before + uses[account],
                }
            )  # fmt: skip
            asked -= cut
        days = {"from": piece.first.isoformat(), "to": piece.last.isoformat(), "quantity": piece.quantity}
        return days | {"gross": piece.gross, "limits": shown, "payable": piece.payable}

    def _cap(self, limit: Limit, used_after: int) -> Node:
        """Where a cap comes from: the limit as opened; for a line with a cap of its own a fact or a term, or what it used it up to."""
        if limit.cap == self.of.openings[limit.limit, limit.key].cap:
            return {"limit": "opened"}
        return self._source(None, limit.cap) or {"limit": "used_up" if limit.cap == used_after else "own"}

    def _used_by(self, account: tuple[str, str], taking: Taking) -> Iterator[Node]:
        """What lines took of a limit before, each beside what it takes of it in the whole answer."""
        for line, amount in taking.before[account].items():
            if amount:
                shown = line.through(self.of.on)
                of = next(use.amount for use in shown.uses if (use.limit, use.key) == account)
                yield {"line_id": self.of.names.get(shown, as_of.line_name(line)), "amount": amount, "of": of}

    def _lines_named(self, pieces: Iterable[Node]) -> list[Line]:
        """Other lines of the answer that the derivation names: those that used its limits before, those that it was reckoned from."""
        used = {use["line_id"] for piece in pieces for limit in piece["limits"] for use in limit["used_by"]}
        sources = [operand["found"] for step in self.steps for operand in step["operands"] if operand["found"]]
        reckoned = {found["line_id"] for found in sources if "line_id" in found}
        return [self.of.lines[name] for name in sorted((used | reckoned) & self.of.lines.keys() - {self.line_id})]

    def _left(self, pieces: Sequence[Node]) -> list[Node]:
        """What each limit has left: after this line, and by all lines of the answer."""
        after = {(limit["limit"], limit["key"]): limit["cap"] - limit["used_after"] for piece in pieces for limit in piece["limits"]}
        rows = {(row["limit"], row["key"]): row["remaining"] for row in self.of.answer["limits"]}
        accounts = dict.fromkeys((use.limit, use.key) for use in self.line.uses)
        return [{"limit": a[0], "key": a[1], "after_this_line": after.get(a), "on_the_day": rows[a]} for a in accounts]

    # ---- facts -------------------------------------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> list[Node]:
        """The facts that the line rests on, those without which it would be another, and those considered that change nothing in it."""
        nodes = []
        for step in self.of.story:
            role = self.found.roles.get(step.event.event_id)
            if role not in {"rests_on", "needed", "considered"}:
                continue
            says = _says(step.record)
            corrected = self.found.corrected_by.get(step.event.event_id, ())
            in_force = _says(self._record(corrected[-1]))["data"] if corrected else says
            node = {"role": role, "event_id": step.event.event_id, "says": says, "corrected_by": list(corrected), "in_force": in_force}
            nodes.append(node | _record(step.record))
        return nodes

    def _corrections(self) -> list[Node]:
        """The corrections that hold for those facts."""
        shown = {node for node, role in self.found.roles.items() if role in {"rests_on", "needed", "considered"}}
        applied = {one for event_id in shown for one in self.found.corrected_by.get(event_id, ())}
        return [
            {"event_id": step.event.event_id, "target": says["target"], "says": says} | _record(step.record)
            for step in self.of.story
            if step.event.event_id in applied
            for says in (_says(step.record),)
        ]

    def _others(self) -> Iterator[Node]:
        """Every other event that was known, and why it plays no part."""
        for step in self.of.story:
            role = self.found.roles.get(step.event.event_id)
            if step.is_fact and role not in {"rests_on", "needed", "considered"}:
                yield {"event_id": step.event.event_id, "position": step.position, "type": step.record.type, "role": role}

    def _record(self, event_id: str) -> LogRecord:
        return next(step.record for step in self.of.story if step.event.event_id == event_id)

    # ---- rules, terms, arithmetic ------------------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[Node]:
        """The clauses of the line in the order applied, then those that set its limits."""
        texts: dict[str, Clause] = {clause.id: clause for folder in FOLDERS for clause in clauses(folder)}
        limits = [rule for use in self.line.uses for rule in self.of.openings[use.limit, use.key].rules]
        for rule, of in dict.fromkeys([*((rule, "line") for rule in self.line.rules), *((rule, "limit") for rule in limits)]):
            clause = texts.get(rule)
            ja, en = clause.titles if clause else (rule, rule)
            yield {"rule": rule, "of": of, "title": {"ja": ja, "en": en}, "text": clause.text if clause else ""}

    @cached_property
    def terms_read(self) -> list[Node]:
        """The terms looked up on the way to the line, each with the row that served and the day that picked it."""
        return [
            {
                "term": term.name, "clauses": list(term.clauses), "unit": term.unit, "picked_by": term.picked_by, "day": day.isoformat(),
                "from": row.from_.isoformat(), "value": plain(row.value), "source": row.source, "note": row.note,
            }
            for term, day, row in (self.derived.look_ups if self.derived else ())
        ]  # fmt: skip

    @cached_property
    def steps(self) -> list[Node]:
        """The arithmetic of the rate; each number that no step gave with the place where it was found."""
        shown = []
        for step in self.derived.claim.steps if self.derived else ():
            operands = [
                {"name": name, "value": value, "step": n, "found": None if n else self._source(name, value)}
                for name, value, n in step.operands
            ]
            shown.append({"op": step.op, "operands": operands, "result": step.result})
        return shown

    def _rate(self) -> Node:
        """The rate: the result of the last step, or a number taken as it was found."""
        n = len(self.derived.claim.steps) if self.derived else 0
        found = () if n else self._sources(None, self.line.rate)
        likely = max(found, key=lambda source: len(_words(source) & set(self.line.benefit.split("_"))), default=None)
        return {"name": "rate", "value": self.line.rate, "step": n or None, "found": likely}

    def _source(self, name: str | None, value: int) -> Node | None:
        """Where a number stands, by its name if it has one."""
        return next(iter(self._sources(name, value)), None)

    def _sources(self, name: str | None, value: int) -> Sequence[Node]:
        """The places where a number stands: facts that the line rests on, terms of its clauses, lines that it was reckoned from, other
        facts that it needs, any other terms."""
        of_clauses = [read for read in self.terms_read if not set(self.line.rules).isdisjoint(read["clauses"])]
        return (
            *_in_facts((node for node in self.facts if node["role"] == "rests_on"), name, value),
            *_in_terms(of_clauses, name, value),
            *self._in_lines(name, value),
            *_in_facts((node for node in self.facts if node["role"] == "needed"), name, value),
            *_in_terms(self.terms_read, name, value),
        )

    def _in_lines(self, name: str | None, value: int) -> Iterator[Node]:
        for line in self.derived.lines if self.derived else ():
            shown = line.through(self.of.on)
            if shown in self.of.names and (shown.benefit, shown.payable) == (name, value) and set(line.events) <= set(self.line.events):
                yield {"line_id": self.of.names[shown]}

    def _today(self) -> Iterator[Node]:
        """What today's rules make of the same facts, of the same benefit and key, where they no longer give the line."""
        try:
            lines = self.of.rerun.lines()
        except Exception:  # noqa: BLE001 - rules that fail give no line
            return
        yield from (as_of.benefit(line, name) for name, line in as_of.named(lines) if line[1:3] == self.line[1:3])

    # ---- records -----------------------------------------------------------------------------------------------------------------

    def _assessments(self, document: Mapping[str, Any]) -> list[Node]:
        """The records in which the ledger said what is shown of lines and limits; and the last one, which names the terms."""
        shown = [document["line"], *document["lines"], *document["limits"]]
        last = max(step.assessed.position for step in self.of.story if step.assessed is not None)
        positions = {last, *(node["stored"]["position"] for node in shown)}
        return [_record(step.assessed) for step in self.of.story if step.assessed is not None and step.assessed.position in positions]


def _words(source: Node) -> set[str]:
    """The words of the field or the term in which a number was found."""
    return set(str(source.get("term") or source.get("field", "").split(".")[-1]).split("_"))


def _in_facts(facts: Iterable[Node], name: str | None, value: int) -> Iterator[Node]:
    for node in facts:
        for path, number in numbers(node["in_force"]):
            if number == value and name in {None, path.split(".")[-1].split("[")[0]}:
                yield {"event_id": node["event_id"], "field": path}


def _in_terms(terms: Iterable[Node], name: str | None, value: int) -> Iterator[Node]:
    for read in terms:
        for path, number in numbers(read["value"]):
            if number == value and name in {None, read["term"]}:
                yield {"term": read["term"], "from": read["from"], "field": path}


def _record(record: LogRecord) -> Node:
    """A record of the log, with all that its hash is taken over."""
    return {
        "policy_id": record.policy_id, "type": record.type, "position": record.position, "version": record.version,
        "recorded_at": ev.utc_text(record.recorded_at), "previous_hash": record.previous_hash.hex(), "hash": record.hash.hex(),
        "state": b64encode(record.state).decode(),
    }  # fmt: skip


def _says(record: LogRecord) -> Node:
    """The data of a record as they are stored: what is personal and no rule reads stands apart from them."""
    data: Node = orjson.loads(record.state)["data"]
    return data


def plain(value: Any) -> Any:
    """A value of the terms as JSON."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
