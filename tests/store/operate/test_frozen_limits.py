"""Limits of a published batch: what a document must not say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.claim.test_limits import COUNT, limited
from tests.world import World

CYCLE = {**COUNT, "period": {"days": 14, "from": "2020-06-06"}}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"packs_max": 1}, "limits.0.packs_max stays 2"),
        ({"counts": "redemptions"}, 'limits.0.counts stays "claims"'),
        ({"period": {"days": 15, "from": "2020-06-06"}}, "limits.0.period.days stays 14"),
        ({"period": {"days": 14, "from": "2020-06-05"}}, 'limits.0.period.from stays "2020-06-06"'),
        ({"period": "week"}, 'limits.0.period stays {"days": 14'),
    ],
)
def test_published_limits_are_frozen(world: World, changes: dict[str, Any], kept: str) -> None:
    """A person who counts on two packs must not find that the limit is one, or counts otherwise."""
    document = limited(CYCLE)
    world.publish(document)
    answers = []
    for limit in ({**CYCLE, **changes}, {**CYCLE, "counts": "claims"}):
        changed = {**document, "limits": [limit], "revision": 1}
        answers.append(
            world.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=changed)
        )
    assert [answer.slug for answer in answers] == ["terms-frozen", ""]
    assert kept in answers[0].json["detail"]
