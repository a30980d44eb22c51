"""Small mutations of the rules and of the derivation: a comparison turned, a number one off, a `not` dropped, the other branch taken."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

from bench.trials import ROOT, WHOLE, Trial, tests_of

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SHARED = ("ledger/derive.py", "ledger/limits.py")


def mutants(products: list[str]) -> Iterator[Trial]:
    """A trial for every mutation of the products' modules and, where products are given at all, of the derivation and the limits."""
    for product in products:
        for path in sorted((ROOT / "ledger" / "products" / product).rglob("*.py")):
            yield from _of_file(path, (*tests_of(product), *(() if product != "general" else tests_of("ryoritsu"))))
    for name in SHARED:
        yield from _of_file(ROOT / name, (*WHOLE, *tests_of("oyako"), *tests_of("seikatsu")))


def _of_file(path: Path, tests: tuple[str, ...]) -> Iterator[Trial]:
    source = path.read_text()
    lines = source.splitlines()
    for n, (node, kind) in enumerate(_places(ast.parse(source))):
        line = lines[node.lineno - 1].strip()
        name = f"{path.relative_to(ROOT)}:{node.lineno} {kind} at {node.col_offset}: {line[:100]}"
        yield Trial(name, partial(_install, path, n), tests)


def _places(tree: ast.AST) -> list[tuple[ast.expr, str]]:
    """What can be mutated, in the order of the tree; not in decorators and annotations, which run no rule."""
    found: list[tuple[ast.expr, str]] = []
    for node in _running(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
            found.append((node, "compare"))
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            found.append((node, "number"))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found.append((node, "not"))
        elif isinstance(node, ast.IfExp):
            found.append((node, "branch"))
    return found


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those below it that run."""
    yield node
    left_out = {"decorator_list", "annotation", "returns"}
    for name, value in ast.iter_fields(node):
        if name not in left_out:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    yield from _running(one)


def _mutated(source: str, n: int) -> ast.Module:
    """The source with its n-th mutation."""
    tree = ast.parse(source)
    node, _ = _places(tree)[n]
    if isinstance(node, ast.Compare):
        node.ops[0] = TURNED[type(node.ops[0])]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1
    elif isinstance(node, ast.UnaryOp):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    return ast.fix_missing_locations(tree)


def _install(path: Path, n: int) -> None:
    """Has one module imported with its n-th mutation."""
    as_it_is = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if Path(self.get_filename(fullname)) != path:
            return as_it_is(self, fullname)
        return compile(_mutated(path.read_text(), n), str(path), "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]
