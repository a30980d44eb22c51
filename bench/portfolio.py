"""A portfolio in wire form: every policy follows from the seed and its number, so that the same options give the same bytes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import islice
from random import Random
from tempfile import TemporaryFile
from typing import IO, Any

import orjson

from bench.stories import STORIES, story
from ledger.products import PRODUCTS
from ledger.recorders.log import micros

SHARES = {"seikatsu": 60, "sony-medical": 15, "oyako": 12, "ryoritsu": 8, "cyber": 5}
SEED = 20260401
ON = date(2024, 10, 31)
KNOWN_AT = datetime(2025, 1, 1, tzinfo=UTC)
CUT = micros(KNOWN_AT)
"""The day and the instant that every question is about: most of a portfolio has happened, and not all of it is known."""

RUN = 1_000
"""Policies that are sorted in memory at once, where the dump is ordered by time."""


def products() -> list[str]:
    """The products that the ledger has and that a story is told of."""
    return [name for name in STORIES if name in PRODUCTS]


def policies(count: int, seed: int = SEED, only: Sequence[str] | None = None) -> Iterator[list[dict[str, Any]]]:
    """The events of each policy, in order of recording."""
    names = list(only or products())
    weights = [SHARES[name] for name in names]
    for n in range(count):
        rng = Random(f"{seed}/{n}")
        [product] = rng.choices(names, weights)
        yield story(product, rng, f"T-{n:06d}").events()


def lines(count: int, seed: int = SEED, *, by_time: bool = False, only: Sequence[str] | None = None) -> Iterator[bytes]:
    """The dump of a portfolio, JSONL: policy by policy, or all policies together by time. Memory does not grow with the size."""
    told = policies(count, seed, only)
    if by_time:
        yield from _by_time(told)
    else:
        yield from (orjson.dumps(event) + b"\n" for events in told for event in events)


def _by_time(told: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    """Sorted runs in temporary files, merged."""
    with ExitStack() as files:
        runs = []
        while chunk := list(islice(told, RUN)):
            run = files.enter_context(TemporaryFile())
            events = sorted((event for events in chunk for event in events), key=_instant)
            run.writelines(orjson.dumps(event) + b"\n" for event in events)
            runs.append(_read(run))
        yield from heapq.merge(*runs, key=lambda line: _instant(orjson.loads(line)))


def _read(run: IO[bytes]) -> Iterator[bytes]:
    run.seek(0)
    yield from run


def _instant(event: dict[str, Any]) -> str:
    """All instants of a portfolio bear one offset, so that their texts sort like them."""
    text: str = event["recorded_at"]
    return text
