"""What the rules run again would change, as a person reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import Language, escaped
from replay.difference_page import Says, signed

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = Mapping[str, Any]

COLUMNS: Final = ("policy_id", "product", "cause", "benefit", "movement", "from", "to", "by", "fault", "position")


def rows(found: Row) -> Iterator[dict[str, Any]]:
    """A policy's amounts as flat rows; one without amounts where none differs on the day."""
    head = {name: found[name] for name in ("policy_id", "product", "fault")} | {"cause": found["reason"]["cause"]}
    head["position"] = found["recorded"]["position"] if found["recorded"] else None
    yield from (head | row for row in found["benefits"] or [{}])


def tables(found: Sequence[Row], language: Language, *, era: bool = False) -> Iterator[RenderableType]:
    """Each policy with its amounts and lines, then what it comes to."""
    from rich.text import Text

    page = Says(language, era)
    sums: Counter[tuple[str, str]] = Counter()
    for row in found:
        cells = [(page.account(one), f"{one['from']:,}", f"{one['to']:,}", signed(one["by"])) for one in row["benefits"]]
        sums.update({(one["benefit"], one["movement"]): one["by"] for one in row["benefits"]})
        yield from page.sheet(_title(page, row), ("movement", "old:", "new:", "by:"), cells)
        if not cells:
            yield Text(_title(page, row), style="bold")
        lines = [page.movement(movement) for movement in row["movements"]]
        yield from page.sheet(page.said("明細の動き", "lines"), ("day", "movement", "days", "quantity:", "payable:"), lines)
    total = [(page.account({"benefit": benefit, "movement": name}), signed(by)) for (benefit, name), by in sorted(sums.items()) if by]
    yield from page.sheet(page.said("合計", "in all"), ("movement", "by:"), total)
    yield Text(page.said(f"違いのある契約：{len(found):,}", f"policies that differ: {len(found):,}"))


def _title(page: Says, row: Row) -> str:
    terms, cause = row["reason"]["terms"], row["reason"]["cause"]
    versions = " → ".join(f"{one['version']} ({one['hash'][:8]})" if one else "–" for one in (terms["then"], terms["now"]))
    why = {
        "terms": page.said(f"約款の値が変わった {versions}", f"other terms {versions}"),
        "rules": page.said("規則が変わった", "other rules"),
        "undetermined": page.said("判定できなかった契約", "was undetermined"),
    }[cause]
    said = [row["policy_id"], page.name("product", row["product"]) if row["product"] else "", why]
    if row["fault"] is not None:
        said.append(page.said(f"今の規則は失敗する: {escaped(row['fault'], 200)}", f"today's rules fail: {escaped(row['fault'], 200)}"))
    if row["recorded"]:
        said.append(page.said(f"位置 {row['recorded']['position']:,} に記録した", f"recorded at position {row['recorded']['position']:,}"))
    return "  ".join(part for part in said if part)
