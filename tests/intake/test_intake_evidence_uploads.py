"""Uploads in parts: how they go on after a cut, who may, and what is kept of them."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from chassis.faults import UnknownOutcome
from intake.auth import Principal
from intake.evidence.arriving import PIECE
from intake.evidence.handlers import LOOKED_AT_AT_ONCE
from intake.evidence.sweep import Swept
from tests.intake import evidence_files as files
from tests.intake.evidence_rig import CERTIFICATE, TUS, begin, head, patch, send
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, Rig, bearer, rig


async def test_what_the_protocol_can_do(intake: Rig) -> None:
    """OPTIONS names version, extensions and the largest file, to anybody."""
    answer = await intake.http.options("/v1/complaints/JS-X/evidence")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,termination,checksum,expiration"
    assert answer.headers["tus-max-size"] == str(25 * 1024 * 1024)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


async def test_an_upload_in_parts(intake: Rig) -> None:
    """POST, PATCH by offset, HEAD, and behind the last byte the case has the file: id and hash come in headers."""
    case = await intake.filed(CERTIFICATE)
    content = files.jpeg(size=(900, 700), gps=True)
    metadata = "filename eC5qcGc=,document_type " + base64.b64encode(b"identity").decode()
    begun = await begin(intake, case, len(content), metadata=metadata)
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    assert "GMT" in begun.headers["upload-expires"]
    url = begun.headers["location"]
    first = await patch(intake, url, 0, content[:5_000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "5000")
    wrong = await patch(intake, url, 4_000, content[4_000:])
    assert (wrong.status_code, wrong.json()["code"]) == (409, "tus_offset_mismatch")
    stands = await head(intake, url)
    assert (stands.status_code, stands.headers["upload-offset"], stands.headers["cache-control"]) == (
        200,
        "5000",
        "no-store",
    )
    assert "evidence-id" not in stands.headers
    assert (await intake.http.get(url, headers=bearer(ASHA))).status_code == 404
    last = await patch(intake, url, 5_000, content[5_000:])
    assert last.headers["evidence-sha256"] == hashlib.sha256(content).hexdigest()
    again = await head(intake, url)
    assert again.headers["evidence-id"] == last.headers["evidence-id"] == url.rsplit("/", 1)[1]
    assert (await patch(intake, url, len(content), b"")).status_code == 204
    known = (await intake.http.get(url, headers=bearer(ASHA))).json()
    assert (known["document_type"], known["sha256"]) == ("identity", last.headers["evidence-sha256"])
    assert [event.type for event in intake.events(case["case_id"])] == ["ComplaintFiled", "EvidenceAdded"]
    assert (await intake.http.delete(url, headers={**TUS, **bearer(ASHA)})).status_code == 409
    assert (await intake.get(f"/v1/evidence/{known['evidence_id']}", by=ASHA)).status_code == 200


async def test_a_checksum_is_compared_before_anything_is_kept(intake: Rig) -> None:
    """460 for a part that arrived changed, and the offset stays."""
    case = await intake.filed(COMPLAINT)
    content = files.png()
    url = (await begin(intake, case, len(content))).headers["location"]
    right = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    wrong = await patch(intake, url, 0, content[:-1] + b"x", Upload_Checksum=f"sha1 {right}")
    assert (wrong.status_code, wrong.json()["code"]) == (460, "tus_checksum_mismatch")
    assert (await head(intake, url)).headers["upload-offset"] == "0"
    for unread in ("md5 AAAA", "sha1 ???", "sha1"):
        assert (await patch(intake, url, 0, content, Upload_Checksum=unread)).status_code == 400
    assert (await patch(intake, url, 0, content, Upload_Checksum=f"sha1 {right}")).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "tus_header_invalid"),
        ({"Upload-Length": "-1"}, 400, "tus_header_invalid"),
        ({"Upload-Length": "9" * 19}, 400, "tus_header_invalid"),
        ({"Upload-Defer-Length": "1"}, 400, "tus_header_invalid"),
        ({"Upload-Length": "10", "Upload-Metadata": "a ***"}, 400, "tus_header_invalid"),
        ({"Upload-Length": "10", "Upload-Metadata": "a eA==,a eA=="}, 400, "tus_header_invalid"),
        ({"Upload-Length": "10", "Upload-Metadata": "document_type PHN2Zz4="}, 422, "evidence_document_unknown"),
        ({"Upload-Length": "10", "Tus-Resumable": "0.2.2"}, 412, "tus_version"),
    ],
    ids=["no length", "negative", "too long", "deferred", "no base64", "twice", "no code", "old version"],
)
async def test_headers_that_cannot_be_read(intake: Rig, headers: dict[str, str], status: int, code: str) -> None:
    """Each is a problem, never a guess."""
    case = await intake.filed(COMPLAINT)
    path = f"/v1/complaints/{case['tracking_number']}/evidence"
    refused = await intake.http.post(path, headers={**TUS, **bearer(ASHA), **headers})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert intake.files.files == {}


async def test_more_bytes_than_were_announced(intake: Rig) -> None:
    """413; and a part of another content type is 415."""
    case = await intake.filed(COMPLAINT)
    url = (await begin(intake, case, 100)).headers["location"]
    assert (await patch(intake, url, 0, files.jpeg())).status_code == 413
    assert (await patch(intake, url, 0, bytes(10), Content_Type="image/jpeg")).status_code == 415
    assert (await head(intake, url)).headers["upload-offset"] == "0"


async def test_an_upload_expires_and_can_be_given_up(intake: Rig) -> None:
    """A part moves the hour on; behind it, or given up, the upload is gone with its bytes."""
    case = await intake.filed(COMPLAINT)
    first, second = [(await begin(intake, case, 100_000)).headers["location"] for _ in range(2)]
    photo = files.jpeg(size=(900, 700))
    intake.clock.advance(timedelta(hours=20))
    assert (await patch(intake, first, 0, photo[:4_096])).status_code == 204
    intake.clock.advance(timedelta(hours=4, minutes=50))
    assert (await head(intake, first)).status_code == 200
    assert (await head(intake, second)).status_code == 404
    assert await intake.sweep.sweep() == Swept(), "a request of its last moment may still be under way"
    intake.clock.advance(timedelta(minutes=10))
    assert await intake.sweep.sweep() == Swept(uploads=1)
    assert (await intake.http.delete(first, headers={**TUS, **bearer(ASHA)})).status_code == 204
    assert (await head(intake, first)).status_code == 404
    assert (intake.files.files, intake.files.parts) == ({}, {})


async def test_of_two_writers_at_one_offset_one_goes_on(intake: Rig) -> None:
    """The link was thought dead and was not: the parts of both never mix."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg(size=(900, 700), gps=True)
    url = (await begin(intake, case, len(photo))).headers["location"]
    answers = await asyncio.gather(*(patch(intake, url, 0, photo[:end]) for end in (5_000, 6_000, len(photo) - 1)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]
    offset = int((await head(intake, url)).headers["upload-offset"])
    last = await patch(intake, url, offset, photo[offset:])
    assert last.headers["evidence-sha256"] == hashlib.sha256(photo).hexdigest()


async def test_a_server_that_died_behind_the_last_byte_finishes_at_head(intake: Rig) -> None:
    """All bytes are here and the case does not know: HEAD records it, once, however many ask."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg()
    url = (await begin(intake, case, len(photo))).headers["location"]
    evidence_id = url.rsplit("/", 1)[1]
    keep, intake.files.keep = intake.files.keep, _dies  # type: ignore[method-assign,assignment]
    assert (await patch(intake, url, 0, photo)).status_code == 503
    intake.files.keep = keep  # type: ignore[method-assign]
    assert intake.store.cases[case["case_id"]].evidence == {}
    answers = await asyncio.gather(*(head(intake, url) for _ in range(5)))
    assert {answer.headers["evidence-id"] for answer in answers} == {evidence_id}
    assert [event.type for event in intake.events(case["case_id"])] == ["ComplaintFiled", "EvidenceAdded"]


async def test_a_file_that_a_case_lists_is_never_swept_away(intake: Rig) -> None:
    """A server that died before the form's file was marked as kept: sent again it is the same, and it stays."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg()
    keep, intake.files.keep = intake.files.keep, _dies  # type: ignore[method-assign,assignment]
    assert (await send(intake, case, photo)).status_code == 503
    intake.files.keep = keep  # type: ignore[method-assign]
    again = await send(intake, case, photo)
    assert again.status_code == 201
    assert [event.type for event in intake.events(case["case_id"])] == ["ComplaintFiled", "EvidenceAdded"]
    intake.clock.advance(timedelta(days=400))
    assert await intake.sweep.sweep() == Swept()
    shown = await intake.get(f"/v1/evidence/{again.json()['evidence_id']}", by=ASHA)
    assert shown.status_code == 200
    assert [file.expires_at for file in intake.files.files.values()] == [None]


async def _dies(*_: Any) -> None:
    raise UnknownOutcome("the process ends here")


async def test_uploads_at_the_same_time_are_each_kept(intake: Rig) -> None:
    """Ten forms at once on one case: ten files and ten events in their order, none lost to another's write."""
    case = await intake.filed(COMPLAINT)
    photos = [files.jpeg(colour=(number, 0, 0)) for number in range(0, 200, 20)]
    answers = await asyncio.gather(*(send(intake, case, photo) for photo in photos))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["evidence_id"] for answer in answers}) == 10
    assert [event.model_dump()["case_seq"] for event in intake.events(case["case_id"])] == list(range(1, 12))


