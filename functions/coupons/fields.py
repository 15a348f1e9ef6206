"""The types of the fields of documents and bodies: identifiers, amounts, times, and the strict base model.

All models are strict and closed: unknown fields, numbers in strings and times without an offset are refused, with the
place of each. Money is integers in minor units (`*_minor`), shares are basis points (1/10,000), times are RFC 3339 with
offset.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from coupons.currencies import EXPONENTS
from coupons.deferred import DEFERRED, DeferredModel
from coupons.identities import LENGTH_MAX, person_name
from coupons.spelling import did_you_mean

AMOUNT_MAX_MINOR = 10**11
"""Largest amount of one order or one discount (contract: amounts up to 10^11)."""
BASIS_POINTS = 10_000
QUANTITY_MAX = 100_000_000
POINTS_MAX = 10**12

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$", max_length=64)]
Label = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A category, tag, region or sku: short, printable, compared letter by letter."""
Reason = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
"""Why something was decided, in one printable line that is not blank."""
SealedId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,160}$", max_length=160)]
"""A coupon id or a code, as `sealing` writes them."""
CallersNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", max_length=64)]
"""A number that the caller chooses: `order_no`, `reversal_no`, `checkin_no`, `event_id`."""
PersonName = Annotated[
    str, Field(min_length=1, max_length=LENGTH_MAX, pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(person_name)
]
"""A real-name identity, parsed to its normal form, or `sub:…` for the subject of a token without one."""
Minor = Annotated[int, Field(ge=0, le=AMOUNT_MAX_MINOR)]
BasisPoints = Annotated[int, Field(ge=0, le=BASIS_POINTS)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
Points = Annotated[int, Field(ge=1, le=POINTS_MAX)]
PointsKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", max_length=32)]
"""What a visit is to the rules of points: `attendance`, `venue_booking`, `training`, `event`, or a city's own word."""
Revision = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""Counts the edits of a document, or of a merchant's record."""


FIRST, END = datetime(2000, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""All declared times, and all times computed from them, are in `FIRST <= moment < END`, so that local time in any zone
is in the years 2000 to 2100."""


def of_our_time(moment: datetime) -> datetime:
    """Refuses a moment outside; compares instants, not local times."""
    if not FIRST <= moment < END:
        raise ValueError(f"times lie from {FIRST:%Y-%m-%dT%H:%M:%SZ} to before {END:%Y-%m-%dT%H:%M:%SZ}")
    return moment


def _whole_second(moment: datetime) -> datetime:
    if moment.microsecond:
        raise ValueError("times are whole seconds")
    return moment


def _rfc3339(value: object) -> object:
    # pydantic would also accept epoch numbers, whose unit a reader cannot see.
    if not isinstance(value, datetime | str) or (isinstance(value, str) and value[4:5] != "-"):
        raise ValueError("a time is an RFC 3339 string with offset, like 2020-06-06T10:00:00+08:00")
    return value


Told = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_rfc3339)]
"""RFC 3339 with offset, of any year: for responses, which are never refused."""
Instant = Annotated[Told, AfterValidator(of_our_time)]
"""RFC 3339 with offset, fractions allowed: reported by a machine."""
DeclaredTime = Annotated[Instant, AfterValidator(_whole_second)]
"""RFC 3339 with offset, declared in a document; `int(moment.timestamp())` is the stored epoch second."""


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone")
    return name


@lru_cache(maxsize=1)
def _zones() -> set[str]:
    # A host also lists its own zone, and the one of a machine without settings. The standard library leaves out
    # posixrules, and the copies under posix/ and right/.
    return available_timezones() - {"localtime", "Factory"}


TimeZone = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_zone)]
"""A name that means the same on every host: of a place, or fixed like `UTC` and `Etc/GMT-8`."""


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError(f"{code!r} is not a currency that is legal tender anywhere (ISO 4217)")
    return code


Currency = Annotated[
    str,
    Field(pattern=r"^[A-Z]{3}$", json_schema_extra={"enum": list(EXPONENTS)}),
    AfterValidator(_known_currency),
]
"""ISO 4217 code of a currency that is legal tender."""


def _calendar_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _day_of_our_time(day: str) -> str:
    if not FIRST.date() <= date.fromisoformat(day) < END.date():
        raise ValueError(f"days lie from {FIRST:%Y-%m-%d} to before {END:%Y-%m-%d}")
    return day


Day = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"}), AfterValidator(_calendar_day)
]
DeclaredDay = Annotated[Day, AfterValidator(_day_of_our_time)]


def _on_earth(geo: str) -> str:
    latitude, longitude = map(float, geo.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError("latitude is from -90 to 90, longitude from -180 to 180")
    return geo


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""Days of the week."""
Channel = Literal["offline", "online"]
"""Where an order is placed: in a store, or online."""
FacilityId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,47}$", max_length=47)]
"""What is booked by slots: short, because a `slot_id` is `facility_id.yyyy-mm-dd.hhmm`."""
Link = Annotated[
    str,
    Field(
        pattern=r"^(https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][!-\[\]-~]*)?|/([!-.0-\[\]-~][!-\[\]-~]*)?)$",
        max_length=500,
    ),
]
"""A link: `https://…`, or a path of our own, which begins with one slash."""
Image = Annotated[str, Field(pattern=r"^([a-z0-9-]{1,64}|(/media(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+))$", max_length=200)]
"""The name of one of the pages' pictures, or a file under `/media/`."""
Geo = Annotated[
    str, Field(pattern=r"^-?[0-9]{1,2}(\.[0-9]{1,7})?,-?[0-9]{1,3}(\.[0-9]{1,7})?$"), AfterValidator(_on_earth)
]
"""`latitude,longitude` in degrees (WGS 84)."""
Placement = Annotated[str, Field(pattern=r"^(home|ticker|(section|batch):[a-z0-9-]{1,64})$", max_length=72)]
"""`home`, `ticker`, `section:<section_id>` or `batch:<batch_id>`."""
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM` on a wall clock."""
ClockEnd = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""The same, or the end of the day."""


FileName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""The SHA-256 of a file's content."""


def _on_a_calendar(slot_id: str) -> str:
    _calendar_day(slot_id.split(".")[1])
    return slot_id


SlotId = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{1,47}\.\d{4}-\d{2}-\d{2}\.([01][0-9]|2[0-3])[0-5][0-9]$"),
    AfterValidator(_on_a_calendar),
]
"""`facility_id.yyyy-mm-dd.hhmm`, by the wall time at which the slot begins."""


_PATH_PARAMETERS: dict[str, Any] = {
    "campaign_id": Id,
    "batch_id": Id,
    "group_id": Id,
    "merchant_id": Id,
    "coupon_id": SealedId,
    "facility_id": FacilityId,
    "program_id": Id,
    "slot_id": SlotId,
    "order_no": CallersNumber,
    "reversal_no": CallersNumber,
    "event_id": CallersNumber,
    "checkin_no": CallersNumber,
    "name": FileName,
    "day": Day,
}
PATH_PARAMETERS: dict[str, TypeAdapter[str]] = {
    name: TypeAdapter(kind, config=DEFERRED) for name, kind in _PATH_PARAMETERS.items()
}


class Document(DeferredModel):
    """Strict, frozen, and closed: an unknown field is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(Document):
    """A text for people, in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=500)]
    """In English."""
    zh: Annotated[str, Field(min_length=1, max_length=500)]
    """In Chinese."""


Title = Annotated[str, Field(min_length=1, max_length=500)] | Text


def forward(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse an empty or backward half-open window."""
    if starts_at >= ends_at:
        raise ValueError("the window ends before it starts")


def distinct(where: str, names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{where}: {name!r} appears twice")
        seen.add(name)
    return seen


def known(where: str, name: str | None, declared: Collection[str]) -> None:
    if name is not None and name not in declared:
        alike = did_you_mean(name, declared)
        question = f"; did you mean {alike!r}?" if alike else ""
        raise ValueError(f"{where} {name!r} is not declared in this document{question}")


Step = int | str
PlacedFault = tuple[tuple[Step, ...], str]
"""Where in the document, and what is wrong there."""


def refuse_all(title: str, found: Iterable[PlacedFault]) -> None:
    """Refuse with every fault, each at its place."""
    errors: list[InitErrorDetails] = [
        {"type": PydanticCustomError("value_error", "{said}", {"said": said}), "loc": place, "input": None}
        for place, said in found
    ]
    if errors:
        raise ValidationError.from_exception_data(title, errors)


def twice(where: str, key: str, names: Iterable[str]) -> Iterator[PlacedFault]:
    """A fault at each item of the list `where` whose `key` an earlier item has."""
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield (where, number, key), f"{name!r} appears twice"
        seen.add(name)


def unknown(place: tuple[Step, ...], what: str, name: str | None, declared: Collection[str]) -> Iterator[PlacedFault]:
    """A fault if a name is stated that is not among the declared; `what`: `section`."""
    if name is not None and name not in declared:
        alike = did_you_mean(name, declared)
        yield place, f"there is no {what} {name!r}" + (f"; did you mean {alike!r}?" if alike else "")


def check_all(title: str, rules: Iterable[Callable[[], object]]) -> None:
    """Refuse with the errors of all rules, so that a writer learns of every mistake at once.

    Guard: `tests/unit/test_faults.py::test_every_rule_that_is_broken_is_named`.
    """
    found: list[PlacedFault] = []
    for rule in rules:
        try:
            rule()
        except ValueError as error:
            found.append(((), str(error)))
    refuse_all(title, found)
