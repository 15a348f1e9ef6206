"""Who was drawn, by a sort of all scores of what is stored; of a lottery without shares and weights."""

from __future__ import annotations

from coupons.model.draw_results import seed_of
from coupons.model.scores import score
from coupons.stores import keys
from infra.playing.stack import Stack


class Draws:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._ranked: dict[str, list[bytes]] = {}
        """People by score, the first drawn first."""

    def has_drawn(self, name: str, batch_id: str) -> bool | None:
        """As a winner, or as a reserve that has moved up by now; None: it is not drawn."""
        state = self._stack.services.draws.state(batch_id, consistent=True)
        seed = seed_of(state)
        if seed is None or not state.cohorts:
            return None
        if batch_id not in self._ranked:
            batch = self._stack.services.cache.batch(batch_id)
            scores = sorted(
                (score(seed, item["e"]["B"], 1), keys.person_of(key.sk))
                for key, item in self._stack.store.items.items()
                if key.sk.startswith(keys.BOOKING) and keys.claim_key_of(key.pk) == batch.booking_key
            )
            self._ranked[batch_id] = [person for _, person in scores]
        admitted = sum(cohort.admitted for cohort in state.cohorts)
        return self._stack.keys.person(name) in self._ranked[batch_id][:admitted]
