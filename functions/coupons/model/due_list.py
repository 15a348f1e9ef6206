"""What is still due: the batches and campaigns that the schedule and wallets look at, beside the index of all.

    publish ──▶ due ──the rest is given──▶ done ──the campaign is over──▶ left
                 ▲                           │                              │
                 └───── the close of a day, a later end, a clock set back ──┘

A batch is **due** while something may still be done for it. It is **done** when the rest of its money is given back
through the last day that has lines of it; ticks then pass over it, and wallets still show its packs. It **leaves**
together with its campaign. What enters, is done or leaves does so in the transaction of the step that is the reason:

| moment | in the transaction, or before the step | then |
|---|---|---|
| published | of the publication | due, with the campaign's end and its time zone |
| extended | of the extension | its line has the later expiry; it cannot be done yet |
| raised, stopped, voided, points given back, packs rolled over to it | | cannot be done: its expiry is not recorded |
| waits with its money for the batch that it rolls over to | | it stays due: its steps are not done |
| expired, or ended as a venue's, and the rest given | of the rest, unless bookings are not counted | done |
| a day with lines of it is closed, of a reversal too | before the day is closed | due: that day's rest is to be given |
| the end of its campaign is moved to later | of the edit | due, so in wallets; done again with the next day |
| the campaign is over, all its batches are done, its slots swept, its hours folded | of its own | left, all of it |
| the clock was set back before something was done or left | found by the next tick | due, as is what is taken back |
| its line is lost, says something else than the index, or was never written | found once an hour | due |

A line that lacks its facts names a batch that is due (`unsure`): the next tick writes it anew, by the batch and its
control item. Wallets read those instead. So a damaged line hides nothing. If the list was not compared with the index
yet, or a clock was set back before what left it, wallets read the index (`is_whole`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coupons.clock import SET_BACK_S
from coupons.damage import Damaged
from coupons.times import DAY_S, day_of

LEAVES_AFTER_S = 3 * DAY_S
"""So long after its end a campaign stays: by then each of its days can be swept (`OVER_DAYS` of `swept_days.py`)."""
CHECKED_EACH_S = 3_600
"""So often the list is compared with the index: as long may what a release without the list did stay unseen."""
FIRST_ZONE = "Etc/GMT-14"
"""The time zone in which a day begins first."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """A published batch. `last_expiry_s`: when the last coupon that can be claimed expires, with the extension."""

    batch_id: str
    campaign_id: str
    number: int
    claim_key: str
    buckets: int
    last_expiry_s: int
    pays_venues: bool
    done: bool
    rest_day: str
    """It is not done before the rest is given through this day: a later one has no lines of it that were added up."""


@dataclass(frozen=True, slots=True)
class DueCampaign:
    """A campaign with a batch in the list. `because`: what it was listed for last; it leaves only if that stays."""

    ends_at_s: int
    because: str


@dataclass(frozen=True, slots=True)
class DueCheck:
    """`checked_at_s`: when the list was compared with the index, 0: never. `left_at_s`: when something was last done,
    or left."""

    checked_at_s: int = 0
    left_at_s: int = 0


@dataclass(frozen=True, slots=True)
class DueList:
    batches: dict[str, DueLine]
    unsure: list[str]
    """Batches whose lines lack something."""
    campaigns: dict[str, DueCampaign]
    unsure_campaigns: list[str]
    zones: frozenset[str]
    """The time zones of all campaigns of which a batch was ever published."""
    check: DueCheck
    damaged: list[Damaged] = field(default_factory=list)

    @property
    def due_ids(self) -> list[str]:
        """The batches for which something may still be done."""
        return sorted([*self.unsure, *(batch_id for batch_id, line in self.batches.items() if not line.done)])

    @property
    def of_campaigns(self) -> dict[str, list[DueLine]]:
        """The lines of batches by campaign; of one whose batches have all left, none."""
        found: dict[str, list[DueLine]] = {campaign_id: [] for campaign_id in self.campaigns}
        for line in self.batches.values():
            found.setdefault(line.campaign_id, []).append(line)
        return found

    def tells(self, batch_id: str) -> bool:
        """Whether a batch of which something is due is found: it is listed as due, or the list is not made yet."""
        return batch_id in self.due_ids or not self.check.checked_at_s

    def through(self, batch_id: str, now_s: int) -> str:
        """The day through which a batch's rest has to be given before it is done."""
        line = self.batches.get(batch_id)
        return line.rest_day if line else rest_day(now_s)

    def is_whole(self, now_s: int) -> bool:
        """Whether it has all that is due at `now_s`, and all whose campaigns or coupons have not ended then."""
        return bool(self.check.checked_at_s) and now_s >= self.check.left_at_s - SET_BACK_S

    def is_to_be_checked(self, now_s: int) -> bool:
        return not self.is_whole(now_s) or abs(now_s - self.check.checked_at_s) >= CHECKED_EACH_S


def rest_day(now_s: int) -> str:
    """A day that no line is later than that was added up by `now_s`, in any time zone."""
    return day_of(now_s, FIRST_ZONE).isoformat()


def is_over(ends_at_s: int, last_expiry_s: int, now_s: int) -> bool:
    """Whether no wallet shows a batch for its campaign's end or its own, and each day of the campaign can be swept."""
    return now_s >= ends_at_s + LEAVES_AFTER_S and now_s >= last_expiry_s
