"""How an audit reads lines: those of other batches are left out, and a count without matching reads no orders."""

from __future__ import annotations

from typing import Any

from coupons.audit.recount import RecountScope, recount
from coupons.model.pieces import Piece
from coupons.model.tallies import DayTally
from coupons.process.services import replace_services
from tests.store.audited import DAYS, Acting, ask, claim, document, edit, line_place, redeem, texts, wrong
from tests.store.faults import Counting
from tests.world import World, a_batch

FOREVER = float("inf")


def test_a_piece_is_recorded_where_it_went_on(books: World) -> None:
    """A call that read on from an older piece takes the piece that another call recorded."""
    folds, name = books.services.audit_folds, "audit#pack#0#lines#2020-06-06"
    first, second, third = (Piece(DayTally(merchants=n), f"diner#{n}#o") for n in (1, 2, 3))
    assert folds.record(name, 0, None, first) == first
    assert folds.record(name, 0, None, second) == first
    assert folds.record(name, 0, first, second) == second
    assert folds.record(name, 0, first, third) == second
    assert folds.recorded(name, 2) == {0: second}


def test_a_mere_count_asks_for_no_order(books: World) -> None:
    """It reads lines and the recorded pieces of each day, and no withholdings."""
    counting = Counting(books.client)
    days = books.services.days.all()
    found = recount(books.new_services(client=counting), RecountScope("x", checks=False), days, FOREVER)
    assert found is not None
    assert [found[day].of("pack").lines for day in DAYS] == [11, 0, 1]
    assert (counting.requests["batch_get_item"], counting.requests["get_item"]) == (len(days), 0)


def test_another_campaigns_lines_are_its_own(books: World) -> None:
    """Two campaigns at one merchant on the same days: no ledger has money of the other; a day's audit has both."""
    other = document()
    other |= {
        "campaign_id": "other",
        "currency": "JPY",
        "batches": [a_batch("elsewhere", opens_at="2020-06-21T10:00:00+08:00")],
    }
    other["batches"][0]["closes_at"] = "2020-06-30T10:00:00+08:00"
    path = {"campaign_id": "other"}
    operator = books.operator()
    assert operator.send("PUT /admin/campaigns/{campaign_id}", path, body=other).status == 201
    published = operator.send("POST /admin/batches/{batch_id}/publish", {"batch_id": "elsewhere"}, body={})
    assert published.status == 200
    redeem(books, books.merchant(), "o-other", "ann", claim(books, "ann", "elsewhere")[0])
    assert wrong(ask(books, "campaign")) == []
    assert "lines 1 = 1 redemptions + 0 reversals, as their orders say" in texts(ask(books, "elsewhere"))
    for told in ("season CNY: lines 2 = 1 redemptions", "other JPY: lines 1 = 1 redemptions"):
        assert any(text.startswith(told) for text in texts(ask(books, DAYS[2])))
    edit(books, "ORDERS_TABLE", *line_place("diner", "o-other", day=DAYS[2]), payable_minor=1)
    assert wrong(ask(books, "campaign")) == []
    assert len(wrong(ask(books, DAYS[2]))) == 1


def test_days_are_read_strongly(books: World) -> None:
    """A day that was marked just now already has lines."""
    asked: list[bool] = []

    class Listening(Acting):
        def __getattr__(self, name: str) -> Any:
            real = super().__getattr__(name)

            def call(**parameters: Any) -> Any:
                if name == "query" and "'DAYS'" in str(parameters):
                    asked.append(parameters["ConsistentRead"])
                return real(**parameters)

            return call

    for of in ("pack", "campaign", DAYS[0]):
        replace_services(books.new_services(client=Listening(books, "", "", lambda: None)))
        ask(books, of)
    assert len(asked) == 3 + 3 + 2
    assert all(asked)
