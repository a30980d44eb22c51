"""Small mutations of rules, derivation and limits: a comparison turned, a number one off, a condition dropped, the other branch; and
each rule left out."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from importlib.machinery import SourceFileLoader
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

from bench.trials import ROOT, Touch, Trial

TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
OTHER = {"min": "max", "max": "min", "any": "all", "all": "any"}
DERIVATION = ("ledger/derive.py", "ledger/limits.py")
OURS = ("ledger.", "projections", "replay", "tests", "bench.stor")
"""How the modules begin that may have to be imported anew."""
BELOW = ("ledger.events", "ledger.errors", "ledger.terms", "ledger.canonical", "ledger.eras")
"""Modules that know no rule."""


def modules(parts: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The modules that are mutated, with the part that they belong to: a product's folder, or the derivation."""
    for part in parts:
        found = [ROOT / name for name in DERIVATION] if part == "derivation" else (ROOT / "ledger" / "products" / part).rglob("*.py")
        yield from ((f"{part}, rules", path) for path in sorted(found))


def mutants(part: str, path: Path) -> Iterator[Trial]:
    """A trial for every mutation of a module."""
    yield from _mutated(part, path)
    yield from left_out(part, path)


def left_out(part: str, path: Path) -> Iterator[Trial]:
    """A trial for every clause that a rule of a module is labelled with: the rule gives nothing."""
    tree, file = ast.parse(path.read_text()), str(path.relative_to(ROOT))
    _as_it_is(path)
    _live()
    for rule in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for one in _clauses(rule):
            touches = [_lines(file, rule.body[0].lineno, rule.end_lineno)]
            change = partial(_leave_out, path, tree, rule)
            yield Trial(part, f"{file}:{rule.lineno}", f"{one}: {rule.name} gives nothing", change, touches, (one,))


def _mutated(part: str, path: Path) -> Iterator[Trial]:
    source = path.read_text()
    tree, lines = ast.parse(source), source.splitlines()
    file = str(path.relative_to(ROOT))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    _as_it_is(path)  # what all forks need is there before them
    _live()
    for old, new in mutations(tree):
        around = [node for node in statements if _holds(node, old)]
        spans = [(old.lineno, old.end_lineno), *((node.lineno, node.end_lineno) for node in reversed(around)), (1, len(lines))]
        ids = tuple(one for node in around for one in _clauses(node))
        in_function = any(isinstance(node, ast.FunctionDef) for node in around)
        touches = [_lines(file, first, last) for first, last in spans] if in_function else [_all_beside(path)]
        yield Trial(part, f"{file}:{old.lineno}", shown(lines, old, new), partial(_change, path, tree, old, new), touches, ids)


def controls(path: Path) -> Iterator[Trial]:
    """A module put in the place of itself in both ways: no test may notice."""
    file = str(path.relative_to(ROOT))
    code = _as_it_is(path)
    for name, change in (("its own code", partial(_put, path, code)), ("imported anew", partial(_import_anew, path, code))):
        yield Trial("unchanged", file, name, change, (_lines(file, 1, 10_000),))


# ---- what is mutated -----------------------------------------------------------------------------------------------------------------


