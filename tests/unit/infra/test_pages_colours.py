"""The colours of the pages: the tokens are those of the visual direction, and their contrast is computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[3] / "infra" / "pages" / "shared" / "style"
TOKENS = (STYLE / "tokens.css").read_text("utf-8")
_COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
_BLOCK = re.compile(r"(:root[^{]*)\{([^}]*)\}")
BLOCKS = {selector.strip(): " ".join(body.split()) for selector, body in _BLOCK.findall(TOKENS)}
LIGHT = dict(_COLOUR.findall(BLOCKS[":root"]))
DARK = LIGHT | dict(_COLOUR.findall(BLOCKS[':root[data-theme="dark"]']))
TEXT, SHAPE = 4.5, 3.0
SECTIONS = ["opening", "coupons", "taste", "culture", "dazzle", "night"]
TEXTS = [
    *[(ink, paper) for ink in ("ink", "ink-2", "link") for paper in ("surface", "ground", "sunken")],
    *[(kind, ground) for kind in ("done", "wait", "stop") for ground in (f"{kind}-soft", "surface", "ground")],
    *[("on-act", act) for act in ("act", "act-pressed")],
    *[("ink", tint) for tint in SECTIONS],
    ("surface", "ink"),
    ("till-white", "till-done"),
    ("till-white", "till-refused"),
    ("till-ink", "till-kept"),
]
SHAPES = [
    *[("edge", paper) for paper in ("surface", "ground")],
    *[(f"chart-{number}", "surface") for number in (1, 2, 3, 4)],
    *[("act", paper) for paper in ("surface", "ground")],
]
STATED = [
    # The visual direction's table: light, dark.
    ("ink", "surface", 17.2, 15.0),
    ("ink-2", "surface", 7.5, 8.5),
    ("edge", "surface", 4.1, 4.8),
    ("on-act", "act", 5.9, 5.0),
    ("on-act", "act-pressed", 8.0, 6.9),
    ("link", "surface", 7.2, 8.6),
    ("done", "done-soft", 5.6, 7.6),
    ("wait", "wait-soft", 5.9, 8.3),
    ("stop", "stop-soft", 8.0, 7.3),
    ("till-white", "till-done", 7.9, 7.9),
    ("till-white", "till-refused", 11.7, 11.7),
    ("till-ink", "till-kept", 9.6, 9.6),
]


def contrast(one: str, other: str) -> float:
    """WCAG 2's ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("one", "other", "least"), [*[(*pair, TEXT) for pair in TEXTS], *[(*pair, SHAPE) for pair in SHAPES]]
)
def test_what_has_to_be_read_can_be_read(theme: dict[str, str], one: str, other: str, least: float) -> None:
    """Text 4.5 or more on each ground that it stands on; edges of controls and big shapes 3."""
    assert contrast(theme[one], theme[other]) >= least


def test_a_contrast_below_is_seen() -> None:
    """A grey of 4.4 on white is refused; black on white has 21."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert 4.3 < contrast("#797979", "#ffffff") < TEXT


@pytest.mark.parametrize(("one", "other", "light", "dark"), STATED)
def test_the_tokens_are_those_of_the_visual_direction(one: str, other: str, light: float, dark: float) -> None:
    """Its table states the ratio of each pair to a tenth."""
    assert contrast(LIGHT[one], LIGHT[other]) == pytest.approx(light, abs=0.06)
    assert contrast(DARK[one], DARK[other]) == pytest.approx(dark, abs=0.06)


def test_the_dark_of_the_system_is_the_dark_of_the_switch() -> None:
    """The colours stand there twice: a block cannot belong to a media query and to a selector outside of it."""
    assert BLOCKS[':root:not([data-theme="light"])'] == BLOCKS[':root[data-theme="dark"]']


def test_colours_stand_in_the_tokens_alone() -> None:
    """Elsewhere only the black and white of a code, and what a mask cuts with."""
    for path in STYLE.glob("*.css"):
        if path.name != "tokens.css":
            found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")))
            assert found <= {"#000", "#0000", "#000000", "#ffffff"}, path.name


def test_no_stylesheet_grows_without_end() -> None:
    """Fewer than 300 lines each."""
    assert [path.name for path in STYLE.glob("*.css") if path.read_text("utf-8").count("\n") >= 300] == []
