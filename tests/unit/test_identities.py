"""Identities as text: one normal form for a person, and no misread value becomes a person."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.identities import IdentityError, normal_form, person_name, real_name

ONE_PERSON = [
    "11010519491231002X",
    "11010519491231002x",
    "11010519491231002\uff38",
    " 11010519491231002X\t",
    "\u300011010519491231002X\u00a0",
    "\uff11\uff11\uff10\uff11\uff10\uff15\uff11\uff19\uff14\uff19\uff11\uff12\uff13\uff11\uff10\uff10\uff12\uff38",
]
HARD = (
    "\u0345\u1e9e\u03f4\u0130\u00b4\u00a8\u3000\u00a0\u0085\ufb01"
    "\ufdfa\u1fb7\u1fbd\u0390\u03b1\u0301\u0323\u1100\u1161\u11a8"
)
"""Folds apart, composes, decomposes to a blank, orders behind other marks, or grows."""
IGNORED = [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180D, 0x180F, 0x2800, 0xFE00, 0xFE0F, 0xE0100, 0xE01EF]
"""Of no category that is never seen, and yet unseen: the ends of each range."""


@pytest.mark.parametrize(
    "spellings",
    [
        ONE_PERSON,
        ["caf\u00e9", "cafe\u0301", "CAFE\u0301", "CAF\u00c9 "],
        ["stra\u00dfe", "STRASSE", "STRA\u1e9eE"],
    ],
    ids=["an identity card", "composed and not", "sharp s"],
)
def test_spellings_of_one_person_have_one_normal_form(spellings: list[str]) -> None:
    """Capital or small, full-width or not, composed or not, with blanks around it."""
    assert len({real_name(spelling) for spelling in spellings}) == 1


@given(st.text(max_size=12) | st.text(HARD, max_size=8))
@example("b\u0345\u0301")
@example("\u00b4a")
@example("\u1e9e\u0345\u0323")
def test_a_normal_form_is_its_own(text: str) -> None:
    """Once is enough, whatever the text."""
    assert normal_form(normal_form(text)) == normal_form(text)


def test_every_character_keeps_its_normal_form() -> None:
    """All of Unicode, alone and before the mark that folds to a letter."""
    everything = (chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)
    for text in (spelled for character in everything for spelled in (character, f"{character}\u0345")):
        assert normal_form(normal_form(text)) == normal_form(text), ascii(text)


@given(st.text(max_size=12) | st.text(HARD + "sub:", max_size=8))
def test_what_is_an_identity_stays_one(text: str) -> None:
    """Its normal form is accepted unchanged, can be encoded, and is not a subject."""
    try:
        name = real_name(text)
    except IdentityError:
        return
    assert real_name(name) == person_name(name) == name
    assert name.encode().decode() == name
    assert not name.startswith("sub:")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110\u200b105", "holds U+200B, which no identity may hold"),
        ("\ufeff110105", "holds U+FEFF, which no identity may hold"),
        ("110\u0085105", "holds U+0085, which no identity may hold"),
        ("110\u2028105", "holds U+2028, which no identity may hold"),
        ("110\u2029105", "holds U+2029, which no identity may hold"),
        ("110\x00105", "holds U+0000, which no identity may hold"),
        ("110\n105", "holds U+000A, which no identity may hold"),
        ("110\u0378", "holds U+0378, which no identity may hold"),
        ("110\ue000", "holds U+E000, which no identity may hold"),
        ("110\ud800", "holds U+D800, which no identity may hold"),
        *((f"110{chr(point)}", f"holds U+{point:04X}, which no identity may hold") for point in IGNORED),
        ("110\u3164", "holds U+1160, which no identity may hold"),
        ("", "is empty"),
        (" \u3000", "is empty"),
        ("null", "is what gateways write for no value"),
        ("NULL", "is what gateways write for no value"),
        ("<nil>", "is what gateways write for no value"),
        ("[a b]", "is a list or an object"),
        ("[a", "is a list or an object"),
        ("a]", "is a list or an object"),
        ("{a", "is a list or an object"),
        ("a}", "is a list or an object"),
        ("\uff3ba b\uff3d", "is a list or an object"),
        ('{"a": 1}', "is a list or an object"),
        ("map[a:b]", "is a list or an object"),
        ("1.10105E+17", "is a number in exponent form"),
        ("1e17", "is a number in exponent form"),
        ("-1.E-7", "is a number in exponent form"),
        ("1,10105E+17", "is a number in exponent form"),
        ("TRUE", "is a boolean"),
        ("sub:li-hua", "begins with 'sub:', which is for subjects"),
        ("\uff33\uff35\uff22\uff1ali-hua", "begins with 'sub:', which is for subjects"),
    ],
)
def test_what_names_nobody(text: str, reason: str) -> None:
    """With its reason, which does not repeat the text."""
    with pytest.raises(IdentityError) as refused:
        real_name(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize("text", ["1E234567", "12e5f", "e17", "a[1]b", "(null)", "nullah", "\u5f20\u4e09", "+86-10"])
def test_what_only_looks_odd_is_an_identity(text: str) -> None:
    """A passport's letter E is no exponent."""
    assert real_name(text) == unicodedata.normalize("NFKC", text).casefold()


@pytest.mark.parametrize("text", ["sub:Li-Hua ", "sub:\uff38", "sub:\u200b", "sub:sub:a", "sub:1E234567"])
def test_a_subject_is_taken_byte_for_byte(text: str) -> None:
    """It is an account's name, not a person's."""
    assert person_name(text) == text


@pytest.mark.parametrize("text", ["sub:", "sub: ", "sub:null", "sub:[a b]", "sub:1.10105e+17", "SUB:a", " sub:a"])
def test_what_names_no_subject(text: str) -> None:
    """No token has such a subject; and in another spelling it would be an identity."""
    with pytest.raises(IdentityError):
        person_name(text)
