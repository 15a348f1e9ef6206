"""Keep the due list: what a minute looks at (`model/due_list.py` says what enters and leaves it, and when)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.model.due_list import DueLine, DueList, is_over
from coupons.process.passes import side_by_side
from coupons.process.season_counts import foldable_through_s
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.schedule import no_shows
from coupons.settle.give_back import is_finished
from coupons.stores.catalog import ListedBatch
from coupons.times import epoch_s


def read_due(services: Services, now_s: int) -> DueList:
    """What is due at `now_s`: half a read unit for 20 lines.

    Once an hour, the first time, and after a test clock was set back, the list is compared with the index before. Lines
    that lack something are written anew.
    """
    due = services.due_list.read()
    if due.is_to_be_checked(now_s):
        with suppress(Busy):  # the next minute compares; until then what is listed goes on
            due = _compared(services, now_s)
    for found in due.damaged:
        services.damages.note(found)
    without_end = {*due.unsure_campaigns, *(due.of_campaigns.keys() - due.campaigns.keys())}
    if not (due.unsure or without_end):
        return due
    for batch_id in due.unsure:
        with suppress(Busy), services.damages.left_out():
            _write_line(services, batch_id, now_s)
    for campaign_id in without_end:
        with suppress(Busy), services.damages.left_out():
            _write_end(services, campaign_id, now_s)
    return services.due_list.read(consistent=True)


def remember(services: Services, batch_ids: Iterable[str]) -> None:
    """The batches that this process does not know yet are read side by side, so that its first minute is short.

    What cannot be read is left to the step that needs it.
    """

    def read(batch_id: str) -> None:
        with suppress(Busy), services.damages.left_out():
            services.cache.listed(batch_id)

    side_by_side(services, read, services.cache.unread(batch_ids))


def leave(services: Services, due: DueList, now_s: int) -> None:
    """Each campaign leaves that is over, with its batches if all are done, its slots swept and its hours folded.

    Nothing leaves while a line is unsure: it may be of any campaign. Raises Busy.
    """
    if due.unsure:
        return
    for campaign_id, lines in due.of_campaigns.items():
        campaign = due.campaigns.get(campaign_id)
        last_expiry_s = max((line.last_expiry_s for line in lines), default=0)
        if campaign is None or not all(line.done for line in lines):
            continue
        if not is_over(campaign.ends_at_s, last_expiry_s, now_s):
            continue
        with services.damages.left_out():
            if _is_folded(services, campaign_id, lines, now_s) and no_shows.is_swept(services, campaign_id, now_s):
                services.due_list.leave(campaign_id, campaign, [line.batch_id for line in lines], now_s)


def _is_folded(services: Services, campaign_id: str, lines: list[DueLine], now_s: int) -> bool:
    """By this process, a moment ago; a campaign without batches has been folded before they left."""
    if not lines:
        return True
    timezone = services.cache.listed(lines[0].batch_id).timezone
    return services.season_counts.folded_through_s.get(campaign_id) == foldable_through_s(now_s, timezone)


def _compared(services: Services, now_s: int) -> DueList:
    """What is due at `now_s` by the index is in the list, as the index has it, and so is every time zone.

    1 read unit each 4 KB of both, and 2 for each batch of which nothing is due; 1 write unit for each that has to be.
    """
    due = services.due_list.read(consistent=True)
    index = services.catalog.published(consistent=True)
    missing = list(_missing(services, due, index, now_s))
    side_by_side(services, lambda batch_id: services.due_list.list_again(batch_id, now_s), missing)
    _correct(services, due, [line for line in index if not isinstance(line, Damaged)], now_s)
    if due.check.checked_at_s or _has_zones(services):
        services.due_list.checked(due.check, now_s)
    return services.due_list.read(consistent=True)


def _correct(services: Services, due: DueList, index: list[ListedBatch], now_s: int) -> None:
    """Lines say what the index says: a release without the list may have extended a batch or moved an end."""
    for line in index:
        listed, campaign = due.batches.get(line.batch_id), due.campaigns.get(line.campaign_id)
        with services.damages.left_out():
            if listed and listed.last_expiry_s != line.last_expiry_s:
                _write_line(services, line.batch_id, now_s)
            # 0: its line of the index is damaged
            elif campaign and line.campaign_ends_at_s not in (0, campaign.ends_at_s):
                _write_end(services, line.campaign_id, now_s)


def _has_zones(services: Services) -> bool:
    """The list has the time zones of all published batches; False if one is damaged: it may be of any other zone."""
    batch_ids = services.catalog.published_ids()
    remember(services, batch_ids)
    broken, timezones = list[Damaged](), set[str]()
    for batch_id in batch_ids:
        with services.damages.left_out(broken):
            timezones.add(services.cache.listed(batch_id).timezone)
    services.due_list.put_zones(sorted(timezones))
    return not broken


def _missing(services: Services, due: DueList, index: list[ListedBatch | Damaged], now_s: int) -> Iterator[str]:
    """The batches that are not in the list, or done there, though something is due of them at `now_s`."""
    over, done = list[str](), {batch_id for batch_id, line in due.batches.items() if line.done}
    listed = {*due.batches, *due.unsure}
    for line in index:
        if isinstance(line, Damaged):
            services.damages.note(line)
            batch_id = services.catalog.listed_by(line)
            if batch_id is not None and batch_id not in listed:
                yield batch_id
        elif line.batch_id in done:
            if now_s < line.last_expiry_s:
                yield line.batch_id
            else:
                over.append(line.batch_id)
        elif line.batch_id not in listed:
            if is_over(line.campaign_ends_at_s, line.last_expiry_s, now_s):
                over.append(line.batch_id)
            else:
                yield line.batch_id
    controls = services.controls.get_many(over, consistent=True)
    spent = dict(zip(over, side_by_side(services, services.day_folds.last_day, over), strict=True))
    for batch_id in over:
        control = controls.get(batch_id)
        # A release without the list may have closed a day and not listed its batches.
        if not isinstance(control, Control) or not is_finished(control) or spent[batch_id] > control.rest_through:
            yield batch_id


def _write_line(services: Services, batch_id: str, now_s: int) -> None:
    """The line says again what batch and control item say, unless one of them changes meanwhile. Raises Damaged."""
    batch, control = services.cache.listed(batch_id), services.cache.control_now(batch_id)
    stored = services.documents.campaign(batch.campaign_id, consistent=True)
    if stored is None:
        return
    last_expiry_s, ends_at_s = batch.last_expiry_s + control.extended_s, epoch_s(stored.document.ends_at)
    services.tries(
        [
            services.controls.unextended(batch_id, control),
            services.documents.still(stored),
            *services.due_list.entering(batch, last_expiry_s, ends_at_s, f"written {batch_id} {now_s}", now_s),
        ]
    )


def _write_end(services: Services, campaign_id: str, now_s: int) -> None:
    """The campaign's line says again what its document says, unless that changes meanwhile. Raises Damaged."""
    stored = services.documents.campaign(campaign_id, consistent=True)
    if stored is not None:
        ending = services.due_list.ending(campaign_id, epoch_s(stored.document.ends_at), f"written {now_s}")
        services.tries([services.documents.still(stored), ending])
