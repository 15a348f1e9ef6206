"""The rooms of the functions' package import each other as the drawing in functions/README.md shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.unit.source_tree import ROOT, Source, Sources, edges, functions, sources

PAGE = ROOT / "functions" / "README.md"
HANDLERS, FLAT = "handlers", "flat"
NAMES = r"\w+(?: & \w+)*"


@dataclass(frozen=True)
class Drawing:
    """`arrows`: (room, room that it imports). `groups`: package → the group that it is drawn inside."""

    arrows: frozenset[tuple[str, str]]
    groups: dict[str, str]

    @property
    def packages(self) -> set[str]:
        drawn = {name for arrow in self.arrows for name in arrow} | {*self.groups}
        return drawn - {HANDLERS, FLAT, *self.groups.values()}

    def room_of(self, module: str) -> str:
        """`handlers`, a package of coupons, or `flat`."""
        top, _, rest = module.partition(".")
        package = rest.partition(".")[0]
        if top != "coupons":
            return HANDLERS
        return package if package in self.packages else FLAT

    def arrow_of(self, upper: str, lower: str) -> tuple[str, str] | None:
        """The arrow from one room to another, or from or to a group that one of them is in; None: there is none."""
        ends = [{room, self.groups.get(room, room)} for room in (upper, lower)]
        return next((arrow for arrow in sorted(self.arrows) if arrow[0] in ends[0] and arrow[1] in ends[1]), None)

    def allows(self, upper: str, lower: str) -> bool:
        return lower in (upper, FLAT) or self.arrow_of(upper, lower) is not None


def drawing(page: str) -> Drawing:
    """The first mermaid drawing of a page: its arrows (`a --> b & c`), and what is drawn inside each subgraph."""
    lines = re.sub(r'\["[^"]*"\]', "", page.partition("```mermaid\n")[2].partition("```")[0])
    arrows = {
        (upper, lower)
        for uppers, lowers in re.findall(rf"^ *({NAMES}) --> ({NAMES})$", lines, re.MULTILINE)
        for upper in uppers.split(" & ")
        for lower in lowers.split(" & ")
    }
    groups = re.findall(r"^ *subgraph (\w+)\n(.*?)^ *end$", lines, re.MULTILINE | re.DOTALL)
    return Drawing(frozenset(arrows), {room: group for group, inside in groups for room in re.findall(r"\w+", inside)})


def crossings(drawn: Drawing, tree: Sources) -> Iterator[tuple[str, str, str]]:
    """Each import of another room: the sentence that reports it, the room, the imported room."""
    graph = edges(tree)
    for source in functions(tree):
        for name in sorted(graph[source.module]):
            upper, lower = drawn.room_of(source.module), drawn.room_of(name)
            if upper != lower:
                yield f"{source.path} imports {name}, and no arrow leads from {upper} to {lower}", upper, lower


def imports_without_an_arrow(drawn: Drawing, tree: Sources) -> list[str]:
    return [text for text, upper, lower in crossings(drawn, tree) if not drawn.allows(upper, lower)]


DRAWN = drawing(PAGE.read_text("utf-8"))


def test_every_import_follows_an_arrow() -> None:
    """From one room to another. Inside a room the imports have no cycle (test_house.py)."""
    assert imports_without_an_arrow(DRAWN, sources()) == []


def test_every_arrow_is_used() -> None:
    """The drawing allows nothing that no module imports."""
    used = {DRAWN.arrow_of(upper, lower) for _, upper, lower in crossings(DRAWN, sources())}
    assert DRAWN.arrows - used == set()


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("claim", "coupons.stores.claims"),
        ("claim", "coupons.process.services"),
        ("coupons.web.api", "claim"),
        ("coupons.web.responses.claims", "coupons.claim.packs"),
        ("coupons.web.api", "coupons.stores.keys"),
        ("coupons.claim.packs", "coupons.web.problems"),
        ("coupons.claim.packs", "coupons.till.coupons"),
        ("coupons.till.holds", "coupons.settle.budgets"),
        ("coupons.settle.give_back", "coupons.operate.members"),
        ("coupons.audit.audits", "coupons.claim.booking"),
        ("coupons.operate.members", "coupons.schedule.minute"),
        ("coupons.process.cache", "coupons.claim.packs"),
        ("coupons.stores.stock", "coupons.process"),
        ("coupons.stores.stock", "coupons.claim.packs"),
        ("coupons.model.terms", "coupons.stores.keys"),
        ("coupons.clock", "coupons.model.terms"),
    ],
)
def test_an_import_without_an_arrow_is_seen(module: str, imported: str) -> None:
    """Upwards, sideways between operations, or past the room below."""
    paths = [f"functions/{name.replace('.', '/')}.py" for name in (module, imported)]
    assert imports_without_an_arrow(DRAWN, [Source(paths[0], f"import {imported}\n"), Source(paths[1], "")])


def test_the_drawing_has_every_package() -> None:
    """And no package that does not exist."""
    assert DRAWN.packages == {path.parent.name for path in (PAGE.parent / "coupons").glob("*/__init__.py")}
