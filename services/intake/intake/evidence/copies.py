"""Copies without metadata: no place of a picture, no author of a PDF, nothing that runs when it is opened.

Run as a program in a process of its own (`workshop.py`): these are the parsers that a hostile file is made for. The
type is the argument, the original comes on standard input, the copy goes to standard output.
"""

import io
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from intake.evidence.boxes import without_metadata
from intake.evidence.media import AAC, AMR, BOXED, JPEG, MP3, PDF, PNG, WEBP

# Of a larger picture a smaller copy is shown; the original is kept as it came.
MOST_PIXELS_OF_A_COPY: Final = 24_000_000
MOST_MEMORY, MOST_SECONDS = 600 * 2**20, 20
# Exit status of a file that its own reader cannot read.
UNREADABLE: Final = 3
# And of a PDF that asks for a password.
LOCKED: Final = 4


class PasswordNeeded(Exception):
    """The PDF opens with a password alone."""


def stripped(media_type: str, content: bytes, most_pixels: int | None = None) -> bytes:
    """The copy, of the same type; of a picture one that has no more pixels, if so many are given.

    PasswordNeeded; any error of the libraries means that the file can't be read.
    """
    copy = _STRIPPERS[media_type](content)
    return copy if most_pixels is None else _made_small(copy, most_pixels)


def _made_small(picture: bytes, most_pixels: int) -> bytes:
    from PIL import Image  # noqa: PLC0415  as below

    with Image.open(io.BytesIO(picture)) as image:
        pixels, kind = image.width * image.height, image.format
        if pixels <= most_pixels:
            return picture
        share = (most_pixels / pixels) ** 0.5
        small = image.resize((max(1, int(image.width * share)), max(1, int(image.height * share))))
    out = io.BytesIO()
    small.save(out, kind)
    return out.getvalue()


def _picture(kind: str, **options: Any) -> Callable[[bytes], bytes]:
    def redrawn(content: bytes) -> bytes:
        from PIL import Image, ImageOps  # noqa: PLC0415  the process opens one file: it loads what that takes

        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS_OF_A_COPY:
                image.draft(None, (image.width // 2, image.height // 2))
            ImageOps.exif_transpose(image, in_place=True)
            fitting = image if image.mode in _MODES[kind] else image.convert("RGBA" if _is_clear(image) else "RGB")
            drawn = Image.new(fitting.mode, fitting.size)
            drawn.paste(fitting)
            out = io.BytesIO()
            drawn.save(out, kind, **options)
        return out.getvalue()

    return redrawn


_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}


def _is_clear(image: Any) -> bool:
    return image.format != "JPEG" and (image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info)


def _pdf(content: bytes) -> bytes:
    """The pages as they are, and nothing else of the document: no names, scripts, attachments, forms or history."""
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415  as above
    from pypdf.generic import DictionaryObject, NameObject, StreamObject  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PasswordNeeded
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page, excluded_keys=_OF_A_PAGE)
    writer.metadata = None
    for thing in writer._objects:  # noqa: SLF001  pypdf offers no other way to all objects
        if not isinstance(thing, DictionaryObject):
            continue
        for key in _OF_ANYTHING & thing.keys():
            del thing[NameObject(key)]
        if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
            thing._data = without_segments(thing._data)  # noqa: SLF001
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


_OF_A_PAGE = ("/Annots", "/AA", "/B", "/Metadata", "/PieceInfo", "/LastModified", "/StructParents", "/Thumb", "/AF")
_OF_ANYTHING = frozenset(
    {
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/AA",
        "/A",
        "/JS",
        "/JavaScript",
        "/OpenAction",
        "/EF",
        "/AF",
        "/Alternates",
    }
)


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG without its segments for applications (EXIF, XMP, IPTC) and comments; colours need JFIF's and Adobe's."""
    kept, at = bytearray(jpeg[:2]), 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != 0xDA:
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += jpeg[at:end]
        at = end
    return bytes(kept + jpeg[at:])


def _without_tags(content: bytes) -> bytes:
    """Sound without the tags before it (ID3v2) and behind it (ID3v1, APE)."""
    while content[:3] == b"ID3" and len(content) > 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
        content = content[10 + size + (10 if content[5] & 0x10 else 0) :]
    if content[-128:-125] == b"TAG":
        content = content[:-128]
    at = content.rfind(b"APETAGEX", max(0, len(content) - 65_536))
    if at >= 0:
        size = int.from_bytes(content[at + 12 : at + 16], "little")
        content = content[: max(0, min(at, len(content) - size))]
    return content


def _unchanged(content: bytes) -> bytes:
    """The format has no place for metadata."""
    return content


_STRIPPERS: Mapping[str, Callable[[bytes], bytes]] = {
    JPEG: _picture("JPEG", quality=90, optimize=False),
    PNG: _picture("PNG", compress_level=6),
    WEBP: _picture("WEBP", quality=90),
    PDF: _pdf,
    MP3: _without_tags,
    AAC: _without_tags,
    AMR: _unchanged,
    **dict.fromkeys(sorted(BOXED), without_metadata),
}


def main(media_type: str, most_pixels: int | None = None) -> int:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        copy = stripped(media_type, content, most_pixels)
    except PasswordNeeded:
        return LOCKED
    except Exception:  # noqa: BLE001  a library's error about a file that was made to break it: it says nothing more
        return UNREADABLE
    sys.stdout.buffer.write(copy)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:3])))
