"""The read model as Parquet, in parts that hold whole policies, with a manifest: which log, up to where, which files, which hashes.

    DIR/manifest.json                 written last: a folder without it is not whole
    DIR/accounts/part-00000.parquet   what movements are on: limits with cap and window, benefits, products, deadlines, states
    DIR/movements/part-00000.parquet  the movements on the accounts of the same policies

Accounts are numbered through all parts: by policy, kind, name and key. Rows of one kind lie together in a file, so that a question reads
its own alone. `projections/export_limits.sql` asks DuckDB for the limits as of a day and a cut. The same log gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date
from hashlib import file_digest
from itertools import count, groupby, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Engine

from ledger.errors import LedgerFault, Refused, Words
from projections import as_of, generations, queries, tables

FORMAT: Final = 3
POLICIES: Final = 2_000
"""Policies of a part."""

ACCOUNTS: Final[Mapping[str, str]] = {
    "account": "number", "policy_id": "text", "kind": "kind", "name": "text", "key": "text", "unit": "text", "cap": "amount",
    "first": "day", "last": "day", "rules": "text", "product": "text",
}  # fmt: skip
MOVEMENTS: Final[Mapping[str, str]] = {
    "account": "number", "policy_id": "text", "kind": "kind", "position": "serial", "known_us": "instant", "day": "day",
    "first": "day", "last": "day", "shown_to": "days", "amount": "amount", "stands": "number",
}  # fmt: skip
"""The columns of the two kinds of files, and what they hold. `known_us` is `known_at` there; `account` is `account_no` in the read model,
and counts through the policies here. `stands` bears such a number as well, with the sign. `product` is that of an opening."""

_ACCOUNTS: Final = (tables.accounts.name, ("account_no", *tuple(ACCOUNTS)[2:]), ("account_no",))
_MOVEMENTS: Final = (tables.movements.name, ("account_no", *tuple(MOVEMENTS)[2:]), ("kind", "account_no", "position", "n"))

Heard = Callable[[int], None]
"""Is told how many policies are written."""


class Exported(NamedTuple):
    """What was written: where, up to which position of which log, and how much."""

    position: int
    hash: str
    policies: int
    accounts: int
    movements: int
    files: int


def export(engine: Engine, folder: Path, *, heard: Heard | None = None, policies: int = POLICIES) -> Exported:
    """Writes the read model to a folder that is new or empty."""
    check(folder)
    files: list[dict[str, Any]] = []
    done = 0
    with queries.snapshot(engine) as left, queries.snapshot(engine) as right:
        mark = generations.current(left)
        if generations.current(right) != mark:
            raise LedgerFault("the read model was moved on while the export began: run it again")
        for name in ("accounts", "movements"):
            (folder / name).mkdir(parents=True)
        for n, part in enumerate(_parts(left, right, mark.generation, policies)):
            files += _written(folder, f"part-{n:05}.parquet", part)
            done += len(part.policies)
            if heard is not None:
                heard(done)
    sums = {name: sum(file["rows"] for file in files if file["path"].startswith(name)) for name in ("accounts", "movements")}
    exported = Exported(mark.position, mark.hash.hex(), done, sums["accounts"], sums["movements"], len(files))
    manifest = {"format": FORMAT, **exported._asdict(), "files": sorted(files, key=itemgetter("path"))}
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    return exported


def check(folder: Path) -> None:
    """Refuses a folder that holds something, and an environment without the extra, before anything is asked of the database."""
    _arrow()
    words = Words("新しい、または空のフォルダー", "a new or an empty folder")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("DIR", str(folder), words)
    if not folder.parent.is_dir():
        raise Refused("DIR", Words(f"{folder.parent}（ない）", f"{folder.parent} (missing)"), words)


# ---- parts -----------------------------------------------------------------------------------------------------------------------


class Part(NamedTuple):
    """Some policies, by code point, with their rows as they are written."""

    policies: list[str]
    accounts: list[tuple[Any, ...]]
    movements: list[tuple[Any, ...]]


def _parts(left: Connection, right: Connection, generation: int, size: int) -> Iterator[Part]:
    """So many policies at a time: their accounts, read from one side, and their movements, read from the other."""
    numbers = count(1)
    read = [_by_policy(one, generation, *what) for one, what in ((left, _ACCOUNTS), (right, _MOVEMENTS))]
    part = Part([], [], [])
    for (policy_id, accounts), (other, movements) in zip_longest(*read, fillvalue=("", iter(()))):
        if policy_id != other:
            found = policy_id or other
            raise LedgerFault(f"accounts and movements are not of the same policies at {found}: `hoken verify` names what is damaged")
        listed, moved = sorted(accounts, key=_account_order), list(movements)
        number = {account_no: next(numbers) for _, account_no, *_ in listed}
        part.policies.append(policy_id)
        try:
            part.accounts.extend((number[account_no], policy_id, *rest) for _, account_no, *rest in listed)
            part.movements.extend(_movement(number, *row) for row in moved)
        except KeyError as missing:
            raise LedgerFault(f"policy {policy_id} has no account {missing}: `hoken verify` names what is damaged") from missing
        _check_openings(policy_id, number, moved)
        if len(part.policies) == size:
            yield part
            part = Part([], [], [])
    if part.policies:
        yield part


def _by_policy(
    connection: Connection, generation: int, table: str, columns: tuple[str, ...], order: tuple[str, ...]
) -> Iterator[tuple[str, Iterator[Any]]]:
    statement = as_of.stored(connection.dialect.name, table, columns, order)
    return groupby(queries.streamed(connection, statement, {"generation": generation}), itemgetter(0))


def _account_order(row: Any) -> tuple[Any, ...]:
    _, account_no, kind, name, key, *_ = row
    return kind, name, key or "", account_no


def _check_openings(policy_id: str, accounts: Container[int], movements: list[Any]) -> None:
    """Refuses a policy on which two openings of one limit stand at once, record by record on all days, or day by day as all is known: a
    rule's mistake. In the read model their sum is no account; among the numbers of an export it would be another.
    """
    openings = [(position, day, account_no, stands) for _, account_no, kind, position, _, day, *_, stands in movements
                if kind == tables.LIMIT and stands is not None]  # fmt: skip
    for axis in (itemgetter(0), itemgetter(1)):
        standing: Counter[int] = Counter()
        for _, together in groupby(sorted(openings, key=axis), axis):
            moved = set[int]()
            for _, _, account_no, stands in together:
                standing[account_no] += stands
                moved.add(account_no)
            if any(standing[account_no] and standing[account_no] not in accounts for account_no in moved):
                raise LedgerFault(f"policy {policy_id} has two openings of one limit at once: a rule's mistake")


def _movement(number: Mapping[int, int], policy_id: str, account_no: int, *rest: Any) -> tuple[Any, ...]:
    """A movement by the numbers of the export: null where it is on no account, or where nothing comes or ceases to stand."""
    *fields, stands = rest
    standing = (number[stands] if stands > 0 else -number[-stands]) if stands else None
    return (number[account_no] if account_no else None, policy_id, *fields, standing)


def _written(folder: Path, name: str, part: Part) -> Iterator[dict[str, Any]]:
    """The two files of a part, each described for the manifest: where, of which policies, how much, and its hash."""
    for kind, columns, rows in (("accounts", ACCOUNTS, part.accounts), ("movements", MOVEMENTS, part.movements)):
        path = folder / kind / name
        _write(path, sorted(rows, key=_KIND), columns)
        yield {
            "path": f"{kind}/{name}",
            "first": part.policies[0],
            "last": part.policies[-1],
            "policies": len(part.policies),
            "rows": len(rows),
            "bytes": path.stat().st_size,
            "sha256": sha256(path),
        }


_KIND: Final = itemgetter(2)


def _write(path: Path, rows: list[Any], columns: Mapping[str, str]) -> None:
    """Each kind of rows is a row group of its own: what asks for one kind does not read the others."""
    pa, pq = _arrow()
    types = {
        "text": pa.string(), "kind": pa.string(), "number": pa.int32(), "serial": pa.int64(), "days": pa.int32(), "amount": pa.int64(),
        "day": pa.date32(), "instant": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    named = {"known_at" if name == "known_us" else name: holds for name, holds in columns.items()}
    schema = pa.schema([(name, types[holds]) for name, holds in named.items()])
    # What counts up is written as differences, all else as numbers of a dictionary.
    rising = dict.fromkeys((name for name, holds in named.items() if holds in {"number", "serial", "instant"}), "DELTA_BINARY_PACKED")
    told = {"compression": "zstd", "use_dictionary": [name for name in named if name not in rising], "column_encoding": rising}
    with pq.ParquetWriter(path, schema, **told) as file:
        for _, of_kind in groupby(rows, _KIND):
            cells = zip(*of_kind, strict=True)
            arrays = [pa.array(_cells(holds, column), types[holds]) for holds, column in zip(columns.values(), cells, strict=True)]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _cells(holds: str, cells: tuple[Any, ...]) -> list[Any]:
    if holds == "day":
        return [None if cell is None else date.fromordinal(cell) for cell in cells]
    if holds == "kind":
        return [tables.KINDS[cell] for cell in cells]
    return list(cells)


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _arrow() -> tuple[Any, Any]:
    """pyarrow, of the extra `reports`."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise Refused("DIR", error.name or "pyarrow", "pip install 'hoken-ledger[reports]'") from error
    return pa, parquet


# ---- an export, read -----------------------------------------------------------------------------------------------------------------


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an export. Refuses a folder that is none, or not whole, and one of a newer program."""
    try:
        found: dict[str, Any] = orjson.loads((folder / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        words = Words("manifest.json のある、書き出された集計表のフォルダー", "a folder of an export, with its manifest.json")
        raise Refused("DIR", str(folder), words) from error
    if found.get("format") != FORMAT:
        other = found.get("format")
        raise Refused("DIR", Words(f"形式 {other}", f"format {other}"), Words(f"形式 {FORMAT}", f"format {FORMAT}"))
    return found


def damaged(folder: Path) -> list[str]:
    """The files of an export that are missing, or not as they were written."""
    files = manifest(folder)["files"]
    return [file["path"] for file in files if not (folder / file["path"]).is_file() or sha256(folder / file["path"]) != file["sha256"]]
