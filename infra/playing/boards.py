"""What live statistics and supplies say of a season, against the town's own books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from infra.playing.acts import OPERATOR
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.entries import LineEntry
from infra.playing.stack import Stack
from infra.playing.verdicts import Verdicts

BY = ("batch", "day", "category", "funder")
"""The books do not know in which section, district or channel an order was."""
MONEY = ("discount_minor", "merchant_match_minor", "consumption_minor")
FLOWS = ("bookings", "claims", "redemptions", "reversals", *MONEY)
Rows = dict[str, Counter[str]]
_CAMPAIGN = "/campaigns/{campaign_id}"


class Boards:
    def __init__(self, stack: Stack, books: Books, cast: Cast, verdicts: Verdicts) -> None:
        self._stack, self._books, self._verdicts = stack, books, verdicts
        self._path = {"campaign_id": str(cast.document["campaign_id"])}
        self._categories = {one["merchant_id"]: one["category"] for one in cast.document["merchants"]}

    def statistics(self) -> None:
        """What the streams' records were counted to, by row and in all."""
        wanted = self._rows()
        for by in BY:
            told = self._stack.read(OPERATOR, f"GET {_CAMPAIGN}/stats", self._path, by=by)
            found, kept = {row["name"]: _flows(row) for row in told["rows"]}, wanted[by]
            wrong = {name for name in found.keys() | kept.keys() if found.get(name, Counter()) != _of_row(kept, name)}
            self._verdicts.alike("statistics", f"{len(found):,} rows by {by}", wrong)
        whole = Counter[str]()
        for row in wanted["day"].values():
            whole.update(row)
        counted = _flows(told["total"])
        text = f"counted {self._verdicts.sums(counted)} = answered {self._verdicts.sums(whole)}"
        self._verdicts.judge("statistics", text, counted == +whole)

    def supplies(self) -> None:
        """What each store was allotted of a material, and what became of it."""
        if not self._books.rations:
            return
        told = self._stack.read(OPERATOR, f"GET {_CAMPAIGN}/supplies", self._path)["supplies"]
        rows = {one["batch_id"]: one for one in told}
        for batch_id in self._books.rations:
            batch = self._books.batches[batch_id]
            lines = [line for found in self._books.lines.values() for line in found if line.batch_id == batch_id]
            collected = sum(1 if line.kind == "redemption" else -1 for line in lines)
            wanted = {
                "allotted": batch.quantity,
                "booked": sum(of == batch_id for of, _ in self._books.bookings),
                "claimed": batch.claims,
                "collected": max(collected, 0),
                "left": batch.quantity - batch.claims,
            }
            found = {name: rows.get(batch_id, {}).get(name) for name in wanted}
            self._verdicts.judge(batch_id, f"supplies told {_listed(found)} = {_listed(wanted)}", found == wanted)

    def _rows(self) -> dict[str, Rows]:
        rows: dict[str, Rows] = {by: {} for by in BY}
        for by, name, flows in self._entries():
            rows[by].setdefault(name, Counter()).update(flows)
        return rows

    def _entries(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        """What each entry of the books adds to a row."""
        books = self._books
        pairs = [(batch_id, day, {"bookings": 1}) for (batch_id, _), day in books.bookings.items()]
        pairs += [(batch_id, day, {"claims": claims}) for (batch_id, day), claims in books.claim_days.items()]
        for batch_id, day, flows in pairs:
            yield "batch", batch_id, flows
            yield "day", day, flows
            for funder in {share["funder_id"] for terms in books.batches[batch_id].terms for share in terms["funding"]}:
                yield "funder", funder, flows
        for (merchant_id, day), lines in books.lines.items():
            for line in lines:
                if line.batch_id:  # no batch pays for a free visit
                    yield "batch", line.batch_id, _of_line(line)
                yield "day", day, _of_line(line)
                yield "category", self._categories[merchant_id], _of_line(line)
                for funder, amount_minor in line.funding.items():
                    yield "funder", funder, {f"{line.kind}s": 1, "discount_minor": amount_minor}


def _of_line(line: LineEntry) -> dict[str, int]:
    return {
        f"{line.kind}s": 1,
        "discount_minor": line.discount_minor,
        "merchant_match_minor": line.merchant_match_minor,
        "consumption_minor": line.discount_minor + line.merchant_match_minor + line.payable_minor,
    }


def _flows(told: dict[str, int]) -> Counter[str]:
    return Counter({name: told[name] for name in FLOWS if told.get(name)})


def _of_row(rows: Rows, name: str) -> Counter[str]:
    return Counter({flow: number for flow, number in rows.get(name, Counter()).items() if number})


def _listed(numbers: Mapping[str, int | None]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())
