"""What the certificate service keeps in MongoDB: open applications and certificates, everything personal sealed."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chassis.mongo.client import DuplicateKeyError, IndexModel, Mongo, ReturnDocument, UpdateOne, store_errors
from chassis.mongo.erasures import ErasureLog
from event_schemas import AssignedToStation, ComplaintFiled, Event, PersonalDataErased, VerificationCompleted

from .domain import CaseFile, Status
from .records import REPLACED, Certificate, case_of, from_document, to_document
from .spelling import Name

PAGE: Final = 200
_WITHOUT_PDF: Final = {"pdf": 0}


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """`sealed` is None once the person's data was erased."""

    certificate: Certificate
    sealed: str | None


class CertificateStore:
    """`services` are those whose filings are kept, for the papers they yield."""

    def __init__(self, mongo: Mongo, services: AbstractSet[str]) -> None:
        self._services = services
        self._cases = mongo.collection("cases")
        self._certificates = mongo.collection("certificates")
        self._log = ErasureLog(mongo)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._certificates.create_indexes(
                [
                    IndexModel([("number", 1)], name="number"),
                    IndexModel([("case_id", 1)], name="case_id"),
                    IndexModel(
                        [("revoked_at", 1), ("_id", 1)],
                        name="revoked",
                        partialFilterExpression={"status": Status.REVOKED.value},
                    ),
                ]
            )

    async def remember(self, events: Sequence[Event]) -> None:
        """Store what certificates will rest on; each event may come again."""
        filed = {
            event.case_id
            for event in events
            if isinstance(event, ComplaintFiled) and event.service_code in self._services
        }
        erased = await self._log.among(filed)
        cases = [update for event in events for update in _case_updates(event, self._services, erased)]
        stations = [
            UpdateOne({"case_id": event.case_id, "station": None}, {"$set": {"station": event.station.name}})
            for event in events
            if isinstance(event, AssignedToStation)
        ]
        with store_errors():
            if cases:
                await self._cases.bulk_write(cases, ordered=True)
            if stations:
                await self._certificates.bulk_write(stations, ordered=False)

    async def erase(self, event: PersonalDataErased, now: datetime) -> None:
        """Delete the applicant and the papers; that a certificate was issued, and is valid or not, stays."""
        mark = {"$set": {"erased_at": event.occurred_at}}
        with store_errors():
            await self._cases.update_one({"_id": event.case_id}, {"$unset": {"sealed": ""}, **mark})
            await self._certificates.update_many({"case_id": event.case_id}, {"$unset": {"pdf": ""}, **mark})
        await self._log.note({event.case_id: event.occurred_at}, now)

    async def case(self, case_id: str) -> CaseFile | None:
        with store_errors():
            found = await self._cases.find_one({"_id": case_id})
        return case_of(found) if found else None

    async def get(self, certificate_id: str) -> Certificate | None:
        with store_errors():
            found = await self._certificates.find_one({"_id": certificate_id}, _WITHOUT_PDF)
        return from_document(found) if found else None

    async def named(self, name: Name) -> Certificate | None:
        wanted = {"number": {"$in": name.numbers}} if name.certificate_id is None else {"_id": name.certificate_id}
        with store_errors():
            found = await self._certificates.find_one(wanted, _WITHOUT_PDF)
        return from_document(found) if found else None

    async def pdf(self, certificate_id: str) -> StoredPdf | None:
        with store_errors():
            found = await self._certificates.find_one({"_id": certificate_id})
        return StoredPdf(from_document(found), found.get("pdf")) if found else None

    async def issue(self, certificate: Certificate, sealed_pdf: str) -> Certificate:
        """Store a certificate, or read back the one that was stored first."""
        try:
            with store_errors():
                await self._certificates.insert_one(to_document(certificate, sealed_pdf))
        except DuplicateKeyError:
            first = await self.get(certificate.certificate_id)
            assert first is not None
            return first
        return certificate

    async def revoke(
        self, certificate_id: str, case_id: str, *, at: datetime, cause_id: str, reason_code: str | None
    ) -> tuple[Certificate, bool] | None:
        """Revoke once: the first order counts. The flag says whether it was this one; None: no such certificate."""
        fields: dict[str, Any] = {
            "status": Status.REVOKED.value,
            "revoked_at": at,
            "revoked_cause_id": cause_id,
            "reason_code": reason_code,
        }
        with store_errors():
            found = await self._certificates.find_one_and_update(
                {"_id": certificate_id, "case_id": case_id, "status": Status.VALID.value},
                {"$set": fields},
                projection=_WITHOUT_PDF,
                return_document=ReturnDocument.AFTER,
            )
        if found:
            return from_document(found), True
        earlier = await self.get(certificate_id)
        return (earlier, False) if earlier is not None and earlier.case_id == case_id else None

    async def newest(self, case_id: str, kind: str, *, at: datetime, cause_id: str) -> str | None:
        """The id of the case's last paper of a kind that was valid at that time, or that this very order revoked."""
        wanted = {
            "case_id": case_id,
            "kind": kind,
            "issued_at": {"$lte": at},
            "$or": [{"status": Status.VALID.value}, {"revoked_cause_id": cause_id}],
        }
        with store_errors():
            found = await self._certificates.find_one(wanted, {"_id": 1}, sort=[("issued_at", -1), ("_id", -1)])
        return str(found["_id"]) if found else None

    async def replace_earlier(self, newer: Certificate) -> list[Certificate]:
        """Revoke the case's earlier papers of that kind, whose place the newer one takes; the same when done again."""
        earlier = {
            "_id": {"$ne": newer.certificate_id},
            "case_id": newer.case_id,
            "kind": newer.kind,
            "issued_at": {"$lte": newer.issued_at},
        }
        fields = {
            "status": Status.REVOKED.value,
            "revoked_at": newer.issued_at,
            "revoked_cause_id": newer.cause_id,
            "reason_code": REPLACED,
        }
        with store_errors():
            await self._certificates.update_many(earlier | {"status": Status.VALID.value}, {"$set": fields})
            cursor = self._certificates.find(earlier | {"revoked_cause_id": newer.cause_id}, _WITHOUT_PDF)
            found = await cursor.sort("_id", 1).to_list(PAGE)
        return [from_document(document) for document in found]

    async def revoked(self, after: tuple[datetime, str] | None) -> list[Certificate]:
        """A page of the revocation list, oldest first, from behind `after`."""
        query: dict[str, Any] = {"status": Status.REVOKED.value}
        if after is not None:
            at, last = after
            query["$or"] = [{"revoked_at": {"$gt": at}}, {"revoked_at": at, "_id": {"$gt": last}}]
        with store_errors():
            cursor = self._certificates.find(query, _WITHOUT_PDF).sort([("revoked_at", 1), ("_id", 1)])
            found = await cursor.to_list(PAGE)
        return [from_document(document) for document in found]


