"""What a file is, why it is refused, and what its copy no longer reveals."""

import io
import time
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfReader

from intake.evidence import media
from intake.evidence.copies import stripped, without_segments
from intake.evidence.faults import Empty, EvidenceFault, Locked, NotAccepted, TooDense, TwoTypes, Unreadable
from intake.evidence.media import examine, goes_to_officers_alone
from intake.evidence.workshop import Workshop
from tests.intake import evidence_files as files

KINDS: list[tuple[str, Callable[[], bytes]]] = [
    (media.JPEG, files.jpeg),
    (media.PNG, files.png),
    (media.WEBP, files.webp),
    (media.HEIC, files.heic),
    (media.PDF, files.pdf),
    (media.MP4, files.mp4),
    (media.GP3, lambda: files.mp4(brand=b"3gp5")),
    (media.MOV, lambda: files.mp4(brand=b"qt  ")),
    (media.M4A, lambda: files.mp4(brand=b"M4A ", track=b"soun")),
    (media.MP3, files.mp3),
    (media.AAC, files.aac),
    (media.OGG, files.ogg),
    (media.AMR, files.amr),
]


@pytest.mark.parametrize(("media_type", "made"), KINDS, ids=[kind for kind, _ in KINDS])
def test_the_content_decides_the_type(media_type: str, made: Callable[[], bytes]) -> None:
    """Each accepted type is known by its bytes, from the first few kB as from all of it."""
    content = made()
    assert examine(content) == media_type
    assert media.media_type_of(content[: media.HEAD_BYTES]) == media_type


WRONG: list[tuple[str, Callable[[], bytes], type[EvidenceFault]]] = [
    ("empty", lambda: b"", Empty),
    ("text", lambda: b"only words", NotAccepted),
    ("page", lambda: b"<html><script>alert(1)</script></html>", NotAccepted),
    ("svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAccepted),
    ("zip", files.zipped, NotAccepted),
    ("program", lambda: b"MZ" + bytes(200), NotAccepted),
    ("gif", lambda: b"GIF89a" + bytes(200), NotAccepted),
    ("avif", lambda: files.box(b"ftyp", b"avif" + bytes(4) + b"mif1avif") + files.box(b"meta", b""), NotAccepted),
    ("two bytes of sound", lambda: b"\xff\xfb" + b"\xaa" * 900, NotAccepted),
    ("zip behind a photo", lambda: files.jpeg() + files.zipped(), TwoTypes),
    ("zip behind a PDF", lambda: files.pdf() + files.zipped(), TwoTypes),
    ("zip behind a video", lambda: files.mp4() + files.zipped(), TwoTypes),
    ("PDF in a photo", lambda: files.jpeg()[:20] + b"%PDF-1.7" + files.jpeg()[20:], TwoTypes),
    ("page in a photo", lambda: files.jpeg()[:20] + b"<SCRIPT>" + files.jpeg()[20:], TwoTypes),
    ("PHP in a picture", lambda: files.png() + b"<?php system('id') ?>", TwoTypes),
    ("RAR behind a sound", lambda: files.amr() + b"Rar!\x1a\x07\x01\x00", TwoTypes),
    ("picture of 64 million pixels", files.png_bomb, TooDense),
    ("PDF that inflates without end", files.pdf_bomb, TooDense),
    (
        "PDF packed twice",
        lambda: b"%PDF-1.7\n<</Filter [ /FlateDecode /FlateDecode ]>>stream\nx\nendstream startxref\n0\n%%EOF",
        TooDense,
    ),
    ("photo cut short", lambda: files.jpeg()[:-200], Unreadable),
    ("picture with a wrong checksum", lambda: files.png()[:-20] + bytes(20), Unreadable),
    ("only a photo's first bytes", lambda: b"\xff\xd8\xff\xe0" + bytes(60), Unreadable),
    ("PDF without an end", lambda: b"%PDF-1.7\nwords", Unreadable),
    ("video cut short", lambda: files.mp4()[:-10], Unreadable),
    ("video without a movie", lambda: files.mp4()[:24], Unreadable),
]


@pytest.mark.parametrize(
    ("made", "fault"), [(made, fault) for _, made, fault in WRONG], ids=[name for name, *_ in WRONG]
)
def test_what_is_refused(made: Callable[[], bytes], fault: type[EvidenceFault]) -> None:
    """Other types, two types at once, bombs and broken files are each refused for what they are."""
    with pytest.raises(fault):
        examine(made())


def test_a_bomb_is_refused_without_being_opened() -> None:
    """Millions of pixels, or more than a hundred MB in a PDF, cost less than half a second of work."""
    picture, document = files.png_bomb(), files.pdf_bomb(120)
    started = time.process_time()
    for bomb in (picture, document):
        with pytest.raises(TooDense):
            examine(bomb)
    assert time.process_time() - started < 0.5


def test_an_honest_scan_is_no_bomb() -> None:
    """A PDF whose pages inflate to a few MB of a blank page is taken."""
    assert examine(files.pdf_bomb(8)) == media.PDF


def test_a_photo_reveals_no_place() -> None:
    """The home's position, the telephone's name and a comment are gone from the copy; the picture is the same."""
    original = files.jpeg(gps=True)
    assert files.SECRET_TEXT in original
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)
    copy = stripped(media.JPEG, original)
    shown = Image.open(io.BytesIO(copy))
    assert (shown.size, dict(shown.getexif())) == ((64, 48), {})
    assert files.SECRET_TEXT not in copy
    assert b"Exif" not in copy


