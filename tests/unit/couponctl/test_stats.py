"""couponctl's live statistics against a scripted stack: tables for people, and a recount that says what it found."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from botocore.exceptions import ClientError

from coupons.count import points_recount
from coupons.count import recount as recounting
from coupons.count.points_recount import PointsRecount
from coupons.count.recount import CellDifference, Recount
from coupons.model.points_sums import PointsSums
from coupons.model.season_statistics import By
from coupons.model.statistics import Cell
from coupons.process.programmes import Programmes
from coupons.stores.statistics import MinuteOf
from infra.couponctl import stack_tables
from infra.couponctl.stats import BY, SHOWN_MAX
from infra.virtual.store import Store
from tests.unit.couponctl.scripted_stack import Reply, Stack
from tests.world import World

STATS = "GET /campaigns/season/stats"
FLOWS = ("bookings", "claims", "redemptions", "reversals", "discount_minor", "merchant_match_minor")
SLOTS = ("slot_bookings", "slot_waits", "slot_promotions", "slot_cancellations", "no_shows")
RARE = (*SLOTS, "check_ins", "points_earned", "points_spent")
MINUTE = MinuteOf("season", 1_591_408_800, 1_591_408_860)


def flows(**numbers: int) -> dict[str, Any]:
    return dict.fromkeys((*FLOWS, "consumption_minor", *RARE), 0) | numbers


def found(**changes: Any) -> Reply:
    row = flows(claims=1_200, redemptions=3, discount_minor=123_456, consumption_minor=600_000)
    packs = [{"batch_id": "pack", "claims": 1_200, "quantity": 5_000, "left": 3_800}]
    body = {"currency": "CNY", "by": "day", "rows": [{"name": "2020-06-06", **row}], "total": row, "packs": packs}
    return Reply(body={**body, "seconds": [], "claims_as_of": "2020-06-06T10:00:59+08:00", **changes})


def test_rows_and_packs_are_shown_in_words_of_people(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands are grouped, money has its unit; slots have no columns where there are none."""
    stack.on(STATS, found())
    assert stack.run("stats", "season") == 0
    said = capsys.readouterr().out
    assert [asked.query for asked in stack.asked] == [{"by": ["day"]}]
    head, first, whole, _, _, left, as_of = said.splitlines()
    assert head.split()[:5] == ["day", "bookings", "claims", "redemptions", "reversals"]
    assert first.split()[:5] == ["2020-06-06", "0", "1,200", "3", "0"]
    assert ("1,234.56" in first, whole.startswith("in all"), "slots" in said) == (True, True, False)
    assert left.split() == ["pack", "3,800", "5,000"]
    assert as_of == "counted up to 2020-06-06T10:00:59+08:00"


