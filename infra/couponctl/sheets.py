"""The content of a sheet for a person without a phone: each coupon with its code, its PIN, and how it can be used."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from infra.client.api import UnreachableError
from infra.couponctl import coupon_words as words
from infra.couponctl.coupon_words import LANGUAGES, Parts, Words
from infra.couponctl.reads import pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.client.answers import Claim
    from infra.client.api import Api

STATUSES: dict[str, Words] = {
    "redeemed": {"en": "Already used", "zh": "已使用"},
    "expired": {"en": "Expired", "zh": "已过期"},
    "voided": {"en": "No longer valid", "zh": "已作废"},
}
HOW: tuple[Words, ...] = (
    {
        "en": "Before paying, show the QR code, then say the PIN. If it cannot be scanned, the shop types the code "
        "without blanks; capitals matter.",
        "zh": "结账前请出示二维码，再告诉店员PIN。无法扫码时，由店员手动输入券码：不加空格，区分大小写。",
    },
    {
        "en": "Anyone who has the code and the PIN can use the coupon. Keep this sheet like cash.",
        "zh": "凭券码和PIN即可使用，请像现金一样保管。",
    },
)
SHOPS_MAX = 8
GROUP = 4


@dataclass(frozen=True)
class Ticket:
    """A coupon on the sheet."""

    facts: dict[str, Any]
    """As in the answers: `coupon_id`, `terms_id`, `title`, `status`, `valid_from`, `expires_at`, `code` and `pin`."""
    short: Parts
    worth: Words
    valid: list[Words]
    hours: list[Words]
    places: list[Words]

    @property
    def code(self) -> str | None:
        """None if the coupon can no longer be used."""
        return cast("str | None", self.facts["code"])

    @property
    def pin(self) -> str | None:
        return cast("str | None", self.facts["pin"])

    @property
    def title(self) -> Words:
        return words.of_title(self.facts["title"])

    @property
    def status(self) -> Words:
        return STATUSES.get(self.facts["status"], dict.fromkeys(LANGUAGES, self.facts["status"]))

    @property
    def groups(self) -> list[str]:
        """The code in parts that a person can read out."""
        code = self.code or ""
        return [code[place : place + GROUP] for place in range(0, len(code), GROUP)]

    def as_json(self) -> dict[str, Any]:
        return {**self.facts, "worth": self.worth, "hours": self.hours, "places": self.places}


@dataclass(frozen=True)
class Sheet:
    batch_id: str
    claimed_at: str
    season: Words
    languages: tuple[str, ...]
    """Of `LANGUAGES`: both if the campaign's title has both."""
    tickets: list[Ticket]

    @property
    def claimed(self) -> Words:
        at = words.moment(self.claimed_at)
        return {"en": f"Claimed on {at['en']}", "zh": f"{at['zh']}领取"}

    def both(self, text: Words, between: str = " / ") -> str:
        """A text in each language of the sheet; once, if they are the same."""
        return between.join(dict.fromkeys(text[name] for name in self.languages))

    def as_json(self) -> dict[str, Any]:
        tickets = [ticket.as_json() for ticket in self.tickets]
        return {"batch_id": self.batch_id, "claimed_at": self.claimed_at, "coupons": tickets}

    def lines(self, symbols: list[list[str]]) -> list[str]:
        """The sheet as text. `symbols`: the lines of each ticket's QR code, or nothing for none."""
        lines = [self.both(self.season), f"{self.batch_id}: {self.both(self.claimed)}"]
        for number, ticket in enumerate(self.tickets, 1):
            title, worth = self.both(ticket.title), self.both(ticket.worth)
            lines += ["", f"{number}. {title}", *([f"   {worth}"] if worth != title else [])]
            if ticket.code is None:
                lines.append(f"   {self.both(ticket.status)}")
                continue
            lines += ["", *symbols[number - 1]] if symbols else []
            lines += ["", f"   code    {' '.join(ticket.groups)}", "", f"   PIN     {ticket.pin}", ""]
            for label, told in (("valid", ticket.valid), ("hours", ticket.hours), ("places", ticket.places)):
                heads = [label, *[""] * len(told)]
                lines += [f"   {head:<7} {self.both(text)}" for head, text in zip(heads, told, strict=False)]
        return [*lines, "", *(line for how in HOW for line in self.both(how, "\n").split("\n"))]


