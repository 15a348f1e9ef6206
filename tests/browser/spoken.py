"""What a text of a page is in English: states name texts in Chinese, and each is shown in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_PAGES = Path(__file__).parents[2] / "infra" / "pages"
_PLACE = re.compile(r"\{\w+\}")
_NUMBER = re.compile(r"\d[\d:.,]*(?: 元)?")
"""What may stand in a place."""


def spoken(text: str, language: str, app: str, answers: Any = None) -> re.Pattern[str]:
    """A Chinese text, which may begin with `^` and end with `$`, as a page says it in this language.

    It is a word of the application, a refusal, or a title in `answers`; several that read alike are all of them.
    """
    inner = text.strip("^$")
    either = _escaped(inner)
    if language != "zh" and re.search(r"[\u4e00-\u9fff]", inner):
        found = sorted(set(_said(inner, [*_words(app), *_titles(answers)])))
        if not found:
            raise LookupError(f"{app}: no word says {text!r}")
        either = "|".join(map(_open, found))
    return re.compile("^" * text.startswith("^") + f"(?:{either})" + "$" * text.endswith("$"), re.IGNORECASE)


def _said(text: str, pairs: list[tuple[str, str]]) -> list[str]:
    """English of those that say the whole text; else of those in which it stands; else of those that stand in it."""

    def bare(one: str) -> str:
        return _NUMBER.sub("\0", _PLACE.sub("\0", one.replace("\xa0", " ")))

    return (
        [english for chinese, english in pairs if re.fullmatch(_open(chinese), text)]
        or [english for chinese, english in pairs if bare(text) in bare(chinese)]
        or [english for chinese, english in pairs if _PLACE.sub("", chinese) and re.search(_open(chinese), text)]
    )


def _open(template: str) -> str:
    """The template as an expression: anything may stand in its places."""
    return ".+".join(map(_escaped, _PLACE.split(template)))


def _escaped(text: str) -> str:
    """An amount does not break from its sign: any space may stand for any other."""
    return re.escape(text.replace("\xa0", " ")).replace("\\ ", r"\s+")


@cache
def _words(app: str) -> list[tuple[str, str]]:
    pairs = list(_titles(json.loads((_PAGES / "shared" / "words" / "refusals.json").read_text("utf-8"))))
    for name in sorted({app, "shared"}):
        for folder in [*(_PAGES / name).glob("words"), *(_PAGES / name).glob("*/words")]:
            chinese, english = (json.loads((folder / f"{one}.json").read_text("utf-8")) for one in ("zh", "en"))
            pairs += [(chinese[key], english[key]) for key in chinese]
    return pairs


def _titles(value: Any) -> Iterator[tuple[str, str]]:
    """Each `{"zh": …, "en": …}` in it; a title without English is shown in Chinese."""
    if isinstance(value, dict) and isinstance(value.get("zh"), str):
        yield value["zh"], value.get("en") or value["zh"]
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _titles(one)
