"""The settlement as a CSV file: numbers are numbers, and no spreadsheet program computes a text of it."""

from __future__ import annotations

import csv
import io
from unittest.mock import patch

import pytest
from pydantic import ValidationError

import verify_days
from coupons.cells import from_text_cell
from coupons.model.merchants import Withholding
from coupons.model.orders import Line, LineAmounts
from coupons.model.payouts import DaysWithholdings
from coupons.model.statements import StatementPage
from coupons.money import FundingLine, Purse
from coupons.web.api import Response
from coupons.web.bodies.till import SettlementQuery
from coupons.web.callers import Caller
from coupons.web.requests import Request
from coupons.web.responses.statement import SettlementView

DAY = "2020-06-06"
HOSTILE = {
    "order_no": "o-1",
    "coupon_id": "-AbC",
    "campaign_id": "-campaign",
    "batch_id": "--batch",
    "terms_id": "-terms",
    "funding": "-city:-1000",
    "withheld": "=HYPERLINK(A1)",
}
"""Every text that a caller or an operator can choose; codes of coupons begin with any letter of base64url."""


def test_texts_are_marked_and_amounts_of_a_reversal_stay_numbers() -> None:
    """Each text that begins like a formula is marked and reads back as it was; negative amounts are as they were."""
    amounts = LineAmounts(-1000, -500, -4000, (FundingLine("-city", -1000),))
    line = Line(
        "reversal", "o-1", "r-1", "-AbC", Purse("-campaign", "CNY"), "--batch", "-terms", amounts, 0, late=False
    )
    withheld = DaysWithholdings((Withholding(day=DAY, reason="=HYPERLINK(A1)"),), DAY)
    page = StatementPage([line], None, withholdings=withheld, timezones=("Asia/Shanghai",))
    (row,) = csv.DictReader(io.StringIO(SettlementView.of("diner", DAY, page).as_csv(), newline=""))
    assert {name: from_text_cell(row[name]) for name in HOSTILE} == HOSTILE
    assert not any(row[name].startswith(("=", "+", "-", "@")) for name in HOSTILE)
    assert (row["discount_minor"], row["merchant_match_minor"], row["payable_minor"]) == ("-1000", "-500", "-4000")


def test_a_line_that_cannot_be_read_is_marked_too() -> None:
    """A damaged line's numbers are read from its key, which nothing has checked."""
    page = StatementPage([], None, damaged=1, lost=(("=1", "@r"),))
    (row,) = csv.DictReader(io.StringIO(SettlementView.of("diner", DAY, page).as_csv(), newline=""))
    assert (row["kind"], row["order_no"], row["reversal_no"]) == ("damaged", "'=1", "'@r")


def get(query: dict[str, str], after: tuple[int, str] | None) -> Response:
    """The response to a till that asks for CSV; the page ends at `after`."""
    caller = Caller("till", merchant_id="diner")
    asked = Request(None, 0, caller, {"day": DAY}, SettlementQuery.model_validate(query), None, "text/csv")
    with patch("verify_days.statements.settlement_page", return_value=StatementPage([], after)):
        return verify_days.get_settlement(asked)


def test_only_the_first_page_begins_with_a_byte_order_mark() -> None:
    """If the caller asks for it; the link to the next page does not, so that the pages can be joined."""
    first = get({"bom": "true"}, (3, "o-9"))
    assert first.content.startswith("\ufeffkind,order_no,")
    assert first.headers["link"] == f'</settlements/{DAY}?cursor=3~o-9>; rel="next"'
    for query in ({"bom": "true", "cursor": "3~o-9"}, {"bom": "false"}, {}):
        assert get(query, None).content.startswith("kind,order_no,")


@pytest.mark.parametrize("bom", ["", "1", "True", "yes", "null", "true,true"])
def test_a_flag_is_true_or_false(bom: str) -> None:
    """In these letters; other words are malformed."""
    with pytest.raises(ValidationError):
        SettlementQuery.model_validate({"bom": bom})
