"""A sheet as a page to print (HTML), as QR codes (SVG), and as QR codes on a terminal.

A QR code holds the code and nothing else, at error level Q or better, in a white margin of four modules. Files can
be read by their owner alone, since whoever has a code and its PIN can use the coupon. They are never overwritten.
"""

from __future__ import annotations

import io
import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.couponctl.output import WrongUseError
from infra.couponctl.sheets import HOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.couponctl.sheets import Sheet

MARGIN = 4
"""Modules; ISO/IEC 18004 demands them."""
_WHITE, _BLACK, _RESET = "231", "16", "\033[0m"
"""Colours of the 256 that no theme changes: a code in the theme's own colours is inverted on half of all terminals."""
LABELS = {
    "code": {"en": "Code", "zh": "券码"},
    "valid": {"en": "Valid", "zh": "有效期"},
    "hours": {"en": "Hours", "zh": "使用时段"},
    "places": {"en": "Where", "zh": "使用地点"},
}


class FileExistsAlreadyError(WrongUseError):
    """The file might hold another person's codes."""


def symbol(code: str) -> segno.QRCode:
    return segno.make_qr(code, error="q")


def on_terminal(code: str, *, columns: int, encoding: str) -> list[str]:
    """The lines of the QR code; what to do instead, if the window is too narrow. `encoding`: of the terminal."""
    drawn, made = io.StringIO(), symbol(code)
    side = made.symbol_size(border=MARGIN)[0]
    is_compact = _has_blocks(encoding)
    wide = side if is_compact else 2 * side
    if columns < wide:
        return [f"   (a QR code needs a window of {wide} columns, this one has {columns}; or use --html FILE)"]
    made.terminal(drawn, border=MARGIN, compact=is_compact)
    light, dark = f"\033[48;5;{_WHITE}m", f"\033[48;5;{_BLACK}m"
    if not is_compact:
        return drawn.getvalue().replace("\033[7m", light).replace("\033[49m", dark).splitlines()
    return [f"\033[38;5;{_WHITE}m{dark}{line}{_RESET}" for line in drawn.getvalue().splitlines()]


def _has_blocks(encoding: str) -> bool:
    try:
        "▀▄█".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def as_html(sheet: Sheet) -> str:
    """A page for A4 without scripts or links."""
    return _rendered("sheet.html", sheet)


def as_svg(sheet: Sheet) -> str:
    """The QR codes below each other, each with its title, its PIN and its code."""
    return _rendered("sheet.svg", sheet)


def _rendered(template: str, sheet: Sheet) -> str:
    """Every text is escaped."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(template).render(sheet=sheet, labels=LABELS, how=HOW, drawn=_svg) + "\n"


def _svg(code: str) -> str:
    return symbol(code).svg_inline(border=MARGIN, dark="#000", light="#fff", omitsize=True, svgclass=None)


@contextmanager
def private_files(paths: Sequence[Path]) -> Iterator[list[IO[str]]]:
    """New empty files that only their owner can read; removed again if the block fails.

    Raises:
        FileExistsAlreadyError: one is there; none was made.
        OSError: one cannot be made.
    """
    with ExitStack() as undo:
        files = [_made(path, undo) for path in paths]
        yield files
        for file in files:
            file.close()
        undo.pop_all()


def _made(path: Path, undo: ExitStack) -> IO[str]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileExistsAlreadyError(f"{path} is there already: remove it, or name another file") from None
    undo.callback(path.unlink)
    return undo.enter_context(os.fdopen(descriptor, "w", encoding="utf-8"))
