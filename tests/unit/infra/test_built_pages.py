"""The committed pages: they are what their sources make, and name nothing that is not there. Needs no node."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.pages.openings import loaded, openings
from tests.unit.test_openapi import loose

PAGES = Path(__file__).parents[3] / "infra" / "pages"
BUILT = PAGES / "built"
MANIFEST = json.loads((BUILT / "manifest.json").read_text())
APPS = json.loads((PAGES / "apps.json").read_text())
BUDGETS_BYTES = {"citizen": 60_000, "shop": 60_000, "city": 120_000}
"""Of a first opening without WebAssembly, which is loaded when it is needed."""
PLATFORMS = {f"{system}-{processor}" for system in ("linux", "darwin") for processor in ("x64", "arm64")}


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def stale(folder: Path, recorded: Mapping[str, str]) -> list[str]:
    """The files whose content is not the recorded one."""
    return [
        name
        for name, digest in recorded.items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def inline(html: str) -> Iterator[str]:
    """What the policy of the pages refuses in a document: scripts and styles within it."""
    for tag, attributes in Tags(html).found:
        if (tag == "script" and "src" not in attributes) or tag == "style":
            yield tag
        yield from (name for name in attributes if name == "style" or name.startswith("on"))


def test_the_pages_were_built_from_these_sources() -> None:
    """A changed source wants `make pages`."""
    assert stale(PAGES, MANIFEST["sources"]) == []


def test_nobody_edited_what_was_built() -> None:
    """Each built file is as the build left it, and there is no other."""
    assert stale(BUILT, MANIFEST["built"]) == []
    there = {str(path.relative_to(BUILT)) for path in BUILT.rglob("*") if path.is_file()}
    assert there == {*MANIFEST["built"], "manifest.json"}


def test_a_changed_file_is_seen(tmp_path: Path) -> None:
    """Another content and a missing file are both stale."""
    (tmp_path / "a").write_text("a")
    digest = hashlib.sha256(b"a").hexdigest()
    assert stale(tmp_path, {"a": digest}) == []
    assert stale(tmp_path, {"a": "other", "b": digest}) == ["a", "b"]


def test_the_sources_are_those_of_the_applications() -> None:
    """The lock, the build itself, and of each application its script and its page."""
    assert {"package-lock.json", "build.mjs", "apps.json"} <= MANIFEST["sources"].keys()
    for app in APPS:
        assert {f"{app}/main.tsx", f"{app}/page.html"} <= MANIFEST["sources"].keys()
        assert f"{app}.html" in MANIFEST["built"]


@pytest.mark.parametrize("app", APPS)
def test_a_page_names_only_files_of_its_own_with_their_hashes(app: str) -> None:
    """Script and style sheet carry the hash of the file that is there."""
    checked = 0
    for tag, attributes in Tags((BUILT / f"{app}.html").read_text()).found:
        address = attributes.get("src") or attributes.get("href")
        if tag not in {"script", "link"} or not address:
            continue
        file = BUILT / address.removeprefix("/")
        assert address.startswith("/"), address
        assert file.is_file(), address
        if tag == "script" or attributes.get("rel") == "stylesheet":
            digest = base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode()
            assert attributes["integrity"] == f"sha384-{digest}", address
            checked += 1
    assert checked == 2


@pytest.mark.parametrize("app", APPS)
def test_a_page_has_nothing_inline(app: str) -> None:
    """The policy forbids scripts and styles inside the document."""
    assert list(inline((BUILT / f"{app}.html").read_text())) == []


def test_something_inline_is_seen() -> None:
    """The check of the page above can fail."""
    assert list(inline("<style></style><script>1</script><p style='' onclick=''>")) == [
        "style",
        "script",
        "style",
        "onclick",
    ]


def test_an_assets_name_changes_with_its_content() -> None:
    """Assets are kept for a year, so each name ends with a hash."""
    for name in MANIFEST["built"]:
        assert not name.startswith("assets/") or re.fullmatch(r"assets/[\w.-]+-[0-9A-Za-z]{8}\.\w+", name), name


def test_the_lock_serves_every_machine() -> None:
    """One version of each package, held by its hash; esbuild comes for both systems and both processors."""
    package, lock = (json.loads((PAGES / name).read_text()) for name in ("package.json", "package-lock.json"))
    assert list(loose(package, lock)) == []
    assert {f"node_modules/@esbuild/{platform}" for platform in PLATFORMS} <= lock["packages"].keys()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(
        (PAGES / ".npmrc").read_text().split()
    )


def test_a_first_opening_is_within_its_budget() -> None:
    """Where people sign in; the API reference has none. Brotli, which most browsers take, makes it smaller still."""
    sizes = {one.application: one.size_bytes for one in openings()}
    assert {name for name, facts in APPS.items() if facts["scope"]} <= BUDGETS_BYTES.keys()
    assert {name: size for name, size in sizes.items() if size > BUDGETS_BYTES.get(name, size)} == {}
    assert min(sizes.values()) > 5_000


def test_a_first_opening_is_all_that_a_page_loads(tmp_path: Path) -> None:
    """What the page names and what its script imports at once, by each other too; not what is loaded later, or read."""
    (tmp_path / "assets").mkdir()
    files = {
        "a.html": '<link rel="icon" href="/i.svg"><link rel="license" href="/l.txt"><a href="/other.json">'
        '<link rel="stylesheet" integrity="x" href="/assets/a.css"><script type="module" src="/assets/a.js"></script>',
        "i.svg": "",
        "assets/a.css": "",
        "assets/a.js": 'import{a as b}from"./b.js";import"/assets/c.js";import("./later.js")',
        "assets/b.js": 'import{c}from"./c.js"',
        "assets/c.js": 'import"./b.js"',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = [path.relative_to(tmp_path).as_posix() for path in loaded(tmp_path / "a.html", tmp_path)]
    assert sorted(found) == sorted(files)


def test_the_service_worker_keeps_what_a_page_loads() -> None:
    """Of each application that people sign in at: its paths, its scripts and its style sheet, and of no other."""
    worker = (BUILT / "sw.js").read_text("utf-8")
    shells = {
        json.loads(paths)[0]: (json.loads(paths), set(json.loads(assets)))
        for paths, assets in re.findall(r"\{paths:(\[[^\]]*\]),assets:(\[[^\]]*\])\}", worker)
    }
    assert shells == {
        facts["paths"][0]: (facts["paths"], set(assets_of(app))) for app, facts in APPS.items() if facts["scope"]
    }


def assets_of(app: str) -> Iterator[str]:
    """The addresses of an application's assets that its page loads."""
    for path in loaded(BUILT / f"{app}.html", BUILT):
        if path.parent.name == "assets":
            yield f"/{path.relative_to(BUILT).as_posix()}"
