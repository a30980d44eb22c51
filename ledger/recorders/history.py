"""Importing a history: taken in, worked out policy by policy, and only then recorded, line by line in the order of the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.recorders.base import LedgerRecorder
from ledger.recorders.log import Busy, LogRecord, LostRace, NewRecord, OutcomeUnknown, Unreachable, instant, micros
from ledger.recorders.policies import Decides, Encode, check_fact, check_same, unique
from ledger.recorders.spool import Line, Spool
from ledger.recorders.workers import Task, Worked, Workers, can_be_shared, work_out

T = TypeVar("T")

LINES: Final = 2_000
"""Lines that are recorded in one transaction."""

POLICIES: Final = 100
"""Policies whose records are read at once."""

SHARED_FROM: Final = 2_000
"""New lines from which on processes are started to work side by side."""

ATTEMPTS: Final = 12
"""At one portion: against other writers, and over connections that break."""

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

    def __init__(
        self,
        recorder: LedgerRecorder,
        new_policy: Callable[[str], Decides],
        encode: Encode,
        now_us: int,
        workers: int | None = None,
    ) -> None:
        self._recorder, self._new_policy, self._encode, self._now_us = recorder, new_policy, encode, now_us
        self._workers = workers
        self._spool = Spool()
        self._read = self._known = self._recorded = 0
        self._refused: Refused | None = None
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
                stored = known.get(event.event_id)
                with _place(no):
                    if stored is not None:
                        check_same(stored.event, event, stored.position)
                        self._known += 1
                        continue
                    check_fact(event)
                    _check_instant(event, self._now_us)
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
        done = 0
        with ExitStack() as stack:
            for task, worked in self._worked(self._tasks(), stack):
                if worked.refused is None:
                    self._keep(worked)
                elif self._refused is None or _line(worked.refused) < _line(self._refused):
                    self._refused = worked.refused
                done += len(task.lines)
                checked(done)
        if self._refused is not None:
            raise self._refused
        self._spool.index_entries()

    def _tasks(self) -> Iterator[Task]:
        """The policies of the file. Of the lines refused the first of the file is reported, whichever policy it is of."""
        for policies in _chunks(self._spool.policies(), POLICIES):
            streams = self._recorder.streams([policy_id for policy_id, _ in policies])
            for policy_id, first in policies:
                if self._refused is None or first < _line(self._refused):
                    yield self._task(policy_id, first, streams.pop(policy_id))

    def _task(self, policy_id: str, first: int, recorded: Sequence[LogRecord]) -> Task:
        return Task(policy_id, [record[:-1] for record in recorded], self._spool.lines(policy_id, first))

    def _worked(self, tasks: Iterator[Task], stack: ExitStack) -> Iterator[tuple[Task, Worked]]:
        """What comes of each policy: by several processes, where there is enough to do."""
        workers = self._workers or len(os.sched_getaffinity(0))
        if (
            workers > 1
            and self._read - self._known >= SHARED_FROM
            and self._encode is ev.encode
            and can_be_shared(self._new_policy)
        ):
            return stack.enter_context(Workers(workers, self._new_policy)).map(tasks)
        return ((task, self._work_out_here(task)) for task in tasks)

    def _work_out_here(self, task: Task) -> Worked:
        return work_out(task, self._new_policy, self._encode, self._recorder.decode)

    def _keep(self, worked: Worked) -> None:
        for no in worked.repeated:
            self._spool.drop_line(no)
        self._spool.add_entries(worked.entries)

    # ---- third: recorded, in the order of the file --------------------------------------------------------------------------

    def _write(self, progress: Progress) -> None:
        after = attempts = 0
        while True:
            last, lines, new = self._spool.chunk(after, LINES)
            if not lines:
                return
            attempts += 1
            stale = self._attempt(new, last=attempts == ATTEMPTS)
            for policy_id in stale:
                self._prepare_again(policy_id, after + 1)
            if not stale:
                after, attempts = last, 0
                self._recorded += lines
                progress(self._recorded)

    def _attempt(self, new: Sequence[NewRecord], *, last: bool) -> Sequence[str]:
        """Appends records; gives the policies that are to be worked out again first, where nothing was appended."""
        everyone = unique(record.policy_id for record in new)
        try:
            stale = self._append(new)
        except (LostRace, OutcomeUnknown, Unreachable) as fault:
            if last:
                raise
            if isinstance(fault, OutcomeUnknown):
                self._doubtful.update(record.event_id for record in new if record.event_id is not None)
            self._recorder.recover()
            return everyone
        if stale and last:
            raise Busy(f"other writers keep recording to the policies of this import: {', '.join(stale[:3])}")
        return stale

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
        worked = self._work_out_here(self._task(policy_id, first, self._recorder.stream(policy_id)))
        if worked.refused is not None:
            raise worked.refused
        self._keep(worked)


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


def _line(refused: Refused) -> int:
    return refused.line or 0


def _chunks(several: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(several)
    while chunk := list(islice(iterator, size)):
        yield chunk
