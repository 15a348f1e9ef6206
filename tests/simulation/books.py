"""What must hold after each write. `Books` follows what is written, item by item, and raises AssertionError.

| always | claims and packs in stock are at most the quantity; `sold_out` only if all are claimed; a token is in one
claim at most; a claim stays, with its token; who was told of a claim has it |
| a lease | takes packs of a shard of its own round |
| a seal | takes packs while the batch is being sealed, never once it is open |
| the mark `drained` | hides no packs but those that went back after the shards were read |
| reopening | claims and packs in stock are the quantity, exactly, and the count is the number of claims |
| for points | claims and packs in stock are the quantity whenever the batch is open |
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from coupons.model.batches import PublishedBatch
from infra.virtual.answers import Request
from infra.virtual.client import READS
from infra.virtual.values import Item
from infra.virtual.writes import Place, places_of
from tests.simulation.labels import label
from tests.simulation.scenes import Scene


@dataclass
class BatchBook:
    """One batch as its items say."""

    batch: PublishedBatch
    control: Item
    shards: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By partition: packs, and the round in which it was sealed."""
    claims: int = 0
    went_back: int = 0
    """Packs given back in this round."""
    reopened: int = 0
    is_fresh: bool = False
    """Reopened by the write that is being looked at. A copy of a reopening is answered like it, and does nothing."""

    def number(self, name: str) -> int:
        return int(self.control[name]["N"])

    @property
    def stock(self) -> int:
        return sum(remaining for remaining, _ in self.shards.values())

    @property
    def is_open(self) -> bool:
        return bool(self.control["state"]["S"] == "open")

    @property
    def state(self) -> str:
        return f"{self.stock} in stock and {self.claims} claims of {self.number('quantity')} packs"


class Books:
    def __init__(self, scene: Scene, items: dict[Place, Item]) -> None:
        self._items = items
        self.states: Counter[str] = Counter()
        """How often each state that a seed should meet was met."""
        self.batches = {
            batch_id: BatchBook(batch, items[Place("CatalogTable", f"BATCH#{batch_id}", "CONTROL")])
            for batch_id, batch in scene.batches.items()
        }
        self._by_number = {str(book.batch.number): book for book in self.batches.values()}
        self._tokens: dict[str, Place] = {}
        self.claims: dict[Place, str] = {}
        """The token of each claim."""
        for place, item in items.items():
            if place.sk == "STOCK":
                self._shard_book(place).shards[place.pk] = _shard(item)

    def applied(self, operation: str, request: Request, answer: Any) -> None:
        """A request was answered. Raises AssertionError."""
        if operation in READS or isinstance(answer, Exception):
            return
        name = label(operation, request)
        if name == "lease":
            self._lease(request)
        touched = {book.batch.batch_id: book for place in places_of(request) if (book := self._take(place, name))}
        for book in touched.values():
            self._check(book)

    def told(self, place: Place, token: str) -> None:
        """A person was told of a claim."""
        assert self.claims.get(place) == token, f"told of a claim that is not there: {token}"

    def _take(self, place: Place, name: str) -> BatchBook | None:
        """The book of what is at `place`, with the item as it is now; None if it is of no book."""
        if place.table == "CatalogTable" and place.sk == "STOCK":
            return self._take_shard(place, name)
        if place.table == "CatalogTable" and place.sk == "CONTROL":
            return self._take_control(place, name)
        if place.table == "ClaimsTable" and place.sk.startswith("CLAIM#"):
            return self._take_claim(place)
        return None

    def _take_shard(self, place: Place, name: str) -> BatchBook:
        book, new = self._shard_book(place), _shard(self._items[place])
        before, book.shards[place.pk] = book.shards[place.pk], new
        assert new[0] >= 0, f"{place.pk} holds {new[0]} packs"
        if name == "seal" and new != before:
            assert not book.is_open, f"{before[0]} packs of an open batch were sealed away"
        if name == "give back":
            book.went_back += new[0] - before[0]
            self.states["last pack of a lease given back"] += 1
        return book

    def _take_control(self, place: Place, name: str) -> BatchBook:
        book = self.batches[place.pk.removeprefix("BATCH#")]
        before, book.control = book.control, self._items[place]
        if book.number("drained_at_s") and name == "mark drained":
            self.states["drained"] += 1
            hidden = book.stock - book.went_back
            assert hidden <= 0, f"drained, with {book.state}"
        if before["quantity"] != book.control["quantity"] and not book.is_open:
            self.states["raised while sealing"] += 1
        if before["state"] != book.control["state"] and book.is_open:
            book.went_back = 0
            book.reopened += 1
            book.is_fresh = True
            self.states["reopened twice"] += book.reopened == 2
        if book.control["sold_out"]["BOOL"] and not before["sold_out"]["BOOL"]:
            self.states["sold out"] += 1
        return book

    def _take_claim(self, place: Place) -> BatchBook:
        item = self._items[place]
        token, book = item["t"]["S"], self._by_number[item["n"]["N"]]
        if place in self.claims:
            assert self.claims[place] == token, f"a claim changed its token {self.claims[place]} for {token}"
            return book
        assert token not in self._tokens, f"the token {token} is in two claims"
        self._tokens[token], self.claims[place] = place, token
        book.claims += 1
        return book

    def _lease(self, request: Request) -> None:
        place = Place(request["TableName"], request["Key"]["pk"]["S"], request["Key"]["sk"]["S"])
        leased, sealed = (
            int(request["ExpressionAttributeValues"][":r"]["N"]),
            self._shard_book(place).shards[place.pk][1],
        )
        assert leased == sealed, f"a lease of round {leased} took packs of round {sealed}"

    def _check(self, book: BatchBook) -> None:
        quantity, whole = book.number("quantity"), book.stock + book.claims
        if not book.batch.from_stock:
            whole = book.claims
        assert whole <= quantity, f"oversold: {book.state}"
        if book.control["sold_out"]["BOOL"]:
            assert book.claims == quantity, f"sold out, with {book.state}"
        is_exact = book.is_fresh or (book.batch.document.price_points and book.is_open)
        if is_exact and book.batch.from_stock:
            assert whole == quantity, f"lost: {book.state}"
        if book.is_fresh:
            book.is_fresh = False
            assert book.claims == book.number("claims"), f"counted {book.number('claims')}: {book.state}"

    def _shard_book(self, place: Place) -> BatchBook:
        return self.batches[place.pk.split("#")[1]]


def _shard(item: Item) -> tuple[int, int]:
    return int(item["remaining"]["N"]), int(item["sealed"]["N"])
