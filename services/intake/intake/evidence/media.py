"""What a file is, by its content alone, and why it is refused: cheap checks, before anything opens it.

A table of signatures of our own: of the maintained libraries those that run on Python 3.11 know neither AMR nor 3GP.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from PIL import Image, UnidentifiedImageError

from intake.evidence.boxes import BrokenBoxes, brands_of, has_other_tracks
from intake.evidence.faults import Empty, NotAccepted, TooDense, TwoTypes, Unreadable

JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"
PDF = "application/pdf"
MP4, MOV, GP3 = "video/mp4", "video/quicktime", "video/3gpp"
M4A, AAC, MP3, OGG, AMR = "audio/mp4", "audio/aac", "audio/mpeg", "audio/ogg", "audio/amr"

EXTENSIONS: Final[Mapping[str, str]] = {
    JPEG: "jpg", PNG: "png", WEBP: "webp", HEIC: "heic", PDF: "pdf", MP4: "mp4", MOV: "mov", GP3: "3gp",
    M4A: "m4a", AAC: "aac", MP3: "mp3", OGG: "ogg", AMR: "amr",
}  # fmt: skip
BOXED: Final = frozenset({MP4, MOV, GP3, M4A})
# Of these no copy without metadata is made: a library for it would be too large or not free enough.
WITHOUT_COPY: Final = frozenset({HEIC, OGG})

# So many bytes decide the type; the rest need not arrive to refuse a file.
HEAD_BYTES: Final = 4_096
# Phones take JPEGs of 108 megapixels, and a JPEG can be opened at a fraction of its size; the others cannot.
MOST_PIXELS: Final[Mapping[str, int]] = {JPEG: 110_000_000, PNG: 40_000_000, WEBP: 40_000_000}
_PILLOW: Final[Mapping[str, str]] = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
# A page scanned at 600 dpi inflates to 100 MB; an honest one does not inflate fiftyfold on the way there.
MOST_INFLATED, MOST_RATIO, MOST_INFLATED_OF_ALL = 64 * 2**20, 50, 512 * 2**20

# Our own limits are asked, by type and before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def media_type_of(head: bytes) -> str:
    """The type that the first bytes (HEAD_BYTES, or all) begin as. NotAccepted for any other."""
    for media_type, fits in _SIGNATURES:
        if fits(head):
            return media_type
    raise NotAccepted("begins as no accepted type")


def examine(content: bytes) -> str:
    """The type of the whole file. Empty, NotAccepted, TwoTypes, TooDense or Unreadable; nothing is decoded."""
    if not content:
        raise Empty
    media_type = media_type_of(content[:HEAD_BYTES])
    if other := next(_other_types(media_type, content), None):
        raise TwoTypes(f"{media_type} and {other}")
    if media_type in _PILLOW:
        _examine_image(media_type, content)
    elif media_type == PDF:
        _examine_pdf(content)
    elif media_type in BOXED | {HEIC}:
        _examine_boxes(media_type, content)
    return media_type


def may_be_locked(media_type: str, content: bytes) -> bool:
    """A PDF that names an encryption; its reader says whether it opens without a password, as many do."""
    return media_type == PDF and b"/Encrypt" in content


def goes_to_officers_alone(media_type: str, content: bytes) -> bool:
    """No copy without metadata can be made of it."""
    return media_type in WITHOUT_COPY or (media_type in BOXED and has_other_tracks(content))


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"dash", b"M4V "}
)


def _brand(fits: Callable[[bytes, frozenset[bytes]], bool]) -> Callable[[bytes], bool]:
    def with_brands(head: bytes) -> bool:
        return head[4:8] == b"ftyp" and fits(head[8:12], brands_of(head))

    return with_brands


def _is_mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or _mp3_frame(head, 0) > 0


def _mp3_frame(head: bytes, at: int) -> int:
    """The length of the MPEG layer III frame that begins here and is followed by another; 0 if there is none."""
    length = _mp3_length(head[at : at + 4])
    following = head[at + length : at + length + 4]
    return length if length and (len(following) < 4 or _mp3_length(following)) else 0


def _mp3_length(header: bytes) -> int:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, step = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or step == 3:
        return 0
    bits = (_KBITS_1 if version == 3 else _KBITS_2)[rate] * 1000
    hertz = (44_100, 48_000, 32_000)[step] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if version == 3 else 72) * bits // hertz + (header[2] >> 1 & 1)


_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _is_aac(head: bytes) -> bool:
    """An ADTS frame followed by another."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return False
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    following = head[length : length + 2]
    return length >= 7 and (len(following) < 2 or (following[0] == 0xFF and following[1] & 0xF6 == 0xF0))


