"""April 2020 in Hubei: masks in two weekly rounds, goods, small firms, medicine to the door, and the books of it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from tests.season.month import Month
from tests.world import Answered

HOMES = 14
PEOPLE = [f"h{home:02}-{who}" for home in range(HOMES) for who in ("a", "b")]
PATIENTS = PEOPLE[:6]
STORES = {"": "wuhan-pharmacy", "-hankou": "wuhan-pharmacy-hankou", "-huanggang": "huanggang-pharmacy"}
"""By how the round's batches end."""
MERCHANTS = {"wuhan-pharmacy-hankou": "wuhan-pharmacy"}
"""Of stores that are not called as their merchant."""
ALLOTTED = {"": 12_000, "-hankou": 10_000, "-huanggang": 8_000}
ROUNDS = {
    1: (date(2020, 4, 6), date(2020, 4, 8), date(2020, 4, 15)),
    2: (date(2020, 4, 13), date(2020, 4, 15), date(2020, 4, 22)),
}
"""The days from which masks of the round are booked, and claimed, and when the round is over, at ten."""
REDEEM, HOLD = "PUT /orders/{order_no}/redemption", "PUT /orders/{order_no}/hold"
CLAIM, BOOK = "PUT /batches/{batch_id}/claim", "PUT /batches/{batch_id}/booking"
PRESCRIPTION = {"evidence": {"prescription_no": "RX-1", "pharmacist_id": "zhang"}}
PARCEL = {"fulfilment": {"mode": "delivery", "ref": "parcel-1"}}


def batch_of(number: int, store: str) -> str:
    return f"masks-week-{number}{store}"


