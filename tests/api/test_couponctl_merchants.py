"""couponctl's commands for merchants against the functions: each keeps the edits of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from infra.client.api import Api
from tests.api.stage import Stage
from tests.api.test_couponctl import printed, run
from tests.editing import edit_merchant
from tests.served import Served, served
from tests.world import campaign, order

HEADER = "merchant_id,title,category,channels,store_id,region,district,campaigns"
ROWS = [
    "diner,Diner,catering,offline;online,annex,beijing,east,season",
    "bakery,Bakery,catering,offline,bakery,beijing,,season",
    "bakery,,,,stall,beijing,west,",
]
DAY = "2020-06-06"


@pytest.fixture
def town(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    fresh.published(campaign())
    with served(fresh) as town:
        monkeypatch.setenv("COUPONCTL_TOKEN", town.token(fresh.operator()))
        yield town


def record(town: Served, merchant_id: str = "diner") -> dict[str, Any]:
    path = {"merchant_id": merchant_id}
    return dict(town.world.operator().send("GET /admin/merchants/{merchant_id}", path).json)


def listed(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "shops.csv"
    file.write_text("\n".join((HEADER, *rows)))
    return file


def test_merchants_of_a_file_are_registered_and_others_edits_stay(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new merchant is created, a known one gets a store; a second run changes nothing."""
    edit_merchant(town.world.operator(), "diner", suspended=True, tags=["noodles"], campaigns=["other"])
    file = listed(tmp_path, *ROWS)
    assert run(town, "merchants", str(file)) == 0
    assert printed(capsys) == {"merchants": 2, "changed": 2, "resumed_after": 0}
    diner, bakery = record(town), record(town, "bakery")
    assert [store["store_id"] for store in diner["stores"]] == ["diner", "annex"]
    assert (diner["suspended"], diner["tags"], diner["campaigns"]) == (True, ["noodles"], ["other", "season"])
    assert [store["store_id"] for store in bakery["stores"]] == ["bakery", "stall"]
    edit_merchant(town.world.operator(), "bakery", stores=[{"store_id": "bakery", "region": "beijing"}], title="Baker")
    assert run(town, "merchants", str(listed(tmp_path, ROWS[0]))) == 0
    assert printed(capsys)["changed"] == 0
    assert (record(town), record(town, "bakery")["title"]) == (diner, "Baker")


def test_a_file_with_a_bad_line_registers_nobody(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bad line is reported before any request is sent."""
    assert run(town, "merchants", str(listed(tmp_path, ROWS[1], "tea-house,,,,tea-house,,,"))) == 1
    assert printed(capsys)["error"]["problems"] == ["shops.csv:3: stores.0.region: is missing"]
    assert town.said == []


def test_a_file_that_was_cut_off_goes_on(town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run skips the merchants that are done, and reports a refused one with its line."""
    file = listed(tmp_path, *ROWS, "tea-house,Tea,,offline,tea-house,beijing,,season")
    assert run(town, "merchants", str(file)) == 1
    said = capsys.readouterr().err
    assert "shops.csv:5: stopped at 'tea-house'; 2 are done" in said
    file.write_text(file.read_text())
    town.said.clear()
    edit_merchant(town.world.operator(), "tea-house", title="T", category="tea", channels=["offline"], stores=[TEA])
    assert run(town, "merchants", str(file)) == 0
    assert printed(capsys) == {"merchants": 3, "changed": 1, "resumed_after": 2}
    assert len(town.said) == 2
    assert record(town, "tea-house")["title"] == "Tea"
    assert not file.with_name("shops.csv.progress").exists()


TEA = {"store_id": "tea-house", "region": "beijing"}


def test_a_merchant_is_suspended_and_let_in_again(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change is made once; a merchant without a record is a refusal."""
    for args, wanted, revision in ((["diner"], True, 2), (["diner"], True, 2), (["diner", "--off"], False, 3)):
        assert run(town, "suspend", *args) == 0
        assert printed(capsys) == {"merchant_id": "diner", "suspended": wanted, "revision": revision}
        assert record(town)["suspended"] == wanted
    assert run(town, "suspend", "nobody") == 1


def test_lines_are_withheld_approved_and_refused(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """One withholding changes and the others stay; a line that is not withheld cannot be decided."""
    coupon_id = town.world.citizen("ann").put_claim("pack").json["coupons"][0]["coupon_id"]
    town.world.merchant().redeem("o-1", town.world.citizen("ann").code(coupon_id), order())
    one = {"day": DAY, "order_no": "o-1", "reason": "no goods"}
    assert run(town, "withhold", "diner", DAY) == 2
    assert run(town, "withhold", "diner", DAY, "o-1", "--reason", "no goods") == 0
    assert run(town, "withhold", "diner", DAY, "--reason", "one clerk") == 0
    assert run(town, "refuse", "diner", DAY, "o-1") == 0
    assert printed(capsys)["withheld"] == {**one, "decision": "refused"}
    assert run(town, "approve", "diner", DAY) == 0
    assert run(town, "approve", "diner", DAY) == 0
    day = {"day": DAY, "order_no": None, "reason": "one clerk", "decision": "released"}
    assert record(town)["withheld"] == [{**one, "decision": "refused"}, day]
    assert record(town)["revision"] == 5
    assert run(town, "withhold", "diner") == 0
    assert printed(capsys)["withheld"] == record(town)["withheld"]
    assert run(town, "refuse", "diner", "2020-06-07") == 2
    assert run(town, "withhold", "diner", DAY, "o-2", "--reason", "no goods") == 1
    assert "no order 'o-2' was redeemed there" in capsys.readouterr().out


def test_a_decision_is_not_withheld_away(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Withholding a line again keeps the decision of another operator, with any reason."""
    for command, decision in (("approve", "released"), ("refuse", "refused")):
        run(town, "withhold", "diner", DAY, "--reason", "first")
        assert run(town, command, "diner", DAY) == 0
        assert run(town, "withhold", "diner", DAY, "--reason", "second") == 2
        assert "first; approve or refuse it" in printed(capsys)["error"]["detail"]
        assert record(town)["withheld"] == [{"day": DAY, "order_no": None, "reason": "first", "decision": decision}]


def test_an_edit_by_somebody_else_in_between_is_kept(town: Served) -> None:
    """Of two operators who withhold at once, the second reads again and adds its own."""
    put, raced = Api.put, []

    def overtaken(api: Api, path: str, body: object) -> Any:
        if not raced:
            raced.append(edit_merchant(town.world.operator(), "diner", withheld=[{"day": DAY, "reason": "theirs"}]))
        return put(api, path, body)

    with patch.object(Api, "put", overtaken):
        assert run(town, "withhold", "diner", "2020-06-05", "--reason", "mine") == 0
    assert [one["reason"] for one in record(town)["withheld"]] == ["theirs", "mine"]
