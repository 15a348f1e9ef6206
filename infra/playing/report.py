"""The closing report of a season: what no test prints. One structure, shown as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from coupons.currencies import money
from coupons.times import rfc3339
from infra.couponctl.output import table
from infra.playing.dollars import dollars
from infra.playing.entries import total
from infra.playing.season import Season
from infra.playing.trail import followed, merchant_day

Report = dict[str, Any]
KINDS = ("booked", "claimed", "redeemed", "reversed", "checked", "earned")
"""What a day's line counts."""


def report(season: Season, commit: str) -> Report:
    """Everything that is shown, in minor units and numbers."""
    verdicts, stack = season.verdicts, season.stack
    name, items = followed(season)
    day = merchant_day(season)
    return {
        "season": season.books.purse[0],
        "currency": season.books.purse[1],
        "people": len(season.cast.residents),
        "seed": season.seed,
        "commit": commit,
        "first_day": season.first.isoformat(),
        "last_day": season.last.isoformat(),
        "days": {one: dict(numbers) for one, numbers in sorted(season.diary.days.items())},
        "batches": [_batch(season, batch_id) for batch_id in season.books.batches],
        "funders": list(_funders(season)),
        "person": {"name": name, "story": _story(season, name), "items": items},
        "merchant": _merchant(season, day) if day else {},
        "refused": dict(sum((one.refused for one in (season.rushes, season.tills)), Counter[str]())),
        "uses": dict(season.tills.uses),
        "reversals": dict(season.tills.reversals),
        "acts": [f"{rfc3339(moment_s, season.timezone)} {what}" for moment_s, what in season.diary.acts],
        "events": dict(Counter(one["type"] for one in stack.bus.events.values())),
        "slots": dict(season.courts.tally),
        "visits": dict(season.visits.tally),
        "faults": dict(stack.faults.tally),
        "schedule": dict(season.minutes.steps),
        "requests": sum(stack.calls.values()),
        "dollars": {part: round(amount, 6) for part, amount in dollars(stack).items()},
        "equations": [one._asdict() for one in verdicts.judged],
        "equations_judged": verdicts.told,
        "broken": [one._asdict() for one in verdicts.broken],
    }


def _batch(season: Season, batch_id: str) -> dict[str, Any]:
    batch = season.books.batches[batch_id]
    used = sum(1 for one in season.books.coupons.values() if one.batch_id == batch_id and one.status == "redeemed")
    return {
        "batch_id": batch_id,
        "declared": season.cast.declared[batch_id],
        "packs": batch.quantity,
        "rolled_in": batch.rolled_in,
        "claimed": batch.claims,
        "rolled_out": batch.rolled_out,
        "coupons_used": used,
        "spent_minor": sum(batch.spent.values()),
    }


def _funders(season: Season) -> Iterator[dict[str, Any]]:
    """Budget = spent + left + still reserved."""
    books = season.books
    returned = total(batch.returned for batch in books.batches.values())
    for funder_id, budget_minor in books.budgets.items():
        spent_minor, reserved_minor = books.spent[funder_id], books.reserved[funder_id]
        yield {
            "funder_id": funder_id,
            "budget_minor": budget_minor,
            "spent_minor": spent_minor,
            "left_minor": budget_minor - reserved_minor,
            "still_reserved_minor": reserved_minor - spent_minor,
            "given_back_minor": returned[funder_id],
        }


def _story(season: Season, name: str) -> list[str]:
    told = season.diary.stories.get(name, [])
    return [f"{rfc3339(moment_s, season.timezone)} {what}" for moment_s, what in told]


def _merchant(season: Season, at: tuple[str, str]) -> dict[str, Any]:
    """Each line of the merchant's fullest day, and what they come to."""
    lines = season.books.lines[at]
    return {
        "merchant_id": at[0],
        "day": at[1],
        "lines": [
            {
                "order_no": line.order_no + (f" {line.reversal_no}" if line.reversal_no else ""),
                "batch_id": line.batch_id,
                "discount_minor": line.discount_minor,
                "merchant_match_minor": line.merchant_match_minor,
                "payable_minor": line.payable_minor,
                "funding": dict(line.funding),
            }
            for line in lines
        ],
        "due": dict(total(line.funding for line in lines)),
    }


