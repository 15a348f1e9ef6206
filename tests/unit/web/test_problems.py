"""Refusals and their problem documents: the contract's table, row by row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coupons import refusals as r
from coupons.stores.bus import NotPut
from coupons.stores.dynamodb import NoAnswer, NotApplied
from coupons.web.problems import PROBLEMS, problem_document, problem_of
from tests.contract import CONTRACT

AT_S = 1_591_408_800
SHANGHAI = "Asia/Shanghai"


def subclasses(cls: type[r.Refusal]) -> Iterator[type[r.Refusal]]:
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)


def test_the_table_is_the_contracts() -> None:
    """Slugs and statuses are the contract's, in its order."""
    assert [(refusal.slug, problem.status) for refusal, problem in PROBLEMS.items()] == list(CONTRACT.items())


def test_every_refusal_has_a_row() -> None:
    """Every class of the family has a row; refusals of stores are `busy` like their base."""
    family = [cls for cls in subclasses(r.Refusal) if cls.__module__.startswith("coupons.")]
    assert set(PROBLEMS) == {cls for cls in family if cls.__module__ == "coupons.refusals"}
    assert {cls for cls in family if cls not in PROBLEMS} == {NotApplied, NoAnswer, NotPut}
    assert {cls.slug for cls in (NotApplied, NoAnswer, NotPut)} == {"busy"}


def test_every_title_is_a_sentence_of_its_own() -> None:
    """No two problems have the same title."""
    titles = [problem.title for problem in PROBLEMS.values()]
    assert len(set(titles)) == len(titles)
    assert all(title and not title.endswith(".") for title in titles)


FACTS: list[tuple[r.Refusal, dict[str, object]]] = [
    (
        r.NotOpen(opens_at_s=AT_S, retry_after_s=7, timezone=SHANGHAI),
        {"opens_at": "2020-06-06T10:00:00+08:00", "retry_after_s": 7},
    ),
    (r.NotOpen(opens_at_s=AT_S, retry_after_s=7), {"opens_at": "2020-06-06T02:00:00+00:00", "retry_after_s": 7}),
    (r.Closed(closed_at_s=AT_S, timezone=SHANGHAI), {"closed_at": "2020-06-06T10:00:00+08:00"}),
    (
        r.Drained(returns_at_s=AT_S + 240, retry_after_s=9, timezone=SHANGHAI),
        {"returns_at": "2020-06-06T10:04:00+08:00", "retry_after_s": 9},
    ),
    (
        r.CouponNotUsable(coupon_status="expired", expires_at_s=AT_S, timezone="America/New_York"),
        {"coupon_status": "expired", "expires_at": "2020-06-05T22:00:00-04:00"},
    ),
    (r.CodeExpired(expired_at_s=AT_S), {"expired_at": "2020-06-06T02:00:00+00:00"}),
    (r.NotEligible(reason="region"), {"reason": "region"}),
    (r.AlreadyClaimedGroup(claimed_batch_id="smart-online-0606"), {"claimed_batch_id": "smart-online-0606"}),
    (r.OrderNotEligible(reasons=["min-spend", "tag"]), {"reasons": ["min-spend", "tag"]}),
    (r.ReversalNotAllowed(left_minor=5, currency="CNY"), {"left_minor": 5, "currency": "CNY"}),
    (r.RevisionConflict(revision=3), {"revision": 3}),
    (
        r.BudgetExceeded(funder_id="city", available_minor=1, needed_minor=2, currency="CNY"),
        {"funder_id": "city", "available_minor": 1, "needed_minor": 2, "currency": "CNY"},
    ),
    (r.Malformed(errors=[{"place": "body", "message": "no"}]), {"errors": [{"place": "body", "message": "no"}]}),
    (r.MethodNotAllowed(allow=["GET", "PUT"]), {"allow": ["GET", "PUT"]}),
    (r.SoldOut(timezone=SHANGHAI), {}),
    (NoAnswer(), {"retry_after_s": 1}),
]


@pytest.mark.parametrize(("refusal", "facts"), FACTS, ids=lambda case: type(case).__name__)
def test_facts_become_members(refusal: r.Refusal, facts: dict[str, object]) -> None:
    """Times are RFC 3339 in the campaign's time zone; other facts are unchanged, beside the members of RFC 9457."""
    title = problem_of(type(refusal)).title
    assert problem_document(refusal, "/a/b") == {
        "type": f"/problems/{refusal.slug}",
        "title": title,
        "status": CONTRACT[refusal.slug],
        "detail": f"{title}.",
        "instance": "/a/b",
        **facts,
    }


def test_a_detail_replaces_the_title_as_the_explanation() -> None:
    """The detail is also the text of the exception."""
    refusal = r.SoldOut(detail="All 10 packs are claimed.")
    assert problem_document(refusal, "/")["detail"] == str(refusal) == "All 10 packs are claimed."
    assert str(r.SoldOut()) == "SoldOut"


def test_the_instance_is_a_uri_reference() -> None:
    """Gateways hand paths over decoded; half a surrogate pair, which has no encoding, becomes a question mark."""
    assert problem_document(r.NotFound(), "/batches/a b\x84ü\ud800~/claim")["instance"] == (
        "/batches/a%20b%C2%84%C3%BC%3F~/claim"
    )