def _case_updates(event: Event, services: AbstractSet[str], erased: AbstractSet[str]) -> list[UpdateOne]:
    match event:
        case ComplaintFiled() if event.service_code in services:
            return [
                UpdateOne(
                    {"_id": event.case_id}, {"$setOnInsert": _case(event, erased=event.case_id in erased)}, upsert=True
                )
            ]
        case AssignedToStation():
            newer = {"_id": event.case_id, "assignment_no": {"$lt": event.assignment_no}}
            station = {
                "assignment_no": event.assignment_no,
                "station_name": event.station.name,
                "station_name_hi": event.station.name_hi,
                "station_district": event.station.district,
            }
            return [UpdateOne(newer, {"$set": station})]
        case VerificationCompleted():
            newer = {"_id": event.case_id, "verification_seq": {"$lt": event.case_seq}}
            fields = {"verification": str(event.outcome), "verification_seq": event.case_seq}
            return [UpdateOne(newer, {"$set": fields})]
    return []


def _case(event: ComplaintFiled, *, erased: bool) -> dict[str, Any]:
    case: dict[str, Any] = {
        "tracking_number": event.tracking_number,
        "service_code": event.service_code,
        "filed_at": event.occurred_at,
        "district": event.district,
        "attributes": {key: str(value) for key, value in event.attributes.items()},
        "assignment_no": 0,
        "verification_seq": 0,
    }
    return case | ({"sealed": event.sealed} if event.sealed is not None and not erased else {})
