"""The checker of an explanation, which needs nothing but the document: what is altered is refused, and it runs alone."""

import ast
import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import canonical
from replay import checker
from replay.explain import digest, explanation
from replay.steps import Cut
from tests.replay.explanations import ROOT, Node, explained, ledger_of_the_samples, problems, told_of_the_sample


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledger_of_the_samples(tmp_path_factory.mktemp("checker"))


# ---- what is altered is refused ---------------------------------------------------------------------------------------------


@cache
def whole() -> Node:
    """A document with all that there is to alter: corrections, several limits, lines that used them before, steps."""
    records = told_of_the_sample()
    return explanation("CY-2023-0008", records, date(2025, 3, 31), Cut(), "cyber_cost:forensics:2024-08-20")


def put(document: Node, path: str | tuple[str | int, ...], value: Any) -> Node:
    """The document with one node altered, sealed anew: whoever alters it can take the digest again."""
    altered = copy.deepcopy(document)
    *names, last = [int(name) if name.isdecimal() else name for name in path.split(".")] if isinstance(path, str) else path
    holder: Any = altered
    for name in names:
        holder = holder[name]
    holder[last] = value(holder[last]) if callable(value) else value
    return altered | {"digest": digest(altered)}


def more(value: int) -> int:
    return value + 1


def flipped(text: str) -> str:
    return text[:-2] + ("A=" if text[-2:] != "A=" else "B=") if text.endswith("=") else ("0" if text[0] != "0" else "1") + text[1:]


ALTERED = {
    "asked.line_id": "cyber_cost:call-centre:2024-08-06",
    "asked.policy_id": "CY-2023-0009",
    "asked.on": "2024-08-19",
    "asked.position": 4,
    "terms.assessed.version": "2019-01",
    "rules_changed": True,
    "line.rate": more,
    "line.quantity": more,
    "line.gross": more,
    "line.payable": more,
    "line.decision": "payable",
    "line.benefit": "cyber_liability",
    "line.key": "call-centre",
    "line.from": "2024-08-21",
    "line.to": "2024-08-21",
    "line.counts_from": "2024-08-21",
    "line.unit": "month",
    "line.rules.0": "CY-03",
    "line.events.0": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "line.cut_by.0.by": more,
    "line.cut_by.0.limit": "cyber.cost.period",
    "line.uses.0.amount": more,
    "line.uses.0.key": "another",
    "line.stored.entry": more,
    "line.stored.position": more,
    "result.payable": more,
    "result.gross": more,
    "result.decision": "payable",
    "facts.3.says.amount": more,
    "facts.3.in_force.amount": more,
    "facts.3.state": flipped,
    "facts.3.hash": flipped,
    "facts.3.previous_hash": flipped,
    "facts.3.position": more,
    "facts.3.version": more,
    "facts.3.type": "CyberClaimSettled",
    "facts.3.policy_id": "CY-2023-0009",
    "facts.3.event_id": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "facts.3.recorded_at": "2024-09-02T01:00:01.000000Z",
    "facts.3.role": "considered",
    "facts.0.role": "rests_on",
    "facts.4.corrected_by": [],
    "facts.4.in_force.amount": more,
    "corrections.0.target": "0f9c1b2a-3d4e-4f5a-8b6c-7d8e9f0a1bff",
    "corrections.0.says.data.amount": more,
    "corrections.0.hash": flipped,
    "corrections": [],
    "rules.0.rule": "CY-03",
    "rules.0.of": "limit",
    "rate.value": more,
    "rate.found.field": "cost_id",
    "pieces": [],
    "pieces.0.gross": more,
    "pieces.0.payable": more,
    "pieces.0.quantity": more,
    "pieces.0.from": "2024-08-19",
    "pieces.0.limits.0.cap": more,
    "pieces.0.limits.0.unit": "times",
    "pieces.0.limits.0.used_before": more,
    "pieces.0.limits.0.used_by.0.amount": more,
    "pieces.0.limits.0.used_by.0.of": more,
    "pieces.0.limits.0.used_by.0.line_id": "cyber_cost:none:2024-08-06",
    "pieces.0.limits.0.used_by": [],
    "pieces.0.limits.0.room": more,
    "pieces.0.limits.0.asked": more,
    "pieces.0.limits.0.allowed": more,
    "pieces.0.limits.0.cut": more,
    "pieces.0.limits.0.counted": more,
    "pieces.0.limits.0.booked": more,
    "pieces.0.limits.0.used_after": more,
    "pieces.0.limits.0.rules": ["CY-09"],
    "pieces.0.limits": lambda limits: [limits[1], limits[0], *limits[2:]],
    "limits.0.cap": more,
    "limits.0.to": "2025-01-01",
    "limits.0.stored.entry": more,
    "limits": lambda limits: limits[:-1],
    "lines.0.payable": more,
    "lines.0.uses.0.amount": more,
    "lines.0.stored.position": more,
    "lines": [],
    "left.0.after_this_line": more,
    "left.2.on_the_day": 99_999_999,
    "assessments.0.state": flipped,
    "assessments.0.hash": flipped,
    "assessments.0.position": more,
    "assessments": [],
    "others.0.event_id": lambda _: whole()["facts"][0]["event_id"],
}
"""By path, what a node is altered to. Each is refused even where the digest is taken anew."""


