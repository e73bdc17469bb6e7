"""Photos of entries: looked at, stripped and made small as evidence is, and kept sealed under a key of their own."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from chassis.clock import Clock
from chassis.http.problems import NOT_FOUND, Problem
from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing, SealError
from event_schemas import ids
from event_schemas.times import whole_ms
from intake.evidence import media
from intake.evidence.arriving import COPY, parts_of, refs_of
from intake.evidence.faults import EvidenceFault
from intake.evidence.store import File, FileStore
from intake.evidence.sweep import IsListed
from intake.evidence.vault import FileKey
from intake.evidence.workshop import CopyMaker
from intake.registers.store import EntryStore, MongoEntryStore

PICTURES: Final = frozenset({media.JPEG, media.PNG, media.WEBP})
MOST_BYTES: Final = 5 * 2**20
# Enough to know a face on a phone; what is larger is made smaller.
MOST_PIXELS: Final = 1_000_000


# Where bodies may be as large as a file.
PHOTO_PATHS: Final = r"/v1/desk/registers/[^/]+/[^/]+/photo"


class NotAPicture(Exception):
    """The content is no picture that can be shown, or too large."""


@dataclass(frozen=True, slots=True)
class Photo:
    media_type: str
    content: bytes


def shown_by_entry(entries: EntryStore) -> IsListed:
    """Whether an entry shows the file."""

    async def is_shown(file: File) -> bool:
        entry = await entries.by_id(file.case_id)
        return entry is not None and entry.photo == file.evidence_id

    return is_shown


def shown_in_register(mongo: Mongo) -> IsListed:
    return shown_by_entry(MongoEntryStore(mongo))


@dataclass(frozen=True, slots=True)
class Photos:
    files: FileStore
    copies: CopyMaker
    ring: KeyRing
    clock: Clock

    async def keep(self, entry_id: str, content: bytes, *, dry: bool = False) -> str:
        """Keep a copy without metadata, which shows neither place nor camera; its id. Nothing is kept if `dry`.

        NotAPicture.
        """
        try:
            if len(content) > MOST_BYTES:
                raise NotAPicture
            media_type = await asyncio.to_thread(media.examine, content)
            if media_type not in PICTURES:
                raise NotAPicture
            if dry:
                return ""
            copy = await self.copies.copy_of(media_type, content, most_pixels=MOST_PIXELS)
        except EvidenceFault as fault:
            raise NotAPicture from fault
        now = whole_ms(self.clock.now())
        photo_id = ids.new_event_id(now)
        key, sealed_key = FileKey.new(self.ring, entry_id, photo_id, now)
        refs = refs_of(len(copy))
        file = File(photo_id, entry_id, len(copy), sealed_key, now, expires_at=None, offset=len(copy), copy=refs)
        await self.files.open(replace(file, kept_at=now))
        await self.files.put(photo_id, parts_of(key, COPY, copy, refs))
        return photo_id

    async def read(self, entry_id: str, photo_id: str) -> Photo:
        """Problem 404 where it is not, or where its month's key has been destroyed."""
        file = await self.files.find(photo_id)
        if file is None or file.case_id != entry_id:
            raise Problem(NOT_FOUND)
        try:
            key = FileKey.kept(self.ring, entry_id, photo_id, file.sealed_key)
        except SealError:
            raise Problem(NOT_FOUND) from None
        sealed = await self.files.sealed(file.copy)
        content = b"".join(key.open(COPY, ref.offset, part) for ref, part in zip(file.copy, sealed, strict=True))
        return Photo(media.media_type_of(content[: media.HEAD_BYTES]), content)

    async def remove(self, photo_id: str) -> None:
        await self.files.remove(photo_id)
