"""The figures of speed can be taken, and rest on the same portfolio each time. No test here is timed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from bench import copies, floors, kept, page, portfolio
from bench.rectangles import rectangles
from bench.table import Figure
from ledger.application import ClaimsLedger
from ledger.door import read_lines
from ledger.policy import Policy
from ledger.recorders.log import micros
from projections.catch_up import catch_up
from projections.queries import reader
from projections.read_model import opened
from replay.as_of import answer
from replay.known import History


def test_a_portfolio_follows_from_its_seed() -> None:
    assert list(portfolio.lines(12)) == list(portfolio.lines(12))
    assert list(portfolio.lines(12)) != list(portfolio.lines(12, seed=1))


def test_ordered_by_time_it_holds_the_same_lines() -> None:
    by_time = list(portfolio.lines(12, by_time=True))

    assert sorted(by_time) == sorted(portfolio.lines(12))
    instants = [orjson.loads(line)["recorded_at"] for line in by_time]
    assert instants == sorted(instants)


def test_every_product_is_accepted_and_derived() -> None:
    for product in portfolio.products():
        policies: dict[str, Policy] = {}
        for _, event in read_lines(portfolio.lines(4, only=[product]), mode="import"):
            policies.setdefault(event.policy_id, Policy(event.policy_id)).admit(event)
        assert all(policy.fault is None and len(policy.journal) > 5 for policy in policies.values()), product


def test_a_policy_has_about_forty_facts_some_of_them_corrected() -> None:
    counted = Counter(orjson.loads(line)["type"] for line in portfolio.lines(100))

    assert 3_500 < counted.total() < 5_000
    assert counted["FactAmended"] + counted["FactRetracted"] > counted.total() * 0.005


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of three policies, with its read model."""
    path = tmp_path_factory.mktemp("bench") / "imported.db"
    with ClaimsLedger.open(str(path)) as ledger, opened(str(path)) as engine:
        ledger.import_events(read_lines(portfolio.lines(3), mode="import"), workers=1)
        catch_up(engine, ledger)
    return path


def test_a_copy_answers_like_its_original_under_its_own_ids(imported: Path, tmp_path: Path) -> None:
    with ClaimsLedger.open(str(imported)) as originals, ClaimsLedger.open(str(tmp_path / "copies.db")) as ledger:
        copies.copy(originals, ledger, 8)

        def answered(of: ClaimsLedger, policy_id: str) -> bytes:
            return orjson.dumps(answer(History(policy_id, of.stream(policy_id)).known(), portfolio.ON, None)["limits"])

        records = list(ledger.log())
        assert copies.facts(originals, 8) == len({record.event_id for record in records if record.event_id is not None})
        assert {record.event.policy_id for record in records} == set(ledger.policies()) == {copies.name(n) for n in range(8)}
        assert [answered(ledger, copies.name(n)) for n in range(8)] == [answered(originals, copies.name(n % 3)) for n in range(8)]


def test_rectangles_hold_the_limits_of_any_day_and_instant(imported: Path) -> None:
    found = rectangles(floors.bare(imported))
    start, compared = portfolio.ON.toordinal(), 0
    with opened(str(imported)) as engine, reader(engine) as model:
        for days in range(-1_500, 900, 97):
            on = date.fromordinal(start + days)
            known_at = portfolio.KNOWN_AT + timedelta(days * 5 % 1_000 - 500)
            for policy_id, of_policy in found.items():
                at = (on.toordinal(), micros(known_at))
                shown = [one for one in of_policy if one.day <= at[0] < one.until and one.known <= at[1] < one.unknown]
                limits = model.limits(policy_id, on, known_at=known_at)
                compared += len(limits)
                assert sorted((one.limit, one.key, one.cap, one.base + one.slope * at[0]) for one in shown) == [
                    (row.limit, row.key, row.cap, row.used) for row in limits
                ]
    assert compared > 100


def test_kept_figures_are_written_between_the_marks_of_a_page(tmp_path: Path) -> None:
    for policies in (10, 100):
        kept.save(tmp_path / "kept.json", policies, ["a machine"], [Figure(f"{policies} limits", "1 ms", number=0.001 * policies)])
    (tmp_path / "page.md").write_text("# Speed\n<!-- figures -->\nold\n<!-- end of figures -->\n<!-- growth -->\n<!-- end of growth -->\n")

    page.write(kept.load(tmp_path / "kept.json"), tmp_path / "page.md")

    text = (tmp_path / "page.md").read_text()
    assert "old" not in text
    assert "| 100 limits | 1 ms |" in text
    assert "| limits | 1 ms | 1 ms |" in text
    assert "<polyline" in (tmp_path / "page.svg").read_text()


def test_every_figure_is_printed() -> None:
    command = [sys.executable, "-m", "bench", "--policies", "3"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    wanted = (
        "import of",
        "memory of the import",
        "recorded, on the disk",
        "limits of one policy",
        "limits of all policies",
        "all policies by DuckDB",
        "rebuild of the read model",
        "read model, a fact",
    )
    assert [words for words in wanted if words not in printed] == []
