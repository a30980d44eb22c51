"""The clauses as the products word them (clauses.md), read for people and for tests: ids, titles, interpretations, what is not computed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

FOLDERS: Final = ("seikatsu", "oyako", "sony_medical", "ryoritsu", "cyber", "general")
"""The folders that word clauses, in the order of the specification."""

_HEADING: Final = re.compile(r"^## ([A-Z]{2}-\d+a?) (.+)$", re.MULTILINE)
_INTERPRETATION: Final = re.compile(r"\*\*Interpretation\b")


class Clause(NamedTuple):
    """One clause: its id (`SK-30`), the title as it heads the page (日本語 / English), and its text. `folder` is the product's."""

    folder: str
    id: str
    title: str
    text: str

    @property
    def titles(self) -> tuple[str, str]:
        """The title in Japanese and in English."""
        japanese, _, english = self.title.partition(" / ")
        return japanese, english or japanese

    @property
    def interpretations(self) -> tuple[str, ...]:
        """The paragraphs that interpret what the source leaves open, each as one line."""
        found = (paragraph for paragraph in self.text.split("\n\n") if _INTERPRETATION.search(paragraph))
        return tuple(_from_the_mark(" ".join(paragraph.split())) for paragraph in found)

    @property
    def is_computed(self) -> bool:
        """Whether a rule computes it; a clause that none computes says why."""
        return "<!-- not computed:" not in self.text


def _from_the_mark(paragraph: str) -> str:
    """An interpretation that follows its source in the same paragraph, without the source."""
    return paragraph[paragraph.index("**Interpretation") :] if paragraph.startswith("Source:") else paragraph


@cache
def clauses(folder: str) -> tuple[Clause, ...]:
    """The clauses of one folder, in the order of its page."""
    return tuple(_read(folder, page(folder)))


def page(folder: str) -> str:
    """The text of a folder's clauses.md."""
    return files("ledger").joinpath("products", folder, "clauses.md").read_text(encoding="utf-8")


def _read(folder: str, text: str) -> Iterator[Clause]:
    headings = list(_HEADING.finditer(text))
    for heading, end in zip(headings, [*(h.start() for h in headings[1:]), len(text)], strict=True):
        body = re.split(r"^# ", text[heading.end() : end], flags=re.MULTILINE)[0]
        yield Clause(folder, heading[1], heading[2], body.strip())


def register() -> str:
    """The register of interpretations (docs/interpretations.md): every place where a clause reads what its source leaves open."""
    lines = [
        "# Register of interpretations",
        "",
        "Where a source is silent the rule says **Interpretation**. This page lists every one, so that a lawyer can find them.",
        "It is made from the products' `clauses.md` by `make docs` and compared by a test.",
        "",
    ]
    for folder in FOLDERS:
        found = [(clause, clause.interpretations) for clause in clauses(folder) if clause.interpretations]
        lines += [f"## {folder}", ""]
        for clause, interpretations in found:
            lines += [f"- **{clause.id}** {clause.title}", *(f"  - {one}" for one in interpretations)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
