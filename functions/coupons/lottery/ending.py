"""The end of a draw, recorded once: nothing of it changes any more, and what is published of it stays.

| end | when | with |
|---|---|---|
| `final` | the batch has closed and its claims are counted for good | the file of the entries that claimed |
| `abandoned` | an operator stopped the batch before that; the commitment stays shown | the same, after a draw |
| `void` | no beacon came in time, or no commitment (`committing.py`) | – |
| `broken` | other claims are found than the batch's final count has | – |

Money needs none of this: packs that nobody claimed go back by the ordinary steps of the schedule, by the same count.

The final file has the entries that claimed, with their cohort, sorted, 33 bytes each: everybody can check that all of
them won. An entry that is not in the list, or was not drawn, has cohort 0 in it: it is seen and not hidden.

30 days after its end a draw no longer knows who is behind an entry: the identities that were sealed for the notary are
removed from the bookings. That takes one write unit a booking: ten million cost 6.25 dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from coupons.clock import FENCE_S
from coupons.damage import Damaged, all_of
from coupons.lottery.beacon import void_from_s
from coupons.lottery.steps import DrawNow, Stepped
from coupons.model.draw_results import drawn_entry
from coupons.model.draw_state import DrawEnd, EndWord
from coupons.model.entries import CLAIM_BYTES, HASH_BYTES, claim_record
from coupons.process.claim_passes import own_claims
from coupons.process.passes import SPAN, spans
from coupons.stores import keys
from coupons.times import DAY_S

KEPT_S = 30 * DAY_S
"""So long after the end the notary can still ask the people behind a sample of entries."""
FORGET_SPAN = 4
"""Buckets whose identities are removed before that is recorded: about 4,000 writes."""
STOPPED, NO_BEACON = "An operator stopped the batch.", "No beacon came in time."


def end(now: DrawNow) -> Stepped:
    """The draw has ended, if it is to, as far as time allows.

    2 write units; with a file also 1 for each span of 16 buckets of claims, and reads of 1 unit a claim and booking.
    Raises Busy, Damaged.

    Guarded by tests/store/lottery/test_ending.py::test_the_final_file_has_who_claimed,
    tests/store/lottery/test_ending.py::test_other_claims_than_counted_break_it,
    tests/store/lottery/test_ending.py::test_void_without_a_beacon,
    tests/store/lottery/test_ending.py::test_a_stop_abandons_it.
    """
    word = _due_end(now)
    if word is None:
        return Stepped()
    why = {"void": NO_BEACON, "abandoned": STOPPED}.get(word, "")
    if not now.state.cohorts:
        return _record(now, DrawEnd(word, now.now_s, why))
    content = _claimed(now, f"draw#{now.batch.batch_id}#{word}")
    if content is None:
        return Stepped(more=True)
    claims = len(content) // CLAIM_BYTES
    if word == "final" and claims != now.control.claims:
        why = f"{claims} claims were found, and {now.control.claims} were counted."
        return _record(now, DrawEnd("broken", now.now_s, why))
    return _record(now, DrawEnd(word, now.now_s, why, claims, now.services.draw_files.put(content)))


def _due_end(now: DrawNow) -> EndWord | None:
    """How the draw is to end now; None if it is not to."""
    state, control = now.state, now.control
    if state.end is not None:
        return None
    if control.stopped:
        # A claim that was accepted before the stop may still arrive.
        return "abandoned" if now.now_s >= control.stopped_at_s + FENCE_S else None
    if state.cohorts:
        return "final" if control.final else None
    is_late = state.commitment is not None and state.beacon is None and now.now_s >= void_from_s(now.batch)
    return "void" if is_late else None


def _record(now: DrawNow, end: DrawEnd) -> Stepped:
    is_first = now.services.draws.put_end(now.batch.batch_id, end, unless="beacon" if end.state == "void" else "")
    facts = (
        {"step": end.state}
        | ({"why": end.why} if end.why else {})
        | ({} if end.claims is None else {"claims": end.claims})
    )
    return Stepped([facts] if is_first else [])


def _claimed(now: DrawNow, name: str) -> bytes | None:
    """The final file; None if time ran out. Each span of claims leaves a file of its entries, and its fold names it."""
    services, files = now.services, now.services.draw_files

    def entries(places: range) -> bytes:
        return bytes.fromhex(files.put(b"".join(one for bucket in places for one in _entries(now, bucket))))

    names = spans(services, services.step_folds, name, now.batch.buckets, SPAN, entries, now.deadline_s)
    if names is None:
        return None
    contents = [files.get(one.hex()) for one in names]
    found = sorted(one[at : at + HASH_BYTES] for one in contents for at in range(0, len(one), HASH_BYTES))
    return b"".join(line for _, part in groupby(found, itemgetter(0)) for line in _lines(now, list(part)))


def _entries(now: DrawNow, bucket: int) -> Iterator[bytes]:
    """Of those whose claims are in this bucket. Raises Damaged if a claim is of nobody who entered."""
    services, batch = now.services, now.batch
    persons = [claim.person for claim in all_of(own_claims(services, batch, bucket))]
    booked = services.bookings.of_persons(batch, persons)
    for person in persons:
        booking = next(all_of([booked[person]])) if person in booked else None
        if booking is None or booking.entered is None:
            place = keys.place_of(keys.claim(batch.claim_key, batch.buckets, person))
            raise Damaged(services.claims.table, *place, "its person has no entry")
        yield booking.entered.entry


def _lines(now: DrawNow, entries: list[bytes]) -> Iterator[bytes]:
    """Each entry of a part with its cohort, by weight and share as the committed list has them."""
    assert now.state.commitment is not None, "a draw with cohorts is committed"
    listed = now.services.entry_lists.find_all(now.state.commitment, entries)
    for entry in entries:
        one = listed.get(entry)
        drawn = drawn_entry(now.state, entry, one.weight, one.share) if one is not None else None
        cohort = drawn.cohort if drawn is not None else None
        yield claim_record(entry, cohort.number if cohort is not None else 0)


def forget(now: DrawNow) -> Stepped:
    """30 days after the end no booking names its person, as far as time allows; then nothing is due of the draw.

    1 write unit a booking, and reads of 1 each 4 KB. Raises Busy, Damaged.

    Guarded by tests/store/lottery/test_ending.py::test_identities_are_removed_after_thirty_days.
    """
    services, batch, ended = now.services, now.batch, now.state.end
    if ended is None or now.now_s < ended.at_s + KEPT_S:
        return Stepped()

    def forgotten(places: range) -> bytes:
        for bucket in places:
            for booked in all_of(services.bookings.with_persons(batch, bucket)):
                if booked.booking.entered is not None and booked.booking.entered.sealed is not None:
                    services.bookings.forget(batch, booked.person)
        return b""

    name, buckets = f"draw#{batch.batch_id}#forgotten", batch.booking_buckets
    if spans(services, services.step_folds, name, buckets, FORGET_SPAN, forgotten, now.deadline_s) is None:
        return Stepped(more=True)
    is_first = services.draws.mark(batch.batch_id, "forgotten", now.now_s)
    services.due_list.draw_done(batch.batch_id)
    return Stepped([{"step": "identities removed"}] if is_first else [])
