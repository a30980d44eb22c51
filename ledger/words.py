"""What the wire's names are called by people, in Japanese and English, and the titles of clauses."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ledger.clauses import FOLDERS, clauses
from ledger.errors import Words


def named(section: str, name: str) -> Words:
    """What a name of the wire is called: `named("benefit", "surgery")`. One that has no other name keeps its own."""
    return _sections().get(section, {}).get(name) or Words(name, name)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("ledger").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _sections() -> dict[str, dict[str, Words]]:
    return {section: {name: Words(**words) for name, words in names.items()} for section, names in _words().items()}


def clause_title(rule: str) -> Words | None:
    """The title of a clause by its id (`SK-30`), as it heads the clause in the product's clauses.md; None where it has none."""
    return _titles().get(rule)


@cache
def _titles() -> dict[str, Words]:
    return {clause.id: Words(*clause.titles) for folder in FOLDERS for clause in clauses(folder)}
