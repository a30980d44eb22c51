"""What is tried of the rules: what a mutation is, and that the tests of broken rules notice while others do not."""

from __future__ import annotations

import ast
import re
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
        ("zip(a, b, strict=True)", []),
    ],
)
def test_a_rule_is_mutated_wherever_it_decides_something(source: str, mutated: list[str]) -> None:
    found = mutants.mutations(ast.parse(source))
    assert [mutants.shown(source.splitlines(), old, new) for old, new in found] == mutated


def test_what_tests_notice_and_what_they_do_not_is_told() -> None:
    """Half of the tests of a product: they notice some mutations of its rules, and nothing while the rules are as they are."""
    half = ("--tests", "tests/ledger/products/test_ryoritsu_endings.py")
    command = [sys.executable, "-m", "bench.noticed", "--of", "ryoritsu", "--sample", "8", "--processes", "1", *half]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    [(there, tried, noticed, missed)] = re.findall(r"^all +([\d,]+) +(\d+) +(\d+) +0 +(\d+) ", done.stdout, re.MULTILINE)

    assert done.returncode == 1, done.stderr
    assert int(tried) == int(noticed) + int(missed) == 8
    assert int(there) > 100
    assert int(noticed) > 0
    assert done.stdout.count("ledger/products/ryoritsu") + done.stdout.count("ryoritsu: ") == int(missed) > 0
