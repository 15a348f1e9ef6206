"""Who somebody is, as text: one normal form, and what names nobody. Standard library only: couponctl reads files by it.

A real-name identity is compared in its normal form, so that `…1002X`, `…1002x`, full-width digits and blanks around
them are one person. The token's subject, which stands in where no identity is stated, is opaque and compared byte for
byte; files, bodies and the hotline write it `sub:…`. No normal form begins with that, so no identity is a subject's.
"""

from __future__ import annotations

import re
import unicodedata

SUBJECT = "sub:"
LENGTH_MAX = 128
_NOTHING = {"", "null", "<nil>"}
"""No value, as gateways print it: they hand every claim over as text. The last is Go's, whose `map[a:b]` AWS prints."""
_EXPONENT = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?[eE][+-]?[0-9]{1,3}")
"""A number that a spreadsheet, or a parser of floats, has rounded: many identities became this one. Some countries'
spreadsheets write the decimal comma."""
_BOOLEANS = {"true", "false"}
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Control, format, unassigned and private characters, halves of pairs, and ends of lines and paragraphs.

An unassigned character may fold into another one day: without them a normal form is the same in all versions of Unicode
(https://www.unicode.org/policies/stability_policy.html).
"""
_IGNORED = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks, letters and a blank of other categories that nobody sees either: what Unicode calls default ignorable, as it
is after NFKC, and the braille blank. One of them behind an identity would make another one that looks the same.
"""


class IdentityError(ValueError):
    """Why a text names nobody; never the text itself."""


def normal_form(text: str) -> str:
    """NFKC, case folded, NFKC, without blanks around it. Its own normal form is itself.

    One pass suffices: NFKC leaves U+0345 behind all other marks, so that the letter it folds to parts none of them from
    theirs, and a part of a normal form is one. Guarded by
    tests/unit/test_identities.py::test_a_normal_form_is_its_own.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def is_nothing(text: str) -> bool:
    """Whether a claim of this text is as good as absent."""
    return text.strip() in _NOTHING


def refuse_misread(text: str) -> None:
    """What was a list, an object, a boolean or a rounded number before it was text. Raises IdentityError."""
    text = text.strip()
    if text.startswith(("[", "{")) or text.endswith(("]", "}")):
        raise IdentityError("is a list or an object")
    if _EXPONENT.fullmatch(text):
        raise IdentityError("is a number in exponent form")
    if text in _BOOLEANS:
        raise IdentityError("is a boolean")


def real_name(text: str) -> str:
    """The normal form of a person's or household's identity. Raises IdentityError."""
    normal = normal_form(text)
    # Of ASCII, what can be printed is no control character: most identities, and each request asks twice.
    for character in "" if normal.isascii() and normal.isprintable() else normal:
        if unicodedata.category(character) in _UNSEEN or _IGNORED.match(character):
            raise IdentityError(f"holds U+{ord(character):04X}, which no identity may hold")
    if not normal:
        raise IdentityError("is empty")
    if is_nothing(normal):
        raise IdentityError("is what gateways write for no value")
    refuse_misread(normal)
    if normal.startswith(SUBJECT):
        raise IdentityError(f"begins with {SUBJECT!r}, which is for subjects")
    return normal


def person_name(text: str) -> str:
    """A person as files, bodies and the hotline name them: `sub:…` byte for byte, else an identity's normal form.

    Raises IdentityError.
    """
    if not text.startswith(SUBJECT):
        return real_name(text)
    subject = text.removeprefix(SUBJECT)
    if is_nothing(subject):
        raise IdentityError("names no subject")
    refuse_misread(subject)
    return text
