"""Decisions under `case_id:assignment_no`: the first that is inserted is the decision, for every replay."""

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Collection as Ids
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from chassis.mongo.client import BulkWriteError, Collection, Document, IndexModel, Mongo, UnknownOutcome, store_errors
from chassis.mongo.erasures import ErasureLog
from event_schemas import AssignedToStation, WireRecord
from routing.domain import Filing, Point

DUPLICATE_KEY: Final = 11_000
FILING: Final = Filing._fields


class StoredDecision(NamedTuple):
    """A decision as it was published: `json` is AssignedToStation, byte for byte.

    `sealed` is kept only where the place itself travels sealed. `record` is what was made ready to publish with it; a
    decision that was read back has none.
    """

    case_id: str
    assignment_no: int
    json: str
    filing: Filing
    notes: tuple[str, ...]
    decided_at: datetime
    sealed: str | None = None
    record: WireRecord | None = None

    @property
    def id(self) -> str:
        return f"{self.case_id}:{self.assignment_no}"

    @property
    def event(self) -> AssignedToStation:
        """Read anew at each call."""
        return AssignedToStation.model_validate_json(self.json)


class Decisions(Protocol):
    async def settle(self, proposals: Sequence[StoredDecision]) -> Sequence[StoredDecision]:
        """The winner for each proposal, in its order: itself, or what had been decided before."""
        ...

    async def of_cases(self, case_ids: Ids[str]) -> dict[str, list[StoredDecision]]:
        """Every decision of these cases, by assignment number."""
        ...

    async def erase_places(self, erased: Mapping[str, datetime], now: datetime) -> None:
        """Forget where the people of these cases were (when that was decided, by case id); the decisions stay."""
        ...


class MongoDecisions:
    """One bulk insert for a batch, and one read if some of it had been decided before."""

    def __init__(self, mongo: Mongo) -> None:
        self._decisions: Collection = mongo.collection("decisions")
        self._log = ErasureLog(mongo)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._decisions.create_indexes(
                [
                    IndexModel([("case_id", 1), ("assignment_no", 1)], name="case"),
                    IndexModel([("decided_at", 1)], name="decided_at"),
                ]
            )

    async def settle(self, proposals: Sequence[StoredDecision]) -> Sequence[StoredDecision]:
        if not proposals:
            return ()
        erased = await self._log.among({proposal.case_id for proposal in proposals})
        decided = await self._insert(
            [to_document(placeless(one) if one.case_id in erased else one) for one in proposals]
        )
        if not decided:
            return proposals
        with store_errors():
            found = [document async for document in self._decisions.find({"_id": {"$in": list(decided)}})]
        winners = {document["_id"]: from_document(document) for document in found}
        if len(winners) < len(decided):
            # Another process inserted it a moment ago and a majority does not have it yet.
            raise UnknownOutcome("a decision that was there before can not be read yet")
        return [winners.get(proposal.id, proposal) for proposal in proposals]

    async def _insert(self, documents: list[Document]) -> set[str]:
        """The ids that were there before. Anything but a duplicate key is raised."""
        try:
            with store_errors():
                await self._decisions.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details: dict[str, Any] = dict(error.details or {})
            failures: list[dict[str, Any]] = list(details.get("writeErrors", ()))
            if details.get("writeConcernErrors"):
                raise UnknownOutcome("a bulk insert was not confirmed") from error
            if not failures or any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            return {documents[failure["index"]]["_id"] for failure in failures}
        return set()

    async def between(self, start: datetime, end: datetime) -> AsyncIterator[StoredDecision]:
        """Decisions made from a time to another, in their order."""
        with store_errors():
            async for document in self._decisions.find({"decided_at": {"$gte": start, "$lt": end}}).sort(
                "decided_at", 1
            ):
                yield from_document(document)

    async def of_cases(self, case_ids: Ids[str]) -> dict[str, list[StoredDecision]]:
        found: dict[str, list[StoredDecision]] = {case_id: [] for case_id in case_ids}
        cursor = self._decisions.find({"case_id": {"$in": list(case_ids)}}).sort("assignment_no", 1)
        with store_errors():
            async for document in cursor:
                found[document["case_id"]].append(from_document(document))
        return found

    async def erase_places(self, erased: Mapping[str, datetime], now: datetime) -> None:
        forget = {"$unset": {"filing.point": "", "filing.pincode": "", "sealed": ""}}
        with store_errors():
            await self._decisions.update_many({"case_id": {"$in": list(erased)}}, forget)
        await self._log.note(erased, now)


def placeless(decision: StoredDecision) -> StoredDecision:
    """The decision without where the person was."""
    return decision._replace(sealed=None, filing=decision.filing._replace(point=None, pincode=None))


def to_document(decision: StoredDecision) -> Document:
    document: Document = {
        "_id": decision.id,
        "case_id": decision.case_id,
        "assignment_no": decision.assignment_no,
        # Written once, and a replay needs nothing else.
        "event": decision.json,
        "filing": {name: value for name, value in zip(FILING, decision.filing, strict=True) if value is not None},
        "notes": list(decision.notes),
        "decided_at": decision.decided_at,
    }
    if decision.sealed is not None:
        document["sealed"] = decision.sealed
    return document


def from_document(document: Document) -> StoredDecision:
    asked = dict(document["filing"])
    point = asked.pop("point", None)
    return StoredDecision(
        case_id=document["case_id"],
        assignment_no=document["assignment_no"],
        json=document["event"],
        filing=Filing(**asked, point=Point(*point) if point is not None else None),
        notes=tuple(document["notes"]),
        decided_at=document["decided_at"],
        sealed=document.get("sealed"),
    )
