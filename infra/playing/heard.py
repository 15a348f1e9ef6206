"""Events: each change that was answered is on the bus once, under one id, and nothing else is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable
from typing import Any

from infra.playing.books import Books
from infra.playing.bus import REPEATED_LATER, RecordedBus
from infra.playing.cast import Cast
from infra.playing.courts import Courts
from infra.playing.entries import LineEntry, money
from infra.playing.gateway import seconds
from infra.playing.verdicts import Verdicts

Facts = Counter[Hashable]
_SLOTS = ("slot.booked.v1", "slot.promoted.v1", "slot.cancelled.v1")


class Heard:
    """`judge` adds an equation for each type of event that was answered or heard."""

    def __init__(
        self, bus: RecordedBus, books: Books, cast: Cast, courts: Courts, verdicts: Verdicts, since_s: int
    ) -> None:
        self._since_s = since_s
        """When the programme was published: what had ended was not announced."""
        self._bus, self._books, self._cast, self._courts, self._verdicts = bus, books, cast, courts, verdicts

    def judge(self) -> None:
        on_bus: dict[str, Facts] = defaultdict(Counter)
        for event in self._bus.events.values():
            on_bus[event["type"]][_fact(event)] += 1
        answered = self._answered()
        for kind in sorted({*on_bus, *(kind for kind, facts in answered.items() if facts)} - {REPEATED_LATER}):
            heard, wanted = on_bus[kind], answered[kind]
            copies = self._bus.copies[kind]
            text = f"{heard.total():,} events, and {copies:,} copies of them, = {wanted.total():,} changes answered"
            wrong = (heard - wanted) + (wanted - heard)
            self._verdicts.alike(kind, text, {str(fact) for fact in wrong})
        self._expiring(on_bus[REPEATED_LATER])
        text = f"{len(self._bus.events):,} ids, each said one thing"
        self._verdicts.alike("events", text, self._bus.unlike)
        failures = [str(one["keys"]) for one in self._bus.failures]
        self._verdicts.alike("events", f"records that became no event {len(failures)} = 0", failures)

    def _expiring(self, found: Facts) -> None:
        """How many are due the schedule decides; each names coupons of the books, and the moment when they end."""
        ends = {coupon_id: self._books.expires_at_s(coupon_id) for coupon_id in self._books.coupons}
        first = {coupon_id: one.expires_at_s for coupon_id, one in self._books.coupons.items()}
        wrong = {
            str(fact)
            for fact in found
            for coupon_id in fact[1]  # type: ignore[index]
            if fact[0] not in (ends.get(coupon_id), first.get(coupon_id))  # type: ignore[index]
        }
        if found:
            self._verdicts.alike(REPEATED_LATER, f"{found.total():,} events name coupons and when they end", wrong)

    def _answered(self) -> dict[str, Facts]:
        books, points = self._books, self._books.points
        found: dict[str, Facts] = defaultdict(Counter)
        found["coupon.claimed.v1"].update((books.claims[at], *ids) for at, ids in books.packs.items())
        for (merchant_id, _), lines in books.lines.items():
            for line in lines:
                is_door = (merchant_id, line.order_no) in books.check_ins
                kind = "coupon.redeemed.v1" if line.kind == "redemption" else "coupon.reversed.v1"
                kind = "slot.checked-in.v1" if is_door and line.kind == "redemption" else kind
                if not is_door or line.batch_id or line.kind == "redemption":
                    found[kind][_of_line(merchant_id, line)] += 1
        found["points.earned.v1"].update(dict.fromkeys(points.reported.items(), 1))
        found["points.earned.v1"].update({(event, None): 1 for event in points.checked_in})
        for (kind, slot_id), times in self._courts.moves.items():
            found[kind][slot_id] += times
        shown = (self._cast.programme or {}).get("announcements") or []
        due = [one["announcement_id"] for one in shown if seconds(one["ends_at"]) > self._since_s]
        found["announcement.published.v1"].update(due)
        return found


def _of_line(merchant_id: str, line: LineEntry) -> Hashable:
    amounts = (abs(line.discount_minor), abs(line.payable_minor))
    return (merchant_id, line.order_no, line.reversal_no or "", line.batch_id, *amounts, _shares(line.funding))


def _shares(amounts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, abs(minor)) for name, minor in amounts.items()))


def _fact(event: dict[str, Any]) -> Hashable:
    """What the books know of it, too."""
    data, kind = event["data"], event["type"]
    if kind == "coupon.claimed.v1":
        return (data["batch_id"], *(one["coupon_id"] for one in data["coupons"]))
    if kind == REPEATED_LATER:
        return (seconds(data["expires_at"]), tuple(one["coupon_id"] for one in data["coupons"]))
    if kind == "points.earned.v1":
        if data["booking_id"]:
            return (data["booking_id"], None)
        return (f"{data['merchant_id']}.{data['event_id']}", data["points"])
    if kind in _SLOTS:
        return str(data["slot_id"])
    if kind == "announcement.published.v1":
        return str(data["announcement_id"])
    order_no = data["checkin_no"] if kind == "slot.checked-in.v1" else data["order_no"]
    amounts = (data.get("discount_minor", data.get("subsidy_minor")), data["payable_minor"])
    where = (data["merchant_id"], order_no, data.get("reversal_no", ""), data["batch_id"] or "")
    return (*where, *amounts, _shares(money(data["funding"])))
