"""What a draw may say and its author hardly means: warnings (`oversights.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from coupons.model.campaigns import Campaign, Warned
from coupons.model.declared_batches import Batch

CLASS_MIN = 100
"""The published lists show the weight and share of each entry. Of fewer people than this, an entry may be guessed."""
USEFUL = timedelta(hours=1)
"""Winners need so long at least once they can claim: no time to claim may be declared that is shorter."""


def groups_of_draws(document: Campaign) -> list[str]:
    """The groups that shares and weights of its lotteries name, each once."""
    found = [group_id for batch in document.batches if batch.draw for group_id in batch.draw.group_ids]
    return list(dict.fromkeys(found))


def draw_oversights(batch: Batch, place: str, groups: Mapping[str, int]) -> Iterator[Warned]:
    """The warnings about a batch that is not published. `groups`: how many people each has, where it is known."""
    if batch.lacks_draw:
        message = "a lottery needs draw: when it is drawn, and how. Without it the document is refused"
        yield Warned(place=f"{place}.draw", message=message)
    draw = batch.draw
    if draw is None:
        return
    named = [(f"shares.{number}", one.group_id) for number, one in enumerate(draw.shares)]
    named += [(f"weights.{number}", one.group_id) for number, one in enumerate(draw.weights)]
    for where, group_id in named:
        if group_id is not None and groups.get(group_id, CLASS_MIN) < CLASS_MIN:
            message = (
                f"{group_id!r} has {groups[group_id]} people, and the published list tells which entries are theirs"
            )
            yield Warned(
                place=f"{place}.draw.{where}.group_id", message=f"{message}: fewer than {CLASS_MIN} can be guessed"
            )
    left = draw.at + timedelta(seconds=draw.claim_for_s) - batch.opens_at
    if left < USEFUL and not draw.credit:
        message = "the time to claim begins with the draw: less than an hour of it is left once the batch opens"
        if left <= timedelta():
            message = (
                "the time to claim begins with the draw and is over before the batch opens: its winners can claim"
                " nothing"
            )
        yield Warned(place=f"{place}.draw.claim_for_s", message=message)
    whole = timedelta(seconds=draw.claim_for_s * (draw.rounds - 1))
    if draw.at + whole >= batch.closes_at:
        message = "the batch closes before the last of so many rounds could begin"
        yield Warned(place=f"{place}.draw.rounds", message=message)
