"""What a revision of a programme can no longer change of its incentives: what people could have earned by now.

Points are recomputed from raw sums by the caps and bonuses that the document states, so these stay for every window
that has begun, and for all days on which a visit may have been reported. A rule, a cap or a multiplier changes from a
later day on by a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from coupons.deferred import jsonable
from coupons.model.frozen import DIFFERENCES_MAX, shown
from coupons.model.incentives import Cap, EarningRule, Incentives, Multiplier
from coupons.model.points_rules import AHEAD_S
from coupons.refusal_reasons import Difference
from coupons.refusals import TermsFrozen
from coupons.times import day_of

REACH_S = AHEAD_S + 60
"""Visits of so many seconds later than now may have been admitted: `AHEAD_S`, and a process that has not yet read what
changes now."""
_STAYS = ("program_id", "unit_value_minor", "expires")


def refusal_of_incentives(
    stored: Incentives | None, document: Incentives | None, timezone: str, now_s: int
) -> TermsFrozen | None:
    """The refusal of a revision that changes what could have been earned; None if it changes nothing of it.

    Before the first day of the first rule everything can change.
    """
    if stored is None:
        return None
    last = day_of(now_s + REACH_S, timezone).isoformat()
    if not any((rule.first_day or "") <= last for rule in stored.rules):
        return None
    found = list(islice(_differences(stored, document, last), DIFFERENCES_MAX))
    if not found:
        return None
    where = found[0]["place"].removeprefix("body.")
    said = f"Points are earned already: {where} stays {shown(found[0]['kept'])}."
    if where.startswith(("incentives.rules", "incentives.caps", "incentives.bonuses")):
        said += f" A row of a later day than {last} can differ."
    return TermsFrozen(detail=said, differences=found, timezone=timezone)


def _differences(stored: Incentives, document: Incentives | None, last: str) -> Iterator[Difference]:
    """Each place that differs in what holds until the day `last`."""
    if document is None:
        yield _difference("incentives", stored.program_id, None)
        return
    for name in _STAYS:
        kept, stated = getattr(stored, name), getattr(document, name)
        if kept != stated:
            yield _difference(f"incentives.{name}", jsonable(kept), jsonable(stated))
    yield from _of_caps(stored, document, last)
    yield from _of_bonuses(stored, document, last)
    yield from _of_rules(stored, document, last)


def _of_caps(stored: Incentives, document: Incentives, last: str) -> Iterator[Difference]:
    """Rows whose first window has begun: added, changed or gone."""
    kept, stated = ({(c.per, c.first_day): c for c in one.caps if c.first_day <= last} for one in (stored, document))
    for number, cap in enumerate(document.caps):
        key = cap.per, cap.first_day
        if key in stated and kept.get(key) != cap:
            yield _difference(f"incentives.caps.{number}", _plain(kept.get(key)), _plain(cap))
    for key in [key for key in kept if key not in stated]:
        yield _difference("incentives.caps", _plain(kept[key]), None)


def _of_bonuses(stored: Incentives, document: Incentives, last: str) -> Iterator[Difference]:
    """The first of a kind, which has no dates, and the multipliers of days that have begun."""
    if stored.first_of_kind_points != document.first_of_kind_points:
        kept, stated = ({"first_of_kind": one.first_of_kind_points} for one in (stored, document))
        yield _difference("incentives.bonuses", kept, stated)
    doubled = [one for side in (stored, document) for one in side.bonuses if isinstance(one, Multiplier)]
    for day in sorted({day for one in doubled for day in one.days if day <= last}):
        before, after = stored.basis_points_on(day), document.basis_points_on(day)
        if before != after:
            yield _difference(
                "incentives.bonuses", {"day": day, "basis_points": before}, {"day": day, "basis_points": after}
            )


def _of_rules(stored: Incentives, document: Incentives, last: str) -> Iterator[Difference]:
    """Days that have begun and earn something else now. A kind may be rewarded that was not."""
    days = {"2000-01-01", last}
    for rule in [*stored.rules, *document.rules]:
        days |= {rule.first_day or last, _day_after(rule) or last}
    for kind in stored.kinds:
        for day in sorted(one for one in days if one <= last):
            before, after = stored.points_of(kind, day), document.points_of(kind, day)
            if before is not None and before != after:
                numbers = [
                    number for number, rule in enumerate(document.rules) if rule.kind == kind and rule.holds_on(day)
                ]
                place = f"incentives.rules.{numbers[0]}" if numbers else "incentives.rules"
                told = {"kind": kind, "day": day}
                yield _difference(place, {**told, "points": before}, {**told, "points": after})
                break


def _day_after(rule: EarningRule) -> str | None:
    return (date.fromisoformat(rule.last_day) + timedelta(days=1)).isoformat() if rule.last_day else None


def _plain(cap: Cap | None) -> object:
    return None if cap is None else cap.model_dump()


def _difference(place: str, kept: object, stated: object) -> Difference:
    return {"place": f"body.{place}", "kept": kept, "stated": stated}


def changed_allotments(stored: Incentives | None, document: Incentives | None) -> dict[str, int]:
    """The partners whose `points_max` is another than before, and what it is: 0 for one who is none any more.

    None may have earned more than that: `Σ points_max ≤ budget_points` holds because of it.
    """
    if stored is None:
        return {}
    before = {one.partner_id: one.points_max for one in stored.partners}
    after = {one.partner_id: one.points_max for one in document.partners} if document else {}
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return {name: after.get(name, 0) for name in names}
