"""What is measured of the read model of a large portfolio: each question beside its floor and its peers, who give the same answers.

Questions of one policy take turns and are timed by the clock; what reads whole tables is timed by the processor, all threads together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine

from bench import copies, floors, peers
from bench.figures import Bench
from bench.peers import Peer, Total
from bench.portfolio import CUT, KNOWN_AT, ON
from bench.rectangles import rectangles
from bench.table import Figure, beyond, micro, milli, rate, within
from ledger.application import ClaimsLedger
from projections import as_of, cluster, queries, rows
from projections.catch_up import catch_up
from projections.export import export
from projections.queries import Question, Reader
from projections.read_model import opened
from projections.rebuild import BATCH

ASKED = 1_000
TIMES = 15
PART = 2_000
"""Policies of which the bare loop of a rebuild is measured."""


def reading(bench: Bench, *, servers: bool) -> Iterator[Figure]:
    """Copies the originals to the size asked for, follows the log, and asks."""
    sizes: dict[str, int] = {}
    with ClaimsLedger.open(str(bench.imported)) as originals, ClaimsLedger.open(str(bench.database)) as ledger, ExitStack() as stack:
        ledger.init()
        copies.copy(originals, ledger, bench.policies)
        facts = copies.facts(originals, bench.policies)
        sizes["log"] = floors.pages(bench.database)
        engine = stack.enter_context(opened(str(bench.database)))
        yield from _rebuilt(bench, ledger, engine)
        sizes["read model"] = floors.pages(bench.database) - sizes["log"]
        found = stack.enter_context(peers.present()) if servers else []
        yield from _loaded(bench, originals, found, facts)
        yield from _limits(bench, engine, found)
        yield from _portfolio(bench, engine, found)
        yield from _parquet(bench, engine, sizes)
        sizes |= {peer.name: peer.bytes() for peer in found}
        yield from _storage(bench, facts, sizes)


class Turns:
    """The times of works that take turns."""

    def __init__(self, times: int, clock: Callable[[], float], **works: Callable[[], Any]) -> None:
        self._taken: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(times):
            for name, work in works.items():
                start = clock()
                work()
                self._taken[name].append(clock() - start)

    def __getitem__(self, name: str) -> float:
        """The median time of a work."""
        return median(self._taken[name])

    def ratio(self, name: str, floor: str) -> float:
        """How many times as long as the floor a work took: the median over the turns, for the machine may be twice as slow in the next."""
        return median(mine / least for mine, least in zip(self._taken[name], self._taken[floor], strict=True))


def _same(ours: object, theirs: object, whose: str) -> None:
    """A figure beside another answer is none."""
    if ours != theirs:
        raise AssertionError(f"{whose} answers otherwise: {theirs}, not {ours}")


# ---- the read model, built ---------------------------------------------------------------------------------------------------------


def _rebuilt(bench: Bench, ledger: ClaimsLedger, engine: Engine) -> Iterator[Figure]:
    """Followed from the first record; for the first policies batch by batch, turn about with the bare loop over the same records."""
    seconds: list[float] = []
    beside: list[float] = []
    with floors.BareLoop(bench.database, bench.folder / "loop.db") as loop:
        began = time.process_time()

        def heard(position: int) -> None:
            nonlocal began
            seconds.append(time.process_time() - began)
            if loop.policies < PART:
                beside.append(loop.through(position))
            began = time.process_time()

        position = catch_up(engine, ledger, batch=BATCH, heard=heard)
    records = min(position, BATCH * len(beside))
    ratio = sum(seconds[: len(beside)]) / sum(beside)
    mine, theirs = rate(position, sum(seconds), "records"), rate(records, sum(beside), "records")
    yield Figure("rebuild of the read model (processor)", mine, theirs, **within(ratio, 1.7), number=sum(seconds) / position)


# ---- the limits of one policy ------------------------------------------------------------------------------------------------------


def _loaded(bench: Bench, originals: ClaimsLedger, found: list[Peer], facts: int) -> Iterator[Figure]:
    """The peers hold what the ledger's read model holds of the same policies."""
    with opened(str(bench.imported)) as engine:
        catch_up(engine, originals)
    of = rectangles(floors.bare(bench.imported))
    patterns = [of.get(policy_id, []) for policy_id in originals.policies()]
    for peer in found:
        start = time.perf_counter()
        count = peer.load(patterns, bench.policies)
        yield Figure(f"{peer.name} {peer.version}, loaded", "", peers=f"{count:,} rectangles, {time.perf_counter() - start:,.0f} s")


