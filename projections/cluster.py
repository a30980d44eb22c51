"""As-of sums over an export, part by part, on as many processes or machines as there are: DuckDB in each, dask.distributed between.

A part holds whole policies, so that its rows need no other part. Rows come in the order of the parts, which is that of the policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from ledger.errors import LedgerFault, Refused, Words
from projections.export import manifest, sha256
from projections.queries import Question


def limits(folder: Path, on: date, known_at: datetime, *, client: Any = None) -> Iterator[dict[str, Any]]:
    """The limits of an export as of a day and an instant: here, or where a `distributed.Client` leads. Each part is checked first."""
    parts = _parts(folder)
    asked = [(str(folder), part, on, known_at) for part in parts]
    if client is None:
        for one in asked:
            yield from limits_of_part(one)
        return
    for future in client.map(limits_of_part, asked, pure=False):
        yield from future.result()


def report(folder: Path, question: Question, cluster: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows of `hoken limits` over an export; on the machines of a cluster where its address is given."""
    if question.known_at is None:
        raise Refused("--at-position", question.at_position, Words("--export なしでのみ", "only without --export"))
    with _client(cluster) as client:
        for row in limits(folder, question.on, question.known_at, client=client):
            asked = ((question.product, row["product"]), (question.limit, row["limit"]))
            if all(one in {None, other} for one, other in asked) and row["policy_id"].startswith(question.policy_prefix or ""):
                days = {name: row[name].isoformat() if row[name] else None for name in ("from", "to")}
                yield row | days | {"rules": row["rules"].split()}


def _client(cluster: str | None) -> AbstractContextManager[Any]:
    if cluster is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError as error:
        raise Refused("--cluster", error.name or "distributed", "pip install 'hoken-ledger[cluster]'") from error
    made: Any = Client
    try:
        return cast(AbstractContextManager[Any], made(cluster, timeout=10))
    except (OSError, ValueError) as error:
        raise Refused("--cluster", cluster, Words("答えるスケジューラーの住所", "the address of a scheduler that answers")) from error


def _parts(folder: Path) -> list[list[tuple[str, str]]]:
    """For each part its file of movements and of accounts, with their hashes."""
    hashes = {file["path"]: file["sha256"] for file in manifest(folder)["files"]}
    movements = sorted(path for path in hashes if path.startswith("movements/"))
    return [[(path, hashes[path]) for path in (one, one.replace("movements/", "accounts/"))] for one in movements]


def limits_of_part(asked: tuple[str, list[tuple[str, str]], date, datetime]) -> list[dict[str, Any]]:
    """The rows of one part."""
    import duckdb

    folder, part, on, known_at = asked
    for path, hash_ in part:
        if sha256(Path(folder, path)) != hash_:
            raise LedgerFault(f"{path} of the export is not as it was written")
    movements, accounts = (str(Path(folder, path)) for path, _ in part)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")
        given = {"movements": movements, "accounts": accounts, "on": on, "known_at": known_at}
        found = connection.execute(f"{statement()} ORDER BY o.account", given)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def statement() -> str:
    """The documented SQL."""
    return files("projections").joinpath("export_limits.sql").read_text(encoding="utf-8")
