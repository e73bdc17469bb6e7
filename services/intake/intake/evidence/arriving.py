"""What arrives of a file: parts, each sealed and durable before the next; and the memory that whole files take."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chassis.http.problems import Problem
from intake.evidence import media
from intake.evidence.faults import EvidenceFault
from intake.evidence.problems import CHECKSUM_MISMATCH, EVIDENCE_BUSY, OFFSET_MISMATCH, TOO_LARGE, problem_of
from intake.evidence.store import File, FileStore, Part, PartRef
from intake.evidence.tus import Checksum
from intake.evidence.vault import FileKey

# A part of what arrives in parts: so much is lost at most if a server dies.
PIECE: Final = 512 * 1024
# A part of what arrives whole.
LARGE_PIECE: Final = 4 * 2**20
# A body with a checksum is held until it is compared.
MOST_CHECKED: Final = 8 * 2**20
# What one process holds in memory of files that arrive whole.
MOST_IN_MEMORY: Final = 160 * 2**20
ORIGINAL, COPY = "original", "copy"


class PartWriter:
    """Puts what arrives into parts, each durable before the next."""

    def __init__(self, files: FileStore, key: FileKey, file: File, expiry: Callable[[], datetime]) -> None:
        self._files, self._key, self._expiry = files, key, expiry
        self.file = file
        self._held = bytearray()

    async def write(self, body: AsyncIterator[bytes]) -> None:
        try:
            async for chunk in body:
                self._hold(chunk, self.file.length - self.file.offset)
                while len(self._held) >= PIECE:
                    await self._flush(PIECE)
        except (ClientDisconnect, HTTPException) as cut:
            # The link was cut, or was too slow: what arrived stays, and HEAD says how much that is.
            await self._flush(len(self._held))
            if isinstance(cut, HTTPException):
                raise
            return
        await self._flush(len(self._held))

    async def write_checked(self, body: AsyncIterator[bytes], checksum: Checksum) -> None:
        try:
            async for chunk in body:
                self._hold(chunk, min(MOST_CHECKED, self.file.length - self.file.offset))
        except ClientDisconnect:
            return
        if not checksum.fits(bytes(self._held)):
            raise Problem(CHECKSUM_MISMATCH)
        while self._held:
            await self._flush(PIECE)

    def _hold(self, chunk: bytes, room: int) -> None:
        if len(self._held) + len(chunk) > room:
            raise Problem(TOO_LARGE, "more_than_announced")
        self._held += chunk

    async def _flush(self, size: int) -> None:
        piece = bytes(self._held[:size])
        if not piece:
            return
        await self._refuse_early(piece)
        part = part_of(self._key, ORIGINAL, self.file.offset, piece)
        file = await self._files.append(self.file, part, self._expiry())
        if file is None:
            raise Problem(OFFSET_MISMATCH)
        self.file = file
        del self._held[:size]

    async def _refuse_early(self, piece: bytes) -> None:
        """A type that is not accepted need not arrive whole to be refused."""
        if self.file.offset > 0 or len(piece) < min(media.HEAD_BYTES, self.file.length):
            return
        try:
            media.media_type_of(piece[: media.HEAD_BYTES])
        except EvidenceFault as fault:
            await self._files.remove(self.file.evidence_id)
            raise problem_of(fault) from fault


class Memory:
    """What files that arrive whole may take of one process's memory."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most, self._reserved = most, 0

    @contextmanager
    def reserve(self, size: int) -> Iterator[None]:
        """Problem evidence_busy if there is no room; the sender tries again."""
        if self._reserved + size > self._most:
            raise Problem(EVIDENCE_BUSY, headers={"Retry-After": "5"})
        self._reserved += size
        try:
            yield
        finally:
            self._reserved -= size


def refs_of(length: int) -> tuple[PartRef, ...]:
    """The parts that what is all here will have."""
    starts = range(0, length, LARGE_PIECE)
    return tuple(PartRef(uuid4().hex, start, min(LARGE_PIECE, length - start)) for start in starts)


def parts_of(key: FileKey, role: str, content: bytes, refs: Sequence[PartRef]) -> list[Part]:
    """The sealed parts of what is all here."""
    return [_sealed(key, role, ref, content[ref.offset : ref.offset + ref.size]) for ref in refs]


def part_of(key: FileKey, role: str, offset: int, content: bytes) -> Part:
    return _sealed(key, role, PartRef(uuid4().hex, offset, len(content)), content)


def _sealed(key: FileKey, role: str, ref: PartRef, content: bytes) -> Part:
    return Part(ref.part_id, ref.offset, ref.size, key.seal(role, ref.offset, content))
