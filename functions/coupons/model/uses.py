"""限用: how often a person used coupons in one period of a limit, and which orders hold one for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Uses:
    """What is counted of one person in one period under a limit that counts redemptions.

    A hold counts until its deadline, by the clock: nobody has to end it. Every write leaves out what has lapsed by the
    clock of its till, so a hold ends early where another till's clock is ahead, as at the coupon itself.
    """

    used: int = 0
    """Coupons redeemed, less those whose use was undone."""
    held: Mapping[str, int] = field(default_factory=dict)
    """Order → the deadline of its hold, in epoch seconds."""
    version: int = 0
    """Raised by each write; 0: there is no item yet."""

    def taken(self, order: str, now_s: int) -> int:
        """How many are counted now beside this order's own hold."""
        return self.used + len(self._living(order, now_s))

    def after_hold(self, order: str, until_s: int, now_s: int) -> Uses:
        """With this order's hold."""
        return replace(self, held={**self._living(order, now_s), order: until_s}, version=self.version + 1)

    def after_use(self, order: str, now_s: int) -> Uses:
        """With this order's use, in place of its hold if it had one."""
        return Uses(self.used + 1, self._living(order, now_s), self.version + 1)

    def free_at_s(self, order: str, uses_max: int, now_s: int, period_ends_s: int | None) -> int | None:
        """When one use is free again, of which none is: with the end of a hold, or of the period. None: never."""
        holds = self._living(order, now_s).values() if self.used < uses_max else ()
        return min([*holds, *([] if period_ends_s is None else [period_ends_s])], default=None)

    def _living(self, order: str, now_s: int) -> dict[str, int]:
        return {name: until_s for name, until_s in self.held.items() if until_s > now_s and name != order}
