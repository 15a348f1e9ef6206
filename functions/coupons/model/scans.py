"""What a till scanned: how old it may be, and when it counts as sent late."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coupons.clock import SKEW_S
from coupons.sealing import CODE_LIFE_S, CouponRef

LATE_MAX_S = 600
"""A till that was cut off may send what it scanned at most ten minutes ago."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code of ours: issued at a second, or a print of its coupon (numbered from 1), which takes a PIN."""

    code: str
    ref: CouponRef
    issued_at_s: int = 0
    print_no: int = 0
    pin: str | None = None
    late_at_s: int | None = None
    """When a till scanned it that sends it late; None if it is judged as of now."""

    @property
    def is_late(self) -> bool:
        return self.late_at_s is not None

    @property
    def expires_at_s(self) -> int:
        """From when it is refused; a print of a late scan, from when it is late."""
        return (self.late_at_s or 0 if self.print_no else self.issued_at_s) + CODE_LIFE_S

    def lives_at(self, moment_s: int) -> bool:
        """`issued <= moment < issued + 60`, by clocks that may differ by SKEW_S. A print is as old as it likes."""
        return bool(self.print_no) or self.issued_at_s - SKEW_S <= moment_s < self.issued_at_s + CODE_LIFE_S

    def sent(self, scanned_at_s: int | None, now_s: int) -> Scanned:
        """As a till sends it that says when it scanned it: late if it would be refused now, else that says nothing.

        A print is never refused for its age: it is late if it was scanned longer ago than a code lives.
        """
        if scanned_at_s is None:
            return self
        is_late = now_s - scanned_at_s > CODE_LIFE_S if self.print_no else not self.lives_at(now_s)
        return replace(self, late_at_s=scanned_at_s) if is_late else self

    def judged_at_s(self, now_s: int) -> int:
        """When the terms are looked at: no till's clock moves a scan before the code was issued, nor past now."""
        return now_s if self.late_at_s is None else min(max(self.late_at_s, self.issued_at_s), now_s)
