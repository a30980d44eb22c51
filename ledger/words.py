"""What the wire's names are called by people, in Japanese and English, and the titles of clauses."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ledger.errors import Words

_HEADING: Final = re.compile(r"^##+ ([A-Z]{2}-[0-9]+[a-z]?) +(.+?) *$", re.MULTILINE)
_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def named(section: str, name: str) -> Words:
    """What a name of the wire is called: `named("benefit", "surgery")`. One that has no other name keeps its own."""
    return _sections().get(section, {}).get(name) or Words(name, name)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("ledger").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _sections() -> dict[str, dict[str, Words]]:
    named_in_both = {section: names for section, names in _words().items() if section != "clause"}
    return {section: {name: Words(**words) for name, words in names.items()} for section, names in named_in_both.items()}


def clause_title(rule: str) -> Words | None:
    """The title of a clause by its id (`SK-30`), as it heads the clause in the product's clauses.md; None where it has none."""
    return _titles().get(rule)


@cache
def _titles() -> dict[str, Words]:
    """Titles of all clauses. A heading may give both languages: `## CY-03 賠償責任 / Liability`."""
    products = files("ledger").joinpath("products")
    pages = [page for folder in products.iterdir() if (page := folder.joinpath("clauses.md")).is_file()]
    found = [match for page in pages for match in _HEADING.finditer(page.read_text(encoding="utf-8"))]
    return {match[1]: _title(match[2], _words()["clause"].get(match[1])) for match in found}


def _title(heading: str, japanese: str | None) -> Words:
    parts = [part.strip() for part in heading.split(" / ")]
    native = next((part for part in parts if _JAPANESE.search(part)), None)
    english = next((part for part in parts if not _JAPANESE.search(part)), heading)
    return Words(native or japanese or heading, english)
