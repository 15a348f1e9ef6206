"""Points (table `points`): accounts and their entries, reported visits, partners' allotments.

| access | request | units |
|---|---|---|
| an account, a month of it, an event, an allotment, a session | GetItem, strong | 1 read unit each |
| entries of an account, newest first | Query, strong | 1 read unit each 4 KB |
| earn | a transaction of event, session, allotment, month, account, entry | 2 each |
| correct | a transaction of event, month, account, entry | 2 each |
| exchange, give back | parts of a transaction: account, entry | 2 each |

Every write of an account states its version as it was read, and puts the entries that explain the difference. A month
is written only together with its account, so its account's version guards it too. An entry that moved points carries
the version that its account had then: a reader who has read an account leaves out what came after.

| item | attributes |
|---|---|
| account | `v` version, `l` lots (`name: [ends at, points]`), `d` debt, `m` points of months, `n` visits by kind and year |
| month | `r` raw points by day of the month |
| entry | `p` points, `k` kind, `v` the account's version, `r` raw, `l` what lots moved, `d` debt, `y` what years count more, `n` kind of the visit, `w` reason, `s` session, `a` activity, `b` batch |
| event | `g` program, `i` name, `u` person, `h` hash of what was reported, `k` kind, `r` raw, `t` day, `p` points, `w` reason, `s` session, `a` activity; of a correction `x` text and `y` points |
| allotment | `t` points in all, `d:<day>` of a day, `m` the maximum if it was changed |
| session | `e` the event's id |
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from coupons.damage import Damaged, UnlikeError
from coupons.model.incentives import Partner
from coupons.model.points_accounts import Account, AccountChange, Lot
from coupons.model.points_entries import Earning, Entry
from coupons.model.points_rules import Month, month_of
from coupons.model.visit_reports import Correction, PartnersAllotment, Report, ReportedEvent
from coupons.stores import points_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.keys import Key
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import amounts, sure

OF_DAY = "d:"


class PointsStore:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)
        self.table = table

    # Reading

    def account(self, program_id: str, person: bytes) -> Account:
        """Strongly consistent; an empty one if there is none. Raises Damaged."""
        return self._table.get(keys.balance(program_id, person), account_of, consistent=True) or Account()

    def month(self, program_id: str, person: bytes, day: str) -> Month:
        """The month of a day. Read after its account, no older one passes with a newer version. Raises Damaged."""
        name = month_of(day)
        found = self._table.get(
            keys.month(program_id, person, name), lambda item: month_of_item(name, item), consistent=True
        )
        return found or Month()

    def event(self, partner_id: str, event_id: str) -> ReportedEvent | None:
        """None: it was neither reported nor corrected. Raises Damaged."""
        return self._table.get(keys.event(partner_id, event_id), event_of, consistent=True)

    def allotment(self, partner_id: str, program_id: str) -> PartnersAllotment:
        """An empty one if nothing was counted. Raises Damaged."""
        return (
            self._table.get(keys.allotment(partner_id, program_id), _allotment, consistent=True) or PartnersAllotment()
        )

    def earned_for(self, report: Report) -> str | None:
        """The number of the event for which the person's visit of this session earned, if any. Raises Damaged."""
        return self._table.get(_session(report), lambda item: sure(item["e"], str), consistent=True)

    def entry(self, program_id: str, person: bytes, at_s: int, entry_id: str) -> Entry | None:
        """Raises Damaged."""
        return self._table.get(keys.entry(program_id, person, at_s, entry_id), entry_of, consistent=True)

    def entries(
        self, program_id: str, person: bytes, version: int, before: str, most: int
    ) -> tuple[list[Entry | Damaged], str]:
        """At most `most`, newest first, of the account's `version` and older; and the order of the last one read, empty
        if no more follow. `before`: that of the page before; empty: begin with the newest.
        """
        pk, prefix = keys.accounts_of(program_id, person), keys.entries_of(person)
        items = self._table.query(
            pk, prefix, consistent=True, after=f"{prefix}{before}" if before else "", page=most + 1, backward=True
        )
        page = list(islice(items, most + 1))
        there = [item for item in page[:most] if item.get("v", 0) <= version]
        found = list(self._table.values(there, entry_of))
        return found, page[most - 1]["sk"].removeprefix(prefix) if len(page) > most else ""

    # Parts of transactions

    def change(
        self, program_id: str, person: bytes, read: Account, change: AccountChange, day: str = ""
    ) -> Iterator[Part]:
        """The account is the new one, if it is the one that was read; with the entries that explain it, and the month
        of `day`, if that changed.

        Guarded by tests/store/stores/test_points.py::test_an_account_is_the_one_that_was_read.
        """
        condition, values = unchanged("v", read.version)
        item = {**keys.balance(program_id, person), **_account_fields(change.account)}
        yield self._table.put("account", item, condition, **values)
        if change.month is not None:
            days = {day[-2:]: raw for day, raw in change.month.days.items()}
            key = keys.month(program_id, person, month_of(day))
            yield self._table.put("points month", {**key, "r": days})
        for number, entry in enumerate(change.entries):
            yield self.putting(program_id, person, entry, change.account.version).of(number)

    def putting(self, program_id: str, person: bytes, entry: Entry, version: int = 0) -> Part:
        """One entry, in no other's place. Version 0: it moves nothing.

        Guarded by tests/store/stores/test_points.py::test_an_entry_takes_no_others_place.
        """
        fields = _entry_fields(entry) | ({"v": version} if version else {})
        key = keys.entry(program_id, person, entry.at_s, entry.entry_id)
        return self._table.put("points entry", {**key, **fields}, "attribute_not_exists(pk)")

    def reporting(self, partner_id: str, event_id: str, report: Report, read: ReportedEvent | None) -> Part:
        """The event has this report, once; beside the correction that came first, if one did.

        Guarded by tests/store/stores/test_points.py::test_an_event_is_reported_once.
        """
        key, fields = keys.event(partner_id, event_id), _report_fields(report)
        if read is None:
            return self._table.put("points event", {**key, **fields}, "attribute_not_exists(pk)")
        update = "SET " + ", ".join(f"{name} = :{name}" for name in fields)
        return self._table.update(
            "points event", key, update, "attribute_exists(x) AND attribute_not_exists(h)", **fields
        )

    def correcting(self, partner_id: str, event_id: str, correction: Correction, read: ReportedEvent | None) -> Part:
        """The event is corrected, once; before it is reported, if it is not.

        Guarded by tests/store/stores/test_points.py::test_an_event_is_corrected_once.
        """
        key, fields = keys.event(partner_id, event_id), {"x": correction.text, "y": correction.points}
        if read is None:
            return self._table.put("points event", {**key, **fields}, "attribute_not_exists(pk)")
        condition = "attribute_exists(h) AND attribute_not_exists(x)"
        return self._table.update("points event", key, "SET x = :x, y = :y", condition, **fields)

    def visiting(self, report: Report, event_id: str, voided: str | None) -> Part:
        """The person's visit of this session earns for this event, and for no other.

        `voided`: the event for which it earned and that was corrected since, which is final.

        Guarded by tests/store/stores/test_points.py::test_a_visit_earns_for_one_event.
        """
        condition, values = unchanged("e", voided)
        return self._table.put("once", {**_session(report), "e": event_id}, condition, **values)

    def counting(self, program_id: str, partner: Partner, visit: Earning, points: int, idle: str | None) -> Part:
        """The points count for the partner, if they are within its maximum; `idle`: a day that is no longer needed.

        Guarded by tests/store/stores/test_points.py::test_a_partner_stays_within_its_points and
        tests/store/points/test_allotments.py::test_who_believes_in_the_maximum_before_counts_nothing.
        """
        update = "SET t = if_not_exists(t, :none) + :points, #day = if_not_exists(#day, :none) + :points"
        # Who has not yet read that the maximum was lowered believes in a higher one.
        condition = "(attribute_not_exists(t) OR t <= :left) AND (attribute_not_exists(m) OR m >= :most)"
        most = partner.points_max
        values = {"none": 0, "points": points, "left": most - points, "most": most}
        names = {"day": f"{OF_DAY}{visit.day}"}
        if partner.points_max_per_day is not None:
            condition = f"{condition} AND (attribute_not_exists(#day) OR #day <= :today)"
            values["today"] = partner.points_max_per_day - points
        if idle:
            update, names["idle"] = f"{update} REMOVE #idle", f"{OF_DAY}{idle}"
        key = keys.allotment(partner.partner_id, program_id)
        return self._table.update("allotment", key, update, condition, **values).naming(**names)

    def allotting(self, program_id: str, partner_id: str, most: int) -> Part:
        """The partner's maximum is this from now on, if no more was counted; what is counted with an older one fails.

        Guarded by tests/store/points/test_allotments.py::test_a_maximum_falls_at_most_to_what_was_earned.
        """
        update, condition = "SET m = :most, t = if_not_exists(t, :none)", "attribute_not_exists(t) OR t <= :most"
        key = keys.allotment(partner_id, program_id)
        part = self._table.update("allotment", key, update, condition, most=most, none=0)
        return part.of(partner_id).returning_old()


