"""Audits of a season without faults: all equations hold, and a stopped audit is resumed."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest

from coupons.audit import audits, recount
from coupons.audit.audits import audit_campaign
from coupons.process.services import replace_services
from tests.store.audited import (
    DAYS,
    MORROW,
    Acting,
    ask,
    claim,
    edit,
    line_place,
    texts,
    to,
    withhold,
    wrong,
)
from tests.store.faults import KilledError, Mortal
from tests.unit.couponctl.scripted_stack import Asked, Reply, Stack, scripted_stack
from tests.world import World, a_batch, campaign, event, send

ALL = ["pack", "later", *DAYS, "campaign"]


@pytest.mark.parametrize("of", ALL)
def test_a_season_in_order_is_good(books: World, of: str) -> None:
    """Of a batch, a day and the campaign, also when asked again under the same name."""
    found = ask(books, of)
    assert (wrong(found), found["complete"]) == ([], True)
    assert ask(books, of, found["sweep"]) == found


def test_the_numbers_are_those_of_the_season(books: World) -> None:
    """The equations state the numbers of everything that was played."""
    assert texts(ask(books, "pack"))[:10] == [
        "claims 5 <= quantity 10",
        "quantity 10 = remaining 5 + claims 5 + unclaimed 0, unclaimed >= 0",
        "claims 5 x 2 coupons = 5 expired + 4 redeemed + 1 voided",
        "0 of 5 claims under another key than their person's",
        "after the reclaim unclaimed 0 = 0",
        "lines 12 = 7 redemptions + 5 reversals, as their orders say",
        "orders of 12 lines have all their lines",
        "coupons 5 carry the orders that keep them",
        (
            "spent by lines: city 31.66 CNY, platform 19.00 CNY, shop 12.67 CNY"
            " less city 13.54 CNY, platform 8.12 CNY, shop 5.42 CNY"
            " = by orders: city 18.12 CNY, platform 10.88 CNY, shop 7.25 CNY"
        ),
        "coupons used 5 = redemptions 7 - 2 that came back",
    ]
    campaign = texts(ask(books, "campaign"))
    of_pack = [f"batch pack: {text}" for text in texts(ask(books, "pack"))]
    assert campaign[: len(of_pack)] == of_pack
    assert len([text for text in campaign if text.startswith("batch later: ")]) == len(texts(ask(books, "later")))
    withheld = "city 5.00 CNY, platform 3.00 CNY, shop 2.00 CNY"
    assert f"ledger due of closed days {withheld} = withheld {withheld}" in (campaign)
    assert [text for text in campaign if " + settled 36.25 CNY + refused 10.00 CNY = 0" in text]


def test_a_day_says_whether_it_is_closed(books: World) -> None:
    """An open day has no recorded sums to compare with."""
    open_day = texts(ask(books, DAYS[2]))
    assert (open_day[0], len(open_day)) == ("2020-06-21 is not closed: 2 merchants, 2 lines", 5)
    to(books, MORROW, ticks=2)
    assert [text for text in texts(ask(books, "pack")) if text.startswith("after the rest reserve city 18.12 CNY")]
    assert wrong(ask(books, "campaign")) == []
    closed_day = texts(ask(books, DAYS[2]))
    assert (closed_day[0], len(closed_day)) == ("2020-06-21 is closed: 2 merchants, 2 lines", 9)


def test_what_is_withheld_or_refused_later_moves_with_it(books: World) -> None:
    """A decision after the close changes what is due, and every equation still holds."""
    withhold(books, {"order_no": None}, {"order_no": "o-dan", "decision": "released"}, {"order_no": "o-eve"})
    for of in (DAYS[0], "campaign"):
        found = ask(books, of)
        assert wrong(found) == []
        assert [text for text in texts(found) if "withheld (4 lines" in text or "withheld city 10.00 CNY" in text]


def test_a_batch_of_which_nothing_is_published_has_no_equation(books: World) -> None:
    """Only the published batches of a document are audited."""
    operator, path = books.operator(), {"campaign_id": "season"}
    document = operator.send("GET /admin/campaigns/{campaign_id}", path).json
    document["batches"].append({**document["batches"][1], "batch_id": "draft"})
    assert operator.send("PUT /admin/campaigns/{campaign_id}", path, body=document).status == 200
    found = ask(books, "campaign")
    assert wrong(found) == []
    assert not [text for text in texts(found) if "draft" in text]


# time


class Slow:
    """A client each of whose requests takes half a second of the monotonic clock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        self._world.clock.monotonic += 0.5
        return getattr(self._world.client, name)


def in_pieces(world: World, of: str) -> tuple[dict[str, Any], int]:
    """The audit in calls of some forty requests each, by functions that have just started."""
    found: dict[str, Any] = {"sweep": "", "complete": False}
    calls = 0
    while not found["complete"]:
        replace_services(world.new_services(client=Slow(world), seed=calls))
        found = ask(world, of, found["sweep"])
        calls += 1
        assert calls < 200
    return found, calls


