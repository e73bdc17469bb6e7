"""Files of cases: they arrive, are looked at, kept sealed, recorded in one write of the case, and shown as copies."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.http.problems import NOT_FOUND, Problem
from chassis.sealing import KeyRing, SealError, SealFailure
from chassis.telemetry.logs import get_logger
from event_schemas import ids
from event_schemas.policies import PolicySet
from event_schemas.times import whole_ms
from intake.case.model import Case, EvidenceRecord, Scan
from intake.case.publishing import outbox_entry
from intake.case.store import CaseStore
from intake.catalogue import Catalogue
from intake.evidence import media
from intake.evidence.arriving import COPY, ORIGINAL, Memory, PartWriter, parts_of, refs_of
from intake.evidence.domain import (
    EvidenceLimits,
    add_evidence,
    check_document_type,
    check_room,
    same_file,
    scanned,
)
from intake.evidence.faults import EvidenceFault, Locked, Unreadable
from intake.evidence.problems import (
    ERASED,
    FOR_OFFICERS,
    INFECTED,
    NOT_STRIPPED,
    OFFSET_MISMATCH,
    WITHOUT_COPY,
    problem_of,
)
from intake.evidence.scan import Scanner
from intake.evidence.store import File, FileStore, PartRef
from intake.evidence.tus import Checksum
from intake.evidence.vault import FileKey
from intake.evidence.workshop import CopyMaker
from intake.problems import BUSY

TRIES: Final = 10
# How many files one process looks at at once.
LOOKED_AT_AT_ONCE: Final = 2

# The id of no case.
NOBODYS: Final = "c_0"

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is handed out of a file."""

    record: EvidenceRecord
    content: bytes


