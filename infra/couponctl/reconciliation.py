"""Compare a merchant's own list of a day with the settlement of that day, by campaign and currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from infra.client.api import UnreachableError
from infra.couponctl import funding, reads
from infra.couponctl.output import amount, counted
from infra.couponctl.statements import AMOUNTS, Entry, LineNumbers, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.client.api import Api

Kind = Literal[
    "missing-with-us", "missing-with-them", "campaign-differs", "currency-differs", "amount-differs", "funding-differs"
]


@dataclass(frozen=True)
class Difference:
    """One movement that differs between the lists; `kind` is the first kind that applies, others may too."""

    kind: Kind
    movement: LineNumbers
    ours: Entry | None
    theirs: Entry | None
    currency: str | None = None
    """Of their amounts if there is none of ours."""

    def as_json(self) -> dict[str, Any]:
        order_no, reversal_no = self.movement
        return {
            "kind": self.kind,
            "order_no": order_no,
            "reversal_no": reversal_no or None,
            "ours": _entry_json(self.ours) if self.ours else None,
            "theirs": _entry_json(self.theirs) if self.theirs else None,
            "funding": [
                {"funder_id": funder_id, "ours_minor": ours, "theirs_minor": theirs}
                for funder_id, ours, theirs in _shares(self.ours, self.theirs)
            ],
        }

    def __str__(self) -> str:
        name, ours, theirs = _name(self.movement), self.ours, self.theirs
        if ours is None:
            return f"{name}: missing with us (theirs: {_amounts(theirs, self.currency)})"
        if theirs is None:
            return f"{name}: missing with them (ours: {_amounts(ours)})"
        said, their_currency = "{} is {} with us, {} with them", theirs.currency or ours.currency
        words = [("campaign", ours.campaign_id, theirs.campaign_id), ("currency", ours.currency, theirs.currency)]
        differing = [said.format(*one) for one in words if _differ(*one[1:])]
        numbers = zip((column.removesuffix("_minor") for column in AMOUNTS), ours.amounts, theirs.amounts, strict=True)
        shares = ((f"{funder_id}'s share", mine, other) for funder_id, mine, other in _shares(ours, theirs))
        differing += [
            said.format(what, amount(mine, ours.currency), amount(other, their_currency))
            for what, mine, other in (*numbers, *shares)
            if mine != other
        ]
        return f"{name}: {'; '.join(differing)}"


@dataclass(frozen=True)
class NotDue:
    """A movement of ours whose payout was withheld or refused: no difference, but it explains one in the money."""

    movement: LineNumbers
    standing: Literal["withheld", "refused"]
    reason: str
    entry: Entry

    def as_json(self) -> dict[str, Any]:
        order_no, reversal_no = self.movement
        return {
            "order_no": order_no,
            "reversal_no": reversal_no or None,
            "standing": self.standing,
            "reason": self.reason,
            **_entry_json(self.entry),
        }

    def __str__(self) -> str:
        off = amount(self.entry.amounts[0], self.entry.currency)
        return f"{_name(self.movement)}: {self.standing}, discount {off}: {self.reason}"


@dataclass
class Settlement:
    """Our settlement of the day. `head`: `reads.DAY_MEMBERS` of its first page. `lost`: lines that cannot be read."""

    movements: dict[LineNumbers, Entry] = field(default_factory=dict)
    not_due: list[NotDue] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    lost: list[LineNumbers] = field(default_factory=list)
    is_damaged: bool = False
    """Something in our books cannot be read, so nothing can be confirmed."""

    currencies: dict[str, str] = field(default_factory=dict)
    """Of each campaign, if our lines have not one currency alone."""

    @property
    def only_currency(self) -> str | None:
        """The currency of all our lines, or if there are none of all campaigns; None if they have several."""
        found = {entry.currency for entry in self.movements.values()} or set(self.currencies.values())
        return found.pop() if len(found) == 1 else None

    def currency_of(self, theirs: Entry) -> str | None:
        """The currency of an entry of their list that we do not have; None if it would be a guess."""
        return theirs.currency or self.currencies.get(theirs.campaign_id or "") or self.only_currency

    def take(self, line: Mapping[str, Any]) -> None:
        movement = (line["order_no"], line.get("reversal_no") or "")
        discount, match, payable = (int(line[column]) for column in AMOUNTS)
        shares = funding.of_answer(line["funding"])
        entry = Entry((discount, match, payable), str(line["campaign_id"]), str(line["currency"]), shares)
        self.movements[movement] = entry
        standing = reads.payout_of(line)
        if standing != "due":
            self.not_due.append(NotDue(movement, standing, str(line["withheld"]), entry))


def fetch_settlement(api: Api, day: str, progress: Callable[[str], None]) -> Settlement:
    """All movements of our settlement of a day.

    Raises:
        ApiError: refused, no answer, or an answer that is not a settlement.
    """
    found = Settlement()
    for page_no, page in enumerate(reads.pages(api, f"/settlements/{day}"), 1):
        try:
            found.head = found.head or {name: page.get(name) for name in reads.DAY_MEMBERS}
            for line in page["lines"]:
                found.take(line)
            found.lost += [(line["order_no"], line["reversal_no"] or "") for line in page["lost"]]
            found.is_damaged |= page["damaged"] > 0
            if page["next"] is not None:
                told = f"{counted(len(found.movements), 'line')} after {counted(page_no, 'page')}"
                progress(f"settlement of {day}: {told}")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnreachableError(f"{api.url} answers something that is not a settlement: {error!r}") from None
    return found


@dataclass
class Total:
    """The totals of both lists in one campaign and currency.

    If their list states neither, their movement is counted where ours is; if there is none, under no campaign (None)
    in `Settlement.currency_of`.
    """

    campaign_id: str | None
    currency: str | None
    ours: list[int] = field(default_factory=lambda: [0] * (1 + len(AMOUNTS)))
    theirs: list[int] = field(default_factory=lambda: [0] * (1 + len(AMOUNTS)))
    """Lines, then `AMOUNTS`."""

    def as_json(self) -> dict[str, Any]:
        sides = {"ours": self.ours, "theirs": self.theirs}
        told = {name: dict(zip(("lines", *AMOUNTS), side, strict=True)) for name, side in sides.items()}
        return {"campaign_id": self.campaign_id, "currency": self.currency, **told}

    def __str__(self) -> str:
        name = " ".join(filter(None, (self.campaign_id or "no campaign", self.currency)))
        (ours, mine, *_), (theirs, other, *_) = self.ours, self.theirs
        return (
            f"{name}: {counted(ours, 'line')} with us, {theirs:,} with them, "
            f"discount {amount(mine, self.currency)} with us, {amount(other, self.currency)} with them"
        )


def totals(ours: Settlement, theirs: Statement) -> list[Total]:
    """By campaign and currency, in order of their names."""
    found: dict[tuple[str, str], Total] = {}
    for movement in ours.movements.keys() | theirs.movements.keys():
        mine, other = ours.movements.get(movement), theirs.movements.get(movement)
        if mine is not None:
            _add(_total(found, mine.campaign_id, mine.currency).ours, mine)
        if other is not None:
            campaign_id = other.campaign_id or (mine.campaign_id if mine else None)
            currency = other.currency or (mine.currency if mine else ours.currency_of(other))
            _add(_total(found, campaign_id, currency).theirs, other)
    return [found[key] for key in sorted(found)]


def compare(ours: Settlement, theirs: Statement) -> list[Difference]:
    """Every movement that differs, by order number."""
    both = (
        (movement, ours.movements.get(movement), theirs.movements.get(movement))
        for movement in sorted(ours.movements.keys() | theirs.movements.keys())
    )
    kinds = ((movement, mine, other, _kind(mine, other)) for movement, mine, other in both)
    return [
        Difference(kind, movement, mine, other, ours.currency_of(other) if other else None)
        for movement, mine, other, kind in kinds
        if kind is not None
    ]


def _kind(ours: Entry | None, theirs: Entry | None) -> Kind | None:
    if ours is None:
        return "missing-with-us"
    if theirs is None:
        return "missing-with-them"
    if _differ(ours.campaign_id, theirs.campaign_id):
        return "campaign-differs"
    if _differ(ours.currency, theirs.currency):
        return "currency-differs"
    if ours.amounts != theirs.amounts:
        return "amount-differs"
    return "funding-differs" if _shares(ours, theirs) else None


def _differ(ours: str | None, theirs: str | None) -> bool:
    return theirs is not None and ours != theirs


def _shares(ours: Entry | None, theirs: Entry | None) -> funding.Differing:
    """The amounts by funder, if both lists state them."""
    if ours is None or theirs is None or ours.funding is None or theirs.funding is None:
        return ()
    return funding.differing(ours.funding, theirs.funding)


def _total(found: dict[tuple[str, str], Total], campaign_id: str | None, currency: str | None) -> Total:
    return found.setdefault((campaign_id or "", currency or ""), Total(campaign_id, currency))


def _add(side: list[int], entry: Entry) -> None:
    for place, number in enumerate((1, *entry.amounts)):
        side[place] += number


def _entry_json(entry: Entry) -> dict[str, Any]:
    purse = {"campaign_id": entry.campaign_id, "currency": entry.currency}
    return {**purse, **dict(zip(AMOUNTS, entry.amounts, strict=True))}


def _name(movement: LineNumbers) -> str:
    order_no, reversal_no = movement
    return f"order {order_no}" + (f", reversal {reversal_no}" if reversal_no else "")


def _amounts(entry: Entry | None, otherwise: str | None = None) -> str:
    pairs = zip(AMOUNTS, entry.amounts, strict=True) if entry else ()
    currency = entry.currency or otherwise if entry else None
    return ", ".join(f"{column.removesuffix('_minor')} {amount(minor, currency)}" for column, minor in pairs)
