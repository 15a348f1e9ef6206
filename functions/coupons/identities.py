"""Identities of people as text: their normal form, and texts that name nobody.

Standard library only: couponctl uses it to read files.

A real-name identity is compared in its normal form, so that `…1002X`, `…1002x`, full-width digits and blanks around
them are one person. If a token states no identity, its subject is used. A subject is opaque and compared byte for byte;
files, bodies and the hotline write it `sub:…`. No normal form begins with that, so no identity equals a subject.
"""

from __future__ import annotations

import re
import unicodedata

SUBJECT = "sub:"
LENGTH_MAX = 128
_NOTHING = {"", "null", "<nil>"}
"""How gateways print an absent value: they pass every claim as text. The last is Go's, which AWS uses."""
_EXPONENT = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?[eE][+-]?[0-9]{1,3}")
"""A number that a spreadsheet or a float parser has rounded, so that many identities look the same. In some countries
spreadsheets write a decimal comma."""
_BOOLEANS = {"true", "false"}
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Control, format, unassigned and private characters, halves of pairs, and ends of lines and paragraphs.

A later version of Unicode may give an unassigned character a folding: without them a normal form never changes
(https://www.unicode.org/policies/stability_policy.html).
"""
_IGNORED = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Invisible characters of other categories: what Unicode calls default ignorable, after NFKC, and the braille blank.
An identity with one of them would look the same as the identity without it.
"""


class IdentityError(ValueError):
    """Why a text names nobody; it never contains the text."""


def normal_form(text: str) -> str:
    """NFKC, case folded, NFKC, without blanks around it. The normal form of a normal form is itself.

    One pass is enough: NFKC puts U+0345 after all other marks, so the letter it folds to separates none of them from
    their letters, and each part is in normal form. Guarded by
    tests/unit/test_identities.py::test_a_normal_form_is_its_own.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def is_nothing(text: str) -> bool:
    """Whether a token's claim with this text means that it is absent."""
    return text.strip() in _NOTHING


def refuse_misread(text: str) -> None:
    """Raises IdentityError for a text that was a list, an object, a boolean or a rounded number."""
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
    # A fast path for most identities, because each request asks twice: printable ASCII has no control characters.
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
    """A person as named by files, bodies and the hotline: `sub:…` byte for byte, else the normal form of an identity.

    Raises IdentityError.
    """
    if not text.startswith(SUBJECT):
        return real_name(text)
    subject = text.removeprefix(SUBJECT)
    if is_nothing(subject):
        raise IdentityError("names no subject")
    refuse_misread(subject)
    return text
