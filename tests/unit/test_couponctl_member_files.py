"""Files of person ids: plain or CSV, and every way in which a line is no person."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.couponctl.member_files import LENGTH_MAX, LINE_BYTES_MAX, facts_of, read_members


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.txt"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"x" * (LINE_BYTES_MAX + 1), f"longer than {LINE_BYTES_MAX:,} bytes"),
        (b"x" * LINE_BYTES_MAX, f"longer than {LENGTH_MAX} characters"),
        (b"x" * (3 * LINE_BYTES_MAX), f"longer than {LINE_BYTES_MAX:,} bytes"),
        ("Zo\ufffd".encode(), "holds U+FFFD: it was not UTF-8 before"),
        (b"a\x7fb", "holds a control character"),
        (b"a\x00b", "holds a control character"),
        (b"1001,Ann", "holds a separator: a CSV file needs commas and a header that names person_id"),
        (b"1001;Ann", "holds a separator: a CSV file needs commas and a header that names person_id"),
    ],
)
def test_a_line_that_is_no_person(file: Path, raw: bytes, reason: str) -> None:
    """Whatever its length, the lines around it are read."""
    file.write_bytes(b"ann\n" + raw + b"\r\nbob\r\n")
    lines = list(read_members(file))
    assert [(line.number, line.person_id, line.bad) for line in lines] == [
        (1, "ann", ""),
        (2, lines[1].person_id, reason),
        (3, "bob", ""),
    ]


@pytest.mark.parametrize(
    ("header", "rows", "found"),
    [
        ("# exported\n\nname,person_id", ["Li,ann", '"Li, Hua"," bob "'], ["ann", "bob"]),
        ("person_id", ["ann", '"b ""o"" b"'], ["ann", 'b "o" b']),
        ("\ufeffperson_id ,age", ["# no longer here,1", "ann,3"], ["ann"]),
    ],
)
def test_a_csv_file_names_its_column(file: Path, header: str, rows: list[str], found: list[str]) -> None:
    """As spreadsheets write it: quotes, a byte-order mark, blanks around it."""
    file.write_text(
        "\n".join(["# exported", "", header, *rows]) if header[0] != "\ufeff" else "\n".join([header, *rows])
    )
    assert [(line.person_id, line.bad) for line in read_members(file)] == [(name, "") for name in found]


@pytest.mark.parametrize(
    ("row", "reason"),
    [("Li", "no column person_id"), ("Li,", "empty"), ('Li,"ann', "not a line of a CSV file"), ("Li,  ", "empty")],
)
def test_a_row_of_a_csv_file_without_a_person(file: Path, row: str, reason: str) -> None:
    """Named like any bad line."""
    file.write_text(f"name,person_id\n{row}\nBo,bob\n")
    assert [line.bad for line in read_members(file)] == [reason, ""]


def test_a_header_counts_in_whatever_encoding(file: Path) -> None:
    """Or the rows of a spreadsheet would join as if each whole row were a person."""
    file.write_bytes("姓名,person_id\n李,ann\nLi,bob\n".encode("gbk"))
    assert [(line.person_id, line.bad) for line in read_members(file)] == [("", "not UTF-8"), ("bob", "")]


def test_a_first_line_that_is_bad_is_no_header(file: Path) -> None:
    """Nor is what follows it."""
    file.write_bytes(b"\xff\nperson_id\n")
    assert [(line.person_id, line.bad) for line in read_members(file)] == [("", "not UTF-8"), ("person_id", "")]


def test_a_plain_file_may_hold_quotes_and_no_commas(file: Path) -> None:
    """Only a header makes it CSV, and only the first line that counts can be one: rows without one are no persons."""
    file.write_text('"ann\nbob,1\nperson_id\n')
    assert [(line.person_id, bool(line.bad)) for line in read_members(file)] == [
        ('"ann', False),
        ("", True),
        ("person_id", False),
    ]


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3)])
def test_lines_are_counted_as_editors_do(file: Path, text: str, lines: int) -> None:
    """The last one needs no end."""
    file.write_text(text)
    assert facts_of(file).lines == lines
