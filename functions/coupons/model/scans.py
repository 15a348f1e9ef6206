"""What a till scanned: how old a code may be, and when a scan counts as late."""

from __future__ import annotations

from typing import NamedTuple

from coupons.clock import SKEW_S
from coupons.sealing import CODE_LIFE_S, CouponRef

LATE_MAX_S = 600
"""A till that was offline may send a scan at most ten minutes later."""


class Scanned(NamedTuple):
    """One of our codes: issued at a second, or a print of its coupon (numbered from 1), which needs a PIN."""

    code: str
    ref: CouponRef
    issued_at_s: int = 0
    print_no: int = 0
    pin: str | None = None
    late_at_s: int | None = None
    """When it was scanned, if the scan is late; None: it is judged by the time of now."""

    @property
    def is_late(self) -> bool:
        return self.late_at_s is not None

    @property
    def expires_at_s(self) -> int:
        """From when it is refused; for a print, from when its scan counts as late."""
        return (self.late_at_s or 0 if self.print_no else self.issued_at_s) + CODE_LIFE_S

    def lives_at(self, moment_s: int) -> bool:
        """`issued <= moment < issued + 60`, by clocks that may differ by SKEW_S. A print has no age limit."""
        return bool(self.print_no) or self.issued_at_s - SKEW_S <= moment_s < self.issued_at_s + CODE_LIFE_S

    def sent(self, scanned_at_s: int | None, now_s: int) -> Scanned:
        """With the time of the scan, as the till states it: late if the code is too old now; otherwise it is ignored.

        A print is never too old: its scan is late if it is longer ago than a code lives.
        """
        if scanned_at_s is None:
            return self
        is_late = now_s - scanned_at_s > CODE_LIFE_S if self.print_no else not self.lives_at(now_s)
        return self._replace(late_at_s=scanned_at_s) if is_late else self

    def judged_at_s(self, now_s: int) -> int:
        """The moment at which the terms are looked at: the scan's, or if that lies outside, the code's issue or now."""
        return now_s if self.late_at_s is None else min(max(self.late_at_s, self.issued_at_s), now_s)
