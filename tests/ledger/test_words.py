"""Everything that a person is shown has a name in both languages."""

import ast
import re
from pathlib import Path

import pytest

from ledger import words
from ledger.events import EVENT_TYPES
from ledger.products import PRODUCTS
from ledger.products.general.contract import PRECEDENCE
from ledger.words import clause_title, named

PRODUCTS_FOLDER = Path(str(words.__file__)).parent / "products"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def limits_in_the_rules() -> set[str]:
    """The names of limits as they stand in the products' rules: texts like `hospital_days.stay` that are no path of a field."""
    names = set()
    for path in PRODUCTS_FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
    limits = {name for name in names if re.fullmatch(r"[a-z_]+(\.[a-z_]+){1,2}", name)}
    built = {"parent_care.home_modification", "parent_care.care_home"}
    return built | {name for name in limits if not name.startswith(("insured.", "parent.", "plan."))}


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("product", PRODUCTS),
        ("benefit", sorted({benefit for product in PRODUCTS.values() for benefit in product.benefits})),
        ("limit", sorted(limits_in_the_rules())),
        ("state", [*PRECEDENCE, "unknown", "undetermined"]),
        ("decision", ["payable", "reduced", "declined"]),
        ("unit", ["yen", "days", "times", "day", "month", "time"]),
        ("deadline", ["payment", "renewal_notice", "prescription", "grace", "reinstatement", "cooling_off"]),
        ("type", [*EVENT_TYPES, "Assessed"]),
    ],
)
def test_names_of_the_wire_have_words(section: str, names: list[str]) -> None:
    assert names
    for name in names:
        said = named(section, name)
        assert JAPANESE.search(said.ja), name
        assert said.en.isascii(), name
        assert "_" not in said.en


def test_a_name_without_words_stands_as_it_is() -> None:
    assert named("benefit", "no_such_benefit") == ("no_such_benefit", "no_such_benefit")


def test_clauses_have_the_titles_of_their_headings() -> None:
    assert clause_title("CY-12") == ("お支払いできない主な場合", "Exclusions")
    assert clause_title("GN-01") == ("30日以内の支払", "Payment within 30 days")
    assert clause_title("XX-99") is None


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PRODUCTS_FOLDER.glob("*/clauses.md")))
def test_every_clause_of_a_page_has_a_title(folder: str) -> None:
    page = (PRODUCTS_FOLDER / folder / "clauses.md").read_text(encoding="utf-8")
    ids = re.findall(r"^##+ ([A-Z]{2}-\d+[a-z]?)\b", page, re.MULTILINE)

    assert ids
    for one in ids:
        title = clause_title(one)
        assert title is not None
        assert JAPANESE.search(title.ja), one
        assert not JAPANESE.search(title.en), one
