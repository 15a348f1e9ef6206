"""Programme documents (table `catalog`), and whose a name of slots is.

| access | request | units |
|---|---|---|
| which revision is current | GetItem of the head | ½ read unit |
| the document | BatchGetItem of the chunks that the head names, strong | 1 read unit each 4 KB |
| store a revision | PutItem of each chunk | 1 each KB |
| | then one transaction: head, campaign's revision, new names, what is announced | 2 a part and KB |
| whose a facility is, or a program of points | GetItem | ½ read unit |

A document is compressed and cut into chunks, which are named by the digest of the whole. They are put first and never
change, and the head is put last, so a reader finds the old document or the new one, whole. Chunks of a revision that
lost a race, or of a killed call, are named by no head: they are never read.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupons.damage import blamed
from coupons.model.programmes import Programme, ProgrammeHead
from coupons.refusals import Busy, RevisionConflict, TermsFrozen
from coupons.stores import programme_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo, TransactionFailed
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import fields_of, reader, sure

NEW_MAX = 80
"""Names of slots that can join with one revision: a transaction holds 100 parts."""
CHUNK_BYTES = 300_000
"""Bytes of a chunk; an item holds 400 KB."""


@dataclass(frozen=True, slots=True)
class StoredProgramme:
    """A programme as stored, with its head. `document` has its revision."""

    head: ProgrammeHead
    document: Programme


@dataclass(frozen=True, slots=True)
class NextProgramme:
    """A document that is to take the place of `read`, cut into chunks, and the head that will name them."""

    document: Programme
    head: ProgrammeHead
    chunks: list[bytes]
    read: StoredProgramme | None


class ProgrammeStore:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def head(self, campaign_id: str, *, consistent: bool = False) -> ProgrammeHead | None:
        """None: the campaign has no programme."""
        return self._table.get(keys.programme(campaign_id), _head, consistent=consistent)

    def document(self, campaign_id: str, head: ProgrammeHead) -> Programme:
        """The document that the head names. Raises Damaged, of the chunk that cannot be read, or of the head."""
        names = [keys.programme_chunk(campaign_id, head.digest, number) for number in range(head.chunks)]
        found = self._table.items(names, consistent=True)
        parts = {item["sk"]: self._table.value(item, lambda one: sure(one["part"], bytes)) for item in found}
        with blamed(self._table.name, **keys.programme(campaign_id)):
            whole = b"".join(parts[name["sk"]] for name in names)
            document = Programme.model_validate_json(zlib.decompress(whole))
        return document.model_copy(update={"revision": head.revision})

    def read(self, campaign_id: str) -> StoredProgramme | None:
        """Strongly consistent. Raises Damaged."""
        head = self.head(campaign_id, consistent=True)
        return StoredProgramme(head, self.document(campaign_id, head)) if head else None

    def owner(self, facility_id: str) -> str | None:
        """The campaign that a name of slots belongs to, for good; None if no programme ever had it."""
        return self._table.get(keys.facility(facility_id), lambda i: sure(i["campaign_id"], str), consistent=True)

    def owners(self, facility_ids: Iterable[str]) -> dict[str, str]:
        """The same for several, strongly consistent; without those that belong to nobody. Raises Damaged."""
        items = self._table.items([keys.facility(one) for one in facility_ids], consistent=True)
        return dict(self._table.value(item, _owner) for item in items)

    def program_owner(self, program_id: str) -> str | None:
        """The campaign whose visits earn these points, for good; None if no programme ever had them."""
        return self._table.get(keys.program(program_id), lambda i: sure(i["campaign_id"], str), consistent=True)

    def apply(self, campaign_id: str, new: NextProgramme, also: Sequence[Part] = ()) -> Programme:
        """Store `new` in place of what was read, all or nothing; returns it as stored.

        `also` are parts that hold while the campaign is the one that the document was checked against, and what is
        announced with it. Raises RevisionConflict if the programme was edited since it was read, TermsFrozen if a name
        of slots went to another campaign meanwhile, Busy if a part of `also` was refused.
        """
        for number, part in enumerate(new.chunks):
            item = {**keys.programme_chunk(campaign_id, new.head.digest, number), "part": part}
            self._table.send(self._table.put("programme chunk", item))
        own = [self._own(campaign_id, name) for name in new_names(new.document, new.read)]
        own += [self._own_program(campaign_id, name) for name in _new_programs(new.document, new.read)]
        try:
            self._table.dynamo.transact([self._put_head(campaign_id, new.head, new.read), *own, *also])
        except TransactionFailed as failure:
            raise _refusal(failure) from failure
        return new.document.model_copy(update={"revision": new.head.revision})

    def still(self, campaign_id: str, head: ProgrammeHead | None) -> Part:
        """A transaction part that refuses if the programme is another than the one that was read; None: none."""
        condition, values = unchanged("revision", head.revision if head else 0)
        return self._table.check("programme", keys.programme(campaign_id), condition, **values)

    def _put_head(self, campaign_id: str, head: ProgrammeHead, read: StoredProgramme | None) -> Part:
        condition, values = unchanged("revision", read.head.revision if read else 0)
        item = {**keys.programme(campaign_id), **fields_of(head)}
        return self._table.put("programme", item, condition, **values).returning_old()

    def _own(self, campaign_id: str, facility_id: str) -> Part:
        item = {**keys.facility(facility_id), "facility_id": facility_id, "campaign_id": campaign_id}
        condition = "attribute_not_exists(pk) OR campaign_id = :mine"
        return self._table.put("facility", item, condition, mine=campaign_id).of(facility_id).returning_old()

    def _own_program(self, campaign_id: str, program_id: str) -> Part:
        """Guard: `tests/store/operate/test_incentives.py::test_a_program_belongs_to_one_campaign`."""
        item = {**keys.program(program_id), "program_id": program_id, "campaign_id": campaign_id}
        condition = "attribute_not_exists(pk) OR campaign_id = :mine"
        return self._table.put("program", item, condition, mine=campaign_id).of(program_id).returning_old()


_head = reader(ProgrammeHead)


def _owner(item: Item) -> tuple[str, str]:
    return sure(item["facility_id"], str), sure(item["campaign_id"], str)


def next_programme(document: Programme, timezone: str, read: StoredProgramme | None) -> NextProgramme:
    """The next revision after `read`; the first if there is none."""
    whole = zlib.compress(document.model_dump_json(exclude={"revision"}, exclude_unset=True).encode())
    chunks = [whole[start : start + CHUNK_BYTES] for start in range(0, len(whole), CHUNK_BYTES)]
    digest = hashlib.sha256(whole).hexdigest()[:32]
    head = ProgrammeHead(read.head.revision + 1 if read else 1, digest, len(chunks), timezone)
    return NextProgramme(document, head, chunks, read)


def new_names(document: Programme, read: StoredProgramme | None) -> list[str]:
    """The names of slots that `read` did not have."""
    known = set(read.document.bookable_ids) if read else set()
    return [name for name in document.bookable_ids if name not in known]


def _new_programs(document: Programme, read: StoredProgramme | None) -> list[str]:
    before = read.document.incentives if read else None
    after = document.incentives
    return [after.program_id] if after and (before is None or before.program_id != after.program_id) else []


def taken(facility_id: str, campaign_id: str) -> TermsFrozen:
    return TermsFrozen(detail=f"Facility {facility_id!r} belongs to campaign {campaign_id!r}.")


def _refusal(failure: TransactionFailed) -> RevisionConflict | TermsFrozen | Busy:
    if "programme" in failure.kinds:
        item = failure.item("programme")
        return RevisionConflict(
            revision=item["revision"] if item else 0, detail="The programme was changed meanwhile; read it again."
        )
    if "facility" in failure.kinds:
        item = failure.item("facility")
        return taken(failure.which("facility")[0], item["campaign_id"] if item else "")
    if "program" in failure.kinds:
        item = failure.item("program")
        said = f"Points {failure.which('program')[0]!r} belong to campaign {item['campaign_id'] if item else ''!r}."
        return TermsFrozen(detail=said)
    if "allotment" in failure.kinds:
        item = failure.item("allotment")
        partner_id, earned = failure.which("allotment")[0], item["t"] if item else 0
        return TermsFrozen(detail=f"Partner {partner_id!r} has earned {earned} points: points_max cannot be less.")
    return Busy(detail="The campaign was changed meanwhile; try again.")