def test_the_document_as_it_is_holds() -> None:
    assert problems(whole()) == []
    assert problems(put(whole(), "version", 1)) == []


@pytest.mark.parametrize("path", ALTERED)
def test_an_altered_node_is_refused_though_sealed_anew(path: str) -> None:
    altered = put(whole(), path, ALTERED[path])

    assert altered != whole()
    assert problems(altered) != []


def test_a_number_of_arithmetic_alone_is_no_other(db: Path) -> None:
    """The nothing of `max(0, …)` may be altered and move no result."""
    document = explained(db, "OY-2023-0107", "parent_care:2024-08-bathroom:2024-08-12", "2024-12-31")
    [(step, place)] = [(n, i) for n, one in enumerate(document["steps"]) for i, o in enumerate(one["operands"]) if o["name"] == "nothing"]

    found = problems(put(document, ("steps", step, "operands", place, "value"), more))

    assert found == [f"steps[{step}].operands[{place}].value: 1, found 0"]


def nodes(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all nodes that hold no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
    for name, one in inner or ():
        yield from nodes(one, (*path, name))


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if value is None:
        return "x"
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value + "x"


def test_no_node_at_all_can_be_altered_under_the_digest() -> None:
    count = 0
    for path in nodes(whole()):
        altered = put(whole(), path, other) | ({"digest": whole()["digest"]} if path != ("digest",) else {"digest": "0" * 64})
        if path in {("version",), ("kind",)}:
            with pytest.raises(ValueError, match="an explanation of version"):
                checker.read(canonical(altered))
        else:
            assert problems(altered), path
        count += 1
    assert count > 300


def test_the_digest_is_that_of_the_canonical_bytes() -> None:
    assert digest(whole()) == whole()["digest"]
    assert list(checker.check(whole())) == []
    assert checker.read(canonical(whole())) == whole()


# ---- alone ------------------------------------------------------------------------------------------------------------------


def check_alone(tmp_path: Path, given: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The checker in a folder of its own, with an interpreter that knows the standard library alone."""
    alone = Path(shutil.copy(ROOT / "replay" / "checker.py", tmp_path))
    (tmp_path / "x.json").write_bytes(given)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-I", "-S", str(alone), *(arguments or ("x.json",))]
    done = subprocess.run(command, cwd=tmp_path, env=environment, input=given, capture_output=True, check=False, timeout=60)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_checker_runs_alone_and_says_what_holds(tmp_path: Path) -> None:
    for arguments in (("x.json",), ("-",)):
        done = check_alone(tmp_path, canonical(whole()), *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("all of it holds: cyber_cost:forensics:2024-08-20 reduced 460,000")


def test_the_checker_names_the_node_that_does_not_hold(tmp_path: Path) -> None:
    done = check_alone(tmp_path, canonical(put(whole(), "pieces.0.limits.0.room", 1)))

    assert done.returncode == 1
    assert "does not hold: pieces[0].limits[0].used_before and room: (540000, 1), found (540000, 460000)" in done.stdout.splitlines()


NO_EXPLANATIONS = (b"", b"{", b"[]", b"{}", b'{"kind": "explanation", "version": 2}', b'{"a": 1, "a": 1}', b"[" * 100_000, b"\xff", b"1.5")


@pytest.mark.parametrize("given", NO_EXPLANATIONS)
def test_what_is_no_explanation_is_refused(tmp_path: Path, given: bytes) -> None:
    done = check_alone(tmp_path, given)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("nodes", [b"", b', "digest": 1, "facts": 7, "line": []'])
def test_an_explanation_without_its_nodes_does_not_hold(tmp_path: Path, nodes: bytes) -> None:
    done = check_alone(tmp_path, b'{"kind": "explanation", "version": 1%s}' % nodes)

    assert (done.returncode, done.stderr) == (1, "")
    assert "a node is missing or malformed" in done.stdout


def test_the_checker_is_short_and_imports_nothing_of_the_project() -> None:
    source = (ROOT / "replay" / "checker.py").read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }

    assert len(source.splitlines()) <= 300
    assert imported <= sys.stdlib_module_names


def test_the_command_is_installed(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(canonical(whole()))
    command = [str(Path(sys.executable).with_name("hoken-check")), str(tmp_path / "x.json")]

    done = subprocess.run(command, env=os.environ | {"HOKEN_LANG": "ja"}, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout.split(":")[0]) == (0, "すべて一致した")