def test_a_photo_is_shown_upright() -> None:
    """The orientation that EXIF gave is drawn, because EXIF is gone."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(stripped(media.JPEG, out.getvalue()))).size == (20, 40)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [(media.PNG, files.png(text=True)), (media.WEBP, files.webp()), (media.MP3, files.mp3())],
    ids=[media.PNG, media.WEBP, media.MP3],
)
def test_copies_lose_their_texts(media_type: str, content: bytes) -> None:
    """Texts in pictures and tags of sounds are gone; the copy is of the same type."""
    copy = stripped(media_type, content)
    assert files.SECRET_TEXT in content
    assert files.SECRET_TEXT not in copy
    assert examine(copy) == media_type


def test_a_pdf_keeps_its_pages_alone() -> None:
    """Author, script, attachment and the place in a photo on the page are gone; the page still shows the photo."""
    photo = files.jpeg(gps=True)
    original = files.pdf(inside=photo)
    assert original.count(files.SECRET_TEXT) >= 2
    copy = stripped(media.PDF, original)
    reader = PdfReader(io.BytesIO(copy))
    assert len(reader.pages) == 1
    assert files.SECRET_TEXT not in copy
    assert not any(trace in copy for trace in (b"/JavaScript", b"/EmbeddedFile", b"app.alert", b"Exif"))
    assert len(reader.pages[0].images) == 1
    assert reader.pages[0].images[0].image is not None


def test_segments_of_a_photo_are_removed_without_drawing_it_anew() -> None:
    """The pixels are the same, the EXIF is not there."""
    original = files.jpeg(gps=True)
    bare = without_segments(original)
    assert files.SECRET_TEXT not in bare
    assert Image.open(io.BytesIO(bare)).tobytes() == Image.open(io.BytesIO(original)).tobytes()


def test_a_video_reveals_no_place() -> None:
    """Place and times of making are blanked where they stand; nothing else moves."""
    original = files.mp4()
    copy = stripped(media.MP4, original)
    assert b"+26.1358" in original
    assert b"+26.1358" not in copy
    assert b"\xd5\x00\x00\x01" not in copy
    assert len(copy) == len(original)
    assert copy.endswith(b"samples" * 40)


@pytest.mark.parametrize(
    ("media_type", "content", "alone"),
    [
        (media.MP4, files.mp4(), False),
        (media.MP4, files.mp4(track=b"meta"), True),
        (media.HEIC, files.heic(), True),
        (media.OGG, files.ogg(), True),
        (media.JPEG, files.jpeg(), False),
    ],
    ids=["video", "video with a track of places", "heic", "ogg", "photo"],
)
def test_what_officers_alone_get(media_type: str, content: bytes, *, alone: bool) -> None:
    """Where metadata can't be taken out, there is no copy."""
    assert goes_to_officers_alone(media_type, content) is alone


async def test_a_copy_is_made_in_a_process_that_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the real workshop makes the same copy, and a file that breaks its reader breaks nothing else."""
    monkeypatch.setenv("SEALING_KEYS", "secret")
    workshop = Workshop()
    original = files.jpeg(gps=True)
    assert await workshop.copy_of(media.JPEG, original) == stripped(media.JPEG, original)
    with pytest.raises(Unreadable):
        await workshop.copy_of(media.JPEG, original[:-300])
    with pytest.raises(Locked):
        await workshop.copy_of(media.PDF, files.locked_pdf("1947"))
    with pytest.raises(Unreadable):
        await Workshop(longest_s=0.001).copy_of(media.JPEG, original)
