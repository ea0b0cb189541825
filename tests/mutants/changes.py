"""Every small change that could be made to a file, found in its syntax tree.

A change replaces one passage of the source; nothing else of the file moves.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
import re
from typing import Final

_COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SIGNS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_COMPUTED: Final[dict[type[ast.operator], str]] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "//",
    ast.BitOr: "&",
    ast.BitAnd: "|",
}
_OPPOSITES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_WHOLE: Final = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Constant,
    ast.Subscript,
    ast.Tuple,
    ast.Dict,
)
_COMMA_AFTER: Final = re.compile(rb"\s*,\s*")
_COMMA_BEFORE: Final = re.compile(rb"\s*,\s*$")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]*")
_UNSEEN: Final = frozenset({"_LOGGER", "warnings"})
"""What is called on them is for the log."""
_PACES: Final = re.compile(r"_[A-Z_]*(PER_TURN|CHUNK|AT_ONCE)")
"""How much is done in one turn of the event loop: a matter of speed, like the pause itself."""
_LABELS: Final = frozenset({"name", "title"})
"""Keywords that are given a text for the log, or for whoever debugs."""


@dataclass(frozen=True, slots=True)
class Change:
    """One passage of a file (bytes from `start` to `end`), and what stands there instead."""

    file: Path
    line: int
    start: int
    end: int
    instead: str
    kind: str
    names: tuple[str, ...] = ()
    """What a passage outside of functions defines: it is used where they are named."""

    def applied(self) -> str:
        """Return the text of the file with the change made."""
        source = self.file.read_bytes()
        return (source[: self.start] + self.instead.encode() + source[self.end :]).decode()

    def lines(self) -> tuple[str, str]:
        """Return the lines that differ, before and after, stripped, joined by spaces."""
        before, after = self.file.read_text().splitlines(), self.applied().splitlines()
        diff = list(unified_diff(before, after, n=0, lineterm=""))[2:]
        return tuple(  # type: ignore[return-value]
            " ".join(line[1:].strip() for line in diff if line.startswith(sign)) for sign in "-+"
        )

    def diff(self) -> str:
        """Return the change as a diff of that one place."""
        before, after = self.file.read_text().splitlines(), self.applied().splitlines()
        return "\n".join(list(unified_diff(before, after, n=1, lineterm=""))[2:])

    def is_program(self) -> bool:
        """Return whether what is left can still be read."""
        try:
            compile(self.applied(), str(self.file), "exec")
        except SyntaxError:
            return False
        return True


def changes_of(file: Path) -> list[Change]:
    """Return every change of a file, in the order of its lines; a few leave no program."""
    source = file.read_bytes()
    found: dict[tuple[int, int, str], Change] = {}
    for change in _Finder(file, source).find():
        if source[change.start : change.end] != change.instead.encode():
            found.setdefault((change.start, change.end, change.instead), change)
    return sorted(found.values(), key=lambda change: (change.line, change.start, change.instead))


class _Finder:
    """Walks through a tree, and leaves out what does nothing when the program runs."""

    def __init__(self, file: Path, source: bytes) -> None:
        self._file = file
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._inside = 0
        """How many functions lie around the node."""
        self._names: tuple[str, ...] = ()

    def find(self) -> Iterator[Change]:
        yield from self._body(ast.parse(self._source).body, Counter())

    # -- statements

    def _body(self, body: list[ast.stmt], stored: Counter[str]) -> Iterator[Change]:
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            yield from self._statement(statement, stored)

    def _statement(self, node: ast.stmt, stored: Counter[str]) -> Iterator[Change]:  # noqa: C901, PLR0912
        match node:
            case ast.Import() | ast.ImportFrom() | ast.TypeAlias():
                return
            case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)) if (
                name == "__all__" or _PACES.fullmatch(name)
            ):
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._function(node)
                return
            case ast.ClassDef():
                yield from self._body(node.body, Counter())
                return
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                yield from self._assignment(node, stored)
                return
            case ast.Expr(ast.Call() | ast.Await() as value):
                if _is_logged(value) or (isinstance(value, ast.Await) and _is_pause(value.value)):
                    return
                yield self._change(node, "pass", "dropped call")
            case ast.Delete() | ast.Raise() | ast.Continue() | ast.Break() | ast.Return(None):
                yield self._change(node, "pass", "dropped statement")
            case ast.Return(value) if not isinstance(value, ast.Constant):
                yield self._change(node, "return None", "returned nothing")
            case ast.If(body=[ast.Expr(ast.Await(ast.Call() as paced))]) if _is_pause(paced):
                return
            case ast.If(test) | ast.While(test):
                yield self._change(test, "False", "condition never met")
                if isinstance(node, ast.If):
                    yield self._change(test, "True", "condition dropped")
            case ast.With(items) | ast.AsyncWith(items):
                if all(item.optional_vars is None for item in items):
                    head = (self._start(node), self._end(items[-1].context_expr))
                    yield self._at(node.lineno, *head, "if True", "dropped guard")
            case ast.Try(handlers=handlers):
                for handler in handlers:
                    first, last = handler.body[0], handler.body[-1]
                    span = (self._start(first), self._end(last))
                    yield self._at(first.lineno, *span, "raise", "exception not handled")
        for child in ast.iter_child_nodes(node):
            yield from self._node(child, stored)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Change]:
        names, self._names = self._names, (node.name,)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from self._expression(default)
        self._names = names
        self._inside += 1
        yield from self._body(node.body, _stored(node))
        self._inside -= 1

    def _assignment(
        self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, stored: Counter[str]
    ) -> Iterator[Change]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names, self._names = self._names, tuple(t.id for t in targets if isinstance(t, ast.Name))
        kept = isinstance(node, ast.AugAssign) or all(
            not isinstance(target, ast.Name) or stored[target.id] > 1 for target in targets
        )
        if self._inside and kept and node.value is not None:
            yield self._change(node, "pass", "dropped statement")
        if isinstance(node, ast.AugAssign):
            yield from self._computed(node, node.op)
        if node.value is not None:
            yield from self._expression(node.value)
            if not self._inside:
                yield from self._fewer(node.value)
        self._names = names

    def _node(self, node: ast.AST, stored: Counter[str]) -> Iterator[Change]:
        if isinstance(node, ast.stmt):
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                yield from self._statement(node, stored)
        elif isinstance(node, ast.expr):
            yield from self._expression(node)
        elif not isinstance(node, ast.pattern):
            if isinstance(node, ast.match_case) and node.guard is not None:
                yield self._change(node.guard, "True", "condition dropped")
            for child in ast.iter_child_nodes(node):
                yield from self._node(child, stored)

    # -- expressions

    def _expression(self, node: ast.expr) -> Iterator[Change]:  # noqa: C901, PLR0912
        match node:
            case ast.JoinedStr():
                return
            case ast.Compare(left, ops, comparators):
                operands = [left, *comparators]
                for index, op in enumerate(ops):
                    between = (self._end(operands[index]), self._start(operands[index + 1]))
                    for other in _COMPARED[type(op)]:
                        sign = f" {_SIGNS[other]} "
                        yield self._at(operands[index].lineno, *between, sign, "comparison")
            case ast.BoolOp(op, values):
                written = " and " if isinstance(op, ast.And) else " or "
                other = " or " if isinstance(op, ast.And) else " and "
                texts = [self._text(value) for value in values]
                yield self._change(node, f"({other.join(texts)})", "and for or")
                for index in range(len(values)):
                    rest = [*texts[:index], *texts[index + 1 :]]
                    yield self._change(node, f"({written.join(rest)})", "dropped condition")
            case ast.UnaryOp(ast.Not(), operand):
                yield self._change(node, self._text(operand), "negation")
            case ast.IfExp(_, body, orelse):
                yield self._change(node, self._text(body), "condition dropped")
                yield self._change(node, self._text(orelse), "condition never met")
            case ast.BinOp(_, op, _):
                yield from self._computed(node, op)
            case ast.Constant():
                yield from self._constant(node)
            case ast.Call():
                if _is_logged(node):
                    return
                yield from self._call(node)
            case ast.Dict(keys, values):
                for key, value in zip(keys, values, strict=True):
                    if len(keys) > 1 and key is not None:
                        yield from self._left_out(self._start(key), self._end(value), key.lineno)
            case ast.Set():
                yield from self._fewer(node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for generator in node.generators:
                    for test in generator.ifs:
                        yield self._change(test, "True", "condition dropped")
        labels = (
            {
                k.value
                for k in node.keywords
                if k.arg in _LABELS and isinstance(k.value, ast.Constant)
            }
            if isinstance(node, ast.Call)
            else ()
        )
        for child in ast.iter_child_nodes(node):
            value = child.value if isinstance(child, ast.keyword) else child
            if value not in labels:
                yield from self._node(value, Counter())

    def _call(self, node: ast.Call) -> Iterator[Change]:
        args = node.args
        starred = any(isinstance(arg, ast.Starred) for arg in args)
        if isinstance(node.func, ast.Name) and node.func.id in _OPPOSITES:
            yield self._change(node.func, _OPPOSITES[node.func.id], "opposite function")
        commutes = isinstance(node.func, ast.Name) and node.func.id in {"max", "min"}
        if len(args) > 1 and not starred and not commutes:
            both = (self._start(args[0]), self._end(args[1]))
            swapped = f"{self._text(args[1])}, {self._text(args[0])}"
            yield self._at(args[0].lineno, *both, swapped, "swapped arguments")
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in _LABELS:
                span = (self._start(keyword), self._end(keyword))
                yield from self._left_out(*span, keyword.value.lineno, "dropped argument")
        if ast.unparse(node.func) == "asyncio.shield":
            yield self._change(node, self._text(args[0]), "dropped guard")

    def _constant(self, node: ast.Constant) -> Iterator[Change]:
        match node.value:
            case bool(value):
                yield self._change(node, str(not value), "constant")
            case int(value):
                yield self._change(node, str(value + 1), "constant")
            case float(value):
                yield self._change(node, str(value * 2 if value else 1.0), "constant")
            case str(value) if _KEY.fullmatch(value):
                yield self._change(node, '"another"', "text")

    def _fewer(self, node: ast.expr) -> Iterator[Change]:
        """Leave one out of several."""
        if isinstance(node, ast.Set | ast.Tuple | ast.List) and len(node.elts) > 1:
            for each in node.elts:
                yield from self._left_out(self._start(each), self._end(each), each.lineno)

    def _left_out(
        self, start: int, end: int, line: int, kind: str = "dropped entry"
    ) -> Iterator[Change]:
        """Leave out one of a list, with the comma behind it, or else the one before."""
        if comma := _COMMA_AFTER.match(self._source, end):
            end = comma.end()
        elif comma := _COMMA_BEFORE.search(self._source[:start]):
            start = comma.start()
        yield self._at(line, start, end, "", kind)

    def _computed(self, node: ast.BinOp | ast.AugAssign, op: ast.operator) -> Iterator[Change]:
        sign = _COMPUTED.get(type(op))
        if sign and isinstance(node, ast.AugAssign):
            target, value = self._text(node.target), self._text(node.value)
            yield self._change(node, f"{target} {sign}= {value}", "arithmetic")
        elif sign and isinstance(node, ast.BinOp):
            left, right = self._text(node.left), self._text(node.right)
            yield self._change(node, f"({left} {sign} {right})", "arithmetic")

    # -- passages

    def _text(self, node: ast.expr) -> str:
        """Return an expression as it is written, in parentheses where it may need them."""
        text = self._source[self._start(node) : self._end(node)].decode()
        return text if isinstance(node, _WHOLE) else f"({text})"

    def _change(self, node: ast.stmt | ast.expr, instead: str, kind: str) -> Change:
        return self._at(node.lineno, self._start(node), self._end(node), instead, kind)

    def _at(self, line: int, start: int, end: int, instead: str, kind: str) -> Change:
        names = () if self._inside else self._names
        return Change(self._file, line, start, end, instead, kind, names)

    def _start(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _is_logged(node: ast.expr) -> bool:
    """Whether a call only says something in the log."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return isinstance(node.func.value, ast.Name) and node.func.value.id in _UNSEEN


def _is_pause(node: ast.expr) -> bool:
    """Whether it only lets others have their turn: what comes of it is a matter of speed."""
    return ast.unparse(node) in {"asyncio.sleep(0)", "pace.turn()"}


def _stored(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Counter[str]:
    """Count how often each name of a function is given a value, arguments included."""
    args = function.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return Counter(names) + Counter(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
