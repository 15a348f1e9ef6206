"""The words of the pages: both languages, every refusal, and no key too many or too few. Needs no browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.pages import refusals
from tests.api.declared import DOCUMENT, everything_said, operations

PAGES = Path(__file__).parents[3] / "infra" / "pages"
WORDS = {
    folder.parent.relative_to(PAGES): {
        language: json.loads((folder / f"{language}.json").read_text("utf-8")) for language in ("zh", "en")
    }
    for folder in sorted([*PAGES.glob("*/words"), *PAGES.glob("*/*/words")])
    if "node_modules" not in folder.parts
}
"""By the folder: those that are shared, each application's own, and those of parts that are loaded when needed."""
SCHEMAS = DOCUMENT["components"]["schemas"]
PLACE = re.compile(r"\{\w+\}")
SAID = re.compile(r"""["'`]([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)["'`]""")
"""A key of the words as sources write it."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sources() -> Iterator[tuple[Path, str]]:
    """The TypeScript of the pages, without what is made and what only tests show."""
    for path in sorted(PAGES.glob("*/**/*.ts*")):
        if path.parts[len(PAGES.parts)] not in {"node_modules", "built", "states"} and ".test." not in path.name:
            yield path, path.read_text("utf-8")


def folder_of(path: Path) -> Path:
    """Whose words a source says: those of its own folder, else of the one around it."""
    return next(folder for folder in path.relative_to(PAGES).parents if folder in WORDS or folder == Path())


def unequal(words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Keys that one language lacks, leaves empty, or gives other places for facts."""
    return [
        key
        for key in sorted({*words["zh"], *words["en"]})
        if not all(words[language].get(key, "").strip() for language in words)
        or sorted(PLACE.findall(words["zh"][key])) != sorted(PLACE.findall(words["en"][key]))
    ]


def reasons() -> Iterator[tuple[str, str]]:
    """Each slug with each value that its `reason`, `reasons` or `coupon_status` may have; with "" once."""
    for slug in sorted({slug for _, _, slug in everything_said() if slug}):
        yield slug, ""
        # `unknown` says no more than the slug.
        name = "".join(word.capitalize() for word in slug.split("-")) + "Problem"
        for member in ("reason", "reasons", "coupon_status"):
            values = _values(SCHEMAS[name]["properties"].get(member, {}))
            yield from ((slug, value) for value in values if value != "unknown")


def _values(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield from _values(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    for branch in [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
        yield from _values(branch)
    yield from _values(schema["items"]) if "items" in schema else ()
    yield from schema.get("enum", [schema["const"]] if "const" in schema else [])


def test_both_languages_have_the_same_words_with_the_same_facts() -> None:
    """A word that is missing in one language would be shown as nothing."""
    assert [key for words in WORDS.values() for key in unequal(words)] == []
    assert Path("shared") in WORDS


@pytest.mark.parametrize("offender", [{}, {"a.b": ""}, {"a.b": "{other}"}])
def test_a_missing_word_is_seen(offender: dict[str, str]) -> None:
    """Absent, empty, or without its fact."""
    assert unequal({"zh": {"a.b": "{one}"}, "en": offender}) == ["a.b"]


def test_every_word_is_said_somewhere() -> None:
    """A word that nothing says is removed; tsc refuses one that does not exist."""
    for folder, words in WORDS.items():
        said = {
            key for path, text in sources() if folder in {Path("shared"), folder_of(path)} for key in SAID.findall(text)
        }
        assert words["zh"].keys() - said == set(), folder


def test_no_sentence_is_written_into_a_page() -> None:
    """Chinese stands in the words alone, but for comments and what figures are written with."""
    for path, text in sources():
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
        if path.name not in {"figures.ts", "contract.d.ts"}:
            assert CHINESE.findall(code) == [], path


def test_the_refusals_are_those_of_the_client() -> None:
    """`python -m infra.pages.refusals` writes them."""
    assert refusals.PATH.read_text("utf-8") == refusals.text()


@pytest.mark.parametrize(("slug", "reason"), list(reasons()))
def test_each_refusal_and_each_of_its_reasons_has_a_sentence_in_both_languages(slug: str, reason: str) -> None:
    """As the OpenAPI document lists them."""
    reaction = refusals.table()["slugs"][slug]
    line = reaction["cases"][reason] if reason else reaction["line"]
    assert CHINESE.search(line["zh"])
    assert re.search(r"[a-z].*\.$", line["en"])


def test_the_reasons_are_found_in_the_document() -> None:
    """The list above would pass if it were empty."""
    found = set(reasons())
    assert {("not-eligible", "group"), ("order-not-eligible", "window"), ("coupon-not-usable", "held")} <= found
    assert {("code-expired", "late-limit"), ("code-invalid", "pin-wrong"), ("budget-exceeded", "")} <= found


def test_the_pages_send_a_token_where_one_is_needed_and_nowhere_else() -> None:
    """A cache answers public reads only if they carry no token."""
    text = (PAGES / "shared" / "routes.ts").read_text("utf-8").partition("PUBLIC")[2].partition("]);")[0]
    assert set(re.findall(r'"([A-Z]+ /[^"]*)"', text)) == {
        route for route, operation in operations().items() if operation.get("security") == []
    }


@pytest.mark.parametrize(
    "path", [path for path, _ in sources() if path.name != "contract.d.ts"], ids=lambda path: path.name
)
def test_a_file_of_the_pages_holds_one_idea(path: Path) -> None:
    """As in the rest of the house: fewer than 300 lines."""
    assert len(path.read_text("utf-8").splitlines()) < 300