def mutations(tree: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """What can stand in the place of what, in the order of the tree."""
    return [(old, new) for node in _running(tree) for old, new in _instead(node)]


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those below it that run: no annotations, no texts; and no assertions, nor `strict`, which say what cannot be."""
    yield node
    left_out = {"decorator_list", "annotation", "returns"}
    for name, value in ast.iter_fields(node):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST) and name not in left_out and not _left_alone(one):
                yield from _running(one)


def _left_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert | ast.JoinedStr) or (isinstance(node, ast.keyword) and node.arg == "strict")


def _instead(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Parts of a node, each with what can stand in its place."""
    match node:
        case ast.Compare(left, ops, comparators):
            for n, op in enumerate(ops):
                yield node, ast.Compare(left, [*ops[:n], TURNED[type(op)](), *ops[n + 1 :]], comparators)  # type: ignore[list-item]
        case ast.Constant(bool(value)):
            yield node, ast.Constant(not value)
        case ast.Constant(int(value)):
            yield node, ast.Constant(value + 1)
        case ast.UnaryOp(ast.Not(), operand):
            yield node, operand
        case ast.IfExp(test, body, orelse):
            yield node, ast.IfExp(test, orelse, body)
        case ast.BoolOp(op, values):
            yield node, ast.BoolOp(TURNED[type(op)](), values)  # type: ignore[arg-type]
        case ast.BinOp(left, (ast.Add() | ast.Sub()) as op, right):
            yield node, ast.BinOp(left, TURNED[type(op)](), right)  # type: ignore[arg-type]
        case ast.Call(ast.Name(name), args, keywords) if name in OTHER:
            yield node, ast.Call(ast.Name(OTHER[name], ast.Load()), args, keywords)
        case ast.If(test, _, []):
            yield test, ast.Constant(False)
        case ast.comprehension(ifs=ifs):
            yield from ((test, ast.Constant(True)) for test in ifs)


def shown(lines: Sequence[str], old: ast.expr, new: ast.expr) -> str:
    """The line as it is mutated; only the beginning of what runs over several. Of a condition left out, what it was as well."""
    line = lines[old.lineno - 1].encode()
    end = old.end_col_offset if old.end_lineno == old.lineno else len(line)
    mutated = (line[: old.col_offset].decode() + ast.unparse(new) + line[end:].decode()).strip()
    return f"{mutated}  # {ast.unparse(old)}" if mutated == "if False:" else mutated


def _holds(outer: ast.stmt, inner: ast.expr) -> bool:
    first, last = (outer.lineno, outer.col_offset), (outer.end_lineno or 0, outer.end_col_offset or 0)
    return first <= (inner.lineno, inner.col_offset) and (inner.end_lineno or 0, inner.end_col_offset or 0) <= last


def _lines(file: str, first: int, last: int | None) -> frozenset[Touch]:
    return frozenset((file, line) for line in range(first, (last or first) + 1))


@cache
def _all_beside(path: Path) -> frozenset[Touch]:
    """All lines of a product: what a module or a class says outside its functions may show in any of them."""
    folder = next((one for one in path.parents if one.parent.name == "products"), None)
    beside = [path] if folder is None else folder.rglob("*.py")
    return frozenset[Touch]().union(*(_lines(str(one.relative_to(ROOT)), 1, len(one.read_text().splitlines())) for one in beside))


def _clauses(node: ast.stmt) -> Iterator[str]:
    """The clauses with which a function is labelled."""
    for decorator in getattr(node, "decorator_list", ()):
        match decorator:
            case ast.Call(ast.Name("clause"), args):
                yield from (str(arg.value) for arg in args if isinstance(arg, ast.Constant))


# ---- how it comes into the process ---------------------------------------------------------------------------------------------------


def _change(path: Path, tree: ast.AST, old: ast.expr, new: ast.expr) -> bool:
    """Changes the tree for good: it is this process's own."""

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return ast.copy_location(new, old) if node is old else self.generic_visit(node)

    return _put(path, _compiled(path, ast.fix_missing_locations(Replacing().visit(tree))))


def _leave_out(path: Path, tree: ast.AST, rule: ast.FunctionDef) -> bool:
    """The rule gives nothing: None, no line, no ground."""
    rule.body.insert(0, ast.copy_location(ast.Return(), rule.body[0]))
    return _put(path, _compiled(path, ast.fix_missing_locations(tree)))


def _put(path: Path, new: CodeType) -> bool:
    """Gives the functions that are there their new code; where more than that differs, has the module imported anew."""
    old = _as_it_is(path)
    changed = [(a, b) for a, b in zip(_functions(old), _functions(new), strict=True) if a != b]
    if _body(old) == _body(new) and all((str(path), a) in _live() for a, _ in changed):
        for a, b in changed:
            for function in _live()[str(path), a]:
                function.__code__ = b
        return False
    return _import_anew(path, new)


@cache
def _as_it_is(path: Path) -> CodeType:
    return _compiled(path, ast.parse(path.read_text()))


def _compiled(path: Path, tree: ast.AST) -> CodeType:
    code: CodeType = compile(tree, str(path), "exec", dont_inherit=True)  # type: ignore[call-overload]
    return code


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The code of the functions of a module and of its classes; what stands inside them is part of them."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from (one,) if one.co_flags & CO_OPTIMIZED else _functions(one)


def _body(code: CodeType) -> CodeType:
    """The code of a module without that of its functions."""
    inside = (_body(one) if isinstance(one, CodeType) and not one.co_flags & CO_OPTIMIZED else one for one in code.co_consts)
    return code.replace(co_consts=tuple(None if isinstance(one, CodeType) and one.co_flags & CO_OPTIMIZED else one for one in inside))


@cache
def _live() -> dict[tuple[str, CodeType], list[FunctionType]]:
    """Every function that there is, however it was wrapped, by its file and its code."""
    found: dict[tuple[str, CodeType], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            found.setdefault((one.__code__.co_filename, one.__code__), []).append(one)
    return found


def _import_anew(path: Path, code: CodeType) -> bool:
    """Forgets the rules and what rests on them; one module is then imported with this code."""
    for name in [name for name in sys.modules if name.startswith(OURS) and not name.startswith(BELOW)]:
        del sys.modules[name]
        package, _, module = name.rpartition(".")
        if package in sys.modules:
            vars(sys.modules[package]).pop(module, None)
    as_it_is = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if Path(self.get_filename(fullname)) == path else as_it_is(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]
    return True