@dataclass(frozen=True, slots=True)
class EvidenceDesk:
    """`upload_ttl`: how long an upload waits for its next part."""

    cases: CaseStore
    files: FileStore
    ring: KeyRing
    scanner: Scanner
    copies: CopyMaker
    policies: PolicySet
    catalogue: Catalogue
    clock: Clock
    limits: EvidenceLimits
    upload_ttl: timedelta
    memory: Memory = field(default_factory=Memory)
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LOOKED_AT_AT_ONCE))

    async def receive(self, case: Case, content: bytes, document_type: str | None) -> EvidenceRecord:
        """A file that came whole; the same file again is answered with the first one's record. Problem."""
        with _as_problems():
            await self._check(case, len(content), document_type)
            async with self.turn:
                media_type, sha256, for_officers = await asyncio.to_thread(_looked_at, content)
            await self._refuse_locked(media_type, content)
        known = same_file(case, sha256, document_type)
        if known is not None:
            return known
        file, key = self._new(case, len(content), document_type)
        file = replace(file, offset=file.length, parts=refs_of(len(content)))
        # The file before its parts: parts alone would be found by nobody.
        parts, _ = await asyncio.gather(
            asyncio.to_thread(parts_of, key, ORIGINAL, content, file.parts), self.files.open(file)
        )
        _, scan = await asyncio.gather(self.files.put(file.evidence_id, parts), self.scanner.scan(content))
        record = self._record(file, media_type, sha256, scan, for_officers=for_officers)
        # Nobody else knows of the file, so neither write waits for the other; if only the case's arrives, the sweep
        # keeps the file. The answer waits for both: who sends the file again after a failure finds it in the case.
        outcomes = await asyncio.gather(
            self.files.keep(file, file.parts, record.at), self._list(case, file, record), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return record

    async def receive_stripped(self, case: Case, content: bytes) -> EvidenceRecord:
        """Only a copy without metadata is kept, as if it had come so. Problem, also where none can be made."""
        with _as_problems():
            await self._check(case, len(content), None)
            async with self.turn:
                media_type, _, for_officers = await asyncio.to_thread(_looked_at, content)
            if for_officers:
                raise Problem(NOT_STRIPPED)
            copy = await self.copies.copy_of(media_type, content)
        return await self.receive(case, copy, None)

    async def begin(self, case: Case, length: int, document_type: str | None) -> File:
        """An upload that arrives in parts. Problem."""
        with _as_problems():
            await self._check(case, length, document_type)
        file, _ = self._new(case, length, document_type)
        await self.files.open(file)
        return file

    async def find(self, case: Case, evidence_id: str) -> File:
        """Problem not_found for a file of another case and for one whose time is over."""
        file = await self.files.find(evidence_id)
        if file is None or file.case_id != case.case_id:
            raise Problem(NOT_FOUND)
        if file.expires_at is not None and file.expires_at <= self.clock.now():
            raise Problem(NOT_FOUND)
        return file

    async def append(self, file: File, offset: int, body: AsyncIterator[bytes], checksum: Checksum | None) -> File:
        """What arrives of a body, up to where it is cut; with a checksum all of it or nothing. Problem."""
        if offset != file.offset:
            raise Problem(OFFSET_MISMATCH)
        if file.expires_at is None:
            return file
        writer = PartWriter(self.files, self._key(file), file, self._expiry)
        if checksum is not None:
            await writer.write_checked(body, checksum)
        else:
            await writer.write(body)
        return writer.file

    async def finish(self, case: Case, file: File) -> EvidenceRecord | None:
        """The record of a file that is all here, looked at now if it was not yet; None while it is not. Problem."""
        known = case.evidence.get(file.evidence_id)
        if known is not None or not file.is_whole:
            return known
        with _as_problems():
            async with self.turn:
                content = await self._original(file)
                try:
                    media_type, sha256, for_officers = await asyncio.to_thread(_looked_at, content)
                    await self._refuse_locked(media_type, content)
                except EvidenceFault:
                    await self.files.remove(file.evidence_id)
                    raise
                scan = await self.scanner.scan(content)
        # First its bytes stay for good: its owner may be giving it up at this moment.
        record = self._record(file, media_type, sha256, scan, for_officers=for_officers)
        if await self.files.keep(file, file.parts, record.at) is None:
            raise Problem(NOT_FOUND)
        return await self._list(case, file, record)

    async def remove(self, file: File) -> None:
        """Give an upload up. Problem 409 once it is the case's."""
        if file.expires_at is None or not await self.files.give_up(file):
            raise Problem(OFFSET_MISMATCH, "complete")

    async def case_of(self, evidence_id: str) -> tuple[Case, File, EvidenceRecord] | None:
        """The case that a file is evidence of; None for a file that is none's, or not all here.

        Two questions, whether there is such a file or not.
        """
        file = await self.files.find(evidence_id)
        case = await self.cases.by_id(NOBODYS if file is None else file.case_id)
        record = None if case is None else case.evidence.get(evidence_id)
        return None if file is None or case is None or record is None else (case, file, record)

    async def show(self, case: Case, file: File, record: EvidenceRecord, *, to_officer: bool) -> Shown:
        """The copy; the original where there can be no copy, to officers alone. Problem."""
        if record.scan is Scan.UNSCANNED and self.scanner.is_there:
            record = await self._scan_now(case, file, record)
        if record.scan is Scan.INFECTED:
            raise Problem(INFECTED)
        if record.for_officers:
            if not to_officer:
                raise Problem(FOR_OFFICERS)
            return Shown(record, await self._original(file))
        if file.copy:
            return Shown(record, await self._read(file, COPY, file.copy))
        try:
            content = await self.copies.copy_of(record.media_type, await self._original(file))
        except Unreadable:
            raise Problem(WITHOUT_COPY) from None
        parts = parts_of(self._key(file), COPY, content, refs_of(len(content)))
        await self.files.put(file.evidence_id, parts)
        await self.files.keep_copy(file.evidence_id, [part.ref for part in parts])
        return Shown(record, content)

    async def _refuse_locked(self, media_type: str, content: bytes) -> None:
        """Locked for what asks for a password, while its owner is here to send it without one."""
        if not media.may_be_locked(media_type, content):
            return
        try:
            await self.copies.copy_of(media_type, content)
        except Locked:
            raise
        except Unreadable as fault:
            # No copy for another reason: it is kept, and its reader is informed.
            _log.info("copy_not_foreseen", reason=str(fault))

    async def _check(self, case: Case, length: int, document_type: str | None) -> None:
        check_document_type(self.catalogue.get(case.service_code), case, document_type)
        arriving = await self.files.arriving(case.case_id, self.clock.now())
        check_room(case, [file.length for file in arriving], length, self.limits)

    def _expiry(self) -> datetime:
        return whole_ms(self.clock.now()) + self.upload_ttl

    def _new(self, case: Case, length: int, document_type: str | None) -> tuple[File, FileKey]:
        now = whole_ms(self.clock.now())
        evidence_id = ids.new_event_id(now)
        key, sealed_key = FileKey.new(self.ring, case.case_id, evidence_id, now)
        new = File(evidence_id, case.case_id, length, sealed_key, now, self._expiry(), document_type=document_type)
        return new, key

    def _record(self, file: File, media_type: str, sha256: str, scan: Scan, *, for_officers: bool) -> EvidenceRecord:
        return EvidenceRecord(
            evidence_id=file.evidence_id,
            at=whole_ms(self.clock.now()),
            media_type=media_type,
            bytes=file.length,
            sha256=sha256,
            scan=scan,
            document_type=file.document_type,
            for_officers=for_officers,
        )

    async def _list(self, case: Case, file: File, record: EvidenceRecord) -> EvidenceRecord:
        """List it in the case, with its event."""
        service = self.catalogue.get(case.service_code)
        known: Case | None = case
        for _ in range(TRIES):
            if known is None:
                raise Problem(NOT_FOUND)
            if record.evidence_id in known.evidence:
                return known.evidence[record.evidence_id]
            # Of one moment the timeline shows them in the order of their ids.
            first, second = sorted((ids.new_event_id(record.at), ids.new_event_id(record.at)))
            try:
                change = add_evidence(
                    known, record, service, (first, second), policies=self.policies, limits=self.limits
                )
            except EvidenceFault as fault:
                await self.files.remove(file.evidence_id)
                raise problem_of(fault) from fault
            entries = [outbox_entry(event, known.lane) for event in change.events]
            if await self.cases.update(known, change.update, entries) is not None:
                return record
            known = await self.cases.by_id(case.case_id)
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _scan_now(self, case: Case, file: File, record: EvidenceRecord) -> EvidenceRecord:
        scan = await self.scanner.scan(await self._original(file))
        known: Case | None = case
        for _ in range(TRIES if scan is not Scan.UNSCANNED else 0):
            if known is None or known.evidence[record.evidence_id].scan is scan:
                break
            now = whole_ms(self.clock.now())
            update = scanned(known, known.evidence[record.evidence_id], scan, ids.new_event_id(now), now)
            assert update.evidence is not None
            if await self.cases.update(known, update, ()) is not None:
                return update.evidence
            known = await self.cases.by_id(case.case_id)
        # Whether the case could be written or not, what is infected is not shown.
        return case.evidence[record.evidence_id] if scan is Scan.UNSCANNED else replace(record, scan=scan)

    async def _original(self, file: File) -> bytes:
        return await self._read(file, ORIGINAL, file.parts)

    async def _read(self, file: File, role: str, refs: tuple[PartRef, ...]) -> bytes:
        key = self._key(file)
        sealed = await self.files.sealed(refs)
        return b"".join(key.open(role, ref.offset, part) for ref, part in zip(refs, sealed, strict=True))

    def _key(self, file: File) -> FileKey:
        try:
            return FileKey.kept(self.ring, file.case_id, file.evidence_id, file.sealed_key)
        except SealError as error:
            if error.reason is SealFailure.KEY_DESTROYED:
                raise Problem(ERASED) from None
            raise


def _looked_at(content: bytes) -> tuple[str, str, bool]:
    media_type = media.examine(content)
    return media_type, hashlib.sha256(content).hexdigest(), media.goes_to_officers_alone(media_type, content)


@contextmanager
def _as_problems() -> Iterator[None]:
    """A fault of the file becomes its problem."""
    try:
        yield
    except EvidenceFault as fault:
        raise problem_of(fault) from fault
