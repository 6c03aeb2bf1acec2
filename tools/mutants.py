"""Small faults that can be planted in a module of the core: one operator turned, one statement gone, one value off.

Not planted, because no test could be asked to find it: words for people (texts with a space, f-strings of a refusal),
docstrings, type annotations (but what a constraint in them says is), assertions, and caches' sizes.
"""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple

ORDER = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
SUM = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
TURNED = {"min": "max", "max": "min", "any": "all", "all": "any"}
NO_KEYWORD = {"frozen", "kw_only"}
UNREACHABLE = ("assert_never(", "raise AssertionError(")  # what the type checker has shown never to run
Stated = ast.stmt | ast.match_case | ast.ExceptHandler


class Mutant(NamedTuple):
    """One fault. `function`: the outermost one that holds it, "" in the body of a module or class."""

    path: Path
    index: int
    line: int
    first: int  # line of its statement
    function: str
    old: str
    new: str
    code: CodeType

    @property
    def name(self) -> tuple[str, str, str, str]:
        return self.path.name, self.function, self.old, self.new


class Place(NamedTuple):
    owner: ast.AST
    field: str
    at: int | None
    node: ast.AST
    statement: Stated | ast.Module
    function: str

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.owner, self.field, node)
        else:
            getattr(self.owner, self.field)[self.at] = node


def mutants(path: Path, root: Path) -> Iterator[Mutant]:
    """Every fault for the module at `path`, always in the same order, compiled."""
    tree = ast.parse(path.read_text())
    index = 0
    for place in list(places(tree, tree, "")):
        old = said(place.statement)
        for node in list(variants(place)):
            place.put(ast.fix_missing_locations(ast.copy_location(node, place.node)))
            deleted = place.node is place.statement and isinstance(node, ast.Pass)
            new = "pass" if deleted else said(node if place.node is place.statement else place.statement)
            line = getattr(place.node, "lineno", getattr(place.statement, "lineno", 1))
            first = getattr(place.statement, "lineno", line)
            code = compile(tree, str(path), "exec")
            yield Mutant(path.relative_to(root), index, line, first, place.function, old, new, code)
            place.put(place.node)
            index += 1


def said(node: ast.AST) -> str:
    """A statement in one line: of one with a body, its head."""
    return ast.unparse(node).strip().splitlines()[0]


def places(node: ast.AST, statement: Stated | ast.Module, function: str) -> Iterator[Place]:
    """Every node below `node` that may be changed."""
    if isinstance(node, Stated):
        statement = node
    for field, value in ast.iter_fields(node):
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or left_out(node, field, child):
                continue
            if is_annotation(node, field):
                for call in [one for one in ast.walk(child) if isinstance(one, ast.Call)]:
                    yield from places(call, statement, function)
                continue
            inner = function
            if not function and isinstance(node, ast.FunctionDef | ast.ClassDef) and field == "body":
                inner = within(node, child)
            stated = child if isinstance(child, Stated) else statement
            yield Place(node, field, at, child, stated, inner)
            yield from places(child, stated, inner)


def within(node: ast.FunctionDef | ast.ClassDef, child: ast.AST) -> str:
    """The name of the function whose code holds `child` of `node`, as Python qualifies it; "" if none does."""
    if isinstance(node, ast.FunctionDef):
        return str(getattr(node, "_qualname", node.name))
    if isinstance(child, ast.FunctionDef):
        child._qualname = f"{node.name}.{child.name}"  # type: ignore[attr-defined]  # why: a note on our own copy
    return ""


def is_annotation(node: ast.AST, field: str) -> bool:
    return field in {"annotation", "returns"}


def left_out(node: ast.AST, field: str, child: ast.AST) -> bool:
    if isinstance(child, ast.Assert | ast.Import | ast.ImportFrom) or field in {"decorator_list", "format_spec"}:
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True  # a docstring
    if isinstance(child, ast.Assign) and said(child).startswith("__all__"):
        return True
    if isinstance(child, ast.keyword) and isinstance(node, ast.ClassDef) and child.arg in NO_KEYWORD:
        return True
    if isinstance(child, ast.JoinedStr) and isinstance(node, ast.Call) and said(node.func) == "Refused":
        return True
    return isinstance(child, ast.stmt) and said(child).startswith(UNREACHABLE)


def variants(place: Place) -> Iterator[ast.AST]:
    """What may stand in this place instead."""
    node = place.node
    match node:
        case ast.Compare():
            for at, op in enumerate(node.ops):
                for other in ORDER[type(op)]:
                    changed = copy.copy(node)
                    changed.ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
                    yield changed
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for at in range(len(node.values)):
                rest = node.values[:at] + node.values[at + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp() if type(node.op) in SUM:
            yield ast.BinOp(node.left, SUM[type(node.op)](), node.right)
        case ast.Call():
            yield from of_call(node)
        case ast.Constant():
            yield from of_value(node)
        case ast.comprehension():
            for at in range(len(node.ifs)):
                yield ast.comprehension(node.target, node.iter, node.ifs[:at] + node.ifs[at + 1 :], node.is_async)
        case ast.IfExp() | ast.If() | ast.While():
            if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
                changed = copy.copy(node)
                changed.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
                yield changed
        case ast.match_case(guard=ast.expr()):
            yield ast.match_case(node.pattern, None, node.body)
        case ast.MatchOr():
            for at in range(len(node.patterns)):
                rest_ = node.patterns[:at] + node.patterns[at + 1 :]
                yield rest_[0] if len(rest_) == 1 else ast.MatchOr(rest_)
        case ast.stmt():
            yield from of_statement(place, node)


def of_call(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in TURNED:
        yield ast.Call(ast.copy_location(ast.Name(TURNED[node.func.id], ast.Load()), node), node.args, node.keywords)
    for at, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield ast.Call(node.func, node.args, node.keywords[:at] + node.keywords[at + 1 :])


def of_value(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int() | float():
            yield ast.Constant(node.value + 1)
        case str() if " " not in node.value:
            yield ast.Constant("XX" + node.value)


def of_statement(place: Place, node: ast.stmt) -> Iterator[ast.AST]:
    """A statement that is gone, where Python can still run what is left."""
    if isinstance(node, ast.AugAssign):
        yield ast.Pass()
        if type(node.op) in SUM:
            yield ast.AugAssign(node.target, SUM[type(node.op)](), node.value)
    elif isinstance(node, ast.Assign):
        targets = [leaf for target in node.targets for leaf in getattr(target, "elts", [target])]
        if all(isinstance(leaf, ast.Attribute | ast.Subscript) for leaf in targets):
            yield ast.Pass()
    elif isinstance(node, ast.Delete | ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Return):
        last = isinstance(place.owner, ast.FunctionDef) and place.at == len(place.owner.body) - 1
        if not last:
            yield ast.Pass()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
