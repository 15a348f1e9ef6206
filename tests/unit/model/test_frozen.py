"""What a document cannot change once a batch is published: each place with the kept and the stated value."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.campaigns import Campaign
from coupons.model.frozen import DIFFERENCES_MAX, SHOWN_MAX, refusals_of_frozen, shown
from coupons.refusals import TermsFrozen
from tests.world import a_batch, campaign, parsed, terms

LIMIT = {"kind": "count", "limit_id": "weekly", "per": "person", "period": "week", "packs_max": 1}
PUBLISHED = {"pack": 10}
BOOKING = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T00:00:00+08:00"}


def refuse_frozen(stored: Campaign, document: Campaign, quantities: dict[str, int]) -> None:
    """As an edit does: the first refusal is raised."""
    for refusal in refusals_of_frozen(stored, document, quantities):
        raise refusal


def season(pack: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A published `pack` under a limit, after a draft in the list of batches, with terms of its own."""
    both = [terms("draft-only"), terms()]
    document = {"terms": both, "limits": [LIMIT], **changes}
    return campaign(a_batch("draft", terms=["draft-only"]), a_batch(limits=["weekly"], **(pack or {})), **document)


def found(document: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    with pytest.raises(TermsFrozen) as refused:
        refuse_frozen(parsed(season()), parsed(document), PUBLISHED)
    return [(one["place"], one["kept"], one["stated"]) for one in refused.value.differences]


@pytest.mark.parametrize(
    ("document", "places"),
    [
        (season({"quantity": 9}), [("body.batches.1.quantity", 10, 9)]),
        (season({"title": "B"}), [("body.batches.1.title", "A pack", "B")]),
        (season({"terms": ["ten-off", "ten-off"]}), [("body.batches.1.terms", ["ten-off"], ["ten-off", "ten-off"])]),
        (
            season({"eligibility": {"regions": ["beijing"]}}),
            [("body.batches.1.eligibility.regions", [], ["beijing"])],
        ),
        (
            season({"closes_at": "2020-06-07T10:00:01+08:00"}),
            [("body.batches.1.closes_at", "2020-06-07T10:00:00+08:00", "2020-06-07T10:00:01+08:00")],
        ),
        (
            season(terms=[terms("draft-only"), terms(refund={"policy": "full_only", "times_max": 2})]),
            [("body.terms.1.refund.times_max", 1, 2)],
        ),
        (season(limits=[{**LIMIT, "packs_max": 2}]), [("body.limits.0.packs_max", 1, 2)]),
        (season(currency="JPY"), [("body.currency", "CNY", "JPY")]),
        (season(timezone="Asia/Tokyo"), [("body.timezone", "Asia/Shanghai", "Asia/Tokyo")]),
    ],
)
def test_each_difference_is_named_with_both_values(
    document: dict[str, Any], places: list[tuple[str, Any, Any]]
) -> None:
    """By its place in the sent document, as deep as both have the same shape."""
    assert found(document) == places


@pytest.mark.parametrize(
    "document",
    [
        season(),
        season(title="Another", ends_at="2021-01-01T00:00:00+08:00", merchants=[], suspended_districts=["port"]),
        season({"opens_at": "2020-06-06T02:00:00Z"}),
        season(terms=[terms("draft-only", title="Changed"), terms(), terms("new")]),
        season(limits=[LIMIT, {**LIMIT, "limit_id": "new"}]),
    ],
)
def test_what_is_not_published_may_change(document: dict[str, Any]) -> None:
    """Drafts and all fields around batches can change, and a time may be written in another zone."""
    refuse_frozen(parsed(season()), parsed(document), PUBLISHED)


def test_a_quantity_is_named_with_the_command_that_raises() -> None:
    """Both numbers and the command are named; a larger number is the one to raise to."""
    for stated, more in ((9, "N"), (11, "11")):
        with pytest.raises(TermsFrozen, match=f"has 10 packs now, .* states {stated}: .*`couponctl raise pack {more}`"):
            refuse_frozen(parsed(season()), parsed(season({"quantity": stated})), PUBLISHED)


def test_an_amount_is_named_in_its_currency() -> None:
    """In the sentence, which people read; the differences have minor units, as the document."""
    discount = {"kind": "amount_off", "threshold_minor": 5_000, "amount_minor": 2_000}
    dearer = season(terms=[terms("draft-only"), terms(discount=discount)])
    with pytest.raises(
        TermsFrozen, match=r"amount_minor stays 10\.00 CNY, the document states 20\.00 CNY\."
    ) as refused:
        refuse_frozen(parsed(season()), parsed(dearer), PUBLISHED)
    assert refused.value.differences[0]["kept"] == 1_000


def test_what_is_published_cannot_be_dropped() -> None:
    """Neither the batch, nor a funder that may owe for a published batch."""
    before = parsed(season())
    with pytest.raises(TermsFrozen, match="'pack' is published and cannot be dropped"):
        refuse_frozen(before, parsed(campaign(a_batch("draft"))), PUBLISHED)
    refuse_frozen(before, parsed(season()), {})
    idle = {"funder_id": "idle", "title": "idle", "kind": "platform", "budget_minor": 1}
    funded = parsed(season(funders=[*campaign()["funders"], idle]))
    refuse_frozen(funded, before, {})
    with pytest.raises(TermsFrozen, match="'idle' may owe"):
        refuse_frozen(funded, before, PUBLISHED)


def test_many_differences_are_bounded() -> None:
    """At most twenty differences are listed."""
    funding = [{"funder_id": name, "basis_points": points} for name, points in (("city", 4_000), ("shop", 6_000))]
    changes = {"discount": {"kind": "percent_off", "threshold_minor": 1, "basis_points": 1, "cap_minor": 9}}
    many = [terms(f"t{number}") for number in range(8)]
    names = [one["terms_id"] for one in many]
    other = [terms(name, title="Other", funding=funding, **changes) for name in names]
    before, after = (parsed(campaign(a_batch(terms=names), terms=listed)) for listed in (many, other))
    with pytest.raises(TermsFrozen) as refused:
        refuse_frozen(before, after, PUBLISHED)
    assert len(refused.value.differences) == DIFFERENCES_MAX


def test_a_long_value_is_cut_in_a_sentence() -> None:
    """One that just fits is printed whole."""
    fits = "x" * (SHOWN_MAX - 2)
    assert shown(fits) == f'"{fits}"'
    assert shown(f"{fits}x") == f'"{fits}x…'
