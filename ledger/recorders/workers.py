"""Working out one policy of an import; and processes that do so side by side, each with its own policies."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, Final, NamedTuple, Self

from ledger import events as ev
from ledger.errors import LedgerFault, Refused, Words
from ledger.recorders.base import records
from ledger.recorders.log import NewRecord, instant, micros
from ledger.recorders.policies import Decides, Encode, Loaded, admitted, check_same
from ledger.recorders.spool import Line

AHEAD: Final = 4
"""Policies that wait for each process, so that none is idle and few are in memory."""


class Task(NamedTuple):
    """A policy: what is recorded of it, without the decoder, and its lines of the import."""

    policy_id: str
    recorded: list[tuple[Any, ...]]
    lines: list[Line]


class Worked(NamedTuple):
    """What is to be appended for each line of a policy; the lines that say again what was said; and the first one refused."""

    entries: list[tuple[int, list[NewRecord]]]
    repeated: list[int]
    refused: Refused | None


def work_out(
    task: Task, new_policy: Callable[[str], Decides], encode: Encode, decode: Callable[[bytes], ev.Event]
) -> Worked:
    """Folds what is recorded of the policy and admits its lines, up to the first that is refused."""
    loaded = Loaded(new_policy(task.policy_id))
    loaded.fold(records(task.recorded, decode))
    worked = Worked([], [], None)
    said: dict[str, ev.Event] = {}
    for line in task.lines:
        event = ev.decode(line.state)
        try:
            if event.event_id in said:
                check_same(said[event.event_id], event)
                worked.repeated.append(line.no)
                continue
            _check_order(event, loaded)
            said[event.event_id], new = admitted(loaded, event, encode)
        except Refused as refused:
            return worked._replace(refused=refused.at(line=line.no))
        loaded.newest_us = new[-1].recorded_us
        worked.entries.append((line.no, new))
    return worked


def _check_order(event: ev.Event, loaded: Loaded) -> None:
    """Within a policy what is recorded later bears no earlier instant."""
    assert event.recorded_at is not None
    if loaded.newest_us is not None and micros(event.recorded_at) < loaded.newest_us:
        found, newest = ev.utc_text(event.recorded_at), ev.utc_text(instant(loaded.newest_us))
        allowed = Words(
            f"契約の直前の記録（{newest}）より前でない時刻", f"an instant not before the policy's last one ({newest})"
        )
        raise Refused("recorded_at", found, allowed, policy_id=event.policy_id, event_id=event.event_id)


# ---- side by side -----------------------------------------------------------------------------------------------------------


class Workers:
    """Processes that work out policies. They are told by pipe, and end with the process that started them."""

    def __init__(self, count: int, new_policy: Callable[[str], Decides]) -> None:
        self._open = ExitStack()
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._count = count
        self._processes = [self._open.enter_context(_started(new_policy)) for _ in range(count)]
        for process in self._processes:
            self._idle.put(process)
        self._threads = self._open.enter_context(ThreadPoolExecutor(count))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            for process in self._processes:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        self._open.close()

    def map(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Worked]]:
        """Each task and what came of it, in order. Tasks are taken as they are needed."""
        waiting: deque[tuple[Task, Future[Worked]]] = deque()
        for task in tasks:
            waiting.append((task, self._threads.submit(self._ask, task)))
            if len(waiting) > AHEAD * self._count:
                first, future = waiting.popleft()
                yield first, future.result()
        for last, future in waiting:
            yield last, future.result()

    def _ask(self, task: Task) -> Worked:
        process = self._idle.get()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _send(process.stdin, task)
            answer = pickle.load(process.stdout)  # noqa: S301  # from the ledger's own child
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise LedgerFault(f"a process that worked on the import ended: policy {task.policy_id}") from error
        finally:
            self._idle.put(process)
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Worked)
        return answer


def can_be_shared(new_policy: Callable[[str], Decides]) -> bool:
    """Whether another process finds the policies' class by its name."""
    module, name = getattr(new_policy, "__module__", "__main__"), getattr(new_policy, "__qualname__", "<locals>")
    return module != "__main__" and "<locals>" not in name


def _started(new_policy: Callable[[str], Decides]) -> subprocess.Popen[bytes]:
    """A child with this process's own search path, so that it finds the same code."""
    code = "from ledger.recorders.workers import serve; serve()"
    name = f"{new_policy.__module__}:{getattr(new_policy, '__qualname__', '')}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code, name],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,  # an interrupt at the terminal is for the parent, which ends its children itself
    )


def serve() -> None:
    """The child: works out what it is sent until there is no more."""
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes to the errors, not between the answers
    module, _, name = sys.argv[1].partition(":")
    new_policy = attrgetter(name)(import_module(module))
    while True:
        try:
            task = pickle.load(tasks)  # noqa: S301  # from the parent that started this
        except EOFError:
            return
        try:
            answer: object = work_out(task, new_policy, ev.encode, ev.decode)
        except LedgerFault as fault:
            answer = LedgerFault(str(fault))
        with suppress(BrokenPipeError):  # the parent is gone; so is what it would have sent next
            _send(answers, answer)


def _send(stream: BinaryIO | Any, message: object) -> None:
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()