# The first that fits is the type.
_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    (JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (WEBP, lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (PDF, lambda head: head.startswith(b"%PDF-")),
    (HEIC, _brand(lambda major, brands: major in _HEIC_BRANDS or (major == b"mif1" and bool(brands & _HEIC_BRANDS)))),
    (GP3, _brand(lambda major, _: major[:3] in (b"3gp", b"3g2"))),
    (M4A, _brand(lambda major, _: major in (b"M4A ", b"M4B "))),
    (MOV, _brand(lambda major, _: major == b"qt  ")),
    (MP4, _brand(lambda major, _: major in _MP4_BRANDS)),
    (AMR, lambda head: head.startswith((b"#!AMR\n", b"#!AMR-WB\n"))),
    (OGG, lambda head: head.startswith(b"OggS\x00\x02")),
    (AAC, _is_aac),
    (MP3, _is_mp3),
)

# What browsers and PHP take for a page, and archives that are found behind other content, which unpackers look for in
# the first megabyte or two.
_SEARCHED: Final = 2 * 2**20
_PAGES = re.compile(rb"<!doctype|<html|<head|<body|<script|<iframe|<svg", re.IGNORECASE)
_EMBEDDED: Final = {"a PHP page": b"<?php", "a RAR archive": b"Rar!\x1a\x07", "a 7z archive": b"7z\xbc\xaf\x27\x1c"}
_ZIP_END, _ZIP_ENTRY, _ZIP_TAIL = b"PK\x05\x06", b"PK\x01\x02", 65_557


def _other_types(media_type: str, content: bytes) -> Iterator[str]:
    """What else a reader of another type would take the file for."""
    head = content[:1_024]
    if media_type != PDF and b"%PDF-" in head:
        yield PDF
    if _PAGES.search(head):
        yield "a web page"
    if _has_zip(content):
        yield "a ZIP archive"
    edges = content if len(content) < _SEARCHED + _ZIP_TAIL else content[:_SEARCHED] + content[-_ZIP_TAIL:]
    yield from (name for name, mark in _EMBEDDED.items() if mark in edges)


def _has_zip(content: bytes) -> bool:
    """An end record of a ZIP file that has a directory where it says: ZIP files are read from their end."""
    at = content.rfind(_ZIP_END, max(0, len(content) - _ZIP_TAIL))
    if at < 0:
        return False
    start = at - int.from_bytes(content[at + 12 : at + 16], "little")
    return start >= 0 and content[start : start + 4] in (_ZIP_ENTRY, _ZIP_END)


def _examine_image(media_type: str, content: bytes) -> None:
    try:
        with Image.open(io.BytesIO(content), formats=[_PILLOW[media_type]]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS[media_type]:
                raise TooDense(f"{width} x {height} pixels")
            # Reads a PNG's checksums and no pixel.
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable(f"{media_type}: {type(error).__name__}") from error
    # Its last scan ends before its end mark, which stands near the file's end: the rest need not be searched.
    if media_type == JPEG and content.find(b"\xff\xda", max(0, content.rfind(b"\xff\xd9"))) >= 0:
        raise Unreadable("the picture has no end")


def _examine_boxes(media_type: str, content: bytes) -> None:
    try:
        brands_of(content, whole=True)
    except BrokenBoxes as error:
        raise Unreadable(f"{media_type}: {error}") from error


_STREAM = re.compile(rb"stream\r?\n")
_TWICE_PACKED = re.compile(rb"/Filter\s*\[[^\]]{0,200}(?:/Fl\b|/FlateDecode)[^\]]{0,200}(?:/Fl\b|/FlateDecode)")


def _examine_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2_048:] or b"startxref" not in content:
        raise Unreadable("the PDF has no end")
    if _TWICE_PACKED.search(content):
        raise TooDense("a stream is packed twice")
    left = MOST_INFLATED_OF_ALL
    for found in _STREAM.finditer(content):
        left -= _inflated(content, found.end())
        if left < 0:
            raise TooDense("its streams inflate without end")


def _inflated(content: bytes, start: int) -> int:
    """How many bytes the stream inflates to, as far as it was followed; 0 if it is not deflated. TooDense."""
    if len(content) - start < 2 or content[start] & 0x0F != 8 or int.from_bytes(content[start : start + 2]) % 31:
        return 0
    inflater, read, made = zlib.decompressobj(), start, 0
    try:
        while not inflater.eof and (read < len(content) or inflater.unconsumed_tail):
            piece = inflater.unconsumed_tail
            if not piece:
                piece = content[read : read + 65_536]
                read += len(piece)
            made += len(inflater.decompress(piece, 2**20))
            if made > MOST_INFLATED and made > MOST_RATIO * (read - start):
                raise TooDense("a stream inflates without end")
            if made > MOST_INFLATED_OF_ALL:
                break
    except zlib.error:
        # It was no stream of that kind after all, or it is broken: its reader will say so.
        return made
    return made
