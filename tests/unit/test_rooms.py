"""The rooms of the functions' package import each other as the drawing in functions/README.md shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.test_house import Source, Sources, edges, functions, reach, sources

PAGE = Path(__file__).parents[2] / "functions" / "README.md"
HANDLERS, FLAT = "handlers", "flat"


@dataclass(frozen=True)
class Drawing:
    """`below`: room → rooms that an arrow leads to; `groups`: package → the room that it is drawn inside."""

    below: dict[str, set[str]]
    groups: dict[str, str]

    @property
    def packages(self) -> set[str]:
        return {*self.groups, *self.below, *set[str]().union(*self.below.values())} - {HANDLERS, FLAT}

    def room_of(self, module: str) -> str:
        """`handlers`, a package of coupons or the group that it is drawn in, or `flat`."""
        top, _, rest = module.partition(".")
        package = rest.partition(".")[0]
        if top != "coupons":
            return HANDLERS
        return self.groups.get(package, package) if package in self.packages else FLAT

    def allows(self, upper: str, lower: str) -> bool:
        """Its own room, and all that arrows lead to from it."""
        return lower in reach(self.below, upper) | {upper}


def drawing(page: str) -> Drawing:
    """The first mermaid drawing of a page: arrows, and what is drawn inside a subgraph."""
    lines = re.sub(r'\["[^"]*"\]', "", page.partition("```mermaid\n")[2].partition("```")[0])
    below: dict[str, set[str]] = {}
    for chain in re.findall(r"^ *(\w+(?: --> \w+)+)$", lines, re.MULTILINE):
        for upper, lower in pairwise(chain.split(" --> ")):
            below.setdefault(upper, set()).add(lower)
    groups = re.findall(r"^ *subgraph (\w+)\n(.*?)^ *end$", lines, re.MULTILINE | re.DOTALL)
    return Drawing(below, {package: group for group, inside in groups for package in re.findall(r"\w+", inside)})


def imports_upwards(drawn: Drawing, tree: Sources) -> list[str]:
    """Each import from a room into one that is not below it."""
    graph = edges(tree)
    return [
        f"{source.path} imports {name}: {drawn.room_of(name)} is not below {drawn.room_of(source.module)}"
        for source in functions(tree)
        for name in sorted(graph[source.module])
        if not drawn.allows(drawn.room_of(source.module), drawn.room_of(name))
    ]


DRAWN = drawing(PAGE.read_text("utf-8"))


def test_every_import_leads_downwards() -> None:
    """From handlers to what everybody uses; inside a room, as no module imports itself in the end."""
    assert imports_upwards(DRAWN, sources()) == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("coupons.stores.stock", "coupons.claim.packs"),
        ("coupons.stores.stock", "coupons.process"),
        ("coupons.model.terms", "coupons.stores.keys"),
        ("coupons.clock", "coupons.model.terms"),
        ("coupons.process.cache", "coupons.till.holds"),
        ("coupons.settle.budgets", "coupons.web.api"),
        ("coupons.web.api", "claim"),
    ],
)
def test_an_import_upwards_is_seen(module: str, imported: str) -> None:
    """From each room into one above it."""
    paths = [f"functions/{name.replace('.', '/')}.py" for name in (module, imported)]
    assert imports_upwards(DRAWN, [Source(paths[0], f"import {imported}\n"), Source(paths[1], "")])


def test_the_drawing_has_every_package() -> None:
    """And draws none that does not exist."""
    assert DRAWN.packages - set(DRAWN.groups.values()) == {
        path.parent.name for path in (PAGE.parent / "coupons").glob("*/__init__.py")
    }
