"""The pages for people: short where they are read first, and every place that they point at exists."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from coupons.model.events import TYPES
from infra.couponctl.main import couponctl
from infra.openapi.document import DOCUMENT

ROOT = Path(__file__).parents[2]
README_WORDS_MAX = 1_300
PACKAGE = ROOT / "functions" / "coupons"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:[\w.-]+/)*[\w*-]+\.(?:py|md|json|ya?ml)|(?:[\w.-]+/)+)`")
"""A file or a folder in backticks."""
_TARGET = re.compile(r"(?:`|^ {4}|=\S+ )make ([a-z0-9]+)", re.MULTILINE)
"""A target where it is written as code."""
_RUN = re.compile(r'(?:\.venv/bin/python -m [\w.]+ |make one TEST="|make invoke EVENT="?)([\w/.-]+)(?: -k (\w+))?')
"""A test or an event that a command runs, and the word in the name of the test."""
_MADE_LATER = (
    ".venv/",
    ".venv-sam/",
    ".aws-sam/",
    ".local/",
    ".vscode/",
    "shared/",
    "my-season.yaml",
    "tests/api/test_mine.py",
)
"""What commands, and readers, make."""


def pages() -> list[Path]:
    """Every Markdown page that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return sorted({ROOT / name for name in listed.stdout.decode().split("\0") if name})


def anchors(text: str) -> set[str]:
    """The fragments that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path, text: str) -> list[str]:
    """Links of a page to files, or to headings, that do not exist."""
    dead = []
    for link in _LINK.findall(text):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if link.startswith("https://"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(link)
    return dead


def dead_paths(page: Path, text: str) -> list[str]:
    """Paths in backticks that exist neither beside the page, nor at the top, nor in functions/ or its package."""
    return [
        path
        for path in _PATH.findall(text)
        if not path.startswith(_MADE_LATER)
        and not any(list(root.glob(path)) for root in (page.parent, ROOT, PACKAGE.parent, PACKAGE))
    ]


def empty_runs(text: str) -> list[str]:
    """Commands that run a test or an event that does not exist."""
    return [
        run.group()
        for run in _RUN.finditer(text)
        if not run[1].startswith(_MADE_LATER)
        and not (
            (ROOT / run[1]).exists()
            and (not run[2] or re.search(rf"def test_\w*{run[2]}", (ROOT / run[1]).read_text("utf-8")))
        )
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_points_at_what_exists(page: Path) -> None:
    """Its links, their headings, the paths that it writes as code, and what its commands run."""
    text = page.read_text("utf-8")
    assert (dead_links(page, text), dead_paths(page, text), empty_runs(text)) == ([], [], [])


@pytest.mark.parametrize(
    "dead",
    [
        "[a](nowhere.md)",
        "[a](README.md#nowhere)",
        "`tests/nowhere/`",
        "`claim/nowhere.py`",
        "`.venv/bin/python -m tests.invoke tests/events/nowhere.json`",
        "`make invoke EVENT=tests/events/nowhere.json`",
        '`make one TEST="tests/unit/test_nowhere.py"`',
        '`make one TEST="tests/unit/test_money.py -k nowhere"`',
        "`.venv/bin/python -m pytest tests/unit/test_money.py -k nowhere`",
    ],
)
def test_a_place_that_does_not_exist_is_seen(dead: str) -> None:
    """A link, a heading, a folder, a module, an event, a test."""
    page = ROOT / "README.md"
    assert [*dead_links(page, dead), *dead_paths(page, dead), *empty_runs(dead)]


def test_the_readme_is_read_in_five_minutes() -> None:
    """What is longer belongs on the page of its reader."""
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= README_WORDS_MAX


def test_every_command_of_make_that_a_page_names_exists() -> None:
    """A target that was renamed is renamed on the pages too."""
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for page in pages() for name in _TARGET.findall(page.read_text("utf-8"))}
    assert {"run", "test"} <= named
    assert named - targets == set()


def test_the_licence_is_the_same_everywhere() -> None:
    """In the file, in the package and in the OpenAPI document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licence = json.loads(DOCUMENT.read_text("utf-8"))["info"]["license"]
    assert project["license"] == licence["identifier"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text("utf-8")


def test_the_changelog_names_the_versions_of_the_api_and_of_each_event() -> None:
    """Its newest entry, so that a new version cannot be published without a word."""
    newest = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    version = json.loads(DOCUMENT.read_text("utf-8"))["info"]["version"]
    assert f"API {version}" in newest
    assert [name for name in TYPES if f"`{name}`" not in newest] == []


def test_the_apps_page_names_every_event() -> None:
    """Where authors of apps and tills read of the bus."""
    page = (ROOT / "infra" / "client" / "README.md").read_text("utf-8")
    assert [name for name in TYPES if f"`{name}`" not in page] == []


def test_the_operators_page_names_every_command_of_couponctl() -> None:
    """In its section, as code."""
    page = (ROOT / "infra" / "README.md").read_text("utf-8").partition("## couponctl")[2].partition("\n## ")[0]
    named = {word for code in re.findall(r"`([^`]+)`", page) for word in code.split()[:1]}
    assert set(couponctl.commands) - named == set()


def test_the_design_lists_every_room() -> None:
    """Its table has a row for each folder of the functions' package, and no other."""
    rooms = re.findall(r"^\| `(\w+)/` \|", (PACKAGE.parent / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rooms) == sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
