"""What people are told of themselves: wallets, points and strikes, against the town's own books."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from infra.playing.acts import OPERATOR
from infra.playing.books import Books
from infra.playing.cast import Cast, Resident
from infra.playing.courts import Courts
from infra.playing.gateway import seconds
from infra.playing.stack import Stack
from infra.playing.verdicts import Verdicts

LOOKED_AT_MAX = 1_000
"""People whose wallets are looked into."""
EXCUSED = 30
"""Per cent of the strikes."""


class Persons:
    def __init__(self, stack: Stack, books: Books, cast: Cast, courts: Courts, verdicts: Verdicts, rng: Random) -> None:
        self._stack, self._books, self._cast, self._courts = stack, books, cast, courts
        self._verdicts, self._rng = verdicts, rng
        self.people = {resident.name: resident for resident in cast.residents}

    def wallets(self) -> None:
        """Everybody sees each coupon of theirs once, in the state and with the end that the books have."""
        residents = self._cast.residents
        if len(residents) > LOOKED_AT_MAX:
            residents = self._rng.sample(residents, LOOKED_AT_MAX)
        mine: dict[str, list[str]] = {}
        for (_, name), coupon_ids in self._books.packs.items():
            mine.setdefault(name, []).extend(coupon_ids)
        shown, wrong = 0, set[str]()
        for resident in residents:
            coupons = self._stack.read(resident.person, "GET /wallet")["coupons"]
            shown += len(coupons)
            told = Counter((one["coupon_id"], _known(one["status"]), seconds(one["expires_at"])) for one in coupons)
            kept = Counter(self._kept(coupon_id) for coupon_id in mine.get(resident.name, []))
            if told != kept:
                wrong.add(resident.name)
        self._verdicts.alike("wallets", f"{shown:,} coupons in the wallets of {len(residents):,} people", wrong)

    def _kept(self, coupon_id: str) -> tuple[str, str, int]:
        return coupon_id, self._books.status(coupon_id, self._stack.now_s), self._books.expires_at_s(coupon_id)

    def points(self, told: dict[str, Any]) -> None:
        """Each person's balance, entries and lots, against what the visits that stand come to.

        All of them together are what the program says that it owes.
        """
        book, lots, debt, of_all = self._books.points, Counter[str](), 0, Counter[str]()
        names, wrong = sorted({*book.visits, *book.spent}), set[str]()
        for name in names:
            shown, entries = self._account(self.people[name])
            mine = {one["expires_at"]: one["points"] for one in shown["by_expiry"]}
            wanted = (book.balance(name), shown["balance"] + shown["debt"])
            is_same = (entries, sum(mine.values())) == wanted and not (shown["debt"] and mine)
            if shown["balance"] != book.balance(name) or not is_same:
                wrong.add(name)
            lots.update(mine)
            debt += shown["debt"]
            of_all.update(told=shown["balance"], kept=book.balance(name))
        text = f"balances of {len(names):,} people told {of_all['told']:,} = by the points book {of_all['kept']:,}"
        self._verdicts.alike(book.program_id, text, wrong)
        owed = {one["expires_at"]: one["points"] for one in told["liability"]}
        text = f"points owed {sum(owed.values()):,}, debt {told['debt']:,} = of these people {lots.total():,}, {debt:,}"
        self._verdicts.judge(book.program_id, text, (owed, told["debt"]) == (dict(lots), debt))
        cost_minor = sum(one["amount_minor"] for one in told["liability"])
        text = f"they cost {self._verdicts.money(cost_minor)} = {lots.total():,} x {book.unit_minor} minor units"
        self._verdicts.judge(book.program_id, text, cost_minor == lots.total() * book.unit_minor)

    def _account(self, resident: Resident) -> tuple[dict[str, Any], int]:
        """As shown, and what its entries come to."""
        query, entries = {"program_id": self._books.points.program_id}, 0
        while True:
            shown = self._stack.read(resident.person, "GET /points", None, **query)
            entries += sum(one["points"] for one in shown["entries"])
            if shown["cursor"] is None:
                return shown, entries
            query["cursor"] = shown["cursor"]

    def excuse(self, day: str) -> None:
        """Now and then an operator excuses a strike, or lets it count again."""
        for name, slot_id in sorted(self._courts.missed.get(day, ())):
            if self._rng.random() * 100 >= EXCUSED:
                continue
            mine = self._strikes(name).get(slot_id)
            if mine is not None:
                body = {"person_id": name, "slot_id": slot_id, "excused": not mine}
                answer = self._stack.ask(OPERATOR, "PUT /admin/strikes", None, body)
                assert answer.status < 300, answer.text
                assert self._strikes(name)[slot_id] == (not mine), f"{name} {slot_id}: {answer.text}"
                self._courts.tally["strikes excused"] += 1

    def _strikes(self, name: str) -> dict[str, bool]:
        """By slot, whether it is excused."""
        strikes = self._stack.read(self.people[name].person, "GET /bookings")["strikes"]
        return {one["slot_id"]: one["excused"] for one in strikes}

    def strikes(self, day: str) -> None:
        """Who was booked on the day and did not come has a strike, unless the place let nobody in; nobody else has."""
        came, missed = self._courts.came.get(day, set()), self._courts.missed.get(day, set())
        doors = {slot_id.partition(".")[0] for _, slot_id in came}
        due = {mine for mine in missed if mine[1].partition(".")[0] in doors}
        wrong, told = set[str](), 0
        for name in sorted({name for name, _ in came | missed}):
            found = {(name, slot_id) for slot_id in self._strikes(name) if f".{day}." in slot_id}
            told += len(found)
            if found != {mine for mine in due if mine[0] == name}:
                wrong.add(name)
        if came or missed:
            text = f"strikes told {told} = bookings that nobody came to {len(due)}, of {len(came | missed)}"
            self._verdicts.alike(f"slots on {day}", text, wrong)


def _known(status: str) -> str:
    """The books know of no holds."""
    return "available" if status == "held" else status
