"""couponctl's reconciliation against a scripted stack: good only where every number agrees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.couponctl.output import counted
from tests.unit.couponctl.books import SETTLEMENT, line, page, reconcile
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "order_no,reversal_no,discount_minor,merchant_match_minor,payable_minor\n"


def same(lines: int, discount: str) -> str:
    """The total of both lists."""
    listed = f"{counted(lines, 'line')} with us, {lines} with them"
    return f"season CNY: {listed}, discount {discount} with us, {discount} with them"


def test_two_lists_that_agree_are_good(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All pages are read, with the merchant's own token, and a reversal is a movement of its own."""
    stack.on(
        SETTLEMENT,
        page(line("A1", 1000, 1000, 4000), following="more"),
        page(line("A1", -1000, -1000, -4000, "R1")),
    )
    assert reconcile(stack, tmp_path, f"{HEADER}A1,,1000,1000,4000\nA1,R1,-1000,-1000,-4000\n") == 0
    assert stack.asked[0].body == {"sub": "couponctl", "scope": "merchant", "merchant_id": "diner"}
    assert [asked.query for asked in stack.asked[1:]] == [{}, {"cursor": ["more"]}]
    assert capsys.readouterr().out.splitlines() == [
        same(2, "0.00 CNY"),
        "2020-06-06: 2 lines with us, 2 with them, no difference",
    ]


def test_each_difference_is_named(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing with us, missing with them, and which amount differs by what."""
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 4000), line("A2", 2000, 2000, 8000)))
    theirs = "discount 30.00 CNY, merchant_match 30.00 CNY, payable 140.00 CNY"
    matched = "merchant_match is 10.00 CNY with us, 5.00 CNY with them"
    assert reconcile(stack, tmp_path, f"{HEADER}A1,,1000,500,4500\nA3,,3000,3000,14000\n") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"order A1: {matched}; payable is 40.00 CNY with us, 45.00 CNY with them",
        "order A2: missing with them (ours: discount 20.00 CNY, merchant_match 20.00 CNY, payable 80.00 CNY)",
        f"order A3: missing with us (theirs: {theirs})",
        "no campaign CNY: 0 lines with us, 1 with them, discount 0.00 CNY with us, 30.00 CNY with them",
        "season CNY: 2 lines with us, 1 with them, discount 30.00 CNY with us, 10.00 CNY with them",
        "2020-06-06: 2 lines with us, 2 with them, 3 differences",
    ]


def test_differences_are_json_for_machines(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with every difference; a file without the column `reversal_no` lists redemptions only."""
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 4000)))
    csv = "order_no,discount_minor,merchant_match_minor,payable_minor,till\n"
    assert reconcile(stack, tmp_path, csv, "--json") == 1
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert (difference["kind"], difference["order_no"]) == ("missing-with-them", "A1")
    assert (difference["reversal_no"], difference["theirs"]) == (None, None)
    amounts = {"discount_minor": 1000, "merchant_match_minor": 1000, "payable_minor": 4000}
    assert difference["ours"] == {"campaign_id": "season", "currency": "CNY", **amounts}


