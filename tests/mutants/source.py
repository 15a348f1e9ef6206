"""The mutants of the functions' modules, found in their syntax trees, so that no list has to follow a move or a rename.

| kind | what is changed | where |
|---|---|---|
| clause, always | a clause of a condition expression is void; an OR is always true | string literals of stores |
| guard | `if …:` before a raise, a returned refusal or one more reason against it never holds | everywhere |
| border | `<` and `<=`, `>` and `>=` change places | everywhere |

A mutant's name is `module:function:kind-number`, counted within the function; at the top of a module the assigned name
stands for the function.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.mutants import conditions

ROOT = Path(__file__).parents[2]
"""The checkout; `functions/coupons` and `tests` are looked for under it."""
_SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_GUARD_TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """`module`'s bytes from `start` to `end` replaced by `new`. A test that passes one of `sites` can see it."""

    name: str
    module: str
    path: str
    start: int
    end: int
    new: bytes
    line: int
    was: str
    """The lines it changes, without their indentation; `now`: as it leaves them."""
    now: str
    sites: frozenset[str]
    guards: tuple[str, ...] = ()
    """Tests that the docstrings around it name, as `file::test`."""

    @property
    def kind(self) -> str:
        return self.name.rpartition(":")[2].partition("-")[0]

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.new + source[self.end :]


@dataclass
class Module:
    """A parsed module. `uses`: where each name is read inside of functions, as sites; `aliases`: at its top level."""

    name: str
    path: Path
    source: bytes
    mutants: list[Mutant] = field(default_factory=list)
    uses: dict[str, set[str]] = field(default_factory=dict)
    aliases: dict[str, set[str]] = field(default_factory=dict)


def read(root: Path) -> list[Module]:
    """Every module of the functions with its mutants. Raises UnreadableError for a condition that cannot be read."""
    package = root / "functions" / "coupons"
    paths = sorted(package.rglob("*.py"))
    trees = {path: ast.parse(path.read_bytes()) for path in paths}
    refusals = _family("Refusal", trees.values())
    modules: list[Module] = []
    for path, tree in trees.items():
        dotted = ".".join(path.relative_to(package).with_suffix("").parts)
        module = Module(dotted, path, path.read_bytes())
        _Finder(module, refusals, is_store="stores" in path.parts).visit(tree)
        modules.append(module)
    return [_resolved(module, modules) for module in modules]


def _family(top: str, trees: Iterable[ast.Module]) -> set[str]:
    """The names of all classes that derive from `top`."""
    bases: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    found = {top}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _resolved(module: Module, modules: list[Module]) -> Module:
    """A mutant of a module's constant is seen where any function reads the constant, or one made from it."""
    mutants: list[Mutant] = []
    for mutant in module.mutants:
        names = {site.removeprefix("name ") for site in mutant.sites if site.startswith("name ")}
        while more := {n for each in modules for n, read in each.aliases.items() if read & names} - names:
            names |= more
        sites = {site for site in mutant.sites if not site.startswith("name ")}
        sites |= {site for each in modules for name in names for site in each.uses.get(name, ())}
        mutants.append(replace(mutant, sites=frozenset(sites)))
    module.mutants = mutants
    return module


