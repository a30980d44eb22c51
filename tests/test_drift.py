"""Clauses, rules and terms say the same: each clause is a rule or says why not, each rule cites a clause, in the specification's order."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.clauses import FOLDERS, clauses, register
from ledger.product import clauses_of
from ledger.products import PRODUCTS
from ledger.terms import Terms

PRODUCT_FOLDERS = [folder for folder in FOLDERS if folder != "general"]
DOCS = Path(__file__).parents[1] / "docs"

SPECIFICATION = {
    "seikatsu": "00 01 02 03 04 04a 05 06 07 08 10 11 12 13 20 21 22 23 24 25 30 31 32 33 34 35 36 37 38 39 40 45 46 47 48 49 50 51 55 56 "
    "60 61 62 63 64 65 66 67 68 69 70 71 72 75 76 77 78 79 80 81 82 85 86 87 90",
    "oyako": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20",
    "sony_medical": "01 02 03 04 05 06 07 08 09 10 11",
    "ryoritsu": "01 02 03 04 05 06 07 08 09 10 11",
    "cyber": "01 02 03 04 05 06 07 08 09 10 11 12 13 14",
    "general": "01 02 03 04 05 06",
}
PREFIX = {"seikatsu": "SK", "oyako": "OY", "sony_medical": "SM", "ryoritsu": "KR", "cyber": "CY", "general": "GN"}


def functions(folder: str) -> Iterator[Any]:
    """Every function of a product's modules that is labelled with a clause."""
    package = importlib.import_module(f"ledger.products.{folder}")
    names = [package.__name__, *(m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + "."))]
    for name in names:
        for value in vars(importlib.import_module(name)).values():
            if callable(value) and getattr(value, "__module__", None) == name and clauses_of(value):
                yield value


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_clauses_are_the_specifications_in_its_order(folder: str) -> None:
    assert [clause.id for clause in clauses(folder)] == [f"{PREFIX[folder]}-{n}" for n in SPECIFICATION[folder].split()]


def test_every_rule_cites_a_clause_that_is_worded() -> None:
    worded = {clause.id for folder in FOLDERS for clause in clauses(folder)}
    cited = {(rule.__qualname__, one) for folder in FOLDERS for rule in functions(folder) for one in clauses_of(rule)}

    assert len(cited) > 100
    assert {(name, one) for name, one in cited if one not in worded} == set()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_clause_is_computed_or_says_why_not(folder: str) -> None:
    computed = {one for f in FOLDERS for rule in functions(f) for one in clauses_of(rule)}
    computed |= {one for f in FOLDERS for term in _terms(f) for one in term.clauses}

    assert [clause.id for clause in clauses(folder) if clause.is_computed and clause.id not in computed] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_computed_clause_names_a_test_of_its_rule(folder: str) -> None:
    """That such a test fails when the rule is broken is shown by `python -m bench.noticed`."""
    files = (Path(__file__).parent / "ledger" / "products").glob("test_*.py")
    tests = [f"{name}_" for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)]
    named = {clause.id: f"_{clause.id.lower().replace('-', '_')}_" for clause in clauses(folder) if clause.is_computed}

    assert [one for one, part in named.items() if not any(part in test for test in tests)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_dated_number_is_named_by_a_clause(folder: str) -> None:
    worded = {clause.id for f in FOLDERS for clause in clauses(f)}

    assert [(term.name, one) for term in _terms(folder) for one in term.clauses if one not in worded] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_clause_names_its_source(folder: str) -> None:
    assert [clause.id for clause in clauses(folder) if "Source:" not in clause.text] == []


def test_no_line_is_declined_because_its_rule_is_not_built() -> None:
    sources = (Path(__file__).parents[1] / "ledger").rglob("*.py")

    assert [path.name for path in sources if "NOT-BUILT" in path.read_text(encoding="utf-8")] == []


def test_the_register_of_interpretations_is_up_to_date() -> None:
    """`make docs` writes it."""
    assert (DOCS / "interpretations.md").read_text(encoding="utf-8") == register()


def test_every_product_is_worded() -> None:
    assert {name.replace("-", "_") for name in PRODUCTS} == set(PRODUCT_FOLDERS)


def _terms(folder: str) -> Terms:
    package = importlib.import_module(f"ledger.products.{folder}")
    return Terms.load(Path(str(package.__file__)).parent)
