"""`couponctl reconcile` reads back what the settlement route prints as a file, whatever happened on the day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.settle import statements
from infra.couponctl.main import main
from tests.api.settle_cases import SETTLE, TOKYO, closed, withheld
from tests.api.stage import Stage
from tests.served import served
from tests.world import a_batch, campaign, order, terms

PAGE_LINES = 3
ORDERS = 10
COMPUTED = ["=1+1", "'=1", "-2", "@x", 'a,"b"', "＝退款"]
REASONS = st.from_regex(r"\A[^\x00-\x1f\x7f]{1,200}\Z") | st.sampled_from(COMPUTED)


def town(s: Stage) -> Stage:
    """Ten redemptions, every third reversed in part, in two campaigns and currencies; two orders are withheld.

    A funder's id begins with a minus, which a spreadsheet program would take for a formula.
    """
    funders = [{"funder_id": "-city", "title": "City", "kind": "government", "budget_minor": 10_000_000}]
    shared = [{"funder_id": "-city", "basis_points": 10_000}]
    season = {"funders": funders, "terms": [terms(funding=shared)]}
    s.publish(campaign(a_batch(), **season, campaign_id="-season"))
    s.publish(campaign(a_batch("tokyo-pack"), **season, **{**TOKYO, "timezone": "Asia/Tokyo"}))
    s.restart()
    till = s.merchant()
    for number in range(ORDERS):
        person = s.citizen(f"person-{number}")
        (coupon,) = person.put_claim("tokyo-pack" if number % 2 else "pack").json["coupons"]
        assert till.redeem(f"o-{number}", person.code(coupon["coupon_id"]), order()).status == 201
        if number % 3 == 0:
            assert till.reverse(f"o-{number}", f"r-{number}", 1000).status == 201
    return s


def pages(s: Stage, day: str, **query: str) -> list[str]:
    """The files of a day's pages, each found by the link of the one before."""
    found, cursor = [], {}
    while True:
        answered = s.merchant().send(SETTLE, {"day": day}, headers={"accept": "text/csv"}, query={**query, **cursor})
        found.append(answered.text)
        following = re.search(r"cursor=([^>&]+)", answered.headers.get("link") or "")
        if following is None:
            return found
        cursor = {"cursor": following[1]}


@pytest.mark.parametrize("is_closed", [True, False])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reason=REASONS, bom=st.sampled_from(["true", "false"]), line_end=st.sampled_from(["\r\n", "\n"]))
def test_the_settlements_own_file_has_no_difference(
    fresh: Stage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    is_closed: bool,
    reason: str,
    bom: str,
    line_end: str,
) -> None:
    """Redemptions, reversals, campaigns, currencies, withheld lines with any reason; pages joined as they came."""
    if not fresh.client.items:
        town(fresh)
    if is_closed:
        closed(fresh)
    entries = [{"day": "2020-06-06", "order_no": f"o-{number}", "reason": reason} for number in (3, 4)]
    withheld(fresh, entries[0], {**entries[1], "decision": "refused"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, "PAGE_LINES", PAGE_LINES)
        files = pages(fresh, "2020-06-06", bom=bom)
        path = tmp_path / "day.csv"
        path.write_bytes("".join(files).replace("\r\n", line_end).encode())
        with served(fresh) as stack:
            token = stack.token(fresh.merchant())
            code = main(["--url", stack.url, "--token", token, "reconcile", str(path)])
    said = capsys.readouterr().out.rstrip("\n").split("\n")
    assert (code, len(files), files[0].startswith("\ufeff")) == (0, 5, bom == "true")
    assert said[-1].startswith("2020-06-06: 14 lines with us, 14 with them, no difference")
    assert sum(line.endswith(f": {reason}") for line in said) == 3
