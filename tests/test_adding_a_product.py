"""A sixth product, added by following docs/adding-a-product.md: the code of the page is what runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from ledger.product import Product
from ledger.products import PRODUCTS
from tests.ledger.products.history import History

PAGE = (Path(__file__).parents[1] / "docs" / "adding-a-product.md").read_text(encoding="utf-8")

HEAD = """
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.periods import Period
from ledger.product import Plan, Product, Section, clause
from ledger.products.general.contract import LIFE, contract, periods_hold, states
from ledger.products.general.endings import ENDINGS_GUARD, endings_hold
from ledger.products.general.settlements import SETTLEMENTS
from ledger.terms import Terms
from ledger.timeline import Facts
"""


def blocks(language: str) -> str:
    found = re.findall(rf"^   ```{language}\n(.*?)^   ```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return "\n".join(dedent(block) for block in found)


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """The page's product, in a folder of its own."""
    (tmp_path / "terms.toml").write_text(blocks("toml"), encoding="utf-8")
    module = ModuleType("tagesgeld")
    module.__dict__["__file__"] = str(tmp_path / "rules.py")
    exec(compile(HEAD + blocks("python"), module.__dict__["__file__"], "exec"), module.__dict__)  # noqa: S102 - it is our own page
    monkeypatch.setitem(sys.modules, "tagesgeld", module)
    made: Product = module.__dict__["PRODUCT"]
    monkeypatch.setitem(PRODUCTS, made.name, made)
    return made


def test_the_page_makes_a_product_that_answers(product: Product) -> None:
    history = History(product.name, {}, ("2023-01-01", "2024-01-01"))
    history.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-01-05")
    for day in ("2023-02-01", "2023-03-01", "2023-04-01", "2023-05-01"):
        history.add("OutpatientVisited", visited_on=day, condition_id="c1")

    assert history.state("2023-06-01") == ("in_force", "2023-01-01", "2023-12-31")
    assert history.on("2023-06-01")["settlement"]["payable"] == 3_000
    [limit] = history.on("2023-06-01")["limits"]
    assert (limit["limit"], limit["cap"], limit["used"], limit["remaining"]) == ("visits.period", 3, 3, 0)
    assert [line["decision"] for line in history.on("2023-06-01")["benefits"]] == ["payable", "payable", "payable", "reduced"]