def _session(report: Report) -> Key:
    visit = report.visit
    return keys.once(report.program_id, visit.activity_id or "", visit.session_id or "", report.person)


def _account_fields(account: Account) -> Item:
    return {
        "v": account.version,
        "l": {name: [lot.ends_at_s, lot.points] for name, lot in account.lots.items()},
        "d": account.debt,
        "m": dict(account.months),
        "n": {kind: {str(year): number for year, number in years.items()} for kind, years in account.visits.items()},
    }


def account_of(item: Item) -> Account:
    """Raises UnlikeError and the like."""
    lots = {sure(name, str): Lot(*(sure(one, int) for one in lot)) for name, lot in sure(item["l"], dict).items()}
    visits = {sure(kind, str): _by_year(years) for kind, years in sure(item["n"], dict).items()}
    return Account(sure(item["v"], int), lots, sure(item["d"], int), amounts(item["m"]), visits)


def month_of_item(name: str, item: Item) -> Month:
    """The month `yyyy-mm`."""
    return Month({f"{name}-{day}": raw for day, raw in amounts(item["r"]).items()})


def _entry_fields(entry: Entry) -> Item:
    fields: Item = {"p": entry.points, "k": entry.kind, "l": dict(entry.moved), "d": entry.debt, "r": entry.raw}
    if entry.counted:
        fields["y"] = {str(year): points for year, points in entry.counted.items()}
    stated = {"n": entry.points_kind, "w": entry.reason, "s": entry.session_id, "a": entry.activity_id}
    return fields | {name: value for name, value in {**stated, "b": entry.batch_id}.items() if value is not None}


