"""The export: whole policies in parts, a manifest that tells damage, and DuckDB's limits over it equal to the ledger's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from pyarrow import parquet
from sqlalchemy import Engine

from ledger.errors import LedgerFault, Refused
from ledger.journal import Entry, Held, Use
from projections import cluster, queries, rows
from projections.catch_up import catch_up
from projections.export import Exported, check, damaged, export, manifest
from projections.queries import Question
from projections.tables import KINDS
from tests.command import run
from tests.projections.stores import (
    DAY,
    Clock,
    Told,
    added,
    fact,
    held,
    histories,
    imported,
    line,
    opened,
    opening,
    taken_back,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def made(target: str) -> Iterator[Engine]:
    """A read model of random policies."""
    with opened(target) as (ledger, engine):
        imported(ledger, histories(31, each=4))
        catch_up(engine, ledger)
        yield engine


def by_the_ledger(made: Engine, on: date, known_at: datetime) -> list[dict[str, Any]]:
    with made.connect() as connection:
        found = queries.report(connection, Question(on, known_at), rows.limits, lambda policy: None)
        return [row.wire() for row in found]


def plain(found: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """DuckDB's rows as the wire has them."""
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} | {"rules": row["rules"].split()}
        for row in found
    ]


QUESTIONS = [
    (date(2024, 6, 1), NOW),
    (date(2023, 6, 15), NOW),
    (date(2025, 12, 31), datetime(2022, 3, 1, tzinfo=UTC)),
    (date(2023, 3, 31), datetime(2022, 1, 25, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("on", "known_at"), QUESTIONS)
@pytest.mark.parametrize("policies", [3, 1_000])
def test_duckdb_over_the_export_gives_the_ledgers_limits(
    made: Engine, tmp_path: Path, on: date, known_at: datetime, policies: int
) -> None:
    """All files at once, and part by part."""
    folder = tmp_path / "export"
    export(made, folder, policies=policies)
    expected = by_the_ledger(made, on, known_at)
    given = {"movements": f"{folder}/movements/*.parquet", "accounts": f"{folder}/accounts/*.parquet", "on": on, "known_at": known_at}
    with duckdb.connect() as connection:
        found = connection.execute(f"{cluster.statement()} ORDER BY o.account", given)
        names = [column[0] for column in found.description or ()]
        at_once = [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    assert orjson.dumps(plain(at_once)) == orjson.dumps(expected)
    assert orjson.dumps(plain(cluster.limits(folder, on, known_at))) == orjson.dumps(expected)


def test_the_questions_are_worth_asking(made: Engine) -> None:
    answers = [orjson.dumps(by_the_ledger(made, *question)) for question in QUESTIONS]
    assert len(set(answers)) == len(QUESTIONS)
    assert min(map(len, answers)) > 100


def test_undetermined_policies_are_left_out(tmp_path: Path) -> None:
    with opened(str(tmp_path / "u.db"), new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, f"P-{n}", [held(), *added(opening(), line(n + 1))]) for n in range(3)])
        [receipt] = ledger.record([fact(2, "P-1", fault="RuleFailed: x")])
        catch_up(made, ledger)
        export(made, tmp_path / "export")
        now = [row["policy_id"] for row in cluster.limits(tmp_path / "export", date(2024, 6, 1), NOW)]
        before = receipt.recorded_at - timedelta(microseconds=1)
        then = [row["policy_id"] for row in cluster.limits(tmp_path / "export", date(2024, 6, 1), before)]

    assert (now, then) == (["P-0", "P-2"], ["P-0", "P-1", "P-2"])


# ---- files and manifest ---------------------------------------------------------------------------------------------------------


def test_the_manifest_names_the_log_the_files_and_their_hashes(made: Engine, tmp_path: Path) -> None:
    exported = export(made, tmp_path / "export", policies=5)
    found = manifest(tmp_path / "export")

    assert (found["position"], found["hash"]) == (exported.position, exported.hash)
    assert [file["path"] for file in found["files"]] == [
        f"{name}/part-{n:05}.parquet" for name in ("accounts", "movements") for n in range(3)
    ]
    for file in found["files"]:
        table = parquet.read_table(tmp_path / "export" / file["path"])
        ids = set(table.column("policy_id").to_pylist())
        assert (table.num_rows, min(ids), max(ids), len(ids)) == (file["rows"], file["first"], file["last"], file["policies"])
    assert exported == Exported(exported.position, exported.hash, 12, found["accounts"], found["movements"], 6)
    assert damaged(tmp_path / "export") == []


def test_accounts_are_numbered_by_policy_kind_name_and_key_and_kinds_lie_apart(made: Engine, tmp_path: Path) -> None:
    export(made, tmp_path / "export", policies=5)
    found = []
    for path in sorted((tmp_path / "export/accounts").iterdir()):
        file = parquet.ParquetFile(path)
        groups = [file.read_row_group(n) for n in range(file.num_row_groups)]
        kinds = [set(group.column("kind").to_pylist()) for group in groups]
        assert [len(of) for of in kinds] == [1] * len(set().union(*kinds))
        found += parquet.read_table(path).to_pylist()
    found.sort(key=lambda row: row["account"])

    assert [row["account"] for row in found] == list(range(1, len(found) + 1))
    order = [(row["policy_id"], KINDS.index(row["kind"]), row["name"], row["key"] or "") for row in found]
    assert order == sorted(order)


def test_a_policy_of_whose_movements_none_is_left_is_named(made: Engine, tmp_path: Path) -> None:
    with made.begin() as connection:
        no, policy_id = connection.exec_driver_sql("SELECT policy_no, policy_id FROM read_policies ORDER BY policy_id LIMIT 1").one()
        connection.exec_driver_sql(f"DELETE FROM read_movements WHERE policy_no = {no}")
    with pytest.raises(LedgerFault, match=f"not of the same policies at {policy_id}"):
        export(made, tmp_path / "export")


def test_a_movement_on_an_account_that_is_gone_is_named(made: Engine, tmp_path: Path) -> None:
    with made.begin() as connection:
        connection.exec_driver_sql("DELETE FROM read_accounts WHERE kind = 10")
    with pytest.raises(LedgerFault, match=r"policy \S+ has no account \d+"):
        export(made, tmp_path / "export")


def test_columns_are_typed(made: Engine, tmp_path: Path) -> None:
    export(made, tmp_path / "export")
    types = {field.name: str(field.type) for field in parquet.read_schema(tmp_path / "export/movements/part-00000.parquet")}

    assert types["day"] == types["first"] == types["last"] == "date32[day]"
    assert (types["amount"], types["known_at"], types["kind"]) == ("int64", "timestamp[us, tz=UTC]", "string")


def test_the_same_log_gives_the_same_bytes(made: Engine, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(made, tmp_path / name, policies=4)

    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


def test_both_databases_give_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    for n, target in enumerate((str(tmp_path / "a.db"), postgres_url)):
        with opened(target) as (ledger, engine):
            imported(ledger, histories(31, each=2))
            catch_up(engine, ledger, batch=5 + n)
            export(engine, tmp_path / str(n), policies=4)

    assert (tmp_path / "0/manifest.json").read_bytes() == (tmp_path / "1/manifest.json").read_bytes()


def test_a_file_that_is_damaged_or_missing_is_named_and_not_read(made: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    export(made, folder, policies=4)
    one, other = folder / "movements/part-00001.parquet", folder / "accounts/part-00000.parquet"
    one.write_bytes(one.read_bytes()[:-1] + b"x")
    other.unlink()

    assert damaged(folder) == ["accounts/part-00000.parquet", "movements/part-00001.parquet"]
    other.write_bytes(b"")
    with pytest.raises(LedgerFault, match=r"accounts/part-00000.parquet of the export is not as it was written"):
        list(cluster.limits(folder, date(2024, 6, 1), NOW))


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "file", tmp_path / "no" / "where"):
        with pytest.raises(Refused, match="a new or an empty folder"):
            check(folder)
    check(tmp_path / "new")


def test_an_export_that_is_not_whole_is_refused(made: Engine, tmp_path: Path) -> None:
    def interrupted(policies: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(made, tmp_path / "export", policies=2, heard=interrupted)
    with pytest.raises(Refused, match=re.escape("manifest.json")):
        manifest(tmp_path / "export")


def test_an_export_of_a_newer_program_is_refused(made: Engine, tmp_path: Path) -> None:
    export(made, tmp_path / "export")
    file = tmp_path / "export/manifest.json"
    file.write_bytes(file.read_bytes().replace(b'"format": 3', b'"format": 4'))
    with pytest.raises(Refused, match="format 4"):
        manifest(tmp_path / "export")


def test_an_export_of_an_empty_ledger(tmp_path: Path) -> None:
    with opened(str(tmp_path / "e.db")) as (_, made):
        assert export(made, tmp_path / "export") == Exported(0, bytes(32).hex(), 0, 0, 0, 0)
    assert list(cluster.limits(tmp_path / "export", date(2024, 6, 1), NOW)) == []


def test_the_command(tmp_path: Path) -> None:
    db = tmp_path / "ledger.db"
    with opened(str(db)) as (ledger, _):
        imported(ledger, histories(31, each=1))
        head, hash_ = ledger.head()
    outcome = run("export", tmp_path / "export", "--db", db, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    [row] = outcome.rows
    assert (row["position"], row["hash"], row["policies"], row["files"]) == (head, hash_.hex(), 3, 2)
    assert damaged(tmp_path / "export") == []
    assert run("export", tmp_path / "export", "--db", db).code == 2


def test_limits_are_asked_of_an_export_as_of_the_database(tmp_path: Path) -> None:
    db = tmp_path / "ledger.db"
    with opened(str(db)) as (ledger, _):
        imported(ledger, histories(31, each=2))
    run("export", tmp_path / "export", "--db", db)
    asked = ("limits", "--on", "2024-06-01", "--known-at", "2022-03-01T00:00:00+09:00", "--db", db)

    filters = ("--product", "oyako"), ("--limit", "cyber.cost.period"), ("--policy-prefix", "CY"), ("--format", "csv")
    for which in (*filters, ()):
        of_database, of_export = run(*asked, *which), run(*asked, *which, "--export", tmp_path / "export")
        assert (of_export.code, of_export.out) == (0, of_database.out)
        assert len(of_export.out.splitlines()) > 1
    refused: list[tuple[tuple[str | Path, ...], str]] = [
        (("--cluster", "tcp://127.0.0.1:8786"), "--cluster"),
        (("--export", tmp_path), "manifest.json"),
        (("--export", tmp_path / "export", "--cluster", "nowhere:0"), "--cluster"),
    ]
    for given, named in refused:
        outcome = run(*asked, *given, "--lang", "en")
        assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
        assert named in outcome.err
    assert run("limits", "--at-position", "3", "--export", tmp_path / "export", "--db", db).code == 2


# ---- on several processes ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_over_the_processes_of_a_cluster(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with opened(str(tmp_path / "c.db")) as (ledger, made):
        imported(ledger, histories(31, each=4))
        catch_up(made, ledger)
        export(made, tmp_path / "export", policies=3)
        expected = by_the_ledger(made, date(2024, 6, 1), NOW)
    cluster_of = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
    with distributed.LocalCluster(**cluster_of) as machines, distributed.Client(machines) as client:
        found = plain(cluster.limits(tmp_path / "export", date(2024, 6, 1), NOW, client=client))
        (tmp_path / "export/movements/part-00002.parquet").write_bytes(b"")
        with pytest.raises(LedgerFault, match="part-00002"):
            list(cluster.limits(tmp_path / "export", date(2024, 6, 1), NOW, client=client))

    assert orjson.dumps(found) == orjson.dumps(expected)


def test_a_limit_is_of_the_product_that_was_held_when_it_came_to_stand(target: str, tmp_path: Path) -> None:
    """A corrected product takes its limits with it: before the correction the old ones, behind it the new ones."""
    old, new = opening(key="old"), opening(key="new")
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, entries=[held("oyako"), *added(old, line(5)._replace(uses=(Use("cost.period", "old", 5),)))])])
        ledger.record([fact(2, entries=[Entry(date.min, -1, Held(date.min, "oyako")), held("cyber"), *taken_back(old), *added(new)])])
        ledger.record([fact(3, entries=added(new._replace(key="third", in_use=True), new._replace(key="fourth", in_use=True)))])
        catch_up(made, ledger)
        first, second, third = (record.recorded_at for record in ledger.stream("P-1") if record.event_id is not None)
        export(made, tmp_path / "export")
        for known_at, expected in ((first, [("oyako", "old")]), (second, []), (third, [("cyber", "fourth"), ("cyber", "third")])):
            found = list(cluster.limits(tmp_path / "export", DAY, known_at))
            assert [(row["product"], row["key"]) for row in found] == expected
            assert orjson.dumps(plain(found)) == orjson.dumps(by_the_ledger(made, DAY, known_at))


NEXT = DAY + timedelta(days=1)
ONE, OTHER = (opening(cap, key="k", in_use=True) for cap in (1, 2))


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([[(DAY, 1, ONE), (DAY, 1, OTHER)]], True),
        ([[(DAY, 1, ONE)], [(DAY, 1, OTHER)], [(DAY, -1, ONE)]], True),  # as known for a while
        ([[(DAY, 1, ONE), (DAY, 1, OTHER), (NEXT, -1, ONE)]], True),  # on some days
        ([[(DAY, 1, ONE)], [(DAY, -1, ONE), (DAY, 1, OTHER)]], False),
        ([[(DAY, 1, ONE), (NEXT, -1, ONE), (NEXT, 1, OTHER)]], False),
    ],
)
def test_two_openings_of_one_limit_at_once_are_not_exported(target: str, tmp_path: Path, steps: list[list[Any]], wrong: bool) -> None:
    """A rule's mistake: no folder that looks whole has another account in their place."""
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(0, entries=[held(), *added(*(opening(key=f"{n}") for n in range(9)))])])
        ledger.record([fact(n, entries=[Entry(*entry) for entry in step]) for n, step in enumerate(steps, start=1)])
        catch_up(made, ledger)
        if wrong:
            with pytest.raises(LedgerFault, match="P-1 has two openings of one limit at once"):
                export(made, tmp_path / "export")
        else:
            export(made, tmp_path / "export")
        assert (tmp_path / "export/manifest.json").exists() is not wrong


def test_an_unused_limit_is_shown_through_the_last_day_of_its_window(target: str, tmp_path: Path) -> None:
    last = date(2024, 12, 31)
    unused, used, silent = (opening(key=key)._replace(last=last) for key in ("2024", "used", "silent"))
    spent = line(5)._replace(uses=(Use("cost.period", "used", 5),))
    with opened(target, new_policy=Told, clock=Clock()) as (ledger, made):
        ledger.record([fact(1, entries=[held(), *added(unused._replace(standing=True), used, silent, spent)])])
        catch_up(made, ledger)
        export(made, tmp_path / "export")
        for on, expected in ((last, ["2024", "used"]), (last + timedelta(days=1), ["used"])):
            found = list(cluster.limits(tmp_path / "export", on, NOW))
            assert [row["key"] for row in found] == expected
            assert orjson.dumps(plain(found)) == orjson.dumps(by_the_ledger(made, on, NOW))
