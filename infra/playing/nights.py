"""The reckoning, each midnight and in the end: what is told of money, against what tills and people were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

from coupons.currencies import money as shown
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.diary import Diary
from infra.playing.entries import money
from infra.playing.gateway import Person
from infra.playing.lines import TOTALS, kept_line, told_line, totals
from infra.playing.oracle import Money
from infra.playing.stack import InternalError, Stack
from infra.playing.tills import till

EVERY = 3
"""Nights from one batch's audit to the next; all of them are read at the end."""
OPERATOR = Person({"sub": "operator", "scope": "operator"})
_CAMPAIGN = "/admin/campaigns/{campaign_id}"


class Judged(NamedTuple):
    """An equation with its numbers. `of`: the batch, day, campaign, merchant or funder that it speaks of."""

    of: str
    text: str
    holds: bool


class Nights:
    """`judged`: equations of the last reckoning; `broken`: those of any that were false; `told`: how many in all."""

    def __init__(self, stack: Stack, books: Books, cast: Cast, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._diary = stack, books, cast, diary
        self.judged: list[Judged] = []
        self.broken: list[Judged] = []
        self.told = 0
        self._path = {"campaign_id": str(cast.document["campaign_id"])}
        self._currency = str(cast.document["currency"])

    def after(self, day: date) -> None:
        """After the midnight that ends `day`, if anything happened on it."""
        self.judged = []
        if day.isoformat() not in self._diary.days:
            return
        if day.toordinal() % EVERY == 0:
            self._batch(self._stack.rng.choice([*self._books.batches]))
        self._day(day.isoformat())
        self._budgets()

    @contextmanager
    def _reading(self, of: str) -> Iterator[None]:
        """What ends as an internal error has found an item that cannot be: its log line names it."""
        try:
            yield
        except InternalError as error:
            self._judge(of, f"can be read: {error}", holds=False)

    def at_the_end(self, first: date, last: date) -> None:
        """Of everything: each batch, day, merchant, funder and program, and that nothing is reserved any more."""
        self.judged = []
        for batch_id in self._books.batches:
            with self._reading(batch_id):
                self._batch(batch_id)
        with self._reading("campaign"):
            self._audit("campaign", self._of_budgets(audit="campaign")["audit"])
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            with self._reading(day):
                self._day(day)
        self._budgets()
        for batch_id, batch in self._books.batches.items():
            text = f"reserved {self._amounts(batch.reserved)} = spent {self._amounts(batch.spent)}"
            self._judge(batch_id, text, +batch.reserved == +batch.spent)
        self._points()
        self._statistics()

    def _judge(self, of: str, text: str, holds: bool) -> None:
        self.told += 1
        self.judged.append(Judged(of, text, holds))
        if not holds:
            self.broken.append(self.judged[-1])

    def _audit(self, of: str, audit: dict[str, Any]) -> None:
        self._judge(of, "the audit counted everything", bool(audit["complete"]))
        for one in audit["equations"]:
            self._judge(of, one["equation"], bool(one["holds"]))

    def _of_budgets(self, **query: str) -> dict[str, Any]:
        return self._read(OPERATOR, f"GET {_CAMPAIGN}/budgets", self._path, **query)

    def _read(self, who: Person, route: str, path: dict[str, str] | None, **query: str) -> dict[str, Any]:
        answer = self._stack.ask(who, route, path, None, **query)
        assert answer.status == 200, f"{route} {path}: {answer.text}"
        return dict(answer.json)

    def _batch(self, batch_id: str) -> None:
        told = self._read(OPERATOR, "GET /admin/batches/{batch_id}/audit", {"batch_id": batch_id})
        self._audit(batch_id, told)
        batch = self._books.batches[batch_id]
        if batch.document["mode"] == "venue":
            return
        self._judge(
            batch_id, f"claims told {told['claims']} = claims answered {batch.claims}", told["claims"] == batch.claims
        )
        mine = [coupon_id for coupon_id, one in self._books.coupons.items() if one.batch_id == batch_id]
        states = Counter(self._books.status(coupon_id, self._stack.now_s) for coupon_id in mine)
        counted = Counter(told["coupons"])
        counted["available"] += counted.pop("held", 0)  # the books know of no holds
        self._judge(batch_id, f"coupons told {_listed(counted)} = of the books {_listed(states)}", +counted == states)

    def _day(self, day: str) -> None:
        merchants = sorted({merchant_id for merchant_id, of in self._books.lines if of == day})
        if merchants:
            self._audit(day, self._of_budgets(audit=day)["audit"])
        for merchant_id in merchants:
            self._merchant(merchant_id, day)

    def _merchant(self, merchant_id: str, day: str) -> None:
        """Each line that was answered and no other; the sums of the closed day are theirs."""
        of, lines = f"{merchant_id} on {day}", self._books.lines[merchant_id, day]
        pages = self._pages(merchant_id, day)
        told = [line for page in pages for line in page["lines"]]
        kept = {kept_line(line, *self._books.purse) for line in lines}
        wrong = sorted({f"{line[2]} {line[3]}".strip() for line in set(map(told_line, told)) ^ kept})
        named = f"; other: {', '.join(wrong)}" if wrong else ""
        text = f"lines told {len(told)} = lines answered {len(lines)}, each alike{named}"
        self._judge(of, text, not wrong and len(told) == len(lines))
        sums, wanted = pages[0]["day_sums"], Counter(totals(lines))
        counted = Counter({name: sum(one[name] for one in sums) for name in TOTALS})
        text = f"sums told {_listed(counted)} = of lines answered {_listed(wanted)}"
        self._judge(of, text, +counted == +wanted and all(page["final"] for page in pages))

    def _pages(self, merchant_id: str, day: str) -> list[dict[str, Any]]:
        pages, cursor = list[dict[str, Any]](), ""
        while not pages or cursor:
            query = {"cursor": cursor} if cursor else {}
            pages.append(self._read(till(merchant_id), "GET /settlements/{day}", {"day": day}, **query))
            cursor = pages[-1]["next"] or ""
        return pages

    def _budgets(self) -> None:
        """Of each funder and batch, as told and as the books have it."""
        told, reserved = self._of_budgets(), self._books.reserved
        for one in told["funders"]:
            funder_id, of = one["funder_id"], f"funder {one['funder_id']}"
            budget, held, left = (self._money(one[name]) for name in ("budget_minor", "reserved_minor", "left_minor"))
            text = f"budget {budget} = reserved {held} + left {left}"
            self._judge(of, text, one["budget_minor"] == one["reserved_minor"] + one["left_minor"])
            text = f"reserved {held} = by the books {self._money(reserved[funder_id])}"
            self._judge(of, text, one["reserved_minor"] == reserved[funder_id])
        for one in told["batches"]:
            batch, open_minor = self._books.batches[one["batch_id"]], money(one["reserved"])
            open_minor.subtract(money(one["released"]))
            if not one["on_its_way"]:
                text = f"still reserved {self._amounts(open_minor)} = by the books {self._amounts(batch.reserved)}"
                self._judge(one["batch_id"], text, +open_minor == +batch.reserved)

    def _points(self) -> None:
        programme = self._cast.programme or {}
        if incentives := programme.get("incentives"):
            program_id = str(incentives["program_id"])
            path, route = {"program_id": program_id}, "GET /admin/programs/{program_id}/points"
            told = self._read(OPERATOR, route, path, recount="accounts", sweep="a" * 16)
            self._audit(program_id, told["audit"])
            for one in told["equations"]:
                self._judge(program_id, f"{one['name']}: {one['left']:,} and {one['right']:,}", bool(one["holds"]))

    def _statistics(self) -> None:
        """What the streams' records were counted to."""
        told = self._read(OPERATOR, "GET /campaigns/{campaign_id}/stats", self._path, by="batch")
        lines = [line for found in self._books.lines.values() for line in found]
        wanted = {
            "bookings": len(self._books.bookings),
            "claims": len(self._books.claims),
            "redemptions": sum(line.kind == "redemption" for line in lines),
            "discount_minor": sum(line.discount_minor for line in lines),
        }
        for name, number in wanted.items():
            counted = told["total"].get(name, 0)
            self._judge("statistics", f"{name} counted {counted:,} = answered {number:,}", counted == number)

    def _money(self, amount_minor: int) -> str:
        return shown(amount_minor, self._currency)

    def _amounts(self, amounts: Money) -> str:
        parts = (f"{funder_id} {self._money(minor)}" for funder_id, minor in sorted(amounts.items()) if minor)
        return " + ".join(parts) or "nothing"


def _listed(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(numbers.items()) if number) or "none"
