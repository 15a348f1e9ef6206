"""Whether a client wants CSV instead of JSON, by the `Accept` header of its request (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

# Possessive quantifiers: a header that does not match takes no longer than one that does.
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_PARAMETER = rf'[ \t]*+;[ \t]*+(?:({_NAME})=({_NAME}|"(?:[^"\\]|\\.)*+"))?+'
_PARAMETERS = re.compile(_PARAMETER)
_ELEMENT = re.compile(rf"[ \t]*+(?:({_NAME}/{_NAME})((?:{_PARAMETER})*+))?+[ \t]*+(?:,|\Z)")
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")

_JSON = ("application/json", {"charset": "utf-8"})
_CSV = ("text/csv", {"charset": "utf-8", "header": "present"})
"""A media type, and the parameters by which a client may ask for what it is."""


class _Range(NamedTuple):
    """`text/csv;header=present;q=0.5`; `text/*` and `*/*` are ranges too."""

    media_type: str
    parameters: dict[str, str]
    weight: float


class _Liking(NamedTuple):
    weight: float = 0
    precision: tuple[int, int] = (0, 0)
    """How closely the range names the media type: by its type, then by its parameters."""


def prefers_csv(accept: str) -> bool:
    """Whether CSV is liked more than JSON.

    Of two that are liked alike, the one that is named more closely is preferred. JSON is sent in case of doubt: if both
    are named alike, if neither is accepted (never 406), and if the header is absent or cannot be read.
    """
    ranges = _ranges(accept)
    return _liking(_CSV, ranges) > _liking(_JSON, ranges)


def _liking(offer: tuple[str, dict[str, str]], ranges: list[_Range]) -> _Liking:
    """The weight of the range that names the offer most closely; 0 if none names it."""
    media_type, true = offer
    names = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    found = [
        _Liking(one.weight, (names.index(one.media_type), len(one.parameters)))
        for one in ranges
        if one.media_type in names and one.parameters.items() <= true.items()
    ]
    closest = max(found, key=lambda liking: (liking.precision, liking.weight), default=_Liking())
    return closest if closest.weight else _Liking()


def _ranges(accept: str) -> list[_Range]:
    """The ranges of the header; none if any part of it cannot be read."""
    ranges: list[_Range] = []
    end = 0
    while end < len(accept):
        element = _ELEMENT.match(accept, end)
        if element is None:
            return []
        end = element.end()
        if element[1] is None:  # RFC 9110, section 5.6.1: an empty element of a list counts for nothing
            continue
        parameters, weight = _parameters(element[2].lower())
        if not _WEIGHT.fullmatch(weight):
            return []
        ranges.append(_Range(element[1].lower(), parameters, float(weight)))
    return ranges


def _parameters(text: str) -> tuple[dict[str, str], str]:
    """The parameters before `q`, and the weight that `q` states. What follows `q` is no part of the range."""
    found: dict[str, str] = {}
    for name, value in _PARAMETERS.findall(text):
        if name == "q":
            return found, value
        if name:
            found[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
    return found, "1"
