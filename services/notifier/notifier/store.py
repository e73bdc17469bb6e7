"""What the notifier keeps: a card per case with the sealed contact, and the dispatch log, which is its queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from chassis.mongo.client import (
    BulkWriteError,
    Collection,
    Document,
    IndexModel,
    Mongo,
    ReturnDocument,
    UnknownOutcome,
    UpdateOne,
    index_if_set,
    store_errors,
)
from chassis.mongo.erasures import ErasureLog
from chassis.outbox.publisher import Outbox, OutboxEntry
from event_schemas import AssignedToStation, ComplaintFiled, ContactChanged, Lane

from .domain import CaseCard, DispatchState, Notice
from .records import (
    Claim,
    LoggedDispatch,
    Report,
    ReportedDispatch,
    card_of,
    logged_of,
    notice_document,
    notice_of,
)

DISPATCHES: Final = "dispatches"
# A claim whose lease ran out may wait again when the acceptance is written at last.
_UNSETTLED: Final = [one.value for one in (DispatchState.CLAIMED, DispatchState.QUEUED, DispatchState.WAITING)]
_DUPLICATE_KEY: Final = 11_000
_PAGE: Final = 100


class CaseStore:
    """Cards by case id. An erased card stays, without a contact, so that a replayed filing brings nothing back."""

    def __init__(self, mongo: Mongo) -> None:
        self._cards, self._log = mongo.collection("cases"), ErasureLog(mongo)
        self._contacts = mongo.collection("safe_contacts")

    async def remember(self, filed: Sequence[ComplaintFiled], assigned: Sequence[AssignedToStation]) -> None:
        """Apply filings and assignments; each may come again and in any order among batches."""
        erased = await self._log.among({event.case_id for event in filed})
        filings = [
            UpdateOne({"_id": e.case_id}, {"$setOnInsert": _card(e, erased=e.case_id in erased)}, upsert=True)
            for e in filed
        ]
        assignments = [
            UpdateOne(
                {"_id": event.case_id, "assignment_no": {"$lt": event.assignment_no}},
                {"$set": _assignment(event)},
            )
            for event in assigned
        ]
        # Whatever the order in which assignments come: who had the case before is notified of the next one.
        posts = [
            UpdateOne({"_id": event.case_id}, {"$set": {f"posts.{event.assignment_no}": event.officer_post}})
            for event in assigned
        ]
        operations = filings + assignments + posts
        if operations:
            with store_errors():
                await self._cards.bulk_write(operations, ordered=True)

    async def remember_contacts(self, events: Sequence[ComplaintFiled | ContactChanged]) -> None:
        """The newest of a case holds, whatever comes first or again; of an erased case none is kept.

        Beside the card, as a change may be read before its filing, which then waits among the dead letters.
        """
        sealed = [event for event in events if event.sealed_contact is not None]
        if not sealed:
            return
        erased = await self._log.among({event.case_id for event in sealed})
        newest = [
            UpdateOne({"_id": event.case_id}, _newest(event.case_seq, event.sealed_contact), upsert=True)
            for event in sealed
            if event.case_id not in erased
        ]
        if newest:
            with store_errors():
                await self._contacts.bulk_write(newest, ordered=True)

    async def cards(self, case_ids: Sequence[str]) -> Mapping[str, CaseCard]:
        wanted = {"_id": {"$in": list(case_ids)}}
        with store_errors():
            found, contacts = await asyncio.gather(
                self._cards.find(wanted).to_list(None), self._contacts.find(wanted).to_list(None)
            )
        sealed = {document["_id"]: document["sealed_contact"] for document in contacts}
        return {document["_id"]: card_of(document, sealed.get(document["_id"])) for document in found}

    async def erase(self, case_id: str, at: datetime, now: datetime) -> None:
        """Noted last: what the log of erasures names is gone."""
        gone = {"sealed": "", "source": ""}
        with store_errors():
            await self._cards.update_one({"_id": case_id}, {"$unset": gone, "$set": {"erased_at": at}})
            await self._contacts.delete_one({"_id": case_id})
        await self._log.note({case_id: at}, now)


class DispatchStore:
    """The dispatch log. `due_at`: when an unsettled dispatch is next looked at, at its lease's end or for a retry."""

    def __init__(self, mongo: Mongo) -> None:
        self.collection: Collection = mongo.collection(DISPATCHES)
        self.relaxed: Collection = mongo.relaxed(DISPATCHES)

    async def ensure_indexes(self) -> None:
        queue = index_if_set("due_at", [("urgency", 1), ("due_at", 1)], name="queue")
        with store_errors():
            await self.collection.create_indexes([queue, IndexModel([("case_id", 1), ("created_at", 1), ("_id", 1)])])

    async def claim_new(self, notices: Sequence[Notice], now: datetime, lease: timedelta) -> list[Claim]:
        """Insert each notice as claimed; those already in the log are left to whoever claimed them."""
        if not notices:
            return []
        until = now + lease
        documents = [
            notice_document(n, created_at=now) | {"state": DispatchState.CLAIMED.value, "attempts": 1, "due_at": until}
            for n in notices
        ]
        refused = await insert_new(self.collection, documents)
        return [Claim(n, 1, until) for index, n in enumerate(notices) if index not in refused]

    async def enqueue(self, notices: Sequence[Notice], now: datetime) -> None:
        """Insert each notice as due now, for a process that has its hands full."""
        await insert_new(
            self.collection,
            [
                notice_document(n, created_at=now) | {"state": DispatchState.QUEUED.value, "attempts": 0, "due_at": now}
                for n in notices
            ],
        )

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
        """Claim what is due, emergencies first: retries whose time has come and claims whose holder went silent.

        Three round trips for however many: a slow store must not eat up the lease claim by claim.
        """
        due = {"urgency": {"$in": [0, 1]}, "due_at": {"$lte": now}}
        mark, until = uuid4().hex, now + lease
        with store_errors():
            seen = await self.collection.find(due).sort([("urgency", 1), ("due_at", 1)]).limit(limit).to_list(None)
            if not seen:
                return []
            await self.collection.update_many(
                {"_id": {"$in": [document["_id"] for document in seen]}, "due_at": {"$lte": now}},
                {
                    "$set": {"state": DispatchState.CLAIMED.value, "due_at": until, "claimed_by": mark},
                    "$inc": {"attempts": 1},
                },
            )
            ours = {"_id": {"$in": [document["_id"] for document in seen]}, "claimed_by": mark}
            claimed = {document["_id"]: document async for document in self.collection.find(ours)}
        return [
            Claim(
                notice_of(document),
                claimed[document["_id"]]["attempts"],
                until,
                unconfirmed=document["state"] == DispatchState.CLAIMED,
            )
            for document in seen
            if document["_id"] in claimed
        ]

    async def accepted(
        self, claims: Sequence[Claim], entries: Sequence[Sequence[OutboxEntry]], at: datetime
    ) -> frozenset[str]:
        """Write that the gateway accepted these, each with its event. A fact: it holds whoever has the claim now.

        Returns the ids written: a delivery report that was faster has settled and announced the others.
        """
        operations = [
            UpdateOne(
                {
                    "_id": claim.notice.notification_id,
                    "state": {"$in": _UNSETTLED},
                },
                {
                    "$set": {"state": DispatchState.ACCEPTED.value, "attempts": claim.attempt, "settled_at": at},
                    "$unset": {"due_at": "", "error_code": ""},
                    **_pushed(emitted, at),
                },
            )
            for claim, emitted in zip(claims, entries, strict=True)
        ]
        keys = frozenset(claim.notice.notification_id for claim in claims)
        with store_errors():
            done = await self.collection.bulk_write(operations, ordered=False)
            if done.matched_count == len(keys):
                return keys
            ours = {"_id": {"$in": sorted(keys)}, "receipt": None, "state": DispatchState.ACCEPTED.value}
            return frozenset([document["_id"] async for document in self.collection.find(ours, {"_id": 1})])

    async def requeue(self, claim: Claim, *, attempts: int, due_at: datetime, error_code: str | None) -> None:
        """Give a claim back, to be tried again at `due_at`; nothing if somebody else holds it by now."""
        fields = {"state": DispatchState.QUEUED.value, "attempts": attempts, "due_at": due_at, "error_code": error_code}
        with store_errors():
            await self.collection.update_one(_held(claim), {"$set": fields})

    async def hold(self, claim: Claim) -> None:
        """Let a claimed message wait for a digest; nothing if somebody else holds the claim by now."""
        update = {"$set": {"state": DispatchState.HELD.value, "attempts": 0}, "$unset": {"due_at": ""}}
        with store_errors():
            await self.collection.update_one(_held(claim), update)

    async def wait(self, claim: Claim, *, until: datetime) -> None:
        """Let a claimed message wait for its citizen's hours, by right unsent; nothing if somebody else holds it."""
        fields = {"state": DispatchState.WAITING.value, "due_at": until, "waited_until": until}
        with store_errors():
            await self.collection.update_one(_held(claim), {"$set": fields | {"attempts": claim.attempt - 1}})

    async def look_again(self, case_ids: Iterable[str], now: datetime) -> None:
        """What waits for hours that were changed is due now: whether it goes is decided anew."""
        waiting = {"case_id": {"$in": sorted(case_ids)}, "state": DispatchState.WAITING.value}
        with store_errors():
            await self.collection.update_many(waiting, {"$set": {"due_at": now}})

    async def failed(
        self, claim: Claim, emitted: Sequence[OutboxEntry], *, attempts: int, error_code: str, at: datetime
    ) -> list[Any]:
        """Give up for good; returns the outbox to publish, empty if somebody else holds the claim by now."""
        fields = {"state": DispatchState.FAILED.value, "attempts": attempts, "settled_at": at, "error_code": error_code}
        update = {"$set": fields, "$unset": {"due_at": ""}, **_pushed(emitted, at)}
        with store_errors():
            written = await self.collection.find_one_and_update(
                _held(claim), update, return_document=ReturnDocument.AFTER
            )
        return list(written.get("outbox", ())) if written else []

    async def find(self, notification_id: str) -> ReportedDispatch | None:
        with store_errors():
            found = await self.collection.find_one({"_id": notification_id})
        if found is None:
            return None
        return ReportedDispatch(
            notice=notice_of(found),
            state=DispatchState(found["state"]),
            attempts=found["attempts"],
            receipt=found.get("receipt"),
            error_code=found.get("error_code"),
        )

    async def note_report(
        self, found: ReportedDispatch, report: Report, emitted: Sequence[OutboxEntry]
    ) -> list[Any] | None:
        """Write a report's effect and event; return the outbox to publish, None if the dispatch has changed since."""
        fields: Document = {"receipt": report.name, "receipt_at": report.at, "state": report.state.value}
        update: Document = {"$set": fields}
        if report.state is not found.state:
            fields |= {"settled_at": report.at, "error_code": report.error_code}
            if found.notice.is_digest:
                fields["to_settle"] = True  # its members end as it does
            update |= {"$unset": {"due_at": ""}, **_pushed(emitted, report.at)}
        unchanged = {"_id": found.notice.notification_id, "state": found.state.value, "receipt": found.receipt}
        with store_errors():
            written = await self.collection.find_one_and_update(unchanged, update, return_document=ReturnDocument.AFTER)
        return None if written is None else list(written.get("outbox", ()))

    async def of_case(self, case_id: str, after: tuple[datetime, str] | None) -> list[LoggedDispatch]:
        """A page of the log in order of creation, from behind `after`."""
        query: Document = {"case_id": case_id}
        if after is not None:
            at, last = after
            query["$or"] = [{"created_at": {"$gt": at}}, {"created_at": at, "_id": {"$gt": last}}]
        with store_errors():
            found = await self.collection.find(query).sort([("created_at", 1), ("_id", 1)]).to_list(_PAGE)
        return [logged_of(document) for document in found]

    async def forget(self, case_id: str, now: datetime) -> None:
        """How people of the case were reached, and the texts of settled messages: that they were sent stays.

        What still waits for its citizen's hours is given up.
        """
        settled = {"case_id": case_id, "due_at": {"$exists": False}, "state": {"$ne": DispatchState.HELD.value}}
        waiting = {"case_id": case_id, "state": DispatchState.WAITING.value}
        with store_errors():
            await self.collection.update_many({"case_id": case_id}, {"$unset": {"contact": ""}})
            await self.collection.update_many(settled, {"$set": {"variables": {}}})
            # Without a contact it fails at its next turn, and nothing of it is rendered before.
            await self.collection.update_many(waiting, {"$set": {"variables": {}, "due_at": now}})

    async def queue_length(self) -> Mapping[str, int]:
        """Unsettled dispatches by lane, but for those that wait as their citizen asked."""
        with store_errors():
            emergency, routine = await asyncio.gather(
                *(
                    self.collection.count_documents(
                        {"urgency": urgency, "due_at": {"$exists": True}, "state": {"$ne": DispatchState.WAITING.value}}
                    )
                    for urgency in (0, 1)
                )
            )
        return {"emergency": emergency, "routine": routine}