@dataclass(frozen=True)
class Season:
    """What a sheet says besides the claim; `terms` and `shops` by `terms_id`."""

    campaign: dict[str, Any]
    terms: dict[str, dict[str, Any]]
    shops: dict[str, list[Words]]

    @classmethod
    def read(cls, api: Api, batch_id: str) -> Season:
        """Raises ApiError."""
        batch = api.get(f"/batches/{quote(batch_id, safe='')}").body
        try:
            campaign = api.get(f"/admin/campaigns/{quote(batch['campaign_id'], safe='')}").body
            terms = {one["terms_id"]: one for one in batch["coupons"]}
            accepting = {
                name: shops(_accepting(api, batch["campaign_id"], name), one["scope"]["regions"])
                for name, one in terms.items()
            }
            return cls(campaign, terms, accepting)
        except (KeyError, TypeError) as error:
            raise UnreachableError(f"{api.url} answers something that is not a campaign: {error!r}") from None

    def sheet(self, claim: Claim, coupons: list[dict[str, Any]]) -> Sheet:
        """`coupons`: those of the claim, as `Ticket.facts`."""
        title = self.campaign["title"]
        languages = ("en",) if isinstance(title, str) else LANGUAGES
        tickets = [self._ticket(facts) for facts in coupons]
        return Sheet(claim["batch_id"], claim["claimed_at"], words.of_title(title), languages, tickets)

    def _ticket(self, facts: dict[str, Any]) -> Ticket:
        terms, suspended = self.terms[facts["terms_id"]], self.campaign["suspended_districts"]
        short, worth = words.worth(terms["discount"], self.campaign["currency"])
        window = facts["valid_from"], facts["expires_at"]
        places = words.scope(terms["scope"], suspended) + self.shops[facts["terms_id"]]
        valid, hours = words.validity(*window, self.campaign["timezone"]), words.hours(terms, *window)
        return Ticket(facts, short, worth, valid, hours, places)


def _accepting(api: Api, campaign_id: str, terms_id: str) -> Iterator[dict[str, Any]]:
    """The merchants that accept the coupon, page by page: the stack decides as it does at the till. Raises ApiError."""
    for page in pages(api, f"/campaigns/{quote(campaign_id, safe='')}/merchants", "merchants", terms_id=terms_id):
        yield from page["merchants"]


def shops(merchants: Iterable[dict[str, Any]], regions: list[str]) -> list[Words]:
    """The first stores that accept the coupon; `regions`: those of its scope."""
    stores = (_shop(merchant, store, regions) for merchant in merchants for store in merchant["stores"])
    shown = list(islice(stores, SHOPS_MAX))
    return [*shown, _MORE] if next(stores, None) else shown or [_ALL]


_MORE: Words = {"en": "and other shops that take part", "zh": "及其他参与商家"}
_ALL: Words = {"en": "All shops that take part", "zh": "所有参与商家"}


def _shop(record: dict[str, Any], store: dict[str, Any], regions: list[str]) -> Words:
    """With its address, or else its district and region; the region is left out if it can be no other."""
    merchant = words.of_title(record["title"])
    title = words.of_title(store["title"]) if store.get("title") else merchant
    where = [store.get("district"), store["region"] if regions != [store["region"]] else None]
    found = [{"en": place, "zh": place} for place in where if place]
    if store.get("address"):
        found = [words.of_title(store["address"])]
    named = {name: dict.fromkeys((merchant[name], title[name])) for name in LANGUAGES}
    return {
        "en": ", ".join(named["en"]) + (f" ({', '.join(place['en'] for place in found)})" if found else ""),
        "zh": " ".join(named["zh"]) + (f"（{'、'.join(place['zh'] for place in found)}）" if found else ""),
    }
