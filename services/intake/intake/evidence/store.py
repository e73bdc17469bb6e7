"""Files and their sealed parts in MongoDB. A case says which files are its own; here are their bytes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from chassis.mongo.client import Collection, Document, IndexModel, Mongo, ReturnDocument, index_if_set, store_errors
from event_schemas import ids

FILES, PARTS = "evidence", "evidence_parts"
# What is being removed is found by nobody but the sweep.
_THERE: Document = {"gone": {"$exists": False}}


@dataclass(frozen=True, slots=True)
class PartRef:
    """A part that counts. What a cut writer left behind has no reference, and is never read."""

    part_id: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    part_id: str
    offset: int
    size: int
    sealed: bytes

    @property
    def ref(self) -> PartRef:
        return PartRef(self.part_id, self.offset, self.size)


@dataclass(frozen=True, slots=True)
class File:
    """A file that arrives or has arrived: `offset` of `length` bytes are here.

    `expires_at` is None once all of it is here and it is kept; `kept_at` says since when, until a sweep has seen that
    its case lists it. `sealed_key` opens its parts; `copy` are the parts of the copy that is shown.
    """

    evidence_id: str
    case_id: str
    length: int
    sealed_key: str
    created_at: datetime
    expires_at: datetime | None
    offset: int = 0
    document_type: str | None = None
    parts: tuple[PartRef, ...] = ()
    copy: tuple[PartRef, ...] = ()
    kept_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        return self.offset == self.length


class FileStore(Protocol):
    async def open(self, file: File) -> None:
        """Durable on return."""

    async def find(self, evidence_id: str) -> File | None: ...

    async def arriving(self, case_id: str, now: datetime) -> tuple[File, ...]:
        """The case's files that are not kept yet and have time left."""

    async def append(self, file: File, part: Part, expires_at: datetime) -> File | None:
        """The part at the file's offset, durable; None if another writer was there first, or the file is gone."""

    async def put(self, evidence_id: str, parts: Sequence[Part]) -> None:
        """Parts that `keep` or `keep_copy` will refer to."""

    async def keep(self, file: File, parts: Sequence[PartRef], at: datetime) -> File | None:
        """All of it is here: it expires no more. None if it is gone."""

    async def keep_copy(self, evidence_id: str, parts: Sequence[PartRef]) -> None: ...

    async def sealed(self, refs: Sequence[PartRef]) -> tuple[bytes, ...]:
        """The parts in their order. LookupError if one is missing."""

    async def remove(self, evidence_id: str) -> None:
        """The file with its parts. What a crash leaves of it is found by nobody but `expired`."""

    async def give_up(self, file: File) -> bool:
        """As `remove`, if it is still arriving: one that is being kept meanwhile stays."""

    def expired(self, by: datetime) -> AsyncIterator[File]:
        """The files whose time was over by then."""

    async def remove_expired(self, file: File, by: datetime) -> bool:
        """As `remove`, if its time is still over."""

    def unsettled(self, kept_by: datetime, *, every: bool = False) -> AsyncIterator[File]:
        """The kept files of which no sweep has seen yet that they are listed; with `every` all files made by then that
        are kept.
        """

    async def settle(self, file: File) -> None:
        """It is listed: it stays for good, and is not asked about again."""

    async def doubt(self, file: File, expires_at: datetime) -> None:
        """A kept file expires after all, as one that never arrived; settled if it is listed by then."""

    def loose_parts(self, by: datetime) -> AsyncIterator[str]:
        """The ids of files made by then of which there are parts and nothing else."""

    async def remove_parts(self, evidence_id: str) -> None: ...

    async def remove_of_case(self, case_id: str) -> int:
        """Every file of the case with its key and parts; how many they were."""


