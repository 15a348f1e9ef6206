"""A merchant's list after spreadsheet programs and other systems had it, against a scripted stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.couponctl import books
from tests.unit.couponctl.books import SETTLEMENT, line, page
from tests.unit.couponctl.scripted_stack import Reply, Stack

if TYPE_CHECKING:
    from pathlib import Path

LIST = """\
kind,order_no,reversal_no,campaign_id,currency,discount_minor,merchant_match_minor,payable_minor,at,withheld
redemption,A1,,season,CNY,1000,1000,1234000,2020-06-06T00:30:00+08:00,顾客投诉
reversal,A1,R1,season,CNY,-250,-250,-1000,2020-06-06T12:00:00+08:00,
"""
PLAIN = "order_no,discount_minor,merchant_match_minor,payable_minor"
ZONES = {"season": "Asia/Shanghai", "paris": "Europe/Paris"}


@pytest.fixture
def stack(stack: Stack) -> Stack:
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 1234000), line("A1", -250, -250, -1000, "R1")))
    campaigns = [{"campaign_id": name, "timezone": zone} for name, zone in ZONES.items()]
    stack.on("GET /campaigns", Reply(body={"campaigns": campaigns}))
    return stack


def reconcile(stack: Stack, tmp_path: Path, content: str | bytes, *args: str) -> int:
    """Of its own day."""
    return books.reconcile(stack, tmp_path, content, *args, day=None)


SEMICOLONS = LIST.replace(",", ";").replace("\n", "\r\n")
SAVED = {
    "as it is": LIST,
    "with a mark": LIST.encode("utf-8-sig"),
    "with CRLF and no last one": LIST.replace("\n", "\r\n").strip(),
    "with semicolons": SEMICOLONS,
    "with semicolons, said so": f"sep=;\r\n{SEMICOLONS}",
    "in GBK": LIST.encode("gbk"),
    "in UTF-16 with tabs": LIST.replace(",", "\t").encode("utf-16"),
    "with blank rows and columns at the end": LIST.replace("\n", ",,\n") + ",,,,,,,,,,,\n\n",
    "with quotes": "\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in LIST.splitlines()),
    "with separators of thousands": LIST.replace("1234000", '"1,234,000"'),
    "with narrow ones": LIST.replace("1234000", "1\u202f234\u202f000"),
    "with a typographic minus": LIST.replace("-", "\u2212").replace("2020\u221206\u221206", "2020-06-06"),
    "with slashes in dates": LIST.replace("2020-06-06T", "2020/6/6 ").replace(":00+08:00", "").replace(" 00:", " 0:"),
    "with the time in another zone": LIST.replace("2020-06-06T00:30:00+08:00", "2020-06-05T16:30:00Z"),
    "with capitals and blanks in its header": LIST.replace("order_no,", " Order_No ,"),
    "joined from pages": f"{LIST.splitlines()[0]}\n{LIST.splitlines()[1]}\n\ufeff{LIST.splitlines()[0]}\n"
    f"{LIST.splitlines()[2]}\n",
}


@pytest.mark.parametrize("how", SAVED)
def test_what_programs_do_to_a_list_changes_nothing(stack: Stack, tmp_path: Path, how: str) -> None:
    """However it was saved, it is the same list."""
    assert reconcile(stack, tmp_path, SAVED[how]) == 0


def test_another_encoding_is_named(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GBK is tried by itself and said; whatever else it is, the option names it."""
    assert reconcile(stack, tmp_path, LIST.encode("gbk")) == 0
    assert "ours.csv: not UTF-8, so read as GB18030 (GBK)" in capsys.readouterr().err
    latin = LIST.replace("顾客投诉", "à")
    assert reconcile(stack, tmp_path, latin.encode("cp1252")) == 1
    assert "save it as CSV in UTF-8, or name its --encoding" in capsys.readouterr().err
    assert reconcile(stack, tmp_path, latin.encode("cp1252"), "--encoding", "cp1252") == 0
    assert reconcile(stack, tmp_path, LIST, "--encoding", "klingon") == 2


