"""Signs that a Chinese keyboard types in place of YAML's own, like `：` for `:`."""

from __future__ import annotations

import re

_PLAIN = dict(zip("：，“”‘’［］｛｝", ":,\"\"''[]{}", strict=True))
_BESIDE_A_KEY = re.compile(r"(?:^\s*(?:-\s+)?[\[{]?\s*|[,，]\s*)[a-z_]+\s*(：)|(，)\s*[a-z_]+\s*[:：]")
"""`quantity：5`, and `{en: Meals， zh: 餐}`; a text may hold both signs."""


def beside_a_key(line: str) -> str | None:
    """What to write instead, if a line, or a key as it was read, has such a sign between a key and its value."""
    found = _BESIDE_A_KEY.search(line)
    return _said(found[1] or found[2]) if found else None


def around(value: str) -> str | None:
    """What to write instead, if a value begins with such a quote or bracket."""
    return _said(value[0]) if value[:1] in tuple("“‘［｛") else None


def _said(sign: str) -> str:
    return f"{sign} is a full-width sign: write {_PLAIN[sign]}"
