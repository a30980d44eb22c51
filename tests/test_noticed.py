"""What is tried of the rules: what a mutation is, and that the tests of broken rules notice while others do not."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from bench import mutants


@pytest.mark.parametrize(
    ("source", "mutated"),
    [
        ("day <= last", ["day < last"]),
        ("1 < day <= last", ["1 <= day <= last", "1 < day < last", "2 < day <= last"]),
        ("a in b", ["a not in b"]),
        ("f(3, x=True)", ["f(4, x=True)", "f(3, x=False)"]),
        ("not a", ["a"]),
        ("a if b else c", ["c if b else a"]),
        ("a and b", ["a or b"]),
        ("a + b - c", ["a + b + c", "a - b - c"]),
        ("min(a, b)", ["max(a, b)"]),
        ("[a for a in b if c]", ["[a for a in b if True]"]),
        ("if a: return", ["if False: return"]),
        ("if a: return\nelse: b", []),
        ("def f(a: Literal[1] = 2) -> Literal[3]: ...", ["def f(a: Literal[1] = 3) -> Literal[3]: ..."]),
        ("assert a < 1", []),
        ("f'{a:>3}'", []),
    ],
)
def test_a_rule_is_mutated_wherever_it_decides_something(source: str, mutated: list[str]) -> None:
    found = mutants.mutations(ast.parse(source))
    assert [mutants.shown(source.splitlines(), old, new) for old, new in found] == mutated


def test_broken_rules_are_noticed_by_their_tests_and_by_no_others() -> None:
    command = [sys.executable, "-m", "bench.noticed", "--of", "ryoritsu", "--sample", "6", "--processes", "1"]
    done, missed = (
        subprocess.run([*command, "--tests", f"tests/ledger/products/{name}"], check=False, capture_output=True, text=True)
        for name in ("test_ryoritsu.py", "test_ryoritsu_endings.py")
    )
    assert (done.returncode, missed.returncode) == (0, 1), done.stdout + missed.stdout