async def insert_new(collection: Collection, documents: Sequence[Document]) -> set[int]:
    """The indexes of documents whose id was there already."""
    if not documents:
        return set()
    try:
        with store_errors():
            await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        details: dict[str, Any] = dict(error.details or {})
        problems = details.get("writeErrors", [])
        if any(problem.get("code") != _DUPLICATE_KEY for problem in problems):
            raise
        if details.get("writeConcernErrors"):
            raise UnknownOutcome("the majority did not confirm") from error
        return {problem["index"] for problem in problems}
    return set()


def _pushed(emitted: Sequence[OutboxEntry], at: datetime) -> Document:
    return Outbox.push_update(emitted, at) if emitted else {}


def _held(claim: Claim) -> Document:
    return {"_id": claim.notice.notification_id, "state": DispatchState.CLAIMED.value, "attempts": claim.attempt}


def _card(event: ComplaintFiled, *, erased: bool = False) -> Document:
    card: Document = {
        "tracking_number": event.tracking_number,
        "service_code": event.service_code,
        "language": "en" if event.language == "en" else "hi",
        "sensitive": event.sensitive,
        "anonymous": event.anonymous,
        "emergency": event.lane is Lane.EMERGENCY,
        "contact_proved": event.contact_proved,
        "source": event.source,
        "assignment_no": 0,
        "filed_at": event.occurred_at,
    }
    if erased:
        return card | {"source": None, "erased_at": event.occurred_at}
    return card | ({"sealed": event.sealed} if event.sealed is not None and not event.anonymous else {})


def _newest(case_seq: int, sealed_contact: str | None) -> list[Document]:
    known = {"$gte": [{"$ifNull": ["$case_seq", 0]}, case_seq]}
    kept = {"$cond": [known, "$sealed_contact", {"$literal": sealed_contact}]}
    return [{"$set": {"sealed_contact": kept}}, {"$set": {"case_seq": {"$max": ["$case_seq", case_seq]}}}]


def _assignment(event: AssignedToStation) -> Document:
    return {
        "assignment_no": event.assignment_no,
        "station_name": event.station.name,
        "station_name_hi": event.station.name_hi,
        "station_code": event.station.code,
        "police_district": event.station.police_district,
        "officer_post": event.officer_post,
    }
