"""The read model as Parquet, in parts that hold whole policies, with a manifest: which log, up to where, which files, which hashes.

    DIR/manifest.json                 written last: a folder without it is not whole
    DIR/accounts/part-00000.parquet   what movements are on: limits with cap and window, benefits, products, deadlines, states
    DIR/movements/part-00000.parquet  the movements on the accounts of the same policies

`projections/export_limits.sql` asks DuckDB for the limits as of a day and a cut over it. The same log gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import file_digest
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Engine

from ledger.errors import LedgerFault, Refused, Words
from projections import as_of, generations, queries, tables

FORMAT: Final = 1
POLICIES: Final = 2_000
"""Policies of a part."""

ACCOUNTS: Final[Mapping[str, str]] = {
    "policy_id": "text", "account_no": "number", "kind": "kind", "name": "text", "key": "text", "unit": "text", "cap": "amount",
    "first": "day", "last": "day", "shown": "number", "rules": "text",
}  # fmt: skip
MOVEMENTS: Final[Mapping[str, str]] = {
    "policy_id": "text", "kind": "kind", "account_no": "number", "position": "amount", "known_us": "instant", "day": "day",
    "first": "day", "last": "day", "lines": "number", "amount": "amount", "stands": "number",
}  # fmt: skip
"""The columns of the two kinds of files, and what they hold. `known_us` is `known_at` there."""

_TABLES: Final = {
    "accounts": (ACCOUNTS, tables.accounts.name, ("account_no",)),
    "movements": (MOVEMENTS, tables.movements.name, ("kind", "account_no", "position", "n")),
}

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
    with queries.snapshot(engine) as left, queries.snapshot(engine) as right:
        mark = generations.current(left)
        if generations.current(right) != mark:
            raise LedgerFault("the read model was moved on while the export began: run it again")
        for name, connection in (("accounts", left), ("movements", right)):
            (folder / name).mkdir(parents=True)
            for file in _written(connection, mark.generation, folder, name, policies):
                files.append(file)
                if heard is not None and name == "movements":
                    heard(sum(one["policies"] for one in files if one["path"].startswith(name)))
    _check_parts(files)
    sums = {name: sum(file["rows"] for file in files if file["path"].startswith(name)) for name in _TABLES}
    held = sum(file["policies"] for file in files if file["path"].startswith("accounts"))
    exported = Exported(mark.position, mark.hash.hex(), held, sums["accounts"], sums["movements"], len(files))
    manifest = {"format": FORMAT, **exported._asdict(), "files": files}
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


def _check_parts(files: list[dict[str, Any]]) -> None:
    """A part of accounts and the part of movements beside it hold the same policies: each can be asked by itself."""
    spans = {
        name: [(file["first"], file["last"], file["policies"]) for file in files if file["path"].startswith(name)] for name in _TABLES
    }
    if spans["accounts"] != spans["movements"]:
        raise LedgerFault("the parts of accounts and movements do not hold the same policies: `hoken verify` names what is damaged")


# ---- parts -----------------------------------------------------------------------------------------------------------------------


def _written(connection: Connection, generation: int, folder: Path, name: str, size: int) -> Iterator[dict[str, Any]]:
    """The parts of one kind of file, each described for the manifest."""
    columns, table, order = _TABLES[name]
    statement = as_of.stored(connection.dialect.name, table, tuple(columns)[1:], order)
    rows = queries.streamed(connection, statement, {"generation": generation})
    for n, part in enumerate(_parts(rows, size)):
        path = f"{name}/part-{n:05}.parquet"
        _write(folder / path, part, columns)
        yield _described(folder, path, part)


def _parts(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """The rows of so many policies at a time."""
    part: list[Any] = []
    policies = 0
    for _, of_policy in groupby(rows, itemgetter(0)):
        part += of_policy
        policies += 1
        if policies == size:
            yield part
            part, policies = [], 0
    if part:
        yield part


def _write(path: Path, rows: list[Any], columns: Mapping[str, str]) -> None:
    pa, pq = _arrow()
    types = {
        "text": pa.string(), "kind": pa.string(), "number": pa.int32(), "amount": pa.int64(), "day": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    arrays, names = [], []
    for (name, holds), cells in zip(columns.items(), zip(*rows, strict=True), strict=True):
        arrays.append(pa.array(_cells(holds, cells), type=types[holds]))
        names.append("known_at" if name == "known_us" else name)
    pq.write_table(pa.Table.from_arrays(arrays, names), path, compression="zstd", use_dictionary=True)


def _cells(holds: str, cells: tuple[Any, ...]) -> list[Any]:
    if holds == "day":
        return [None if cell is None else date.fromordinal(cell) for cell in cells]
    if holds == "kind":
        return [tables.KINDS[cell] for cell in cells]
    return list(cells)


def _described(folder: Path, path: str, rows: list[Any]) -> dict[str, Any]:
    """A file as the manifest has it: where, which policies by code point from the first to the last, how much, and its hash."""
    return {
        "path": path,
        "first": rows[0][0],
        "last": rows[-1][0],
        "policies": sum(1 for _ in groupby(rows, itemgetter(0))),
        "rows": len(rows),
        "bytes": (folder / path).stat().st_size,
        "sha256": sha256(folder / path),
    }


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
