"""Which known name somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable

ALIKE = 0.8
"""Of `difflib`: `catering` and `caterng` have 0.93, `east` and `west` 0.75."""


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`; None if none is, or if both differ in their digits only."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error, not at a function's start

    by_folded = {one.casefold(): one for one in known if not _is_another_number(one, name)}
    alike = get_close_matches(name.casefold(), by_folded, n=1, cutoff=ALIKE)
    return by_folded[alike[0]] if alike else None


def _is_another_number(one: str, other: str) -> bool:
    """`shop-12` and `shop-13`, or `shop` and `shop-2`."""
    digits = ["".join(filter(str.isdigit, name)) for name in (one, other)]
    letters = ["".join(filter(str.isalpha, name)) for name in (one, other)]
    return digits[0] != digits[1] and letters[0] == letters[1]
