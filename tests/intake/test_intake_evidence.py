"""Files of a case: what is emitted of them, which papers they complete, and what is refused."""

import hashlib
from datetime import timedelta

import pytest

from event_schemas import DocumentsCompleted, EvidenceAdded
from tests.intake import evidence_files as files
from tests.intake.evidence_rig import CERTIFICATE, begin, head, patch, send
from tests.intake.intake_rig import ASHA, COMPLAINT, Rig, bearer, rig


async def test_a_photo_is_added_with_its_hash(intake: Rig) -> None:
    """201 with the SHA-256 of the very bytes that were sent; event and status say the same."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg(gps=True)
    intake.clock.advance(timedelta(seconds=1))
    answer = await send(intake, case, photo)
    assert answer.status_code == 201, answer.text
    uploaded = answer.json()
    sha256 = hashlib.sha256(photo).hexdigest()
    assert uploaded["sha256"] == sha256
    assert (uploaded["media_type"], uploaded["bytes"], uploaded["scan"], uploaded["shown"]) == (
        "image/jpeg",
        len(photo),
        "unscanned",
        "copy",
    )
    assert [notice["code"] for notice in uploaded["notices"]] == ["evidence_unscanned"]
    event = intake.events(case["case_id"])[-1]
    assert isinstance(event, EvidenceAdded)
    assert (event.evidence_id, event.sha256, event.bytes, event.case_seq) == (
        uploaded["evidence_id"],
        sha256,
        len(photo),
        2,
    )
    status = (await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA, Accept_Language="en")).json()
    assert [(one["evidence_id"], one["sha256"]) for one in status["evidence"]] == [(uploaded["evidence_id"], sha256)]
    assert status["version"] == 2
    assert status["timeline"][-1]["text"] == "Your file was added"


async def test_what_is_sent_again_is_answered_alike(intake: Rig) -> None:
    """A form that is sent twice is one file and one event."""
    case = await intake.filed(COMPLAINT)
    first, second = await send(intake, case, files.png()), await send(intake, case, files.png())
    assert first.json() == second.json()
    assert [event.type for event in intake.events(case["case_id"])] == ["ComplaintFiled", "EvidenceAdded"]
    assert len(intake.files.files) == 1


async def test_the_last_required_paper_completes_the_documents(intake: Rig) -> None:
    """Both papers that a character certificate asks for, in any order: DocumentsCompleted in the same write, once; the
    status says what is there and what is missing, in words."""
    case = await intake.filed(CERTIFICATE)
    path = f"/v1/complaints/{case['tracking_number']}"
    unknown = await send(intake, case, files.jpeg(), document_type="pan_card")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "evidence_document_unknown")
    assert (await send(intake, case, files.pdf(), document_type="residence")).status_code == 201
    papers = (await intake.get(path, by=ASHA, Accept_Language="en")).json()["documents"]
    papers = [paper for paper in papers if paper["required"]]
    assert [(paper["code"], paper["required"], paper["received"]) for paper in papers] == [
        ("identity", True, False),
        ("residence", True, True),
    ]
    assert papers[0]["name"].startswith("Proof of identity")
    assert (await send(intake, case, files.jpeg())).status_code == 201
    last = (await send(intake, case, files.jpeg(), document_type="identity")).json()
    assert (await send(intake, case, files.png(), document_type="identity")).status_code == 201
    events = intake.events(case["case_id"])
    assert [event.type for event in events] == [
        *("ComplaintFiled", "EvidenceAdded", "EvidenceAdded", "EvidenceAdded", "DocumentsCompleted", "EvidenceAdded")
    ]
    completed = events[4]
    assert isinstance(completed, DocumentsCompleted)
    assert (completed.evidence_id, completed.document_type, completed.case_seq) == (last["evidence_id"], "identity", 5)
    status = (await intake.get(path, by=ASHA, Accept_Language="en")).json()
    assert all(paper["received"] for paper in status["documents"] if paper["required"])
    assert "All documents asked for are there" in [entry["text"] for entry in status["timeline"]]
    assert intake.store.cases[case["case_id"]].case_seq == 6


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<html></html>", 415, "evidence_type_not_accepted"),
        (files.zipped(), 415, "evidence_type_not_accepted"),
        (files.jpeg() + files.zipped(), 422, "evidence_of_two_types"),
        (files.png_bomb(), 422, "evidence_too_dense"),
        (files.jpeg()[:-200], 422, "evidence_unreadable"),
        (files.locked_pdf("1947"), 422, "evidence_locked"),
        (b"", 422, "evidence_empty"),
    ],
    ids=["page", "zip", "two types", "bomb", "cut short", "locked", "empty"],
)
async def test_a_file_that_is_refused_leaves_nothing(intake: Rig, content: bytes, status: int, code: str) -> None:
    """By form and by parts: the problem says why in both languages, nothing is kept, no event is emitted."""
    case = await intake.filed(COMPLAINT)
    refused = await send(intake, case, content, Accept_Language="hi")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["call"] == "tel:112"
    begun = await begin(intake, case, len(content))
    if content:
        url = begun.headers["location"]
        refused = await patch(intake, url, 0, content)
        assert (await head(intake, url)).status_code == 404
    else:
        refused = begun
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["tus-resumable"] == "1.0.0"
    assert (intake.files.files, intake.files.parts) == ({}, {})
    assert len(intake.events(case["case_id"])) == 1


async def test_limits_of_a_file_and_of_a_case() -> None:
    """Bytes of a file, files and bytes of a case, uploads under way counted too; before any of it is received."""
    async with rig(evidence_max_bytes=20_000, evidence_max_files=3, evidence_max_case_bytes=40_000) as intake:
        case = await intake.filed(COMPLAINT)
        assert (await begin(intake, case, 20_001)).json()["code"] == "evidence_too_large"
        noise = files.jpeg() + bytes(20_000)
        assert (await send(intake, case, noise)).json()["code"] == "evidence_too_large"
        huge = await send(intake, case, files.jpeg() + bytes(1_200_000))
        assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")
        assert (await begin(intake, case, 15_000)).status_code == 201
        assert (await begin(intake, case, 15_000)).status_code == 201
        full = await begin(intake, case, 15_000)
        assert (full.status_code, full.json()["code"]) == (409, "evidence_too_many")
        assert (await send(intake, case, files.jpeg())).status_code == 201
        assert (await begin(intake, case, 100)).json()["code"] == "evidence_too_many"
        intake.clock.advance(timedelta(hours=25))
        assert (await begin(intake, case, 100)).status_code == 201


async def test_other_bodies_stay_small(intake: Rig) -> None:
    """Only a file's own address takes more than a megabyte."""
    case = await intake.filed(COMPLAINT)
    refused = await intake.post(f"/v1/complaints/{case['tracking_number']}/withdraw", b"x" * 1_100_000, by=ASHA)
    assert refused.status_code == 413