@pytest.mark.parametrize("of", ["pack", DAYS[0], "campaign"])
def test_an_audit_out_of_time_goes_on(books: World, of: str) -> None:
    """It ends with the equations of an undisturbed one, and records each piece once."""
    whole = ask(books, of)
    found, calls = in_pieces(books, of)
    assert calls > 1
    assert found["equations"] == whole["equations"]


@pytest.mark.parametrize("pieces", [(1, 1), (2, 1), (3, 2), (100, 100)])
@pytest.mark.parametrize("of", ["pack", DAYS[0], "campaign"])
def test_lines_are_taken_once_however_they_are_cut(books: World, of: str, pieces: tuple[int, int]) -> None:
    """Read one by one or by hundreds, also if a merchant's lines are in two pieces."""
    whole = ask(books, of)
    with patch.object(recount, "PIECE_LINES", pieces[0]), patch.object(recount, "CHUNK_LINES", pieces[1]):
        assert ask(books, of)["equations"] == whole["equations"]


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 20, 33, 49, 50, 60])
def test_a_killed_audit_is_finished_by_the_next(books: World, nth_write: int, applied: bool) -> None:
    """Killed at any record, the next call under the same name ends with the same equations."""
    whole, sweep = ask(books, "campaign"), "0" * 16
    services = books.new_services(client=Mortal(books.client, nth_write, applied=applied))
    with pytest.raises(KilledError):
        audit_campaign(services, "season", sweep, books.now_s, float("inf"))
    assert ask(books, "campaign", sweep)["equations"] == whole["equations"]


@pytest.mark.parametrize("of", ["pack", DAYS[0], "campaign"])
def test_two_audits_of_one_name_are_one(books: World, of: str) -> None:
    """The slower call finds what the other recorded, and answers the same."""
    fast: list[dict[str, Any]] = []
    at_once = Acting(books, "put_item", "#lines#", lambda: fast.append(ask(books, of, "0" * 16)))
    replace_services(books.new_services(client=at_once))
    slow = ask(books, of, "0" * 16)
    assert fast == [slow]


def test_batches_of_one_group_share_their_claims(world: World) -> None:
    """They are counted once, for each batch by itself."""
    smart = [a_batch(name, exclusive_group="smart") for name in ("online", "offline")]
    world.publish(campaign(*smart))
    for name, batch_id in (("ann", "online"), ("bob", "offline"), ("cat", "offline")):
        claim(world, name, batch_id)
    assert wrong(ask(world, "campaign")) == []
    assert [ask(world, batch_id)["claims"] for batch_id in ("online", "offline")] == [1, 2]


def test_bookings_that_are_not_counted_leave_an_audit_incomplete(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is; time ran out while they were counted."""
    window = {"opens_at": "2020-06-06T09:00:00+08:00", "closes_at": "2020-06-06T11:00:00+08:00"}
    world.publish(campaign(a_batch(booking=window)))
    assert ask(world, "pack")["ok"]
    monkeypatch.setattr(audits, "count_bookings", lambda *_: None)
    assert not ask(world, "pack")["complete"]


# the command


class Handlers(Stack):
    """A stack that answers by the handlers themselves."""

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/_local"):
            return super().reply(asked)
        parts = asked.path.split("/")
        key = (
            "GET /admin/batches/{batch_id}/audit"
            if parts[2] == "batches"
            else ("GET /admin/campaigns/{campaign_id}/budgets")
        )
        name = "batch_id" if parts[2] == "batches" else "campaign_id"
        query = {name: values[0] for name, values in asked.query.items()}
        answer = send(event(key, {name: parts[3]}, query=query, claims={"sub": "op", "scope": "operator"}))
        return Reply(answer.status, answer.json)


@pytest.mark.parametrize("args", [["pack"], ["--campaign", "season"], ["--campaign", "season", "--day", DAYS[0]]])
def test_couponctl_says_and_shows_it(
    books: World, args: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It exits with 0 and all equations; after a line's amount was changed with 1 and the equation that fails."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    with scripted_stack(Handlers) as stack:
        assert stack.run("audit", *args) == 0
        assert "FAILS" not in capsys.readouterr().out
        edit(books, "ORDERS_TABLE", *line_place("diner", "o-bob"), payable_minor=1)
        assert stack.run("audit", *args) == 1
        said = capsys.readouterr().out
        assert "FAILS" in said
        assert "diner 2020-06-06 o-bob says 10.00 CNY off" in said
        assert stack.run("--json", "audit", *args) == 1
        reports = [line for line in capsys.readouterr().out.splitlines() if '"equations"' in line]
        assert [json.loads(line)["ok"] for line in reports] == [False]