def _limits(bench: Bench, engine: Engine, found: list[Peer]) -> Iterator[Figure]:
    """Beside the bare sum without a server between, whose work would take the processor's caches; then beside the servers."""
    asked = [copies.name(n * 7919 % bench.policies) for n in range(ASKED)]
    floor = floors.SumOfAPolicy(bench.database)
    with engine.connect() as connection:
        model = Reader(connection)
        _check_limits(model, floor, found, asked[:200])

        def ours(policy_id: str) -> Callable[[], Any]:
            return lambda: model.limits(policy_id, ON, known_at=KNOWN_AT)

        def first(policy_id: str) -> Callable[[], Any]:
            return lambda: Reader(connection).limits(policy_id, ON, known_at=KNOWN_AT)

        def theirs(peer: Peer) -> Callable[[str], Callable[[], Any]]:
            return lambda policy_id: partial(peer.ask, peer.ready(policy_id, ON, CUT))

        def bare(policy_id: str) -> Callable[[], Any]:
            return partial(floor.ask, floor.numbers[policy_id])

        alone, anew = _asked_in_turn(asked, ours=ours, floor=bare), _asked_in_turn(asked, first=first, floor=bare)
        beside = _asked_in_turn(asked, ours=ours, **{peer.name: theirs(peer) for peer in found}) if found else {}
    mine, least, again = alone["ours"], alone["floor"], beside.pop("ours", 0)
    told = "; ".join(f"{name} {micro(seconds)}" for name, seconds in beside.items())
    yield Figure("limits of one policy, as typed rows", micro(mine), micro(least), told, **within(mine / least, 2), number=mine)
    yield Figure("  asked for the first time", micro(anew["first"]), micro(anew["floor"]), ratio=anew["first"] / anew["floor"])
    if "MariaDB" in beside:
        yield Figure("  in turn with the peers: times as fast as MariaDB", micro(again), **beyond(beside["MariaDB"] / again, 3))


def _check_limits(model: Reader, floor: floors.SumOfAPolicy, found: list[Peer], asked: list[str]) -> None:
    for policy_id in asked:
        mine = model.limits(policy_id, ON, known_at=KNOWN_AT)
        used = {(row.limit, row.key): row.used for row in mine}
        _same(used, floor.named(policy_id, used), "the bare sum")
        for peer in found:
            _same([(row.limit, row.key, row.cap, row.used) for row in mine], peer.limits(policy_id, ON, CUT), peer.name)


def _asked_in_turn(asked: list[str], **ready: Callable[[str], Callable[[], Any]]) -> dict[str, float]:
    """The median time of each question; each is asked once before, so that its pages are at hand, whoever keeps them."""
    times: dict[str, list[float]] = {name: [] for name in ready}
    for policy_id in asked:
        for name, make in ready.items():
            ask = make(policy_id)
            ask()
            start = time.perf_counter()
            ask()
            times[name].append(time.perf_counter() - start)
    return {name: median(taken) for name, taken in times.items()}


# ---- a portfolio -------------------------------------------------------------------------------------------------------------------


def _portfolio(bench: Bench, engine: Engine, found: list[Peer]) -> Iterator[Figure]:
    """Summed up inside each database, so that no driver is measured; then as typed rows that stream."""
    sql = floors.bare(bench.database)
    given = {"on": ON.toordinal(), "cut": CUT}
    statement = as_of.portfolio("sqlite", as_of.LIMITS, "known_us", ())
    total = f"SELECT COUNT(cap), SUM(amount), SUM(cap) FROM ({statement})"
    mine = Total(*sql.execute(total, given).fetchone())
    _same(mine.used, sql.execute(floors.ALL_SUMS, given).fetchone()[1], "the bare sum")
    for peer in found:
        _same(mine, peer.portfolio(ON, CUT), peer.name)
    taken = Turns(
        TIMES, time.thread_time,
        ours=lambda: sql.execute(total, given).fetchall(),
        floor=lambda: sql.execute(floors.ALL_SUMS, given).fetchall(),
    )  # fmt: skip
    theirs = Turns(TIMES, time.perf_counter, **{peer.name: lambda peer=peer: peer.portfolio(ON, CUT) for peer in found})
    beside = "; ".join(f"{peer.name} {milli(theirs[peer.name])}" for peer in found)
    aim = within(taken.ratio("ours", "floor"), 1.5) | {"number": taken["ours"] / mine.limits}
    yield Figure(f"{mine.limits:,} limits of all policies (processor)", milli(taken["ours"]), milli(taken["floor"]), beside, **aim)
    yield _as_rows(engine, mine, sql, given)