async def test_an_ended_case_accepts_no_file(intake: Rig) -> None:
    """What was withdrawn gathers no more papers; what it has can still be read."""
    case = await intake.filed(COMPLAINT)
    uploaded = (await send(intake, case, files.jpeg())).json()
    assert (await intake.post(f"/v1/complaints/{case['tracking_number']}/withdraw", by=ASHA)).status_code == 202
    refused = await send(intake, case, files.png())
    assert (refused.status_code, refused.json()["code"]) == (409, "evidence_case_ended")
    assert (await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=ASHA)).status_code == 200


async def test_what_a_form_must_hold(intake: Rig) -> None:
    """A form with one file: anything else is answered with what is missing."""
    case = await intake.filed(COMPLAINT)
    path = f"/v1/complaints/{case['tracking_number']}/evidence"
    assert (await intake.post(path, {"file": "x"}, by=ASHA)).status_code == 415
    empty = await intake.http.post(path, data={"document_type": "x"}, files={"other": b"x"}, headers=bearer(ASHA))
    assert (empty.status_code, empty.json()["code"]) == (422, "evidence_no_file")
    two = await intake.http.post(path, files=[("file", b"x"), ("file", b"y")], headers=bearer(ASHA))
    assert two.status_code == 400
    broken = await intake.http.post(
        path, content=b"--x\r\nnothing", headers={**bearer(ASHA), "Content-Type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code in (400, 422)
    unbounded = await intake.http.post(
        path, content=b"--x", headers={**bearer(ASHA), "Content-Type": "multipart/form-data"}
    )
    assert unbounded.status_code == 400


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
async def test_a_pdf_that_forbids_and_opens_is_kept(intake: Rig, algorithm: str) -> None:
    """Encrypted under an empty password, as statements often are, it opens for everybody: no reason to refuse it."""
    case = await intake.filed(COMPLAINT)
    sent = await send(intake, case, files.locked_pdf("", algorithm))
    assert sent.status_code == 201, sent.text
    shown = await intake.get(f"/v1/evidence/{sent.json()['evidence_id']}", by=ASHA)
    assert shown.content.startswith(b"%PDF-")
    assert b"/Encrypt" not in shown.content


async def test_encryption_that_cannot_be_read_is_no_password(intake: Rig) -> None:
    """Where no copy can be made for another reason, the file is kept, as before."""
    case = await intake.filed(COMPLAINT)
    sent = await send(intake, case, files.locked_pdf("").replace(b"/Standard", b"/Strangers"))
    assert sent.status_code == 201, sent.text
