"""`Accept`: CSV only for who likes it more than JSON; no header is refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.web.accept import prefers_csv

CSV = [
    "text/csv",
    "TEXT/CSV",
    "  text/csv\t",
    "text/*",
    "text/csv; charset=utf-8",
    'text/csv;Charset="UTF-8";header="pre\\sent"',
    "text/csv;q=0.001",
    "text/csv;Q=1.000",
    "text/csv;q=1.",
    "text/csv;;q=0.5 ; extension=1",
    ",,text/csv,",
    "text/csv, */*",
    "text/csv, application/json;q=0.9",
    "application/json;q=0.1, text/csv;q=0.2",
    "*/*;q=0.5, application/json;q=0.4",
    "application/json;q=0, */*",
    "application/*;q=0, */*;q=0.1",
    "text/*;q=0, text/csv",
    "text/csv;charset=utf-8, application/json;charset=utf-8;q=0.9",
    "text/html, application/xhtml+xml, text/csv;q=0.8, application/json;q=0.7",
    'application/x;a=",\\",;q=0", text/csv',
]
JSON = [
    "",
    " ",
    ",",
    "*/*",
    "application/json",
    "application/*",
    "text/csvx",
    "text/csv-schema",
    "xtext/csv",
    "text/html",
    "text/csv;q=0",
    "text/csv;q=0.000",
    "*/csv",
    "text/csv;charset=gbk",
    "text/csv;header=absent",
    "text/csv, application/json",
    "text/csv;q=0.5, application/json;q=0.5",
    "text/csv;q=0.5, application/json;q=0.6",
    "text/*, application/json",
    "text/csv;q=0.5, */*",
    "text/csv;q=0, */*",
    "text/csv;q=0, application/json;q=0",
    "*/*;q=0",
    "application/json, text/plain, */*",
    "application/json;charset=utf-8, text/csv;q=0.5",
    'application/x;a="text/csv"',
]
UNREADABLE = [
    "text/csv;q=2",
    "text/csv;q=-1",
    "text/csv;q=0.1234",
    "text/csv;q=1.001",
    "text/csv;q=.2",
    "text/csv;q=",
    'text/csv;q="1"',
    "text/csv;q=nan",
    "text/csv, text/html;q=2",
    "text/csv, *",
    "text/csv, text",
    "text /csv",
    "text/csv/x",
    "text/csv;charset",
    "text/csv; charset = utf-8",
    'text/csv;charset="utf-8',
    "text/csv text/html",
    "text/csv, t\xe9xt/csv",
    "text/csv\n",
    "text/csv\0",
]


@pytest.mark.parametrize("accept", CSV)
def test_who_likes_csv_more_gets_csv(accept: str) -> None:
    """By weight, and by how closely the ranges name the two."""
    assert prefers_csv(accept)


@pytest.mark.parametrize("accept", JSON)
def test_everybody_else_gets_json(accept: str) -> None:
    """Who likes JSON as much or accepts neither."""
    assert not prefers_csv(accept)


@pytest.mark.parametrize("accept", UNREADABLE)
def test_a_header_that_cannot_be_read_is_absent(accept: str) -> None:
    """The readable part of it does not count either."""
    assert not prefers_csv(accept)


PIECES = ["text", "csv", "/", "*", ";", ",", "q", "=", "0", ".5", "1", " ", '"', "\\", "application/json", "charset"]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example('text/csv;a="\\')
def test_no_header_is_an_error(accept: str) -> None:
    """Whatever it holds; a list and the same list with an empty element say the same."""
    assert prefers_csv(accept) == prefers_csv(f",{accept}")


@given(st.integers(0, 1000), st.integers(0, 1000), st.booleans())
def test_the_larger_weight_wins(csv: int, json: int, swapped: bool) -> None:
    """In either order, and JSON if the weights are equal."""
    ranges = [f"text/csv;q={csv / 1000:.3f}", f"application/json;q={json / 1000:.3f}"]
    assert prefers_csv(", ".join(ranges[::-1] if swapped else ranges)) == (csv > json)


@pytest.mark.parametrize("piece", [";", "; ", ";a=b ", ',"', "\\", '"\\', "/", "text/csv ;", "  "])
def test_the_longest_header_takes_no_longer_than_others(piece: str) -> None:
    """10 KB, which is what a gateway lets through, are read in linear time."""
    begun_s = time.process_time()
    prefers_csv("text/csv;a=b" + piece * (10_000 // len(piece)) + "\0")
    assert time.process_time() - begun_s < 0.2