class MongoFileStore:
    def __init__(self, mongo: Mongo) -> None:
        self._files: Collection = mongo.collection(FILES)
        self._parts: Collection = mongo.collection(PARTS)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._files.create_indexes(
                [
                    IndexModel([("case_id", 1)], name="case"),
                    index_if_set("expires_at", [("expires_at", 1)], name="expires"),
                    index_if_set("kept_at", [("kept_at", 1)], name="kept"),
                ]
            )
            await self._parts.create_indexes([IndexModel([("file", 1)], name="file")])

    async def open(self, file: File) -> None:
        with store_errors():
            await self._files.insert_one(_document(file))

    async def find(self, evidence_id: str) -> File | None:
        with store_errors():
            found = await self._files.find_one({"_id": evidence_id, **_THERE})
        return None if found is None else _file(found)

    async def arriving(self, case_id: str, now: datetime) -> tuple[File, ...]:
        with store_errors():
            found = await self._files.find({"case_id": case_id, "expires_at": {"$gt": now}}).to_list(None)
        return tuple(_file(document) for document in found)

    async def append(self, file: File, part: Part, expires_at: datetime) -> File | None:
        await self.put(file.evidence_id, (part,))
        added = {
            "$push": {"parts": asdict(part.ref)},
            "$set": {"offset": part.offset + part.size, "expires_at": expires_at},
        }
        here = {"_id": file.evidence_id, "offset": part.offset, "expires_at": {"$exists": True}, **_THERE}
        with store_errors():
            changed = await self._files.find_one_and_update(here, added, return_document=ReturnDocument.AFTER)
            if changed is None:
                await self._parts.delete_one({"_id": part.part_id})
        return None if changed is None else _file(changed)

    async def put(self, evidence_id: str, parts: Sequence[Part]) -> None:
        documents: list[Document] = [
            {"_id": part.part_id, "file": evidence_id, "sealed": part.sealed} for part in parts
        ]
        with store_errors():
            await self._parts.insert_many(documents, ordered=False)

    async def keep(self, file: File, parts: Sequence[PartRef], at: datetime) -> File | None:
        whole = {"offset": file.length, "parts": [asdict(part) for part in parts], "kept_at": at}
        with store_errors():
            changed = await self._files.find_one_and_update(
                {"_id": file.evidence_id, **_THERE},
                {"$set": whole, "$unset": {"expires_at": ""}},
                return_document=ReturnDocument.AFTER,
            )
        return None if changed is None else _file(changed)

    async def keep_copy(self, evidence_id: str, parts: Sequence[PartRef]) -> None:
        with store_errors():
            await self._files.update_one({"_id": evidence_id}, {"$set": {"copy": [asdict(part) for part in parts]}})

    async def sealed(self, refs: Sequence[PartRef]) -> tuple[bytes, ...]:
        wanted = [ref.part_id for ref in refs]
        with store_errors():
            found = await self._parts.find({"_id": {"$in": wanted}}).to_list(None)
        by_id = {document["_id"]: bytes(document["sealed"]) for document in found}
        return tuple(by_id[part_id] for part_id in wanted)

    async def remove(self, evidence_id: str) -> None:
        await self._remove({"_id": evidence_id})

    async def give_up(self, file: File) -> bool:
        return await self._remove({"_id": file.evidence_id, "expires_at": {"$exists": True}, **_THERE})

    async def expired(self, by: datetime) -> AsyncIterator[File]:
        with store_errors():
            async for document in self._files.find({"expires_at": {"$lte": by}}):
                yield _file(document)

    async def remove_expired(self, file: File, by: datetime) -> bool:
        return await self._remove({"_id": file.evidence_id, "expires_at": {"$lte": by}})

    async def unsettled(self, kept_by: datetime, *, every: bool = False) -> AsyncIterator[File]:
        asked = "created_at" if every else "kept_at"
        with store_errors():
            async for document in self._files.find({asked: {"$lte": kept_by}, "expires_at": {"$exists": False}}):
                yield _file(document)

    async def settle(self, file: File) -> None:
        settled = {"$unset": {"expires_at": "", "kept_at": ""}}
        with store_errors():
            await self._files.update_one({"_id": file.evidence_id, **_THERE}, settled)

    async def doubt(self, file: File, expires_at: datetime) -> None:
        kept = {"_id": file.evidence_id, "expires_at": {"$exists": False}}
        # Marked as once kept, so that it is counted as what it is.
        doubted = {"expires_at": expires_at, "kept_at": file.kept_at or file.created_at}
        with store_errors():
            await self._files.update_one(kept, {"$set": doubted})

    async def loose_parts(self, by: datetime) -> AsyncIterator[str]:
        old = {"$match": {"file": {"$lt": ids.first_event_id(by)}}}
        files: Document = {"$lookup": {"from": FILES, "localField": "_id", "foreignField": "_id", "as": "files"}}
        stages: list[Document] = [old, {"$group": {"_id": "$file"}}, files, {"$match": {"files": []}}]
        with store_errors():
            async for document in self._parts.aggregate(stages, allowDiskUse=True):
                yield document["_id"]

    async def remove_parts(self, evidence_id: str) -> None:
        with store_errors():
            await self._parts.delete_many({"file": evidence_id})

    async def remove_of_case(self, case_id: str) -> int:
        with store_errors():
            found = [one["_id"] async for one in self._files.find({"case_id": case_id}, {"_id": 1})]
        for evidence_id in found:
            await self.remove(evidence_id)
        return len(found)

    async def _remove(self, which: Document) -> bool:
        """First nobody finds it any more; the rest is found again by its time, whenever this process dies."""
        gone = [{"$set": {"gone": True, "expires_at": "$created_at"}}]
        with store_errors():
            found = await self._files.find_one_and_update(which, gone)
            if found is not None:
                await self._parts.delete_many({"file": found["_id"]})
                await self._files.delete_one({"_id": found["_id"]})
        return found is not None


def _document(file: File) -> Document:
    plain: dict[str, Any] = {name: value for name, value in asdict(file).items() if value not in (None, ())}
    return {"_id": plain.pop("evidence_id"), **plain, "offset": file.offset}


def _file(document: Document) -> File:
    fields = {name: value for name, value in document.items() if name not in ("_id", "gone")}
    refs = {name: tuple(PartRef(**ref) for ref in fields.get(name, ())) for name in ("parts", "copy")}
    return File(evidence_id=document["_id"], **({"expires_at": None} | fields | refs))