def test_slots_have_columns_where_there_are_some(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Also if only one row has them."""
    stack.on(STATS, found(rows=[{"name": "east", **flows(slot_promotions=7)}], claims_as_of=None))
    assert stack.run("stats", "season", "--by", "district") == 0
    said = capsys.readouterr().out.splitlines()
    assert ("moved up" in said[0], "7" in said[1].split(), said[-1]) == (True, True, "counted up to nothing yet")


def test_seconds_of_a_release(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Each second with its claims, and about how many were refused, and why; the span is passed on."""
    second = {"batch_id": "pack", "at": "2020-06-06T10:00:00+08:00", "claims": 1_000}
    stack.on(STATS, found(by="second", seconds=[{**second, "refused": {"sold-out": 2_000, "busy": 1}}]))
    span = {"from": "2020-06-06T10:00:00+08:00", "to": "2020-06-06T10:03:00+08:00"}
    assert stack.run("stats", "season", "--by", "second", "--from", span["from"], "--to", span["to"]) == 0
    assert stack.asked[0].query == {"by": ["second"]} | {name: [value] for name, value in span.items()}
    assert capsys.readouterr().out.splitlines()[1].split()[2:] == ["1,000", "busy", "1,", "sold-out", "2,000"]


def test_an_answer_is_json_for_machines(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """As it came."""
    stack.on(STATS, found())
    assert stack.run("--json", "stats", "season") == 0
    assert json.loads(capsys.readouterr().out) == found().body


def test_an_unknown_campaign_is_not_good(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is shown."""
    assert stack.run("stats", "season") == 1
    assert capsys.readouterr().out == ""


def test_write_goes_with_rebuild(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Alone it would look as if something had been written."""
    assert stack.run("stats", "season", "--write") == 2
    assert "--write goes with --rebuild" in capsys.readouterr().err
    assert stack.asked == []


@pytest.fixture
def recounted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The recount is scripted: `differences` that it finds, minutes that are `left`, whether it was told to `write`."""
    script: dict[str, Any] = {"differences": [], "left": [], "write": False, "until_s": 0, "program": None}

    def recount(*_: Any) -> Recount:
        return Recount(4, {}, {}, script["differences"])

    def replace_differing(*_: Any) -> list[MinuteOf]:
        script["write"] = True
        return list(script["left"])

    monkeypatch.setattr(recounting, "recount", recount)
    monkeypatch.setattr(recounting, "replace_differing", replace_differing)
    monkeypatch.setattr(stack_tables, "opened", lambda *_: World(Store()).services)
    monkeypatch.setattr(stack_tables, "counted_until_s", lambda *_: script["until_s"])
    monkeypatch.setattr(stack_tables, "account_buckets", lambda *_: [])
    monkeypatch.setattr(Programmes, "program_of", lambda *_: script["program"])
    monkeypatch.setattr(points_recount, "recount_points", lambda *_: script["points"])
    monkeypatch.setattr(points_recount, "replace_points", lambda *_: script["replaces"])
    return script


def differing(number: int = 1) -> list[CellDifference]:
    return [CellDifference(MINUTE, Cell("claims", "batch", f"b{place}"), 1, 2) for place in range(number)]


def test_a_recount_that_agrees_is_good(
    stack: Stack, capsys: pytest.CaptureFixture[str], recounted: dict[str, Any]
) -> None:
    """It writes nothing, and names what it cannot recount."""
    assert stack.run("stats", "season", "--rebuild") == 0
    verdict, rest = capsys.readouterr().out.splitlines()
    assert verdict == "season: 4 minutes recounted, agrees to the unit"
    assert rest.startswith("bookings of slots, seconds and refusals are known from the streams alone")
    assert recounted["write"] is False


def test_differences_are_named_and_not_good(
    stack: Stack, capsys: pytest.CaptureFixture[str], recounted: dict[str, Any]
) -> None:
    """By minute and counter, at most fifty of them; machines get them all."""
    recounted["differences"] = differing(SHOWN_MAX + 3)
    assert stack.run("stats", "season", "--rebuild") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2020-06-06T02:01:00+00:00  claims batch b0: counted 1, items say 2"
    assert len(lines) == SHOWN_MAX + 2
    assert lines[-2].endswith("53 differences")
    assert stack.run("--json", "stats", "season", "--rebuild") == 1
    told = json.loads(capsys.readouterr().out)
    assert (len(told["differences"]), told["agrees"], told["replaced"]) == (SHOWN_MAX + 3, False, 0)
    assert set(SLOTS) <= set(told["not_recounted"])


@pytest.mark.parametrize(
    ("left", "code", "said"),
    [([], 0, "1 minute replaced, 0 left"), ([MINUTE], 1, "0 minutes replaced, 1 left: they changed meanwhile, or")],
)
def test_write_replaces_and_says_what_is_left(
    stack: Stack,
    capsys: pytest.CaptureFixture[str],
    recounted: dict[str, Any],
    left: list[MinuteOf],
    code: int,
    said: str,
) -> None:
    """Good only if nothing is left; what is left has its two possible reasons."""
    recounted |= {"differences": differing(), "left": left}
    assert stack.run("stats", "season", "--rebuild", "--write") == code
    assert recounted["write"]
    printed = capsys.readouterr().out
    assert said in printed
    assert "recounted, 1 difference\n" in printed


def test_an_account_that_refuses_is_unreachable(
    stack: Stack,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    recounted: dict[str, Any],
) -> None:
    """One line with AWS's words; nothing was written."""
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DescribeStacks")

    def refused(*_: Any) -> None:
        raise error

    monkeypatch.setattr(stack_tables, "opened", refused)
    assert stack.run("stats", "season", "--rebuild", "--write") == 3
    assert "AWS: " in capsys.readouterr().err
    assert not recounted["write"]


def test_rows_are_those_of_the_api() -> None:
    """All of them, in its order."""
    assert get_args(By) == BY


def counted_points(earned: int) -> PointsRecount:
    return PointsRecount("sports-points", PointsSums(earned=5), {}, PointsSums(earned=earned))


@pytest.mark.parametrize(
    ("earned", "args", "writes", "code", "said"),
    [
        (5, [], (False, 0), 0, ["sports-points: points agree with the accounts"]),
        (
            7,
            [],
            (False, 0),
            1,
            ["sports-points  earned: counted 5, accounts come to 7", "sports-points: points differ"],
        ),
        (7, ["--write"], (True, 2**40), 0, ["points replaced"]),
        (7, ["--write"], (False, 2**40), 1, ["points left: they move, or the stream is not read to its end"]),
        (7, ["--write"], (True, 0), 1, ["points left: they move, or the stream is not read to its end"]),
    ],
)
def test_points_are_recounted_too(
    stack: Stack,
    capsys: pytest.CaptureFixture[str],
    recounted: dict[str, Any],
    earned: int,
    args: list[str],
    writes: tuple[bool, int],
    code: int,
    said: list[str],
) -> None:
    """Of a campaign whose visits earn; they are replaced only where the stream is read to its end and nothing moves."""
    recounted |= {
        "program": "sports-points",
        "points": counted_points(earned),
        "replaces": writes[0],
        "until_s": writes[1],
    }
    assert stack.run("stats", "season", "--rebuild", *args) == code
    lines = capsys.readouterr().out.splitlines()
    assert set(said) <= set(lines)