def _as_rows(engine: Engine, mine: Total, sql: Any, given: dict[str, int]) -> Figure:
    def typed() -> None:
        with queries.snapshot(engine) as connection:
            found = queries.report(connection, Question(ON, KNOWN_AT), rows.limits, _undetermined)
            _same(mine.limits, sum(1 for _ in found), "the stream of rows")

    def bare() -> None:
        cursor = sql.execute(floors.SUMS, given)
        while cursor.fetchmany(queries.AT_ONCE):
            pass

    taken = Turns(3, time.thread_time, ours=typed, floor=bare)
    told = milli(taken["ours"]), milli(taken["floor"])
    return Figure("  as typed rows that stream (processor)", *told, ratio=taken.ratio("ours", "floor"))


def _undetermined(policy: rows.Policy) -> None:
    raise AssertionError(f"{policy.policy_id} is undetermined: {policy.undetermined}")


# ---- the export --------------------------------------------------------------------------------------------------------------------


def _parquet(bench: Bench, engine: Engine, sizes: dict[str, int]) -> Iterator[Figure]:
    """The documented statement beside DuckDB's own sum over the same files: summed up inside, then as rows."""
    import duckdb

    folder = bench.folder / "parquet"
    start = time.process_time()
    written = export(engine, folder)
    taken = time.process_time() - start
    yield Figure("export to Parquet (processor)", rate(written.movements, taken, "movements"), number=taken / written.movements)
    sizes["Parquet"] = _folder(folder)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")
        own = {"movements": f"{folder}/movements/*.parquet", "on": ON, "known_at": KNOWN_AT}
        given = own | {"accounts": f"{folder}/accounts/*.parquet"}
        asked = {
            "sum": (f"SELECT COUNT(*), SUM(used), SUM(cap) FROM ({cluster.statement()})", given),
            "rows": (cluster.statement(), given),
            "ordered": (f"{cluster.statement()} ORDER BY o.account", given),
            "bare sum": (f"SELECT COUNT(*), SUM(used) FROM ({floors.DUCKDB})", own),
            "bare rows": (floors.DUCKDB, own),
        }
        works = {name: lambda one=one: connection.sql(one[0], params=one[1]).to_arrow_table() for name, one in asked.items()}
        [ours], [theirs] = works["sum"]().to_pylist(), works["bare sum"]().to_pylist()
        _same(list(ours.values())[1], list(theirs.values())[1], "DuckDB's own sum")
        times = Turns(TIMES, time.process_time, **works)
        number = times["sum"] / works["rows"]().num_rows
    aim = within(times.ratio("sum", "bare sum"), 1.3) | {"number": number}
    yield Figure("limits of all policies by DuckDB (processor)", milli(times["sum"]), milli(times["bare sum"]), **aim)
    for name in ("rows", "ordered"):
        told = {"rows": "  as rows", "ordered": "  as rows in order"}[name]
        yield Figure(told, milli(times[name]), milli(times["bare rows"]), ratio=times.ratio(name, "bare rows"))


def _folder(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


def _storage(bench: Bench, facts: int, sizes: dict[str, int]) -> Iterator[Figure]:
    """Bytes a fact, beside the dump's own lines."""
    with bench.dump.open("rb") as dump:
        bare = bench.dump.stat().st_size / sum(1 for _ in dump)
    names = {
        "log": "log, a fact: with what follows, chain, indexes", "read model": "read model, a fact", "Parquet": "export to Parquet, a fact",
    }  # fmt: skip
    for of, size in sizes.items():
        each, json = f"{size / facts:,.0f} B", f"JSON line {bare:,.0f} B"
        if of in names:
            yield Figure(names[of], each, json, ratio=size / facts / bare, number=size / facts)
        else:
            yield Figure(f"the limits in {of}, a fact", "", json, each, size / facts / bare)
