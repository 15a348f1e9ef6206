"""What is sent instead of what the fuzzer drew: identifiers that exist, and bodies that fit what refers to each other.

Only in parts of a case that are to be valid: what is to be refused stays as it was drawn. One drawing in eight stays
as it is anyway, so that also strangers, and documents at odds with themselves, are sent.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

from tests.fuzz.town import (
    CITIZEN,
    COURT,
    DINER,
    FREE_SLOTS,
    LOTS,
    MISSED,
    ORDERS,
    PEOPLE,
    PLAYED,
    PROGRAM,
    SEASONS,
    TAKEN_SLOTS,
    VENUES_SLOTS,
    VISIT,
    VISITED,
    Town,
    document_for,
    programme_for,
)
from tests.world import campaign

PROGRAMME = "PUT /admin/campaigns/{campaign_id}/programme"
DOCUMENTS = ("PUT /admin/campaigns/{campaign_id}", "POST /admin/campaigns/{campaign_id}/plan")
"""Take a whole campaign."""
OPEN, BOOKABLE = ("special-0606", "care-2020"), ("special-0613",)
AS_DRAWN = 8
"""Of so many drawings one is sent as it was drawn."""
NEW_MAX = 40
"""Campaigns that are declared anew; after that, their edits are at odds with their revisions."""
RAISED_FROM = 200_000
"""Packs of `sports-88`."""
STEERED = {
    "quantity": ("sports-88",),
    "stop": ("gym-june",),
    "extend": ("night-0612",),
    "pause": ("sports-88",),
    "resume": ("sports-88",),
}
"""Batches that nothing else needs: an operator who stops another one, drawn from what was answered, ends the play."""
LINKED = frozenset(
    {
        *("campaign_id", "batch_id", "terms_id", "section_id", "funder_id", "merchant_id", "store_id"),
        *("starts_at", "ends_at", "opens_at", "closes_at", "booking", "validity", "usable", "blackout_dates"),
        *("revision", "timezone", "currency", "sections", "suspended_districts", "terms", "limits"),
        *("mode", "eligibility", "exclusive_group", "rollover_to", "draw"),
        *("stores", "discount", "funding", "basis_points", "merchant_match", "hold_max_s", "withheld"),
    }
)
"""Fields that have to agree with others: a document that is made to fit keeps its own."""
LINKED_IN_PROGRAMMES = frozenset(
    {
        *("venue_id", "facility_id", "booking_rule_id", "booking_rule", "activity_id", "announcement_id", "session_id"),
        *("revision", "merchant_id", "store_id", "section_id", "district", "geo", "seats", "placement", "audience"),
        *("starts_at", "ends_at", "from", "to", "slot_minutes", "first_day", "last_day", "weekdays"),
        *("promote_until_minutes", "cancel_until_minutes", "check_in", "no_show", "incentives", "points_kind"),
    }
)
"""The same of a programme."""


def put_right(town: Town) -> Callable[[HookContext, Case, dict[str, Any]], None]:
    """The hook `before_call` of this town."""

    def before_call(_context: HookContext, case: Case, _kwargs: dict[str, Any]) -> None:
        if not is_own(case):
            return  # a probe: as it is
        drawn = _drawn(case)
        stays, steers = drawn % AS_DRAWN == 0, case.path.rpartition("/")[2] in STEERED
        if (steers or not stays) and not case.meta.is_negative_at(ParameterLocation.PATH):
            names = {name: _known(town, case.operation.label, name, drawn) for name in case.path_parameters}
            case.path_parameters = case.path_parameters | {name: known for name, known in names.items() if known}
        if not stays and isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
            case.body = _fitting(town, case.operation.label, _whole(case.body), case.path_parameters, drawn)

    return before_call


def is_own(case: Case) -> bool:
    """No probe by another method."""
    return case.meta is not None and case.method.upper() == case.operation.method.upper()


def is_sent(_context: HookContext, case: Case) -> bool:
    """The hook `filter_case`: of the thousand ways in which a campaign or a programme can be wrong, every fourth."""
    meta = case.meta
    is_wrong = meta is not None and meta.phase.name == TestPhase.COVERAGE and meta.generation.mode.is_negative
    return not (is_wrong and case.operation.label in (*DOCUMENTS, PROGRAMME)) or _drawn(case) % 4 == 0


def _drawn(case: Case) -> int:
    """A number that is the same for the same drawing."""
    drawn = json.dumps([case.path_parameters, case.query, case.body], default=repr, sort_keys=True)
    return zlib.crc32(drawn.encode("utf-8", "replace"))


def _known(town: Town, label: str, name: str, drawn: int) -> str:
    """A value of this path parameter that exists; empty: as it was drawn."""
    method, _, path = label.partition(" ")
    action = path.rpartition("/")[2]
    of_slot = {"waiting": TAKEN_SLOTS, "booking": FREE_SLOTS, "code": (MISSED,), "{checkin_no}": (MISSED,)}
    new = tuple(f"fuzzed-{number}" for number in range(NEW_MAX))
    choices: Mapping[str, tuple[str, ...]] = {
        "campaign_id": PLAYED if label == PROGRAMME else (*new, *SEASONS[2:]) if method == "PUT" else SEASONS,
        "batch_id": (LOTS,) if "/draw" in path else BOOKABLE if action == "booking" else STEERED.get(action, OPEN),
        "name": town.files,
        "coupon_id": tuple(town.coupons),
        "merchant_id": ("fuzzed-shop", "haidian-digital") if method == "PUT" else (DINER, "jd-mall"),
        "group_id": ("fuzzed-group", "night-shift"),
        "order_no": tuple(town.kept.get(f"{method} {action}", ORDERS if method != "DELETE" else new)),
        "day": ("2020-06-12",),
        "facility_id": (COURT,),
        "slot_id": of_slot.get(action, VENUES_SLOTS),
        "checkin_no": (VISIT,),
        "event_id": new,
        "program_id": (PROGRAM, "beijing-sports-points"),
    }
    found = choices.get(name, ())
    return found[drawn // AS_DRAWN % len(found)] if found else ""


def _fitting(town: Town, label: str, body: dict[str, Any], path: Mapping[str, Any], drawn: int) -> dict[str, Any]:
    if "order" in body:
        fits = {"code": town.code_for(path.get("order_no", ""))} | ({"order": town.order()} if drawn % 4 else {})
        return {name: value for name, value in body.items() if name != "scanned_at"} | fits
    stated = _stated(town, label, body) if drawn % 4 else None
    if stated is not None:
        return stated
    if label in DOCUMENTS:
        campaign_id = path["campaign_id"]
        return dict(_graft(town.seasons.get(campaign_id) or document_for(campaign_id), body))
    if label == PROGRAMME:
        campaign_id = path["campaign_id"]
        read = {"revision": town.revision(campaign_id)} if drawn % 4 else {}
        return dict(_graft(programme_for(campaign_id) | read, body, LINKED_IN_PROGRAMMES))
    if label == "PUT /admin/slots/{slot_id}" and None not in (body.get("cancelled"), body.get("units")):
        return {"units": body["units"]}
    if label.startswith("PUT /admin/merchants/"):
        (diner,) = campaign()["merchants"]
        return dict(_graft({name: value for name, value in diner.items() if name != "merchant_id"}, body))
    return body


def _stated(town: Town, label: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """A body of few fields that fits what the town has; None: of this route there is none."""
    if label.endswith("{reversal_no}"):
        return {"amount_minor": 1 + body["amount_minor"] % 50}
    if label.endswith("/quantity"):
        return {"quantity": RAISED_FROM + body["quantity"] % 1_000}
    if label.endswith("/draw"):
        return town.beacon
    if label.endswith("{checkin_no}"):
        return {"code": town.visit_code()}
    if label.startswith("PUT /points/earnings/"):
        when = {"occurred_at": f"2020-06-{7 + body.get('quantity', 1) % 6:02}T12:00:00+08:00"}
        return body | VISITED | when | {"person_id": PEOPLE[body.get("quantity", 1) % len(PEOPLE)]}
    if label == "PUT /admin/strikes":
        return body | {"person_id": CITIZEN, "slot_id": MISSED}
    return None


def _whole(value: Any) -> Any:
    """60.0 is an integer to JSON Schema, and none to us: 60."""
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _graft(whole: Any, drawn: Any, linked: frozenset[str] = LINKED) -> Any:
    """`whole` with all that was drawn and refers to nothing else; of a list of documents the first is made to fit."""
    if not isinstance(whole, dict) or not isinstance(drawn, dict):
        return drawn
    taken = {}
    for name, value in drawn.items():
        first = _first(whole.get(name))
        if first is not None and _first(value) is not None:
            taken[name] = [_graft(first, _first(value), linked), *whole[name][1:]]
        elif first is None and name not in linked and not (value is None and name in whole):
            taken[name] = _graft(whole.get(name), value, linked)
    return {**whole, **taken}


def _first(value: Any) -> Any:
    """Of a list of documents; None for anything else."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else None
