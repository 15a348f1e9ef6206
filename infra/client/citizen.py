"""A citizen's app: book, claim at the opening, read the wallet, and show codes that do not expire while shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from infra.client.api import ApiError, ProblemError, UnreachableError
from infra.client.catalogue import Catalogue
from infra.client.reactions import reaction_to
from infra.client.session import JITTER_S

if TYPE_CHECKING:
    from infra.client.answers import Booking, Claim, Code, OwnDraw, Wallet
    from infra.client.slot_answers import SlotBooking, SlotBookings, SlotCode

RENEW_BEFORE_S = 15.0
"""The least time that a shown code is still valid: enough to scan it and to send the request."""
CODES_MAX = 100


class OpensLaterError(ApiError):
    """The batch opens later than the caller is willing to wait."""

    def __init__(self, batch_id: str, opens_at: str, opens_in_s: float) -> None:
        self.batch_id = batch_id
        self.opens_at = opens_at
        self.opens_in_s = opens_in_s
        super().__init__(f"{batch_id} opens at {opens_at}, in {opens_in_s:.0f} s")


class Citizen(Catalogue):
    """One person's session; the token has the scope `citizen`."""

    def _begin(self) -> None:
        super()._begin()
        self._unsettled: set[str] = set()
        """Batches that an attempt without an answer may have claimed, or may still claim."""
        self._codes: dict[str, Any] = {}
        """In memory only: a code on a disk would outlast the screen that shows it."""

    def book(self, batch_id: str) -> Booking:
        """The person has booked; a repeat returns the same booking, and of a lottery the same receipt.

        Raises ProblemError: `not-open`, `closed`, …
        """
        return cast("Booking", self._call("PUT /batches/{batch_id}/booking", {"batch_id": batch_id}, body={}))

    def booking(self, batch_id: str) -> Booking:
        """Raises ProblemError: `not-found`."""
        return cast("Booking", self._call("GET /batches/{batch_id}/booking", {"batch_id": batch_id}))

    def cancel_booking(self, batch_id: str) -> None:
        """The person's booking is deleted. Raises ProblemError: `not-found` if there was none, `closed`, …"""
        self._delete("DELETE /batches/{batch_id}/booking", {"batch_id": batch_id})

    def own_draw(self, batch_id: str) -> OwnDraw:
        """The person's entry in a lottery, and what became of it. Raises ProblemError: `not-found`."""
        return cast("OwnDraw", self._call("GET /batches/{batch_id}/draw/mine", {"batch_id": batch_id}))

    def book_slot(self, slot_id: str) -> SlotBooking:
        """The person is booked; a repeat returns what they are in the slot now.

        Raises ProblemError: `full` (then `wait_for_slot`), `not-eligible`, `not-open`, `closed`, `stopped`.
        """
        return cast("SlotBooking", self._call("PUT /slots/{slot_id}/booking", {"slot_id": slot_id}, body={}))

    def slot_booking(self, slot_id: str) -> SlotBooking:
        """What the person is in the slot. Raises ProblemError: `not-found`."""
        return cast("SlotBooking", self._call("GET /slots/{slot_id}/booking", {"slot_id": slot_id}))

    def wait_for_slot(self, slot_id: str) -> SlotBooking:
        """The person waits, or is booked if a place is free. Raises ProblemError: `full` (the list), `closed`, …"""
        return cast("SlotBooking", self._call("PUT /slots/{slot_id}/waiting", {"slot_id": slot_id}, body={}))

    def leave_slot(self, slot_id: str) -> None:
        """The person is not in the slot. Raises ProblemError: `not-found` if they were not, `closed`."""
        self._delete("DELETE /slots/{slot_id}/booking", {"slot_id": slot_id})

    def leave_waiting_list(self, slot_id: str) -> None:
        """The same; who moved up meanwhile is out of the slot too."""
        self._delete("DELETE /slots/{slot_id}/waiting", {"slot_id": slot_id})

    def bookings(self) -> SlotBookings:
        """The person's slots that have not ended, by their start; `damaged` of them cannot be shown."""
        return cast("SlotBookings", self._call("GET /bookings"))

    def claim_at_opening(self, batch_id: str, *, wait_s: float) -> Claim:
        """Sleeps until the batch opens by the server's clock, and a short random time longer; then claims.

        `wait_s` bounds the wait for the opening and the waits of `claim` together. No request is sent meanwhile.

        Raises:
            OpensLaterError: the batch opens later than that.
            ApiError: as `claim`.
        """
        begun_s = self._device.monotonic_s()
        opens_at = self.batch(batch_id)["opens_at"]
        opens_in_s = self.seconds_until(opens_at)
        if opens_in_s > 0:
            pause_s = opens_in_s + self._device.uniform(0, JITTER_S)
            if pause_s > wait_s:
                raise OpensLaterError(batch_id, opens_at, opens_in_s)
            self._device.sleep(pause_s)
        return self.claim(batch_id, wait_s=max(0.0, wait_s - (self._device.monotonic_s() - begun_s)))

    def claim(self, batch_id: str, *, wait_s: float = 0.0) -> Claim:
        """The person holds the batch's pack. A repeat returns the same pack.

        After a temporary refusal (`not-open`, `paused`, `drained`, `busy`) or no answer it waits and repeats, `wait_s`
        seconds in all; a final refusal is raised at once. The stack refuses claims without looking for an earlier
        claim. So after a lost answer this looks for the claim before it accepts a refusal.

        Raises:
            ProblemError: refused, and nothing was claimed before.
            UnreachableError: no answer; whether the pack was claimed is unknown until the next call.
        """
        until_s = self._device.monotonic_s() + wait_s
        while True:
            failure: ApiError
            try:
                return self._claim(batch_id)
            except ProblemError as refusal:
                failure, pause_s = refusal, self._come_back_s(refusal)
            except UnreachableError as silence:
                failure, pause_s = silence, self._device.uniform(0, JITTER_S)
            if pause_s is None or self._device.monotonic_s() + pause_s > until_s:
                raise failure
            self._device.sleep(pause_s)

    def my_claim(self, batch_id: str) -> Claim:
        """The person's claim of the batch. Raises ProblemError: `not-found`."""
        return cast("Claim", self._call("GET /batches/{batch_id}/claim", {"batch_id": batch_id}))

    def wallet(self, status: str | None = None) -> Wallet:
        """All coupons, or those `available`, `held`, `redeemed`, `expired` or `voided` at the time of the answer."""
        return cast("Wallet", self._call("GET /wallet", query={"status": status}))

    def code(self, coupon_id: str) -> Code:
        """A code for the shop to scan: the same one until RENEW_BEFORE_S before it expires. Call this at each redraw.

        Raises ProblemError: `not-found`.
        """
        return cast("Code", self._shown("POST /coupons/{coupon_id}/code", {"coupon_id": coupon_id}))

    def slot_code(self, slot_id: str) -> SlotCode:
        """A code by which the venue checks the person in; call this at each redraw, as `code`.

        Raises ProblemError: `not-found` if the person has no place in the slot, `stopped` if it was cancelled.
        """
        return cast("SlotCode", self._shown("POST /slots/{slot_id}/code", {"slot_id": slot_id}))

    def _shown(self, route: str, path: dict[str, str]) -> Any:
        (name,) = path.values()
        known = self._codes.get(name)
        if known is not None and self.seconds_until(known["expires_at"]) > RENEW_BEFORE_S:
            return known
        fresh = self._call(route, path, body={}, writes=False)
        while len(self._codes) >= CODES_MAX:
            del self._codes[next(iter(self._codes))]
        self._codes[name] = fresh
        return fresh

    def _delete(self, route: str, path: dict[str, str]) -> None:
        try:
            self._call(route, path)
        except ProblemError as refusal:
            # An earlier attempt, whose answer was lost, has deleted it.
            if refusal.slug != "not-found" or not refusal.maybe_done:
                raise

    def _claim(self, batch_id: str) -> Claim:
        try:
            return cast("Claim", self._call("PUT /batches/{batch_id}/claim", {"batch_id": batch_id}, body={}))
        except UnreachableError:
            self._unsettled.add(batch_id)
            raise
        except ProblemError as refusal:
            if refusal.maybe_done:
                self._unsettled.add(batch_id)
            about_the_claim = reaction_to(refusal).kind in ("wait", "final")
            if batch_id not in self._unsettled or not about_the_claim:
                raise
            try:
                return self.my_claim(batch_id)
            except ProblemError as absent:
                raise (refusal if absent.slug == "not-found" else absent) from None
