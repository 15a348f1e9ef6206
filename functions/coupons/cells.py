"""Text cells of CSV files, written so that no spreadsheet program takes one for a formula.

Excel, LibreOffice and Google Sheets compute a cell that begins with `=`, `+`, `-` or `@`, also after a tab or a line
end that they drop. A leading apostrophe marks it as text. (OWASP, "CSV Injection"; ASVS 5.0, requirement 1.2.10.)

Numbers are not text cells: they are written as they are, so that `-1000` stays a number.
"""

from __future__ import annotations

_FORMULA_STARTS = frozenset("=+-@\t\r\n\0＝＋－＠")
"""The full-width forms too: some locales compute them."""
_MARK = "'"


def text_cell(text: str) -> str:
    """The cell for a text: marked by an apostrophe if a program could compute it, else the text itself."""
    return _MARK + text if _computed(text) else text


def from_text_cell(cell: str) -> str:
    """The text of a cell that `text_cell` wrote."""
    return cell[1:] if cell.startswith(_MARK) and _computed(cell) else cell


def _computed(text: str) -> bool:
    # Behind apostrophes too: `'=1` as it came from the caller and `=1` with our mark must differ.
    return text.lstrip(_MARK)[:1] in _FORMULA_STARTS
