"""A file store, a scanner and a maker of copies for fast tests; the store passes the cases of the one in MongoDB."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from event_schemas import ids
from intake.case.model import Scan
from intake.evidence.copies import PasswordNeeded, stripped
from intake.evidence.faults import Locked, Unreadable
from intake.evidence.store import File, Part, PartRef

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class MemoryFileStore:
    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.parts: dict[str, tuple[str, bytes]] = {}

    async def open(self, file: File) -> None:
        self.files[file.evidence_id] = file

    async def find(self, evidence_id: str) -> File | None:
        return self.files.get(evidence_id)

    async def arriving(self, case_id: str, now: datetime) -> tuple[File, ...]:
        return tuple(
            file
            for file in self.files.values()
            if file.case_id == case_id and file.expires_at is not None and file.expires_at > now
        )

    async def append(self, file: File, part: Part, expires_at: datetime) -> File | None:
        await self.put(file.evidence_id, (part,))
        await asyncio.sleep(0)
        here = self.files.get(file.evidence_id)
        if here is None or here.offset != part.offset or here.expires_at is None:
            return None
        longer = replace(here, offset=part.offset + part.size, expires_at=expires_at, parts=(*here.parts, part.ref))
        self.files[file.evidence_id] = longer
        return longer

    async def put(self, evidence_id: str, parts: Sequence[Part]) -> None:
        self.parts |= {part.part_id: (evidence_id, part.sealed) for part in parts}

    async def keep(self, file: File, parts: Sequence[PartRef], at: datetime) -> File | None:
        here = self.files.get(file.evidence_id)
        if here is None:
            return None
        kept = replace(here, offset=file.length, parts=tuple(parts), expires_at=None, kept_at=at)
        self.files[file.evidence_id] = kept
        return self.files[file.evidence_id]

    async def keep_copy(self, evidence_id: str, parts: Sequence[PartRef]) -> None:
        self.files[evidence_id] = replace(self.files[evidence_id], copy=tuple(parts))

    async def sealed(self, refs: Sequence[PartRef]) -> tuple[bytes, ...]:
        return tuple(self.parts[ref.part_id][1] for ref in refs)

    async def remove(self, evidence_id: str) -> None:
        self.files.pop(evidence_id, None)
        self.parts = {part_id: part for part_id, part in self.parts.items() if part[0] != evidence_id}

    async def remove_parts(self, evidence_id: str) -> None:
        self.parts = {part_id: part for part_id, part in self.parts.items() if part[0] != evidence_id}

    async def give_up(self, file: File) -> bool:
        here = self.files.get(file.evidence_id)
        if here is None or here.expires_at is None:
            return False
        await self.remove(file.evidence_id)
        return True

    async def expired(self, by: datetime) -> AsyncIterator[File]:
        for file in [one for one in self.files.values() if one.expires_at is not None and one.expires_at <= by]:
            yield file

    async def remove_expired(self, file: File, by: datetime) -> bool:
        here = self.files.get(file.evidence_id)
        if here is None or here.expires_at is None or here.expires_at > by:
            return False
        await self.remove(file.evidence_id)
        return True

    async def unsettled(self, kept_by: datetime, *, every: bool = False) -> AsyncIterator[File]:
        for file in [one for one in self.files.values() if one.expires_at is None]:
            asked = file.created_at if every else file.kept_at
            if asked is not None and asked <= kept_by:
                yield file

    async def settle(self, file: File) -> None:
        here = self.files.get(file.evidence_id)
        if here is not None:
            self.files[file.evidence_id] = replace(here, expires_at=None, kept_at=None)

    async def doubt(self, file: File, expires_at: datetime) -> None:
        here = self.files.get(file.evidence_id)
        if here is not None and here.expires_at is None:
            kept_at = file.kept_at or file.created_at
            self.files[file.evidence_id] = replace(here, expires_at=expires_at, kept_at=kept_at)

    async def loose_parts(self, by: datetime) -> AsyncIterator[str]:
        first = ids.first_event_id(by)
        for evidence_id in sorted({of for of, _ in self.parts.values()} - self.files.keys()):
            if evidence_id < first:
                yield evidence_id

    async def remove_of_case(self, case_id: str) -> int:
        found = [file.evidence_id for file in self.files.values() if file.case_id == case_id]
        for evidence_id in found:
            await self.remove(evidence_id)
        return len(found)


class TestScanner:
    """A scanner that knows EICAR; off, as where none is set up, until a test turns it on."""

    __test__ = False

    def __init__(self) -> None:
        self.is_there = False

    async def scan(self, content: bytes) -> Scan:
        if not self.is_there:
            return Scan.UNSCANNED
        return Scan.INFECTED if EICAR in content else Scan.CLEAN


class InThread:
    """Copies are made here, by the functions that the process of the real one runs."""

    async def copy_of(self, media_type: str, content: bytes, most_pixels: int | None = None) -> bytes:
        try:
            return await asyncio.to_thread(stripped, media_type, content, most_pixels)
        except PasswordNeeded as error:
            raise Locked from error
        except Exception as error:
            raise Unreadable from error
