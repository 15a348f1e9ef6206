"""The sheet's QR codes, its page and its files: what they hold is exactly the code, and every text is only text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
import segno

from infra.couponctl.sheet_files import MARGIN, as_html, as_svg, on_terminal, symbol
from infra.couponctl.sheets import Sheet, Ticket

CODE = "AZZkXqTfnrzRezU_u-QbbEIYDOFLPqMAB2upMDaoiRKpwwuLbp_Kbg"
HTML = '<script>alert(1)</script> & "x"'
EVIL = f"{HTML}\x1b[31m\n"
SVG = "{http://www.w3.org/2000/svg}"
Matrix = list[list[bool]]


def sheet(title: str = "10 off 50", code: str | None = CODE) -> Sheet:
    both = {"en": "20 yuan off", "zh": "减20元"}
    facts = {"title": title, "status": "available" if code else "expired", "code": code, "pin": code and "012345"}
    ticket = Ticket(facts, {"en": ("20", "yuan"), "zh": ("20", "元")}, both, [both], [both], [{"en": HTML, "zh": HTML}])
    return Sheet("care", "2020-06-06T10:00:00+08:00", {"en": "Season", "zh": "消费季"}, ("zh", "en"), [ticket])


def wanted(code: str = CODE) -> Matrix:
    """The modules of the code's symbol in its white margin."""
    return [[module == 1 for module in row] for row in segno.make_qr(code, error="q").matrix_iter(border=MARGIN)]


def test_a_symbol_holds_the_code_alone() -> None:
    """At level Q or better, as one segment of its bytes; scanners return what a till may send."""
    made = symbol(CODE)
    assert (made.mode, made.error in ("Q", "H"), made.is_micro) == ("byte", True, False)
    assert wanted() == [[module == 1 for module in row] for row in made.matrix_iter(border=MARGIN)]
    assert wanted() != wanted(CODE.swapcase())


def drawn(svg: ET.Element) -> Matrix:
    """The modules of a QR code in SVG: its one path is horizontal strokes of one module's height."""
    side = int(str(svg.get("viewBox")).split()[2])
    found = [[False] * side for _ in range(side)]
    strokes = next(path for path in svg if path.get("stroke"))
    x = y = 0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", str(strokes.get("d"))):
        step = [float(number) for number in numbers.split()]
        if letter == "h":
            for place in range(x, x + int(step[0])):
                found[y][place] = True
            x += int(step[0])
        else:
            x, y = (0 if letter == "M" else x) + int(step[0]), (0 if letter == "M" else y) + int(step[1])
    return found


def test_the_svg_is_the_symbol_on_white() -> None:
    """Module by module, with four white ones around it."""
    root = ET.fromstring(as_svg(sheet()))
    (inner,) = (found for found in root.iter(f"{SVG}svg") if len(found) and found is not root and found.get("viewBox"))
    assert drawn(inner) == wanted()
    background = next(path for path in inner if path.get("fill"))
    assert (background.get("fill"), next(path.get("stroke") for path in inner if path.get("stroke"))) == (
        "#fff",
        "#000",
    )


LIGHT, DARK = 231, 16


def shown(lines: list[str], *, compact: bool) -> Matrix:
    """The modules that a terminal shows, by its colours: dark ones are black whatever the theme is."""
    rows: Matrix = []
    for line in lines:
        assert line.endswith("\033[0m")
        upper, lower = list[bool](), list[bool]()
        background = foreground = 0
        for colours, blocks in re.findall(r"\033\[([\d;]+)m([^\033]*)", line):
            for which, number in re.findall(r"([34]8);5;(\d+)", colours):
                foreground, background = (int(number), background) if which == "38" else (foreground, int(number))
            for block in blocks if compact else blocks[::2]:
                paint = {" ": (background, background), "█": (foreground, foreground)}
                paint |= {"▀": (foreground, background), "▄": (background, foreground)}
                upper.append(paint[block][0] == DARK)
                lower.append(paint[block][1] == DARK)
        rows += [upper, lower] if compact else [upper]
    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gbk", "cp437", "no-such"])
def test_a_terminal_shows_the_symbol_on_any_theme(encoding: str) -> None:
    """In colours that no theme changes; without half blocks where the encoding lacks them."""
    lines = on_terminal(CODE, columns=100, encoding=encoding)
    compact = "▀" in "".join(lines)
    assert compact == (encoding in ("utf-8", "cp437"))
    assert compact or "".join(lines).isascii()
    side = len(wanted())
    assert shown(lines, compact=compact)[:side] == wanted()


def test_a_window_that_is_too_narrow_is_told() -> None:
    """A line that wraps breaks the symbol; half blocks need half the width."""
    side = len(wanted())
    assert len(on_terminal(CODE, columns=side, encoding="utf-8")) > 1
    (told,) = on_terminal(CODE, columns=side - 1, encoding="utf-8")
    assert f"needs a window of {side} columns, this one has {side - 1}; or use --html FILE" in told
    assert len(on_terminal(CODE, columns=2 * side - 1, encoding="ascii")) == 1


class Page(HTMLParser):
    """The elements of a page, its attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_a_page_is_text_without_scripts_or_links() -> None:
    """Titles and names of stores come from many hands; nothing is loaded, nothing runs."""
    page = Page(as_html(sheet(title=EVIL)))
    assert not {"script", "link", "img", "iframe", "a"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"href", "src", "style"} & names
    assert not any(name.startswith("on") for name in names)
    assert {HTML, f"{HTML}[31m"} <= set(page.texts)
    assert "\x1b" not in as_html(sheet(title=EVIL)) + as_svg(sheet(title=EVIL))
    assert {"zh", "en"} == {value for name, value in page.attributes if name == "lang"}
    assert ET.fromstring(as_svg(sheet(title=EVIL))) is not None


def test_a_page_holds_the_code_its_parts_and_the_pin() -> None:
    """The QR code is the symbol; the letters in parts of four make the code again; the PIN stands apart."""
    page = as_html(sheet())
    svg = re.search(r"<svg viewBox.*?</svg>", page, re.DOTALL)
    assert svg
    assert drawn(ET.fromstring(svg[0])) == wanted()
    parts = re.findall(r"<i>(.*?)</i>", page)
    assert ("".join(parts), max(map(len, parts))) == (CODE, 4)
    assert "PIN<b>012345</b>" in page


def test_a_page_can_be_read_by_old_people_and_printed() -> None:
    """No letter is smaller than 14 points, and a coupon is a page."""
    page = as_html(sheet())
    sizes = [float(size) for size in re.findall(r"([\d.]+)pt", page)]
    assert min(sizes) >= 14
    assert "@media print" in page
    assert "break-before: page" in page


def test_a_spent_coupon_has_no_code_on_paper() -> None:
    """Its status is there instead."""
    page = as_html(sheet(code=None))
    assert "已过期" in page
    assert "<svg" not in page
    assert "PIN" not in page
    assert "<text" not in as_svg(sheet(code=None))
