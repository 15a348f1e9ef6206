"""Differences of two documents in the document's own words: items by their ids, values with both sides."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.changes import changes_of
from tests.world import a_batch, campaign, parsed, terms

SPLIT = [{"funder_id": name, "basis_points": points} for name, points in (("shop", 6_000), ("city", 4_000))]
BOOKING = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T00:00:00+08:00"}


def season(*batches: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return campaign(*(batches or [a_batch(), a_batch("second")]), **changes)


def found(before: dict[str, Any] | None, after: dict[str, Any], *published: str) -> list[tuple[str, str, Any, Any]]:
    stored = parsed(before) if before else None
    changes = changes_of(stored, parsed(after), dict.fromkeys(published, 10))
    return [(one.place, one.change, one.kept, one.stated) for one in changes]


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        (season(), []),
        (season(revision=7), []),
        (season(a_batch(opens_at="2020-06-06T02:00:00Z"), a_batch("second")), []),
        (season(title="New"), [("title", "changed", {"en": "A season", "zh": "消费季"}, "New")]),
        (season(title={"en": "New", "zh": "消费季"}), [("title.en", "changed", "A season", "New")]),
        (season(description="So"), [("description", "added", None, "So")]),
        (season(a_batch(price_points=5), a_batch("second")), [("batches[pack].price_points", "changed", 0, 5)]),
        (season(a_batch("second"), a_batch()), [("batches", "changed", ["pack", "second"], ["second", "pack"])]),
        (
            season(a_batch(terms=["ten-off"] * 2), a_batch("second")),
            [("batches[pack].terms", "changed", ["ten-off"], ["ten-off", "ten-off"])],
        ),
        (
            season(terms=[terms(discount={"kind": "exchange", "sku": "tea", "title": "Tea", "value_minor": 1})]),
            [
                (
                    "terms[ten-off].discount",
                    "changed",
                    {"kind": "amount_off", "threshold_minor": 5000, "amount_minor": 1000},
                    {"kind": "exchange", "sku": "tea", "title": "Tea", "unit": None, "value_minor": 1},
                )
            ],
        ),
        (
            season(terms=[terms(funding=SPLIT)]),
            [
                ("terms[ten-off].funding[shop].basis_points", "changed", 2_000, 6_000),
                ("terms[ten-off].funding[city].basis_points", "changed", 5_000, 4_000),
                ("terms[ten-off].funding[platform]", "removed", {"funder_id": "platform", "basis_points": 3_000}, None),
                ("terms[ten-off].funding", "changed", ["city", "platform", "shop"], ["shop", "city"]),
            ],
        ),
        (season(suspended_districts=["port"]), [("suspended_districts", "added", [], ["port"])]),
    ],
    ids=str,
)
def test_each_difference_has_its_place_and_both_values(
    after: dict[str, Any], wanted: list[tuple[str, str, Any, Any]]
) -> None:
    """As deep as both have the same shape; the revision, and how a moment is written, are no difference."""
    assert found(season(), after) == wanted


def test_an_item_in_front_changes_no_other() -> None:
    """An added batch is one change, and a dropped one another, wherever they stand."""
    after = season(a_batch("first"), a_batch())
    assert [one[:2] for one in found(season(), after)] == [
        ("batches[first]", "added"),
        ("batches[second]", "removed"),
    ]


def test_a_new_document_lists_its_items() -> None:
    """Each item of its lists, and its other fields, are added; what it leaves out is not listed."""
    places = [(place, change) for place, change, _, _ in found(None, season())]
    assert {change for _, change in places} == {"added"}
    assert {"title", "currency", "funders[city]", "terms[ten-off]", "batches[pack]", "merchants[diner]"} <= {
        place for place, _ in places
    }
    assert "description" not in dict(places)


def test_what_a_published_batch_needs_is_frozen() -> None:
    """The batch, its terms, zone and currency, and every funder's presence; everything else changes."""
    idle = {"funder_id": "idle", "title": "Idle", "kind": "platform", "budget_minor": 1}
    before = season(
        a_batch(booking=BOOKING),
        a_batch("second", terms=["other"]),
        terms=[terms(), terms("other")],
        funders=[*campaign()["funders"], idle],
    )
    after = season(
        a_batch(),
        a_batch("second", terms=["other"], title="New"),
        terms=[terms(title="New"), terms("other", title="New")],
        timezone="Asia/Tokyo",
        title="New",
    )
    after["funders"][0]["budget_minor"] = 1
    kinds = {place: change for place, change, _, _ in found(before, after, "pack")}
    frozen = {"batches[pack].booking", "terms[ten-off].title", "timezone", "funders[idle]"}
    assert {place for place, change in kinds.items() if change == "frozen"} == frozen
    assert kinds.keys() - frozen == {
        "title",
        "batches[second].title",
        "terms[other].title",
        "funders[city].budget_minor",
    }
    assert "frozen" not in {change for _, change, _, _ in found(before, after)}
