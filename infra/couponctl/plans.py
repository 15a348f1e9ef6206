"""What applying a file would do, in words: what changes, what is refused, the money by funder, and warnings.

A stack's plan (`POST /admin/campaigns/{campaign_id}/plan`), or without a stack what the file alone tells.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from coupons.currencies import money
from infra.couponctl.funding import total_minor
from infra.couponctl.output import amount, currency_name, shown, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.couponctl.campaign_files import CampaignFile

LINES_MAX = 40
"""Changes that are printed; `--json` has all."""
VALUE_MAX = 60
SIGNS = {"added": "+", "changed": "~", "removed": "-", "frozen": "!"}
_QUANTITY = re.compile(r"batches\[([a-z0-9-]+)\]\.quantity")
NOT_CHECKED = (
    "Not checked: what a stack has stored and published, the revision, batches of other campaigns, merchants' records, "
    "and what is reserved of the budgets."
)


def without_stack(document: dict[str, Any]) -> dict[str, Any]:
    """What the document alone tells, in the form of a plan; null is what only a stack knows."""
    from coupons.model.campaigns import Campaign
    from coupons.model.oversights import oversights
    from coupons.model.plans import planned_money
    from coupons.web.responses.plan import PlannedBatchView, PlannedBudgetView

    campaign = Campaign.model_validate(document)
    budgets, batches = planned_money(campaign)
    funders = [PlannedBudgetView.of(one, campaign.currency).model_dump() for one in budgets]
    return {
        "campaign_id": campaign.campaign_id,
        "outcome": None,
        "revision": None,
        "refusals": None,
        "changes": None,
        "funders": [{**one, "reserved_minor": None} for one in funders],
        "batches": [{**PlannedBatchView.of(one).model_dump(), "published": None} for one in batches],
        "warnings": [one.model_dump() for one in oversights(campaign)],
    }


def with_lines(plan: dict[str, Any], file: CampaignFile) -> dict[str, Any]:
    """The plan; each place that the file has gets its `line`."""
    refusals = [
        {**one, "differences": file.located(one["differences"])} if one.get("differences") else one
        for one in plan["refusals"] or []
    ]
    return {
        **plan,
        "refusals": None if plan["refusals"] is None else refusals,
        "changes": None if plan["changes"] is None else file.located(plan["changes"]),
        "warnings": file.located(plan["warnings"]),
    }


def told(plan: dict[str, Any], file: CampaignFile) -> Iterator[str]:
    """The plan in lines: the changes, the money, the warnings, and last what is refused."""
    currency = plan["funders"][0]["currency"]
    yield f"{plan['campaign_id']}: {_outcome(plan)}"
    # Of a new campaign the file says every field; its items are an overview.
    changes = [one for one in plan["changes"] or [] if plan["outcome"] != "created" or one["place"].endswith("]")]
    yield from change_lines(changes, currency)
    if plan["outcome"] != "unchanged" or any(batch["to_reserve"] for batch in plan["batches"]):
        yield from _money(plan, currency)
    for warning in plan["warnings"]:
        yield f"warning: {file.name}:{warning['line']}: {warning['place']}: {warning['message']}"
    for batch in plan["batches"]:
        if batch["refusal"]:
            yield f"publishing {batch['batch_id']} is refused: {_detail(batch['refusal'])}"
    for refusal in plan["refusals"] or []:
        yield f"refused: {refusal['slug']}: {_detail(refusal)}"
        for one in refusal.get("differences") or []:
            kept, stated = (_value(one, side, currency) for side in ("kept", "stated"))
            yield f"  {file.name}:{one['line']}: {one['place']}: {kept} is kept, {stated} was stated"


def removed(plan: dict[str, Any]) -> list[str]:
    """The places of what the document drops."""
    return [change["place"] for change in plan["changes"] or [] if change["change"] == "removed"]


def not_covered(plan: dict[str, Any]) -> list[str]:
    """The batches whose publishing a budget does not cover."""
    return [batch["batch_id"] for batch in plan["batches"] if batch["refusal"]]


def _outcome(plan: dict[str, Any]) -> str:
    if plan["outcome"] is None:
        return "fits the schema"
    if plan["outcome"] == "unchanged":
        return f"nothing changes, revision {plan['revision']}"
    return "is new" if plan["outcome"] == "created" else changed(plan)


def changed(plan: dict[str, Any]) -> str:
    """`is at revision 3; 1 added, 2 changed`."""
    kinds = Counter(one["change"] for one in plan["changes"])
    return f"is at revision {plan['revision']}; {', '.join(f'{kinds[kind]} {kind}' for kind in SIGNS if kind in kinds)}"


def change_lines(changes: list[dict[str, Any]], currency: str) -> Iterator[str]:
    """A line for each of the first differences, and how many more there are."""
    yield from (f"  {_change(change, currency)}" for change in changes[:LINES_MAX])
    if len(changes) > LINES_MAX:
        yield f"  and {len(changes) - LINES_MAX:,} more changes (--json lists all)"


def _change(change: dict[str, Any], currency: str) -> str:
    """One difference, in a line."""
    place, kind = change["place"], change["change"]
    line = f" (line {change['line']})" if kind != "removed" and "line" in change else ""
    kept, stated = _value(change, "kept", currency), _value(change, "stated", currency)
    if kind == "frozen" and place.endswith("]") and change["stated"] is None:
        return f"! {place}: is published and cannot be dropped"
    if kind == "frozen":
        return f"! {place}: {kept} is published and stays, {stated} was stated{line}{_instead(change)}"
    if kind == "changed":
        return f"~ {place}: {kept} becomes {stated}{line}"
    side, text = ("stated", stated) if kind == "added" else ("kept", kept)
    is_item = isinstance(change[side], dict | list)
    return f"{SIGNS[kind]} {place}{line}" if is_item else f"{SIGNS[kind]} {place}: {text}{line}"


def _instead(change: dict[str, Any]) -> str:
    """The command that does what the file cannot: a published batch gets more packs by `raise`."""
    batch = _QUANTITY.fullmatch(change["place"])
    return f": couponctl raise {batch[1]} {change['stated']}" if batch and change["stated"] > change["kept"] else ""


def _value(change: dict[str, Any], side: str, currency: str) -> str:
    value = change.get(side)
    if isinstance(value, dict) and change["place"].endswith("]"):
        return "it"
    text = shown(change["place"], value, currency)
    return text if len(text) <= VALUE_MAX else f"{text[:VALUE_MAX]}…"


def _money(plan: dict[str, Any], currency: str) -> Iterator[str]:
    names = {
        "budget_minor": "budget",
        "reserved_minor": "reserved now",
        "to_reserve_minor": "to be set aside",
        "left_minor": "left",
    }
    known = {name: heading for name, heading in names.items() if plan["funders"][0][name] is not None}
    rows = [(one["funder_id"], *(money(one[name], currency) for name in known)) for one in plan["funders"]]
    yield from ("", f"Money in {currency_name(currency)}: the largest cost of batches that are not published yet")
    yield from table(("funder", *known.values()), rows)
    batches = [one for one in plan["batches"] if one["to_reserve"]]
    if batches:
        cells = [
            (one["batch_id"], f"{one['quantity']:,}", money(total_minor(one["to_reserve"]), currency))
            for one in batches
        ]
        yield from ("", *table(("batch", "packs", "to be set aside"), cells))
    yield ""


def _detail(refusal: dict[str, Any]) -> str:
    """A refusal's sentence; of a budget with its amounts."""
    if refusal.get("needed_minor") is None:
        return str(refusal["detail"])
    needed, available = (amount(refusal[f"{name}_minor"], refusal.get("currency")) for name in ("needed", "available"))
    return f"{refusal['detail'].rstrip('.')}: {needed} are needed, {available} there"
