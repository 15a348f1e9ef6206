"""A merchant's till: quote, hold, redeem, reverse, with a journal of requests that have no answer yet.

The till chooses the order numbers, and the same number with the same content is the same redemption, however often it
is sent. So a till writes each request to its journal before sending, and removes it when any answer has come. `journal`
is a mapping to plain JSON: a dictionary lasts as long as the process; a real till passes one that survives a power cut
(`shelve`, a table).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from infra.client.api import LOCAL_URL, ApiError, ProblemError, UnreachableError
from infra.client.reactions import reaction_to
from infra.client.server_time import epoch_s, rfc3339
from infra.client.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from infra.client.answers import (
        Hold,
        OwnMerchant,
        Quote,
        Redemption,
        Release,
        Reversal,
        Settlement,
    )
    from infra.client.api import Api, Device
    from infra.client.slot_answers import CheckIn, FacilityBookings

CUT_OFF_MAX_S = 600.0
"""An older scan is refused; the customer must show a fresh code."""
SETTLEMENT = "GET /settlements/{day}"
Kept = dict[str, Any]
"""`{order, code, pin, scanned_at}` of a redemption, `{amount_minor}` of a reversal."""


class UnansweredError(ApiError):
    """The number was sent with other content and has no answer yet: settle that first, or use another number."""


@dataclass(frozen=True)
class Settled:
    """The outcome of a number that had no answer: its `answer`, or the refusal that removed it."""

    number: str
    answer: Redemption | Reversal | None
    refusal: ProblemError | None = None


class Till(Session):
    """One till's session; the token has the scope `merchant` and names the merchant."""

    def __init__(
        self,
        url: str = LOCAL_URL,
        token: str | None = None,
        *,
        journal: MutableMapping[str, Kept] | None = None,
        device: Device | None = None,
        api: Api | None = None,
    ) -> None:
        super().__init__(url, token, device=device, api=api)
        self.journal: MutableMapping[str, Kept] = {} if journal is None else journal
        """Requests without an answer yet, by order number; reversals by `order_no/reversal_no`."""
        self._scans_s: dict[str, float] = {}
        """When each was scanned, by the monotonic clock, for scans before the server's time is known."""

    def facility_bookings(self, facility_id: str, day: str | None = None) -> FacilityBookings:
        """How many people are in each slot of a day, or of today. Raises ProblemError: `not-found`."""
        path = {"facility_id": facility_id}
        return cast("FacilityBookings", self._call("GET /facilities/{facility_id}/bookings", path, query={"day": day}))

    def check_in(self, slot_id: str, checkin_no: str, code: str) -> CheckIn:
        """The person of `code` is let in to the slot, and the venue is paid for it, exactly once.

        `checkin_no` is one of the till's order numbers. After a lost answer send it again, also with a code that is too
        old by then: what was done before is answered. Raises ProblemError: `not-open`, `closed`, `code-expired`, …
        """
        path = {"slot_id": slot_id, "checkin_no": checkin_no}
        return cast("CheckIn", self._call("PUT /slots/{slot_id}/checkins/{checkin_no}", path, body={"code": code}))

    def checked_in(self, slot_id: str, checkin_no: str) -> CheckIn:
        """What this number did in the slot. Raises ProblemError: `not-found`."""
        path = {"slot_id": slot_id, "checkin_no": checkin_no}
        return cast("CheckIn", self._call("GET /slots/{slot_id}/checkins/{checkin_no}", path))

    def quote(self, code: str, order: Mapping[str, Any], *, pin: str | None = None) -> Quote:
        """The discount of the coupon for this order; nothing is changed. Raises ProblemError: `code-expired`, …

        A printed code takes its `pin`, here as in a hold and a redemption.
        """
        body = {"code": code, "order": order} | _said(pin=pin)
        return cast("Quote", self._call("POST /quotes", body=body, writes=False))

    def hold(self, order_no: str, code: str, order: Mapping[str, Any], *, ttl_s: int, pin: str | None = None) -> Hold:
        """The coupon is set aside for this unpaid order for `ttl_s` seconds. Redeem it without a code."""
        body = {"code": code, "order": order, "ttl_s": ttl_s} | _said(pin=pin)
        return cast("Hold", self._call("PUT /orders/{order_no}/hold", {"order_no": order_no}, body=body))

    def release(self, order_no: str) -> Release:
        """The order holds no coupon, and its number cannot be used again. Raises ProblemError: `order-conflict`."""
        return cast("Release", self._call("DELETE /orders/{order_no}/hold", {"order_no": order_no}))

    def redeem(
        self, order_no: str, order: Mapping[str, Any], *, code: str | None = None, pin: str | None = None
    ) -> Redemption:
        """The coupon of `code`, or the one that the order holds, is redeemed for this order, exactly once.

        After a lost answer the same content is sent again. If no answer comes, the number stays in the journal, and
        the same call or settle() finds the outcome later; it sends `scanned_at` if the code is too old by then, within
        ten minutes. That is a late scan, which the merchant's record must allow. If it does not, or not today, the
        refusal is `code-expired` with the reason `late-not-allowed` or `late-limit`, and a fresh code is needed.

        Raises:
            UnansweredError: the number was sent with other content and has no answer yet.
            ProblemError: refused, and nothing was redeemed; after `busy` or 401 the outcome is still open.
            UnreachableError: no answer; whether the coupon was redeemed is unknown.
        """
        content: Kept = {"order": dict(order), "code": code, "pin": pin}
        kept = self.journal.get(order_no)
        if kept is not None and {name: kept.get(name) for name in content} != content:
            raise UnansweredError(f"order {order_no} has no answer yet to what was sent before")
        if kept is None:
            self._scans_s[order_no] = self._device.monotonic_s()
            scanned_at = rfc3339(self.time.now_s()) if self.time.is_known else None
            self.journal[order_no] = {**content, "scanned_at": scanned_at}
        return self._redeem(order_no, was_cut_off=kept is not None)

    def redemption(self, order_no: str) -> Redemption:
        """What this order redeemed. Raises ProblemError: `not-found`."""
        return cast("Redemption", self._call("GET /orders/{order_no}/redemption", {"order_no": order_no}))

    def reverse(self, order_no: str, reversal_no: str, amount_minor: int) -> Reversal:
        """`amount_minor` of what was paid is refunded; the same number is the same reversal.

        Raises as `redeem`.
        """
        number = f"{order_no}/{reversal_no}"
        content = {"amount_minor": amount_minor}
        if self.journal.get(number, content) != content:
            raise UnansweredError(f"reversal {number} has no answer yet to what was sent before")
        self.journal[number] = content
        path = {"order_no": order_no, "reversal_no": reversal_no}
        with self._kept_until_answered(number):
            return cast("Reversal", self._call("PUT /orders/{order_no}/reversals/{reversal_no}", path, body=content))

    def settle(self) -> list[Settled]:
        """The outcome of each number in the journal, oldest first. Call it when the connection is back.

        It stops at the first number without an answer; that one and those behind it stay in the journal.
        """
        settled: list[Settled] = []
        for number, kept in list(self.journal.items()):
            answer: Redemption | Reversal
            try:
                if "amount_minor" in kept:
                    order_no, _, reversal_no = number.partition("/")
                    answer = self.reverse(order_no, reversal_no, kept["amount_minor"])
                else:
                    answer = self._redeem(number, was_cut_off=True)
            except UnreachableError:
                break
            except ProblemError as refusal:
                if number in self.journal:
                    break
                settled.append(Settled(number, None, refusal))
            else:
                settled.append(Settled(number, answer))
        return settled

    def merchant(self) -> OwnMerchant:
        """The merchant's own record: its stores, whether it is suspended, late scans left today."""
        return cast("OwnMerchant", self._call("GET /merchant"))

    def settlement(self, day: str, cursor: str | None = None) -> Settlement:
        """One page of the merchant's lines of a day (`2020-06-06`); `next` is the cursor of the page after it."""
        return cast("Settlement", self._call(SETTLEMENT, {"day": day}, query={"cursor": cursor}))

    def settlement_lines(self, day: str) -> Iterator[dict[str, Any]]:
        """Every line of the day. Raises UnreachableError if the pages do not end."""
        for page in self._pages(SETTLEMENT, {"day": day}):
            yield from page["lines"]

    def _redeem(self, order_no: str, *, was_cut_off: bool) -> Redemption:
        scanned_at: str | None = None
        with self._kept_until_answered(order_no):
            while True:
                try:
                    return self._put_redemption(order_no, scanned_at)
                except ProblemError as refusal:
                    was_cut_off = was_cut_off or refusal.maybe_done
                    if not was_cut_off or _is_open(refusal):
                        raise
                    if refusal.slug == "code-expired" and scanned_at is None:
                        scanned_at = self._scanned_at(order_no)
                        if scanned_at is not None:
                            continue
                    # A number with other content is another request.
                    found = None if refusal.slug == "order-conflict" else self._read_back(order_no)
                    if found is None:
                        raise
                    return found

    def _put_redemption(self, order_no: str, scanned_at: str | None) -> Redemption:
        kept = self.journal[order_no]
        body = {"order": kept["order"]} | _said(code=kept["code"], pin=kept.get("pin"), scanned_at=scanned_at)
        return cast("Redemption", self._call("PUT /orders/{order_no}/redemption", {"order_no": order_no}, body=body))

    def _scanned_at(self, order_no: str) -> str | None:
        """The scan's time by the server's clock; None after ten minutes, or if a restarted till never knew it."""
        known: str | None = self.journal[order_no]["scanned_at"]
        if not self.time.is_known:
            return None
        if known is None and order_no in self._scans_s:
            known = rfc3339(self.time.at_s(self._scans_s[order_no]))
        if known is None or self.time.now_s() >= epoch_s(known) + CUT_OFF_MAX_S:
            return None
        return known

    def _read_back(self, order_no: str) -> Redemption | None:
        try:
            return self.redemption(order_no)
        except ProblemError as absent:
            if absent.slug != "not-found":
                raise
            return None

    @contextmanager
    def _kept_until_answered(self, number: str) -> Iterator[None]:
        """Removes the number from the journal when any answer has come."""
        try:
            yield
        except ProblemError as refusal:
            if not _is_open(refusal):
                self._strike_out(number)
            raise
        self._strike_out(number)

    def _strike_out(self, number: str) -> None:
        self.journal.pop(number, None)
        self._scans_s.pop(number, None)


def _is_open(refusal: ProblemError) -> bool:
    """Whether the outcome is still open: a repeat later, or with a fresh token, must find it."""
    return reaction_to(refusal).kind in ("repeat", "sign-in")


def _said(**optional: str | None) -> dict[str, str]:
    """The members of a body that are not None."""
    return {name: value for name, value in optional.items() if value is not None}
