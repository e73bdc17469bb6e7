"""Office contacts by post, kept from `directory.posts`: a vacant post's message goes to who stands in, else upwards."""

from __future__ import annotations

from enum import StrEnum

from chassis.kafka.compacted import CompactedMap
from event_schemas import holder_of
from event_schemas.codec import decode_post

_LONGEST_CHAIN = 8


class Missing(StrEnum):
    """Why a post has no phone: nobody up its ladder has one, or the directory does not know the post (yet)."""

    NO_CONTACT = "no_contact"
    UNKNOWN_POST = "unknown_post"


class Directory:
    """The newest record of each post, by the record's key (`5140003:SHO`)."""

    def __init__(self) -> None:
        self._posts = CompactedMap(decode_post, log_event="directory_record_invalid")
        self.on_record = self._posts.on_record

    def __len__(self) -> int:
        return len(self._posts)

    def phone_of(self, post: str) -> str | Missing:
        """The office phone that answers for `post` (`SHO:5140003`) now."""
        kind, _, place = post.partition(":")
        key: str | None = f"{place}:{kind}"
        if key not in self._posts:
            return Missing.UNKNOWN_POST
        seen: set[str] = set()
        while key is not None and key not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(key)
            found = self._posts.get(key)
            if found is None:
                break
            holder = holder_of(found, self._posts)
            if holder is not None and holder.office_phone:
                return holder.office_phone
            key = found.parent
        return Missing.NO_CONTACT