def test_no_sum_of_a_page_is_told_as_the_days(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sums` are each page's own; totals are of all pages."""
    pages = page(line("A1", 1000, 1000, 4000), following="more"), page(line("A2", 1000, 1000, 4000))
    stack.on(SETTLEMENT, *pages)
    assert reconcile(stack, tmp_path, f"{HEADER}A1,,1000,1000,4000\nA2,,1000,1000,4000\n", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert "sums" not in told
    assert [total["ours"]["lines"] for total in told["totals"]] == [2]


def test_what_is_withheld_or_refused_is_named_apart(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a line with both, so it is no difference; what was released, or never withheld, is not spoken of."""
    stack.on(
        SETTLEMENT,
        page(
            line("A2", 1000, 1000, 4000, withheld="no goods", decision="refused"),
            line("A1", 1000, 1000, 4000, withheld="no goods"),
            line("A1", -500, -500, -2000, "R1", withheld="no goods"),
            line("A3", 1000, 1000, 4000, withheld="a mistake", decision="released"),
            line("A4", 1000, 1000, 4000),
        ),
    )
    theirs = "".join(f"A{n},,1000,1000,4000\n" for n in range(1, 5)) + "A1,R1,-500,-500,-2000\n"
    assert reconcile(stack, tmp_path, f"{HEADER}{theirs}") == 0
    assert capsys.readouterr().out.splitlines() == [
        "order A1: withheld, discount 10.00 CNY: no goods",
        "order A1, reversal R1: withheld, discount -5.00 CNY: no goods",
        "order A2: refused, discount 10.00 CNY: no goods",
        same(5, "35.00 CNY"),
        "2020-06-06: 5 lines with us, 5 with them, no difference",
    ]
    assert reconcile(stack, tmp_path, f"{HEADER}{theirs}", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["differences"], [(one["order_no"], one["standing"]) for one in told["not_due"]]) == (
        [],
        [("A1", "withheld"), ("A1", "withheld"), ("A2", "refused")],
    )


@pytest.mark.parametrize(("final", "said"), [(True, ""), (False, "; the day is not closed yet")])
def test_a_day_that_is_not_closed_is_said_to_be_so(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], final: bool, said: str
) -> None:
    """Lines may still come, so a difference may go away."""
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 4000), final=final))
    assert reconcile(stack, tmp_path, f"{HEADER}A1,,1000,1000,4000\n") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"2020-06-06: 1 line with us, 1 with them, no difference{said}"]


def test_damaged_books_agree_with_nothing(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Though all lines that can be read are the same; those that cannot are named."""
    lost = [{"order_no": "A2", "reversal_no": "R1"}, {"order_no": "A3", "reversal_no": None}]
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 4000), damaged=2, lost=lost))
    assert reconcile(stack, tmp_path, f"{HEADER}A1,,1000,1000,4000\n") == 1
    assert (
        "no difference; our books of the day are damaged, lines that cannot be read: A2/R1, A3"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("order_no,discount_minor\n", "ours.csv:1: no column merchant_match_minor, payable_minor"),
        ("", "ours.csv:1: no column order_no"),
        (
            f"{HEADER}A1,,10.00,0,40.00\n",
            "ours.csv:2: discount_minor '10.00' is not a whole number of minor units: 10.00 CNY are 1000",
        ),
        (f"{HEADER}A1,,1000,1000\n", "ours.csv:2: payable_minor '' is not a whole number of minor units"),
        (f"{HEADER},,1000,1000,4000\n", "ours.csv:2: no order_no"),
        (f"{HEADER}A1,,1,1,4\nA1,,1,1,4\n", "ours.csv:3: order A1 appears twice"),
        (f"{HEADER}A1,R1,1,1,4\nA1,R1,1,1,4\n", "ours.csv:3: order A1 R1 appears twice"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_with_its_line(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, said: str
) -> None:
    """Columns, whole amounts, and one line a movement; the settlement is not even asked for."""
    assert reconcile(stack, tmp_path, csv) == 1
    assert said in capsys.readouterr().err
    assert SETTLEMENT not in stack.routes()


OURS = "order_no,discount_minor,merchant_match_minor,payable_minor"
SERVERS = (
    "kind,order_no,reversal_no,coupon_id,campaign_id,batch_id,terms_id,currency,discount_minor,merchant_match_minor,"
    "payable_minor,at,late,coupon_returned,funding\r\nredemption,A1,,c,season,special-0606,meal-50-10,CNY,1000,1000,"
    "4000,2020-06-06T00:30:00+08:00,false,false,city:1000\r\n"
)


@pytest.mark.parametrize(
    ("csv", "day"),
    [
        (SERVERS, None),
        (f"{OURS},day\nA1,1000,1000,4000,2020-06-06\n", None),
        (f"{OURS},at\nA1,1000,1000,4000,2020-06-06 23:59\n", None),
        (f"{OURS},at,day\nA1,1000,1000,4000,2020-06-07T00:10:00+08:00,2020-06-06\n", None),
        (f"{OURS},day\nA1,1000,1000,4000,2020-06-07\n", "2020-06-06"),
        (f"{OURS},at\nA1,1000,1000,4000,noon\n", "2020-06-06"),
    ],
)
def test_the_day_is_the_files_own_unless_another_is_given(
    stack: Stack, tmp_path: Path, csv: str, day: str | None
) -> None:
    """The settlement's own file reconciles as it is; `day` goes before `at`, and `--day` before both."""
    stack.on("GET /campaigns", Reply(body={"campaigns": [{"campaign_id": "season", "timezone": "Asia/Shanghai"}]}))
    stack.on(SETTLEMENT, page(line("A1", 1000, 1000, 4000)))
    (tmp_path / "ours.csv").write_text(csv, encoding="utf-8", newline="")
    given = [] if day is None else ["--day", day]
    assert stack.run("reconcile", str(tmp_path / "ours.csv"), "--merchant", "diner", *given) == 0


NO_DATE = "is no date like 2020-06-06; or give --day YYYY-MM-DD"


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (f"{OURS}\nA1,1,1,4\n", "ours.csv: no column day or at: give --day YYYY-MM-DD"),
        (f"{OURS},at\n", "ours.csv: no line, so no day: give --day YYYY-MM-DD"),
        (f"{OURS},day\nA1,1,1,4,2020-06-06\nA2,1,1,4\n", f"ours.csv:3: day '' {NO_DATE}"),
        (
            f"{OURS},day\nA1,1,1,4,2020-06-31\n",
            "ours.csv:2: day '2020-06-31' is no date: day is out of range for month; or give --day YYYY-MM-DD",
        ),
        (f"{OURS},at\nA1,1,1,4,20200606\n", f"ours.csv:2: at '20200606' {NO_DATE}"),
        (
            f"{OURS},at\nA1,1,1,4,2020-06-06T23:59:59\nA2,1,1,4,2020-06-07T00:00:00\n",
            "ours.csv:3: 2020-06-07 after 2020-06-06: a settlement is of one day",
        ),
    ],
)
def test_a_list_of_no_day_or_of_two_is_wrong_usage(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, said: str
) -> None:
    """One line that says what to do or names both days; no settlement is asked for."""
    (tmp_path / "ours.csv").write_text(csv, encoding="utf-8")
    assert stack.run("reconcile", str(tmp_path / "ours.csv"), "--merchant", "diner") == 2
    assert capsys.readouterr().err == f"{said}\n"
    assert stack.asked == []


def test_a_settlement_that_does_not_end_is_given_up(stack: Stack, tmp_path: Path) -> None:
    """A cursor that comes back is no next page."""
    stack.on(SETTLEMENT, page(following="again"))
    assert reconcile(stack, tmp_path, HEADER) == 3
    assert stack.routes().count(SETTLEMENT) == 2


def test_a_refused_settlement_is_a_refusal(stack: Stack, tmp_path: Path) -> None:
    """The problem is printed and the exit code is 1."""
    stack.on(SETTLEMENT, problem(403, "forbidden"))
    assert reconcile(stack, tmp_path, HEADER) == 1
