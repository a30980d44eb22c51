"""Importing a history: taken in, worked out policy by policy, and only then recorded, line by line in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Final, NamedTuple

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.recorders.base import LedgerRecorder
from ledger.recorders.log import LostRace, NewRecord, OutcomeUnknown, Unreachable, instant, micros
from ledger.recorders.policies import Encode, Loaded, Policies, admitted, check_fact, check_same, unique
from ledger.recorders.spool import Line, Spool

LINES: Final = 2_000
"""Lines that are recorded in one transaction."""

ATTEMPTS: Final = 8

Progress = Callable[[int], None]


class ImportSummary(NamedTuple):
    """What an import did: lines read, recorded, passed over because they were recorded before; and the position at the end."""

    read: int
    recorded: int
    repeated: int
    refused: int
    position: int


class History:
    """One import. Where it is interrupted, another run passes over what is recorded and goes on."""

    def __init__(self, recorder: LedgerRecorder, policies: Policies, encode: Encode, now_us: int) -> None:
        self._recorder, self._policies, self._encode, self._now_us = recorder, policies, encode, now_us
        self._spool = Spool()
        self._read = 0
        self._recorded = 0
        self._doubtful: set[str] = set()  # event ids of a commit that was not acknowledged

    def run(self, numbered: Iterable[tuple[int, ev.Event]], progress: Progress, checked: Progress) -> ImportSummary:
        """Checks the whole file, then records it. Raises Refused at the first line that is not accepted; then nothing is recorded."""
        with closing(self._spool):
            self._take_in(numbered)
            self._work_out(checked)
            self._write(progress)
        position = self._recorder.head().position
        return ImportSummary(self._read, self._recorded, self._read - self._recorded, 0, position)

    # ---- first: every line, against what is recorded ----------------------------------------------------------------------

    def _take_in(self, numbered: Iterable[tuple[int, ev.Event]]) -> None:
        for lines in _chunks(numbered, LINES):
            known = self._recorder.find([event.event_id for _, event in lines])
            new = []
            for no, event in lines:
                with _place(no):
                    check_fact(event)
                    _check_instant(event, self._now_us)
                    stored = known.get(event.event_id)
                    if stored is not None:
                        check_same(stored.event, event, stored.position)
                        continue
                new.append(Line(no, event.event_id, event.policy_id, ev.encode(event)))
            self._read += len(lines)
            self._spool.add_lines(new)
        self._spool.index_lines()
        line = self._spool.id_of_two_policies()
        if line is not None:
            with _place(line.no):
                found = Words(
                    f"{line.event_id}（別の契約の行にある）", f"{line.event_id}, which a line of another policy bears"
                )
                allowed = Words("この入力で一度だけの event_id", "an event_id of one event")
                raise Refused("event_id", found, allowed, policy_id=line.policy_id, event_id=line.event_id)

    # ---- second: policy by policy, so that one at a time is in memory -------------------------------------------------------

    def _work_out(self, checked: Progress) -> None:
        refused: Refused | None = None
        done = 0
        for policy_id, first in self._spool.policies():
            if refused is None or first < (refused.line or 0):
                try:
                    done += self._prepare(policy_id, first)
                    checked(done)
                except Refused as found:  # the first line of the file is reported, whichever policy it is of
                    refused = found if refused is None or (found.line or 0) < (refused.line or 0) else refused
        if refused is not None:
            raise refused
        self._spool.index_entries()

    def _prepare(self, policy_id: str, first: int) -> int:
        """Works out what is to be appended for the lines of a policy from a number on; gives how many lines there were."""
        loaded = self._policies.fresh(policy_id)
        lines = self._spool.lines(policy_id, first)
        said: dict[str, ev.Event] = {}
        for line in lines:
            event = ev.decode(line.state)
            with _place(line.no):
                if event.event_id in said:
                    check_same(said[event.event_id], event)
                    self._spool.drop_line(line.no)
                    continue
                _check_order(event, loaded)
                said[event.event_id], new = admitted(loaded, event, self._encode)
            loaded.newest_us = new[-1].recorded_us
            self._spool.add_entries(line.no, new)
        return len(lines)

    # ---- third: recorded, in the order of the file --------------------------------------------------------------------------

    def _write(self, progress: Progress) -> None:
        after = attempts = 0
        while True:
            last, lines, new = self._spool.chunk(after, LINES)
            if not lines:
                return
            try:
                stale = self._append(new)
            except (LostRace, OutcomeUnknown, Unreachable) as fault:
                attempts += 1
                if attempts > ATTEMPTS:
                    raise
                if isinstance(fault, OutcomeUnknown):
                    self._doubtful.update(record.event_id for record in new if record.event_id is not None)
                self._recorder.recover()
                stale = unique(record.policy_id for record in new)
            for policy_id in stale:
                self._prepare_again(policy_id, after + 1)
            if not stale:
                after, attempts = last, 0
                self._recorded += lines
                progress(self._recorded)

    def _append(self, new: Sequence[NewRecord]) -> Sequence[str]:
        """Appends records; where policies have moved on since they were worked out, appends nothing and names them."""
        first = {record.policy_id: record.version for record in reversed(new)}
        with self._recorder.appending(list(first)) as append:
            stale = [policy_id for policy_id, version in first.items() if append.ends[policy_id].version + 1 != version]
            if not stale:
                append.insert(new)
        return stale

    def _prepare_again(self, policy_id: str, first: int) -> None:
        """Another writer was there, or the commit was carried out after all: what is recorded now is passed over."""
        lines = self._spool.lines(policy_id, first)
        self._spool.drop_entries(lines)
        known = self._recorder.find([line.event_id for line in lines])
        for line in lines:
            stored = known.get(line.event_id)
            if stored is not None:
                with _place(line.no):
                    check_same(stored.event, ev.decode(line.state), stored.position)
                self._spool.drop_line(line.no)
                self._recorded += line.event_id in self._doubtful
        self._prepare(policy_id, first)


@contextmanager
def _place(no: int) -> Iterator[None]:
    """Gives the number of a line to what is refused inside."""
    try:
        yield
    except Refused as refused:
        raise refused.at(line=no) from None


def _check_instant(event: ev.Event, now_us: int) -> None:
    if event.recorded_at is None:
        allowed = Words("時差つきの時刻", "an instant with its offset: a history brings its own")
        raise Refused("recorded_at", allowed=allowed, policy_id=event.policy_id, event_id=event.event_id)
    if micros(event.recorded_at) > now_us:
        now = instant(now_us).isoformat()
        allowed = Words(f"今（{now}）より後でない時刻", f"an instant not after now ({now})")
        raise Refused(
            "recorded_at", ev.utc_text(event.recorded_at), allowed, policy_id=event.policy_id, event_id=event.event_id
        )


def _check_order(event: ev.Event, loaded: Loaded) -> None:
    """Within a policy what is recorded later bears no earlier instant."""
    assert event.recorded_at is not None
    if loaded.newest_us is not None and micros(event.recorded_at) < loaded.newest_us:
        newest = ev.utc_text(instant(loaded.newest_us))
        allowed = Words(
            f"契約の直前の記録（{newest}）より前でない時刻", f"an instant not before the policy's last one ({newest})"
        )
        raise Refused(
            "recorded_at", ev.utc_text(event.recorded_at), allowed, policy_id=event.policy_id, event_id=event.event_id
        )


def _chunks(numbered: Iterable[tuple[int, ev.Event]], size: int) -> Iterator[list[tuple[int, ev.Event]]]:
    iterator = iter(numbered)
    while chunk := list(islice(iterator, size)):
        yield chunk
