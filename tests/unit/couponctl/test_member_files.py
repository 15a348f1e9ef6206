"""Files of person ids: plain or CSV, and every way in which a line is no person."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupons.identities import LENGTH_MAX
from infra.couponctl.csv_rows import LINE_BYTES_MAX, facts_of
from infra.couponctl.member_files import read_members


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.txt"


def read(file: Path) -> list[tuple[int, str]]:
    """Number, and person or `! reason`, of every line that counts."""
    return [(line.number, f"! {line.bad}" if line.bad else line.name) for line in read_members(file)]


MARK = "begins or ends with a quote by which programs mark text"
DECIMAL = "is a number with a decimal point: a program converted it, and may have rounded it"
SEPARATOR = "holds a separator: a CSV file needs commas and a header that names person_id"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"x" * (LINE_BYTES_MAX + 1), f"longer than {LINE_BYTES_MAX:,} bytes"),
        (b"x" * LINE_BYTES_MAX, f"longer than {LENGTH_MAX} characters"),
        (b"x" * (3 * LINE_BYTES_MAX), f"longer than {LINE_BYTES_MAX:,} bytes"),
        ("\u3392".encode() * 64, f"longer than {LENGTH_MAX} characters"),
        ("Zo\ufffd".encode(), "holds U+FFFD: it was not UTF-8 before"),
        (b"\xff", "not UTF-8"),
        (b"a\x7fb", "holds U+007F, which no identity may hold"),
        (b"a\x00b", "holds U+0000, which no identity may hold"),
        ("a\u0085b".encode(), "holds U+0085, which no identity may hold"),
        ("a\u200bb".encode(), "holds U+200B, which no identity may hold"),
        ("\ufeffann".encode(), "holds U+FEFF, which no identity may hold"),
        (b"a\rb", "not a line of a CSV file"),
        (b"1001,Ann", SEPARATOR),
        (b"1001;Ann", SEPARATOR),
        (b"1001\tAnn", SEPARATOR),
        (b'"Li, Hua"', SEPARATOR),
        (b'"a"b', "not a line of a CSV file"),
        (b'""', "is empty"),
        (b"1.10105E+17", "is a number in exponent form"),
        (b"'1001", MARK),
        (b'="1001"', MARK),
        (b' "1001"', MARK),
        (b'1001"', MARK),
        ("\uff071001".encode(), MARK),
        ("\u201c1001\u201d".encode(), MARK),
        (b"110105199001011008.0", DECIMAL),
        ("1001\uff0cAnn".encode(), SEPARATOR),
        ("1001\ufe0f".encode(), "holds U+FE0F, which no identity may hold"),
        (b"null", "is what gateways write for no value"),
        (b"[a b]", "is a list or an object"),
        (b"Person_ID", "is the header again: were files joined?"),
        (b"\xef\xbb\xbfperson_id", "holds U+FEFF, which no identity may hold"),
        (b"sub:", "names no subject"),
        (b"SUB:bo", "begins with 'sub:', which is for subjects"),
    ],
)
@pytest.mark.parametrize("header", [b"", b"PERSON_ID\r\n"], ids=["plain", "csv"])
def test_a_line_that_is_no_person(file: Path, raw: bytes, reason: str, header: bytes) -> None:
    """Whatever its length, the lines around it are read; with a header, too, and other separators are none then."""
    file.write_bytes(header + b"ann\n" + raw + b"\r\nbob\r\n")
    first = header.count(b"\n") + 1
    found = read(file)
    assert [found[0], found[2]] == [(first, "ann"), (first + 2, "bob")]
    if reason != SEPARATOR or not header:
        assert found[1] == (first + 1, f"! {reason}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 1002\uff38\u3000", "1002x"),
        ('"1002X"', "1002x"),
        ('" 1002X "', "1002x"),
        ('"b ""o"" b"', 'b "o" b'),
        ("sub:Li \uff38", "sub:Li \uff38"),
        (" sub:Li\u3000", "sub:Li"),
    ],
)
def test_a_person_is_their_normal_form(file: Path, text: str, name: str) -> None:
    """Without the quotes, which are the file's; a subject letter by letter."""
    file.write_text(f"{text}\n", "utf-8")
    assert read(file) == [(1, name)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('# exported\n\nname,person_id\nLi,ann\n"Li, Hua"," bob "\n', [(4, "ann"), (5, "bob")]),
        ("person_id\nann\n", [(2, "ann")]),
        ('\ufeff"Person_ID ",age\n# no longer here,1\nann,3\n', [(3, "ann")]),
        ('\uff30erson_id,age\n#"no quote\nann,3\n', [(3, "ann")]),
        ('street,person_id\n"Long St\n\n# 4",ann\n"Short St",bob\n', [(2, "ann"), (5, "bob")]),
        ("Li,ann\nname,person_id\n", [(1, f"! {SEPARATOR}"), (2, f"! {SEPARATOR}")]),
        ("person_id,Person_ID\nann,bob\n", [(1, "! names person_id twice"), (2, "ann")]),
        ("a,person_id\nLi,ann\na,PERSON_ID\n", [(2, "ann"), (3, "! is the header again: were files joined?")]),
        ('person_id\n"an\nn"\nbob\n', [(2, "! holds U+000A, which no identity may hold"), (4, "bob")]),
        ('person_id\nann\n"bob\neve\n', [(2, "ann"), (3, "! not a line of a CSV file (to line 4)")]),
        ("person_id\nann,, \n", [(2, "ann")]),
        ("person_id\n", []),
        ("# nobody\n\u3000\n", []),
        ("", []),
    ],
)
def test_a_file_as_spreadsheets_write_it(file: Path, text: str, found: list[tuple[int, str]]) -> None:
    """Quotes, quoted line breaks, a byte-order mark, a header in any case; each line by the number of its first."""
    file.write_text(text, "utf-8")
    assert read(file) == found


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Li", "no column person_id"),
        ("Li,", "is empty"),
        ('"Li"x,ann', "not a line of a CSV file"),
        ("Li, Hua,ann", "more cells than the header"),
        ('Li,"1,10105E+17"', "is a number in exponent form"),
        ("Li,1,10105E+17", "more cells than the header"),
        ("Li,  ", "is empty"),
    ],
)
def test_a_row_of_a_csv_file_without_a_person(file: Path, row: str, reason: str) -> None:
    """Named like any bad line."""
    file.write_text(f"name,person_id\n{row}\nBo,bob\n")
    assert read(file) == [(2, f"! {reason}"), (3, "bob")]


def test_a_quote_that_is_not_closed_takes_so_much_with_it(file: Path) -> None:
    """Up to what a cell may hold; those behind are read again."""
    file.write_text('person_id\n"ann\n' + "bob\n" * 40_000)
    (first, *others) = read(file)
    assert first[0] == 2
    assert first[1].startswith("! not a line of a CSV file (to line ")
    assert 0 < len(others) < 40_000
    assert {name for _, name in others} == {"bob"}


def test_a_header_counts_in_whatever_encoding(file: Path) -> None:
    """Or the rows of a spreadsheet would join as if each whole row were a person."""
    file.write_bytes("姓名,person_id\n李,ann\nLi,bob\n".encode("gbk"))
    assert read(file) == [(2, "! not UTF-8"), (3, "bob")]


def test_a_first_line_that_is_bad_is_no_header(file: Path) -> None:
    """Nor is what follows it."""
    file.write_bytes(b"\xff\nperson_id\n")
    assert read(file) == [(1, "! not UTF-8"), (2, "! is the header again: were files joined?")]


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3)])
def test_lines_are_counted_as_editors_do(file: Path, text: str, lines: int) -> None:
    """The last one needs no end."""
    file.write_text(text)
    assert facts_of(file).lines == lines