async def test_memory_for_whole_files_is_bounded() -> None:
    """Who comes when it is taken is asked to come again, before his bytes are read."""
    async with rig() as intake:
        case = await intake.filed(COMPLAINT)
        release = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            await release.wait()
            yield b"--x--\r\n"

        path = f"/v1/complaints/{case['tracking_number']}/evidence"
        sent = {**bearer(ASHA), "Content-Type": "multipart/form-data; boundary=x"}
        waiting = [asyncio.create_task(intake.http.post(path, content=slow(), headers=sent)) for _ in range(6)]
        await asyncio.sleep(0.05)
        refused = await send(intake, case, files.jpeg() + bytes(12 * 2**20))
        assert (refused.status_code, refused.json()["code"]) == (503, "evidence_busy")
        assert refused.headers["retry-after"] == "5"
        release.set()
        await asyncio.gather(*waiting)
        assert (await send(intake, case, files.jpeg())).status_code == 201


def test_the_parts_are_of_a_size_that_a_bad_link_can_bear() -> None:
    """Half a megabyte is what a server that dies can lose; more than two files are not looked at at once."""
    assert PIECE <= 512 * 1024
    assert LOOKED_AT_AT_ONCE <= 2


@pytest.mark.parametrize("by", [None, RAVI], ids=["nobody", "another"])
async def test_a_stranger_adds_nothing(intake: Rig, by: Principal | None) -> None:
    """404 for the form, the beginning, HEAD, PATCH, DELETE and what is known of an upload: nothing changes."""
    case = await intake.filed(COMPLAINT)
    url = (await begin(intake, case, 100)).headers["location"]
    known = await intake.http.get(url, headers=bearer(by))
    answers = [
        await send(intake, case, files.jpeg(), by=by),
        await begin(intake, case, 10, by=by),
        await head(intake, url, by=by),
        await patch(intake, url, 0, bytes(100), by=by),
        await intake.http.delete(url, headers={**TUS, **bearer(by)}),
        known,
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert (await head(intake, url)).headers["upload-offset"] == "0"
    assert intake.files.parts == {}


async def test_an_upload_of_another_case_is_not_found(intake: Rig) -> None:
    """Its owner cannot go on with it under another case of his either."""
    first, second = await intake.filed(COMPLAINT), await intake.filed(COMPLAINT)
    url = (await begin(intake, first, 100)).headers["location"]
    elsewhere = url.replace(first["tracking_number"], second["tracking_number"])
    assert (await head(intake, elsewhere)).status_code == 404
    assert (await patch(intake, elsewhere, 0, bytes(100))).status_code == 404


async def test_a_wrong_type_is_refused_by_its_first_part() -> None:
    """20 MB of a program are not received to be refused."""
    async with rig() as intake:
        case = await intake.filed(COMPLAINT)
        url = (await begin(intake, case, 20_000_000)).headers["location"]
        sent = []

        async def body() -> AsyncIterator[bytes]:
            for _ in range(40):
                sent.append(500_000)
                yield b"MZ" + bytes(499_998)

        refused = await patch(intake, url, 0, body())
        assert (refused.status_code, refused.json()["code"]) == (415, "evidence_type_not_accepted")
        assert intake.files.parts == {}