class _Finder(ast.NodeVisitor):
    def __init__(self, module: Module, refusals: set[str], *, is_store: bool) -> None:
        self._module, self._refusals, self._is_store = module, refusals, is_store
        self._starts = [0]
        for line in module.source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._scope: list[str] = []
        self._docstrings: list[str] = []
        self._functions = 0
        self._statement: ast.stmt | None = None
        self._top = ""
        self._numbers: Counter[tuple[str, str]] = Counter()

    def visit(self, node: ast.AST) -> None:
        outer, outer_top = self._statement, self._top
        if isinstance(node, ast.stmt):
            self._statement = node
            if not self._functions:
                self._top = next(iter(_assigned(node)), self._top)
                self._read_at_top(node)
        super().visit(node)
        self._statement, self._top = outer, outer_top

    def visit_Module(self, node: ast.Module) -> None:
        self._docstrings.append(ast.get_docstring(node) or "")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._enter(node, 0)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node, 1)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node, 1)

    def _enter(self, node: _Function | ast.ClassDef, functions: int) -> None:
        self._scope.append(node.name)
        self._docstrings.append(ast.get_docstring(node) or "")
        self._functions += functions
        self.generic_visit(node)
        self._functions -= functions
        self._docstrings.pop()
        self._scope.pop()

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._read(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._read(node.attr)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if self._is_store and isinstance(node.value, str):
            for kind, text in conditions.mutants(node.value):
                self._add(kind, node, repr(text))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if self._is_store:
            places = [part for part in node.values if isinstance(part, ast.FormattedValue)]
            text = "".join(
                f"⟦{places.index(part)}⟧" if isinstance(part, ast.FormattedValue) else str(part.value)  # type: ignore[attr-defined]
                for part in node.values
            )
            for kind, changed in conditions.mutants(text):
                pieces = re.split(r"⟦(\d+)⟧", changed)
                values: list[ast.expr] = [places[int(p)] if n % 2 else ast.Constant(p) for n, p in enumerate(pieces)]
                self._add(kind, node, ast.unparse(ast.JoinedStr(values)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_If(self, node: ast.If) -> None:
        if self._is_guard(node):
            self._add("guard", node.test, f"({self._text(node.test)}) and False")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        before = node.left
        for after in node.comparators:
            start, end = self._place(before)[1], self._place(after)[0]
            operator = re.search(rb"[<>]=?", self._module.source[start:end])
            if operator:
                now = _SWAPPED[operator[0].decode()]
                self._add_at("border", start + operator.start(), start + operator.end(), now)
            before = after
        self.generic_visit(node)

    def _is_guard(self, node: ast.If) -> bool:
        """It ends in a raise or a returned refusal, or does nothing but add a reason."""
        last = node.body[-1]
        if isinstance(last, ast.Return) and last.value is not None:
            return bool({n.id for n in ast.walk(last.value) if isinstance(n, ast.Name)} & self._refusals)
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
            call, is_alone = last.value, len(node.body) == 1
            adds = isinstance(call.func, ast.Attribute) and call.func.attr == "append"
            return is_alone and adds and all(isinstance(a, ast.Constant) for a in call.args)
        return isinstance(last, ast.Raise)

    def _read(self, name: str) -> None:
        if self._functions:
            self._module.uses.setdefault(name, set()).add(self._site())

    def _read_at_top(self, node: ast.stmt) -> None:
        for made in _assigned(node):
            read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {made}
            self._module.aliases.setdefault(made, set()).update(read)

    def _site(self) -> str:
        assert self._statement is not None
        return site(self._module.name, self._statement)

    def _text(self, node: ast.expr) -> str:
        start, end = self._place(node)
        return self._module.source[start:end].decode()

    def _place(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _add(self, kind: str, node: ast.expr, new: str) -> None:
        self._add_at(kind, *self._place(node), new)

    def _add_at(self, kind: str, start: int, end: int, new: str) -> None:
        function = ".".join(self._scope) if self._functions else ".".join([*self._scope, self._top])
        self._numbers[function, kind] += 1
        name = f"{self._module.name}:{function}:{kind}-{self._numbers[function, kind]}"
        sites = frozenset({self._site() if self._functions else f"name {self._top}"})
        guards = tuple(dict.fromkeys(g for text in reversed(self._docstrings) for g in _GUARD_TEST.findall(text)))
        source = self._module.source
        line = source.count(b"\n", 0, start) + 1
        path = self._module.path.as_posix()
        changed = source[:start] + new.encode() + source[end:]
        was, now = _lines(source, start, end), _lines(changed, start, start + len(new.encode()))
        made = Mutant(name, self._module.name, path, start, end, new.encode(), line, was, now, sites, guards)
        self._module.mutants.append(made)


def site(module: str, statement: ast.stmt) -> str:
    """The name of a statement, as the probes of `loader` call it."""
    return f"{module}:{statement.lineno}"


def _assigned(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module or class makes."""
    if isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _lines(source: bytes, start: int, end: int) -> str:
    first = source.rfind(b"\n", 0, start) + 1
    last = source.find(b"\n", end)
    return " ".join(source[first:last].decode().split())
