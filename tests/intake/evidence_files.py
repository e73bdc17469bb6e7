"""Files as citizens and others send them, made here: nothing is downloaded."""

import io
import zipfile
import zlib
from typing import Final

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

LATITUDE: Final = (26.0, 8.0, 9.0)
SECRET_TEXT: Final = b"Asha's telephone"


def jpeg(*, gps: bool = False, size: tuple[int, int] = (64, 48), colour: tuple[int, int, int] = (10, 200, 30)) -> bytes:
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    exif = Image.Exif()
    if gps:
        exif[0x010F] = SECRET_TEXT.decode()
        exif.get_ifd(0x8825).update({1: "N", 2: LATITUDE, 3: "E", 4: (87.0, 27.0, 57.0)})
    image.save(out, "JPEG", exif=exif, comment=SECRET_TEXT if gps else b"")
    return out.getvalue()


def png(*, text: bool = False) -> bytes:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info, out = PngInfo(), io.BytesIO()
    if text:
        info.add_text("Author", SECRET_TEXT.decode())
    Image.new("RGBA", (20, 10), (1, 2, 3, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def webp() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = SECRET_TEXT.decode()
    Image.new("RGB", (20, 10), (9, 9, 9)).save(out, "WEBP", exif=exif)
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _grey(side: int, packed: bytes) -> bytes:
    head = _chunk(b"IHDR", side.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def png_bomb(side: int = 8_000) -> bytes:
    """Some kB that open as 64 million pixels."""
    return _grey(side, zlib.compress(bytes(side * (side + 1)), 9))


def png_of_nonsense() -> bytes:
    """Every checksum is right, and the pixels are none."""
    return _grey(64, b"\x78\x9c" + b"nonsense" * 9)


def pdf(*, inside: bytes | None = None) -> bytes:
    """One page with a photo (`inside`), a script, an attachment, a link, and who wrote it."""
    writer, out = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": SECRET_TEXT.decode()})
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('opened')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.add_attachment("secret.txt", SECRET_TEXT)
    if inside is not None:
        photo = StreamObject()
        photo._data = inside  # noqa: SLF001
        photo.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Filter"): NameObject("/DCTDecode"),
                NameObject("/Width"): NumberObject(64),
                NameObject("/Height"): NumberObject(48),
                NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
                NameObject("/BitsPerComponent"): NumberObject(8),
            }
        )
        images = DictionaryObject({NameObject("/Im0"): writer._add_object(photo)})  # noqa: SLF001
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): images})
        drawn = DecodedStreamObject()
        drawn.set_data(b"q 64 0 0 48 10 10 cm /Im0 Do Q")
        page[NameObject("/Contents")] = writer._add_object(drawn)  # noqa: SLF001
    writer.write(out)
    return out.getvalue()


def locked_pdf(password: str, algorithm: str = "AES-256") -> bytes:
    """With an empty password it opens for everybody and forbids, say, printing."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt(password, "the issuer's", algorithm=algorithm)
    writer.write(out)
    return out.getvalue()


def pdf_bomb(megabytes: int = 80) -> bytes:
    packed = zlib.compress(bytes(megabytes * 2**20), 9)
    return (b"%PDF-1.7\n1 0 obj\n<< /Length " + str(len(packed)).encode() + b" /Filter /FlateDecode >>\nstream\n") + (
        packed + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"
    )


def zipped(name: str = "a.txt", content: bytes = b"words") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + kind + body


def mp4(*, brand: bytes = b"isom", track: bytes = b"vide", place: bytes = b"+26.1358+087.4659/") -> bytes:
    """A movie without pictures: enough for its boxes."""
    times = bytes(4) + b"\xd5\x00\x00\x01" * 2 + bytes(88)
    handler = box(b"hdlr", bytes(8) + track + bytes(12))
    media = box(b"mdia", box(b"mdhd", times[:24]) + handler + box(b"minf", b""))
    tags = box(b"udta", box(b"\xa9xyz", place))
    movie = box(b"moov", box(b"mvhd", times) + box(b"trak", box(b"tkhd", times[:84]) + media) + tags)
    return box(b"ftyp", brand + bytes(4) + brand + b"mp41") + movie + box(b"mdat", b"samples" * 40)


def mp3() -> bytes:
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    tag = b"TIT2" + len(SECRET_TEXT).to_bytes(4) + bytes(2) + SECRET_TEXT
    return b"ID3\x03\x00\x00" + bytes([0, 0, 0, len(tag)]) + tag + frame * 4 + b"TAG" + SECRET_TEXT.ljust(125, b"\0")


def amr() -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 20


def ogg() -> bytes:
    return b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(40)


def aac() -> bytes:
    return (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 6


def heic() -> bytes:
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + box(b"meta", bytes(4)) + box(b"mdat", b"x" * 40)
