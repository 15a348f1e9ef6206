"""Dispatch of the minute: each batch of the due list goes through its steps, and settlement days are closed.

| step | module |
|---|---|
| count bookings, but of lotteries | `process/booking_count.py` |
| return packs that were leased and not claimed | `reclaim.py` |
| give back the points of a voided batch | `points_back.py` |
| expire a batch | `expiry.py` |
| give money back | `settle/give_back.py` |
| close settlement days | `settle/day_close.py` |
| count who did not come to their slots | `no_shows.py` |
| send reminders | `reminders.py` |
| fold the statistics of hours that are over | `count/folds.py` |
| look no longer at campaigns that are over | `due_list.py` |

Called at least once a minute, sometimes twice, sometimes while another call is still at work. Every step is a
conditional write, so a repeat changes nothing and a killed call loses nothing but time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from coupons.count.folds import fold_hours
from coupons.model.batches import Control, PublishedBatch
from coupons.model.due_list import DueList
from coupons.process import booking_count
from coupons.process.minutes import MinuteReport
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.schedule import expiry, no_shows, points_back, reclaim, reminders
from coupons.schedule.due_list import leave, read_due, remember
from coupons.settle import give_back
from coupons.settle.day_close import close_days, closed_through, known_zones

Step = Callable[[PublishedBatch, Control], None]


def run_schedule(services: Services, now_s: int, deadline_s: float) -> MinuteReport:
    """Everything that is due at `now_s` is done, or as much of it as fits before `deadline_s` (monotonic).

    One batch does not hold up the others. It is reported as `broken` if it breaks an invariant or its items contradict
    each other, and as `damaged` if an item that it needs cannot be read; if it is throttled, the next call resumes it.
    """
    due = read_due(services, now_s)
    batches = list(services.damages.sound_of(services.controls.of_listed(due.due_ids)).items())
    remember(services, due.due_ids)
    minute = _Minute(services, due, batches, now_s, deadline_s)
    minute.each(minute.advance, batches)
    minute.close_days()
    minute.give_rests()
    minute.sweep_slots()
    # A wave of millions takes minutes, and neither reclaim nor settlement should wait for it.
    minute.each(minute.remind, batches)
    # Late: without a fold readers add up minutes, and nothing else needs it.
    minute.fold_statistics()
    minute.leave()
    return minute.report


class _Minute:
    """One call."""

    def __init__(
        self, services: Services, due: DueList, batches: list[tuple[str, Control]], now_s: int, deadline_s: float
    ) -> None:
        self._services, self._due, self._batches = services, due, batches
        self._now_s, self._deadline_s = now_s, deadline_s
        self._zones = known_zones(services, due)
        self.report = MinuteReport()

    def each(self, step: Step, batches: Iterable[tuple[str, Control]]) -> None:
        for batch_id, control in batches:
            if self._is_over():
                return
            with self.report.going_on(self._services, batch_id):
                step(self._services.cache.listed(batch_id), control)

    def advance(self, batch: PublishedBatch, control: Control) -> None:
        """Bookings, reclaim, expiry and give-back, each as the one before left the control item."""
        services, now_s, deadline_s = self._services, self._now_s, self._deadline_s
        control = self._taken_back(batch, control)
        if batch.pays_venues:
            self._end(batch, control)
            return
        is_drawn = batch.draw is not None and not control.stopped  # then the draw counts
        if not is_drawn and booking_count.is_due(batch, control, now_s):
            booked, more = booking_count.record_bookings(services, batch, now_s, deadline_s)
            self.report.more |= more
            if booked is not None:
                self.report.note(batch.batch_id, "booked", bookings=booked)
        if not control.expired_at_s and reclaim.is_due(batch, control, now_s):
            steps, more = reclaim.reclaim(services, batch, now_s, deadline_s)
            self.report.more |= more
            for step in steps:
                self.report.note(batch.batch_id, step)
            control = services.cache.control_now(batch.batch_id)
        if points_back.is_due(batch, control, now_s) and not self._gave_points_back(batch, control):
            return
        if expiry.is_due(batch, control, now_s):
            counts, more = expiry.expire(services, batch, control, now_s, deadline_s)
            self.report.more |= more
            if counts is not None:
                self.report.note(batch.batch_id, "expired", counts=counts)
            control = services.cache.control_now(batch.batch_id)
        if give_back.is_due(control):
            self.report.did += give_back.give_back(services, batch, now_s)

    def _taken_back(self, batch: PublishedBatch, control: Control) -> Control:
        """The control item, after what lies ahead of a clock that was set back is taken back."""
        if not _is_set_back(batch, control, self._now_s):
            return control
        give_back.take_back(self._services, batch, control, self._now_s)
        return self._services.cache.control_now(batch.batch_id)

    def _end(self, batch: PublishedBatch, control: Control) -> None:
        """A batch that pays venues has no bookings, and no packs of it were leased or claimed."""
        if expiry.is_over(batch, control, self._now_s) and expiry.end(self._services, batch, self._now_s):
            self.report.note(batch.batch_id, "ended")

    def _gave_points_back(self, batch: PublishedBatch, control: Control) -> bool:
        """Whether all points of the voided batch are back."""
        claims, more = points_back.give_points_back(self._services, batch, control, self._now_s, self._deadline_s)
        self.report.more |= more
        if claims:
            self.report.note(batch.batch_id, "points back", claims=claims)
        return not more

    def close_days(self) -> None:
        if self._is_over():
            return
        try:
            did, more = close_days(self._services, self._zones, self._now_s, self._deadline_s)
            self.report.did += did
            self.report.more |= more
            if any(one["step"] == "closed" for one in did):
                self._read_again()
        except Busy:
            self.report.more = True

    def _read_again(self) -> None:
        """The close of a day makes the batches due that have lines of it."""
        self._due = self._services.due_list.read(consistent=True)
        known = {batch_id for batch_id, _ in self._batches}
        more = [batch_id for batch_id in self._due.due_ids if batch_id not in known]
        self._batches += self._services.damages.sound_of(self._services.controls.of_listed(more)).items()

    def give_rests(self) -> None:
        """For batches whose expired coupons had been given back before this: what closed days did not spend.

        Days are read only if there is such a batch.
        """
        over = [(batch_id, control) for batch_id, control in self._batches if control.given_back == give_back.EXPIRED]
        through = closed_through(self._services, self._zones, self._now_s) if over else None
        if through is None:
            return

        def give_rest(batch: PublishedBatch, control: Control) -> None:
            if give_back.is_rest_due(batch, control, through):
                due_through = self._due.through(batch.batch_id, self._now_s)
                self.report.did += give_back.give_rest(
                    self._services, batch, through, self._now_s, due_through=due_through
                )

        self.each(give_rest, over)

    def sweep_slots(self) -> None:
        """Facilities' days that are over, campaign by campaign."""

        def swept(campaign_id: str, _batches: Iterable[PublishedBatch]) -> bool:
            found = no_shows.sweep(self._services, campaign_id, self._now_s, self._deadline_s)
            for day, did in found.days.items():
                facts = {"campaign_id": campaign_id, "day": day, "missed": did.missed, "strikes": did.strikes}
                why = {"why": str(did.damaged[0])} if did.damaged else {}
                if did.missed or did.strikes or why:
                    self.report.did.append({**facts, "step": "damaged" if why else "swept", **why})
            return not found.more

        self._each_campaign(swept)

    def fold_statistics(self) -> None:
        """Hours that are over, campaign by campaign."""

        def folded(campaign_id: str, batches: Iterable[PublishedBatch]) -> bool:
            return fold_hours(self._services, campaign_id, batches, self._now_s, self._deadline_s)

        self._each_campaign(folded)

    def leave(self) -> None:
        """Campaigns that are over are no longer looked at."""
        if not self._is_over():
            try:
                leave(self._services, self._due, self._now_s)
            except Busy:
                self.report.more = True

    def _each_campaign(self, step: Callable[[str, Iterable[PublishedBatch]], bool]) -> None:
        """`step` says whether it did all that is due of the campaign, whose batches are read as it takes them."""
        campaigns = {
            campaign_id: [one.batch_id for one in of] for campaign_id, of in self._due.of_campaigns.items() if of
        }
        for batch_id in self._due.unsure:
            with self._services.damages.left_out():
                campaigns.setdefault(self._services.cache.listed(batch_id).campaign_id, []).append(batch_id)
        for campaign_id, batch_ids in campaigns.items():
            if self._is_over():
                return
            try:
                with self._services.damages.left_out():
                    self.report.more |= not step(campaign_id, self._readable(batch_ids))
            except Busy:
                self.report.more = True

    def _readable(self, batch_ids: Iterable[str]) -> Iterator[PublishedBatch]:
        for batch_id in batch_ids:
            with self._services.damages.left_out():
                yield self._services.cache.listed(batch_id)

    def remind(self, batch: PublishedBatch, control: Control) -> None:
        if not reminders.is_due(batch, control, self._now_s):
            return
        count, more = reminders.remind(self._services, batch, self._now_s, self._deadline_s)
        self.report.more |= more
        if count is not None:
            self.report.note(batch.batch_id, "reminded", claims=count.claims, coupons=sum(count.coupons.values()))

    def _is_over(self) -> bool:
        is_over = self._services.clock.monotonic_s() >= self._deadline_s
        self.report.more |= is_over
        return is_over


def _is_set_back(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The test clock was set back before the closing or expiry that the control item records."""
    is_expiry_ahead = bool(control.expired_at_s) and now_s < expiry.last_expiry_s(batch, control)
    return control.final and (now_s < batch.closes_at_s or is_expiry_ahead)
