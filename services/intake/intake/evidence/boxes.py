"""MP4, 3GP and QuickTime files: a tree of boxes (ISO/IEC 14496-12). Metadata are blanked in place: no offset moves."""

from collections.abc import Iterator
from dataclasses import dataclass

_PARENTS = frozenset({b"moov", b"trak", b"mdia"})
# What a player needs of a file, a movie and a track; places, names, tags, XMP and thumbnails stand in the other boxes.
_NEEDED = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra", b"free", b"skip", b"wide"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex", b"iods"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia", b"tref"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
}
# The tracks whose samples are sound or picture; any other may be a recording of places.
_PLAIN_TRACKS = frozenset({b"vide", b"soun", b"hint"})
_TIMES = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_LONGEST_TIMES = 20
_MOST_BOXES = 20_000
_DEEPEST = 8


class BrokenBoxes(Exception):
    """The boxes do not fit into the file, or into each other."""


@dataclass(frozen=True, slots=True)
class Box:
    """`start` is where its header begins, `body` where its content does, `end` behind it: offsets in the file.

    `parent` is the kind of the box it stands in, empty for the file itself.
    """

    kind: bytes
    start: int
    body: int
    end: int
    parent: bytes = b""


def brands_of(content: bytes, *, whole: bool = False) -> frozenset[bytes]:
    """The brands of the first box; BrokenBoxes if `whole` and the file's own boxes do not follow one another."""
    if whole and not {box.kind for box in top_boxes(content)} & {b"moov", b"moof", b"meta"}:
        raise BrokenBoxes("no movie")
    size = min(int.from_bytes(content[:4]), 512)
    return frozenset(content[at : at + 4] for at in (8, *range(16, size, 4)))


def has_other_tracks(content: bytes) -> bool:
    """It has a track of other data than sound and pictures, which can't be blanked in place."""
    kinds = (content[box.body + 8 : box.body + 12] for box in boxes(content) if box.kind == b"hdlr")
    return any(kind not in _PLAIN_TRACKS for kind in kinds)


def without_metadata(content: bytes) -> bytes:
    """The same movie with its metadata blanked and its times of making at zero."""
    blanked = bytearray(content)
    for box in boxes(content):
        if box.kind not in _NEEDED[box.parent]:
            blanked[box.start + 4 : box.start + 8] = b"free"
            blanked[box.body : box.end] = bytes(box.end - box.body)
        elif box.kind in _TIMES and box.end - box.body >= _LONGEST_TIMES:
            width = 16 if content[box.body] == 1 else 8
            blanked[box.body + 4 : box.body + 4 + width] = bytes(width)
    return bytes(blanked)


def top_boxes(content: bytes) -> Iterator[Box]:
    return _within(content, 0, len(content))


def boxes(content: bytes) -> Iterator[Box]:
    """The boxes of the file, its movies and their tracks, parents first; BrokenBoxes where they do not fit."""
    left = _MOST_BOXES
    waiting = [(0, len(content), b"", 0)]
    while waiting:
        start, end, parent, depth = waiting.pop()
        for box in _within(content, start, end, parent):
            left -= 1
            if left < 0 or depth > _DEEPEST:
                raise BrokenBoxes("too many boxes")
            yield box
            if box.kind in _PARENTS:
                waiting.append((box.body, box.end, box.kind, depth + 1))


def _within(content: bytes, start: int, end: int, parent: bytes = b"") -> Iterator[Box]:
    count = 0
    # A few bytes behind the last box are what some recorders leave there.
    while end - start >= 8:
        count += 1
        if count > _MOST_BOXES:
            raise BrokenBoxes("too many boxes")
        size, kind, body = int.from_bytes(content[start : start + 4]), content[start + 4 : start + 8], start + 8
        if size == 1:
            size, body = int.from_bytes(content[body : body + 8]), body + 8
        elif size == 0:
            size = end - start
        if size < body - start or start + size > end:
            raise BrokenBoxes("a box is longer than its parent")
        yield Box(kind, start, body, start + size, parent)
        start += size