ROUNDED = "was rounded by a spreadsheet program"
HEADER = LIST.splitlines()[0]


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (f"{PLAIN},Payable_Minor\n", "ours.csv:1: payable_minor appears twice in the header: keep one column"),
        (f"\n\n{PLAIN},\ufeff order_no\n", "ours.csv:3: order_no appears twice"),
        (f"{PLAIN}\n2.02006E+14,1,1,4\n", f"ours.csv:2: order_no '2.02006E+14' {ROUNDED}"),
        (f"{PLAIN}\nA1,1.5E+11,1,4\n", f"ours.csv:2: discount_minor '1.5E+11' {ROUNDED}"),
        (f"{PLAIN}\nA1,1,000,1,4\n", "ours.csv:2: more cells than the header: a cell that holds ',' needs quotes"),
        (f"{PLAIN}\nA1,1.000,1,4\n", "discount_minor '1.000' is not a whole number of minor units"),
        (f"{PLAIN}\nA1,1,4 50,4\n", "merchant_match_minor '4 50' is not a whole number of minor units"),
        (f"{PLAIN}\nA1,1,1,4\nÄ1,1,1,4\n", "ours.csv:3: order_no 'Ä1' is not 1 to 64 letters"),
        (f"{PLAIN}\nA1,1,1,4\nA1,1,1,4\nA2,x,1,4\n", "ours.csv:4: discount_minor 'x'"),
        (f'{PLAIN}\nA1,1,1,"4\n', "ours.csv:2: unexpected end of data"),
        (f"{HEADER}\ndamaged,A1,,,,,,,,\n", "ours.csv:2: order A1 could not be read when this file was written"),
        (SEMICOLONS.replace("1234000", "1,234"), "ours.csv:2: payable_minor '1,234' is not a whole number"),
        (LIST.replace("1234000", '"1,234 000"'), "ours.csv:2: payable_minor '1,234 000' is not a whole number"),
    ],
)
def test_what_would_be_a_guess_is_named(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, said: str
) -> None:
    """The line, the column and what is wrong with it; no settlement is asked for."""
    assert reconcile(stack, tmp_path, csv, "--day", "2020-06-06") == 1
    assert said in capsys.readouterr().err
    assert SETTLEMENT not in stack.routes()


def test_a_column_that_is_ignored_may_be_there_twice(stack: Stack, tmp_path: Path) -> None:
    """Only what is read must be told apart."""
    assert reconcile(stack, tmp_path, LIST.replace("withheld\n", "note,note\n")) == 0


@pytest.mark.parametrize(
    ("cell", "campaign_id", "day"),
    [
        ("2020-06-06T23:59:59+08:00", "season", "2020-06-06"),
        ("2020-06-06T15:59:59Z", "season", "2020-06-06"),
        ("2020-06-06T16:00:00Z", "season", "2020-06-07"),
        ("2020-06-06T16:00:00Z", "paris", "2020-06-06"),
        ("2020-06-06 9:00:00.5 -0700", "season", "2020-06-07"),
        ("2020-06-06T12:00:00Z", "unknown", "2020-06-06"),
        ("2020年6月6日 下午11:59", "season", "2020-06-06"),
        ("2020.6.6 11:59 PM", "season", "2020-06-06"),
    ],
)
def test_a_day_is_the_campaigns_local_day(stack: Stack, tmp_path: Path, cell: str, campaign_id: str, day: str) -> None:
    """A time with an offset is turned into the zone of its campaign; one without is local already."""
    reconcile(stack, tmp_path, f"{PLAIN},campaign_id,at\nA1,1,1,4,{campaign_id},{cell}\n")
    assert stack.routes()[-1] == f"GET /settlements/{day}"
    assert stack.routes().count("GET /campaigns") == (cell[-1] in "Z0")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2020-06-06T20:00:00Z", "is 2020-06-06 or 2020-06-07, by the time zones of the campaigns: add a column"),
        ("06/07/2020", "is no date like 2020-06-06"),
        ("2020-06/07", "is no date like 2020-06-06"),
        ("20/6/6", "is no date like 2020-06-06"),
        ("2020-02-30", "is no date: day"),
        ("2020-06-06 12:00 CST", "has a time that cannot be read"),
        ("2020-06-06 1:00 PM +08:00", "has a time that cannot be read"),
        ("2020-06-06T25:00:00Z", "is no time like"),
        ("2020-06-06T12:00:00+99:99", "is no time like"),
        ("0001-01-01T00:30:00+14:00", "is no time like"),
        ("9999-12-31T23:30:00-14:00", "is no time like"),
    ],
)
def test_a_day_that_would_be_a_guess_is_named(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    """Month or day first, a zone by its name, or an instant on another day in each zone."""
    assert reconcile(stack, tmp_path, f"{PLAIN},at\nA1,1,1,4,{cell}\n") == 2
    assert f"ours.csv:2: at {cell!r} {said}" in capsys.readouterr().err


def test_without_campaigns_an_offset_is_its_own_zone(stack: Stack, tmp_path: Path) -> None:
    """There is no zone that it could be turned into, and no settlement either."""
    stack.on("GET /campaigns", Reply(body={"campaigns": []}))
    reconcile(stack, tmp_path, f"{PLAIN},at\nA1,1,1,4,2020-06-06T23:00:00-07:00\n")
    assert stack.routes()[-1] == SETTLEMENT
