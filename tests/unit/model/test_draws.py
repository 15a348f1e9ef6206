"""What a lottery declares of its draw: what is refused, what is warned of, and whose a share and a weight are."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from coupons.model.declared_batches import Batch
from coupons.model.draws import Draw
from coupons.model.oversights import Surroundings, oversights
from tests.world import a_batch, a_lottery, campaign, parsed

BATCH = "body.batches.0"


def a_draw(**changes: Any) -> dict[str, Any]:
    """The first batch at the latest moments that its times allow: booked until 7:00, drawn at 9:00, open at 10:00."""
    window = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-06T07:00:00+08:00"}
    return a_lottery(booking=window, draw={"at": "2020-06-06T09:00:00+08:00", **changes})


def share(quantity: int = 1, **whom: Any) -> dict[str, Any]:
    return {"title": "A share", "quantity": quantity, **whom}


FITTING: dict[str, dict[str, Any]] = {
    "two hours after its booking, one before it opens": a_draw(),
    "with credit": a_draw(credit=True),
    "shares of all its packs": a_draw(shares=[share(quantity=5, group_id="a"), share(quantity=5, regions=["b"])]),
    "eight shares and weights": a_draw(
        shares=[share(group_id=f"g{n}") for n in range(8)],
        weights=[{"group_id": f"g{n}", "weight": 32} for n in range(8)],
    ),
    "three rounds of an hour": a_draw(rounds=3, claim_for_s=3_600),
}


@pytest.mark.parametrize("batch", FITTING.values(), ids=FITTING)
def test_a_draw_that_fits(batch: dict[str, Any]) -> None:
    """It is taken, at the very border too."""
    assert parsed(campaign(batch)).batches[0].draw is not None


@pytest.mark.parametrize(
    ("batch", "place", "message"),
    [
        (a_batch(draw={"at": "2020-06-05T20:00:00+08:00"}), (), "only a batch of mode lottery has a draw"),
        (a_draw(at="2020-06-06T08:59:59+08:00"), (), "less than two hours after booking.closes_at"),
        (a_draw(at="2020-06-06T09:00:01+08:00"), (), "less than one hour after draw.at"),
        (a_draw(shares=[share(6, group_id="a"), share(5, regions=["b"])]), (), "more packs than the batch"),
        (a_draw(shares=[share()]), ("draw", "shares", 0), "state one of them"),
        (a_draw(shares=[share(group_id="a", regions=["b"])]), ("draw", "shares", 0), "state one of them"),
        (a_draw(shares=[share(regions=["b"])] * 9), ("draw", "shares"), "at most 8"),
        (a_draw(weights=[{"group_id": "a", "weight": 33}]), ("draw", "weights", 0, "weight"), "less"),
        (a_draw(weights=[{"group_id": "a", "weight": 2}] * 2), ("draw",), "a group appears twice"),
        (a_draw(rounds=4), ("draw", "rounds"), "less"),
        (a_draw(claim_for_s=3_599), ("draw", "claim_for_s"), "greater"),
        (a_draw(credit=True, rounds=2), (), "no limits and one round"),
        ({**a_draw(credit=True), "limits": ["next"]}, (), "no limits and one round"),
        ({**a_draw(), "price_points": 5}, (), "a lottery has no price_points"),
    ],
)
def test_a_draw_that_does_not_fit(batch: dict[str, Any], place: tuple[Any, ...], message: str) -> None:
    """It is refused, with the place and the reason."""
    with pytest.raises(ValidationError, match=message) as refused:
        Batch.model_validate(batch, strict=False)
    assert place in {error["loc"] for error in refused.value.errors()}


def warned(*batches: dict[str, Any], **groups: int) -> list[tuple[str, str]]:
    document = parsed(campaign(*batches))
    return [(one.place, one.message) for one in oversights(document, Surroundings(groups=groups))]


def test_a_class_of_few_people_is_warned_of() -> None:
    """Fewer than 100 members of a share's or a weight's group; of a group that nobody has counted nothing is said."""
    batch = a_draw(shares=[share(group_id="a")], weights=[{"group_id": "b", "weight": 2}])
    assert warned(batch) == warned(batch, a=100, b=100) == []
    assert [place for place, _ in warned(batch, a=99, b=0)] == [
        f"{BATCH}.draw.shares.0.group_id",
        f"{BATCH}.draw.weights.0.group_id",
    ]
    assert "'a' has 99 people" in warned(batch, a=99)[0][1]


def test_a_time_to_claim_that_nobody_can_use_is_warned_of() -> None:
    """It leaves less than an hour once the batch opens; or the batch closes before the last round could begin."""
    for claim_for_s, said in ((3_600, "can claim nothing"), (3_601, "less than an hour"), (7_199, "less than an hour")):
        ((place, message),) = warned(a_draw(claim_for_s=claim_for_s))
        assert place == f"{BATCH}.draw.claim_for_s"
        assert said in message
    assert warned(a_draw(claim_for_s=7_200)) == warned(a_draw(claim_for_s=3_600, credit=True)) == []
    assert [place for place, _ in warned(a_draw(rounds=2, claim_for_s=25 * 3_600))] == [f"{BATCH}.draw.rounds"]
    assert warned(a_draw(rounds=2, claim_for_s=25 * 3_600 - 1)) == []


def test_packs_that_roll_into_a_lottery_too_late_are_warned_of() -> None:
    """Its quantity is final half a minute before its booking opens; an earlier batch has packs left once it closed."""

    def rolled(closes_at: str) -> list[str]:
        earlier = a_batch("early", opens_at="2020-05-30T10:00:00+08:00", closes_at=closes_at, rollover_to="pack")
        return [place for place, text in warned(earlier, a_lottery()) if "no pack rolls over" in text]

    assert rolled("2020-06-01T09:59:29+08:00") == []
    assert rolled("2020-06-01T09:59:30+08:00") == [f"{BATCH}.rollover_to"]


def test_the_first_share_and_weight_that_fit_are_a_persons() -> None:
    """In the order of the list; without a region no share of regions is theirs; nobody has less than one ticket."""
    draw = Draw.model_validate(
        {
            "at": "2020-06-05T20:00:00+08:00",
            "shares": [share(group_id="nurses"), share(regions=["north"]), share(group_id="care")],
            "weights": [{"group_id": "care", "weight": 3}, {"group_id": "nurses", "weight": 2}],
        },
        strict=False,
    )
    assert draw.group_ids == ["nurses", "care"]
    assert [draw.share_of(*who) for who in (({"care", "nurses"}, "north"), ({"care"}, "north"), ({"care"}, None))] == [
        1,
        2,
        3,
    ]
    assert (draw.share_of((), None), draw.share_of((), "south")) == (0, 0)
    assert [draw.weight_of(groups) for groups in ({"care", "nurses"}, {"nurses"}, ())] == [3, 2, 1]