class Hubei(Month):
    campaign_id, region, first = "hubei-2020", "hubei", date(2020, 4, 1)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        members = {"add": PATIENTS, "remove": []}
        path = {"group_id": "chronic-patients"}
        assert self.operator("PUT /admin/groups/{group_id}/members", path, members).status == 200
        self._orders = 0
        self._booked: dict[tuple[int, str], str] = {}
        """Round and person → the store that they booked at."""
        self._claimed: dict[tuple[int, str], str] = {}
        self._collected = set[tuple[int, str]]()
        self._sent: dict[str, tuple[str, dict[str, Any]]] = {}
        """Patient → the order that is on its way."""
        self._refills: Counter[str] = Counter()
        self._plain = set[tuple[str, str]]()

    def claims_of(self, name: str) -> dict[str, str]:
        return {"region": "hubei", "household_id": name.partition("-")[0]}

    def live(self, day: date) -> None:
        self.tick(day, "10:00:31")  # what nobody collected of the first round goes over when it is over
        self._bring()
        for number, (books, opens, ends) in ROUNDS.items():
            if books <= day < opens:
                self._book_masks(number)
            if opens <= day < ends:
                self._claim_masks(number)
                self._collect(number)
        self._shop(day)
        self._send_medicine(day)

    # Masks

    def _book_masks(self, number: int) -> None:
        for name in self.rng.sample(PEOPLE, 10):
            store = self.rng.choice(list(STORES))
            if (number, name) not in self._booked:
                answer = self.citizen(name, BOOK, {"batch_id": batch_of(number, store)}, {})
                assert answer.status == 201, answer.text
                self._booked[number, name] = store

    def _claim_masks(self, number: int) -> None:
        """One of a household and week, at the store that was booked."""
        for (of, name), store in self._booked.items():
            if of != number or not self.chance(25):
                continue
            other = self.rng.choice([one for one in STORES if one != store])
            home = name.partition("-")[0]
            lives_with = any((number, f"{home}-{who}") in self._claimed for who in "ab")
            refused = self.citizen(name, CLAIM, {"batch_id": batch_of(number, other)}, {})
            answer = self.citizen(name, CLAIM, {"batch_id": batch_of(number, store)}, {})
            assert refused.json["reason"] == "booking-required", refused.text
            if (number, name) in self._claimed:
                assert answer.status == 200, answer.text
            elif lives_with:
                assert answer.json["reason"] == "limit", answer.text
                self.told["a second of a household"] += 1
            else:
                assert answer.status == 201, answer.text
                self._claimed[number, name] = store
                self.told["masks claimed"] += 1

    def _collect(self, number: int) -> None:
        for (of, name), store in self._claimed.items():
            if of == number and (of, name) not in self._collected and self.chance(20):
                self._pay(STORES[store], self.code(name, batch_of(number, store)), 1_980, sku="mask-pack-10")
                self._collected.add((number, name))
                self.told["masks collected"] += 1

    # Goods and medicine

    def _shop(self, day: date) -> None:
        """Hubei's goods from the first day, small firms from the eighth; some of it comes back."""
        for batch_id, store_id, minor, since, more in (
            ("buy-hubei-goods", "yuanan-specialities", 9_900, 1, {"tags": ["hubei-origin"], "channel": "online"}),
            ("sme-recovery", "wuhan-noodles", 5_000, 8, {}),
        ):
            for name in self.rng.sample(PEOPLE, 3):
                if day.day < since or (batch_id, name) in self._plain:
                    continue
                assert self.citizen(name, CLAIM, {"batch_id": batch_id}, {}).status == 201
                self._plain.add((batch_id, name))
                paid = self._pay(store_id, self.code(name, batch_id), minor, **more)
                if self.chance(20):
                    path = {"order_no": paid.json["order_no"], "reversal_no": "r-1"}
                    back = self.merchant(
                        store_id,
                        "PUT /orders/{order_no}/reversals/{reversal_no}",
                        path,
                        {"amount_minor": paid.json["payable_minor"]},
                    )
                    assert (back.status, back.json["coupon_returned"]) == (201, True), back.text
                    self.filed(store_id, back, -1)

    def _send_medicine(self, day: date) -> None:
        """A refill a cycle of thirty days, April here; one on its way counts."""
        for name in PATIENTS:
            if not self.chance(15):
                continue
            if not self._refills[name] and name not in self._sent:
                self.citizen(name, CLAIM, {"batch_id": "chronic-medicine"}, {})
            place = min(self._refills[name] + (name in self._sent), 2)
            self._orders += 1
            order_no = f"rx-{self._orders}"
            order = self._order("jd-health", 10_000, "online", category="medicine") | PRESCRIPTION | PARCEL
            body = {"code": self.code(name, "chronic-medicine", place), "order": order, "ttl_s": 604_800}
            held = self.merchant("jd-health", HOLD, {"order_no": order_no}, body)
            if self._refills[name] or name in self._sent:
                assert held.json["reason"] == "limit", held.text
                self.told["a second refill"] += 1
            else:
                assert held.status == 201, held.text
                self._sent[name] = (order_no, order)

    def _bring(self) -> None:
        """Two days later, or it comes back and can be sent again."""
        for name, (order_no, order) in list(self._sent.items()):
            if not self.chance(60):
                continue
            del self._sent[name]
            if self.chance(20):
                gone = self.merchant("jd-health", "DELETE /orders/{order_no}/hold", {"order_no": order_no})
                assert gone.status == 200, gone.text
                continue
            brought = self.merchant("jd-health", REDEEM, {"order_no": order_no}, {"order": order})
            assert (brought.status, brought.json["payable_minor"]) == (201, 3_000), brought.text
            self.filed("jd-health", brought)
            self._refills[name] += 1
            self.told["refills"] += 1

    def _pay(self, store_id: str, code: str, minor: int, **more: Any) -> Answered:
        self._orders += 1
        merchant_id = MERCHANTS.get(store_id, store_id)
        order = self._order(store_id, minor, more.pop("channel", "offline"), **more)
        path = {"order_no": f"o-{self._orders}"}
        paid = self.merchant(merchant_id, REDEEM, path, {"code": code, "order": order})
        assert paid.status == 201, paid.text
        self.filed(merchant_id, paid)
        return paid

    @staticmethod
    def _order(store_id: str, minor: int, channel: str, **item: Any) -> dict[str, Any]:
        goods = {"sku": "goods", "category": "goods", "tags": [], "price_minor": minor, "quantity": 1, **item}
        return {"total_minor": minor, "store_id": store_id, "channel": channel, "region": "hubei", "items": [goods]}

    # The reckoning

    def reckon(self, day: date) -> None:
        super().reckon(day)
        path = {"campaign_id": self.campaign_id}
        told = self.operator("GET /campaigns/{campaign_id}/supplies", path).json["supplies"]
        rows = {one["batch_id"]: one for one in told}
        for number in ROUNDS:
            for store in STORES:
                row, claimed = rows[batch_of(number, store)], self._of(self._claimed, number, store)
                mine = {"claimed": len(claimed), "collected": len(claimed & self._collected)}
                mine["booked"] = len(self._of(self._booked, number, store))
                mine["allotted"] = ALLOTTED[store] + (self._rest(store, day) if number == 2 else 0)
                mine["left"] = mine["allotted"] - mine["claimed"]
                assert {name: row[name] for name in mine} == mine, (day, row)

    @staticmethod
    def _of(what: dict[tuple[int, str], str], number: int, store: str) -> set[tuple[int, str]]:
        return {key for key, at in what.items() if at == store and key[0] == number}

    def _rest(self, store: str, day: date) -> int:
        """Of the first round: what nobody claimed from its last midnight on, what nobody collected from its end on."""
        claimed = self._of(self._claimed, 1, store)
        if day < date(2020, 4, 14):
            return 0
        uncollected = len(claimed - self._collected) if day >= date(2020, 4, 15) else 0
        return ALLOTTED[store] - len(claimed) + uncollected