def entry_of(item: Item) -> Entry:
    """Raises UnlikeError and the like."""
    _, _, at_s, entry_id = item["sk"].split("#")
    return Entry(
        entry_id=entry_id,
        at_s=int(at_s),
        kind=item["k"],
        points=item["p"],
        moved=amounts(item["l"]),
        debt=item["d"],
        counted=_by_year(item.get("y", {})),
        raw=item["r"],
        points_kind=item.get("n"),
        reason=item.get("w"),
        session_id=item.get("s"),
        activity_id=item.get("a"),
        batch_id=item.get("b"),
    )


def _report_fields(report: Report) -> Item:
    visit = report.visit
    fields: Item = {"g": report.program_id, "u": report.person, "h": report.content, "p": report.points}
    fields |= {"k": visit.kind, "r": visit.raw, "t": visit.day, "i": visit.event_id}
    stated = {"w": report.reason, "s": visit.session_id, "a": visit.activity_id}
    return fields | {name: value for name, value in stated.items() if value is not None}


def event_of(item: Item) -> ReportedEvent:
    """Raises UnlikeError and the like."""
    correction = Correction(sure(item["x"], str), sure(item["y"], int)) if "x" in item else None
    if "h" not in item and correction is None:
        raise UnlikeError("is neither reported nor corrected")
    return ReportedEvent(_report(item) if "h" in item else None, correction)


def _report(item: Item) -> Report:
    visit = Earning(
        event_id=item["i"],
        kind=item["k"],
        day=item["t"],
        raw=item["r"],
        session_id=item.get("s"),
        activity_id=item.get("a"),
    )
    return Report(item["g"], item["u"], item["h"], visit, item["p"], item.get("w"))


def _allotment(item: Item) -> PartnersAllotment:
    days: dict[str, Any] = {
        name.removeprefix(OF_DAY): points for name, points in item.items() if name.startswith(OF_DAY)
    }
    return PartnersAllotment(sure(item["t"], int), amounts(days))


def _by_year(value: Any) -> dict[int, int]:
    return {int(year): number for year, number in amounts(value).items()}