def lines(told: Report) -> Iterator[str]:
    """As text. Amounts are in the season's currency."""
    yield from _days(told)
    yield from _batches(told)
    yield from _money(told)
    yield from _followed(told)
    yield from _acts(told)
    for name in ("uses", "reversals", "refused", "slots", "visits", "events", "faults", "schedule"):
        if told[name]:
            yield ""
            yield from table([name, "times"], [[what, f"{times:,}"] for what, times in sorted(told[name].items())])
    parts = " + ".join(f"{part} {amount:.4f}" for part, amount in told["dollars"].items() if part != "all")
    yield ""
    yield f"{told['requests']:,} requests cost {parts} = {told['dollars']['all']:.4f} dollars (times assumed)"
    yield ""
    yield "The last reckoning:"
    yield from (f"  {_mark(one)} {one['of']}: {one['text']}" for one in told["equations"])
    yield ""
    yield from (f"FALSE {one['of']}: {one['text']}" for one in told["broken"])
    yield verdict(told)


def verdict(told: Report) -> str:
    judged, broken = told["equations_judged"], len(told["broken"])
    found = f"{broken:,} of {judged:,} equations are false" if broken else f"all {judged:,} equations are true"
    return f"{told['season']}, {told['people']:,} people, seed {told['seed']}, commit {told['commit']}: {found}"


def _mark(one: dict[str, Any]) -> str:
    return "true " if one["holds"] else "FALSE"


def _days(told: Report) -> Iterator[str]:
    kinds = [kind for kind in KINDS if any(kind in numbers for numbers in told["days"].values())]
    if kinds:
        rows = [[day, *(f"{of.get(kind, 0):,}" for kind in kinds)] for day, of in told["days"].items()]
        yield from table(["day", *kinds], rows)


def _batches(told: Report) -> Iterator[str]:
    yield ""
    names = ("declared", "packs", "rolled_in", "claimed", "rolled_out", "coupons_used")
    rows = [
        [one["batch_id"], *(f"{one[name]:,}" for name in names), _amount(told, one["spent_minor"])]
        for one in told["batches"]
    ]
    yield from table(["batch", *(name.replace("_", " ") for name in names), "spent"], rows)


def _money(told: Report) -> Iterator[str]:
    yield ""
    names = ("budget", "spent", "left", "still_reserved", "given_back")
    rows = [[one["funder_id"], *(_amount(told, one[f"{name}_minor"]) for name in names)] for one in told["funders"]]
    yield from table(["funder", "budget =", "spent +", "left +", "still reserved", "(given back)"], rows)


def _followed(told: Report) -> Iterator[str]:
    person, merchant = told["person"], told["merchant"]
    if person["name"]:
        yield ""
        yield f"What happened to {person['name']}:"
        yield from (f"  {one}" for one in person["story"])
        yield "The items of the last order:"
        yield from (f"  {one}" for one in person["items"])
    if merchant:
        yield ""
        yield f"{merchant['merchant_id']} on {merchant['day']}:"
        rows = [
            [
                one["order_no"],
                one["batch_id"],
                *(_amount(told, one[name]) for name in ("discount_minor", "merchant_match_minor", "payable_minor")),
                _parts(told, one["funding"]),
            ]
            for one in merchant["lines"]
        ]
        yield from table(["order", "batch", "discount", "match", "paid", "by funder"], rows)
        yield f"due: {_parts(told, merchant['due'])}"


def _acts(told: Report) -> Iterator[str]:
    if told["acts"]:
        yield ""
        yield "What operators did:"
        yield from (f"  {one}" for one in told["acts"])


def _parts(told: Report, amounts: dict[str, int]) -> str:
    return " + ".join(f"{name} {_amount(told, minor)}" for name, minor in sorted(amounts.items())) or "nothing"


def _amount(told: Report, amount_minor: int) -> str:
    return money(amount_minor, told["currency"])
