"""Who was drawn, by a sort of all scores of what is stored: the season's lottery has neither shares nor weights."""

from __future__ import annotations

from coupons.model.draw_results import seed_of
from coupons.model.scores import score
from coupons.stores import keys
from tests.season.town import Town
from tests.world import KEYS


class Draws:
    def __init__(self, town: Town) -> None:
        self._town = town
        self._winners: dict[str, set[bytes]] = {}

    def has_drawn(self, person: str, batch_id: str) -> bool | None:
        """None before the draw."""
        if batch_id not in self._winners:
            services = self._town.world.services
            state = services.draws.state(batch_id, consistent=True)
            seed, batch = seed_of(state), services.cache.batch(batch_id)
            if seed is None or not state.cohorts:
                return None
            scores = sorted(
                (score(seed, item["e"]["B"], 1), keys.person_of(key.sk))
                for key, item in self._town.engine.items.items()
                if key.sk.startswith(keys.BOOKING) and keys.claim_key_of(key.pk) == batch.booking_key
            )
            quantity = services.cache.control_now(batch_id).quantity
            self._winners[batch_id] = {one for _, one in scores[:quantity]}
        return KEYS.person(person) in self._winners[batch_id]
