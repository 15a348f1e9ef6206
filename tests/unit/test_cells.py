"""Text cells of CSV files: no spreadsheet program computes one, and each is read back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.cells import from_text_cell, text_cell

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"]
TEXTS = st.text() | st.builds("".join, st.lists(st.sampled_from(["'", *STARTS, "1", '"', ",", " "]), max_size=6))


@pytest.mark.parametrize("start", STARTS)
def test_what_a_program_would_compute_is_marked(start: str) -> None:
    """A text that begins like a formula gets an apostrophe."""
    assert text_cell(f"{start}1+1") == f"'{start}1+1"
    assert from_text_cell(f"'{start}1+1") == f"{start}1+1"


@pytest.mark.parametrize("text", ["", "'", "noodles", "a=1", "1-2", "2020-06-06", "'quoted'", "Café", "券"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Ordinary texts are neither marked nor shortened, also with an apostrophe of their own."""
    assert text_cell(text) == from_text_cell(text) == text


@given(TEXTS)
@example("'=1")
@example("''=1")
def test_every_text_is_read_back(text: str) -> None:
    """Reading undoes writing, and no written cell begins like a formula."""
    cell = text_cell(text)
    assert from_text_cell(cell) == text
    assert not cell.startswith(tuple(STARTS))


@given(st.lists(TEXTS.filter(lambda text: "\0" not in text), min_size=1))
def test_a_row_of_a_file_is_read_back(texts: list[str]) -> None:
    """The same through a CSV file, with its quotes and line ends."""
    file = io.StringIO(newline="")
    csv.writer(file).writerow(map(text_cell, texts))
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [from_text_cell(cell) for cell in row] == texts
