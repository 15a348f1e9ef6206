"""Imports modules of the functions from changed source: with one mutant, or with a probe before each site.

The checkout is never written to. What a test reads as text, it reads as it is there.
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from tests.mutants.source import Module, Mutant, site

_PROBE = "__passed__"
Change = Callable[[bytes], ast.Module]


class Passed(set[str]):
    """The sites that ran since it was last emptied; `recent`: the last of them, again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.recent: deque[str] = deque(maxlen=16)

    def add(self, site: str) -> None:
        super().add(site)
        self.recent.append(site)


class Changed(MetaPathFinder):
    def __init__(self, changes: Mapping[str, Change]) -> None:
        """`changes`: path of a source file → what is compiled instead of it."""
        self._changes = changes
        self.passed = Passed()

    def install(self) -> Changed:
        sys.meta_path.insert(0, self)
        return self

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "coupons":
            return None
        spec = PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        change = self._changes.get(spec.origin or "") if spec else None
        if spec and spec.origin and change:
            spec.loader = _Loader(name, spec.origin, change, self.passed)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, change: Change, passed: Passed) -> None:
        super().__init__(name, path)
        self._change, self._passed = change, passed

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._change(self.get_data(self.path)), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[_PROBE] = self._passed.add
        super().exec_module(module)


def mutated(mutant: Mutant) -> Changed:
    return Changed({mutant.path: lambda source: ast.parse(mutant.apply(source))}).install()


def probed(modules: list[Module]) -> Changed:
    """Each statement at which a mutant can be seen reports that it is about to run."""
    sites = {at for module in modules for mutant in module.mutants for at in mutant.sites}

    def change(name: str, source: bytes) -> ast.Module:
        tree = ast.parse(source)
        _Prober(name, sites).generic_visit(tree)
        return tree

    return Changed({module.path.as_posix(): partial(change, module.name) for module in modules}).install()


class _Prober(ast.NodeTransformer):
    def __init__(self, module: str, sites: set[str]) -> None:
        self._module, self._sites = module, sites

    def visit(self, node: ast.AST) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        if not isinstance(node, ast.stmt) or (at := site(self._module, node)) not in self._sites:
            return node
        call = ast.Call(ast.Name(_PROBE, ast.Load()), [ast.Constant(at)], [])
        return [ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node)), node]
