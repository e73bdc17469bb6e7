"""What is shown of a file and to whom: a copy without metadata, never an infected one, each reading recorded."""

import hashlib
import io

import pytest
from PIL import Image

from chassis.sealing import SealError
from intake.case.model import Scan
from intake.evidence.vault import FileKey
from tests.intake import evidence_files as files
from tests.intake.evidence_memory import EICAR
from tests.intake.evidence_rig import CERTIFICATE, send
from tests.intake.intake_rig import ASHA, COMPLAINT, DISPATCHER, OTHER_SHO, RAVI, SHO, SP, STATION, Rig


async def test_the_original_is_kept_sealed_and_a_copy_is_shown(intake: Rig) -> None:
    """What is at rest holds no byte of it in clear; the owner gets a copy without the place, to save, not to run."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg(gps=True)
    uploaded = (await send(intake, case, photo)).json()
    assert not any(files.SECRET_TEXT in sealed or photo[:12] in sealed for _, sealed in intake.files.parts.values())
    shown = await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=ASHA)
    assert shown.status_code == 200
    assert files.SECRET_TEXT not in shown.content
    assert dict(Image.open(io.BytesIO(shown.content)).getexif()) == {}
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in shown.headers["cache-control"]
    # The copy is made once, and sealed too.
    assert (await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=ASHA)).content == shown.content
    assert len(intake.files.parts) == 2
    desk = _original_of(intake, uploaded["evidence_id"])
    assert hashlib.sha256(desk).hexdigest() == uploaded["sha256"]


def _original_of(intake: Rig, evidence_id: str) -> bytes:
    """The original, opened by the ring as a court would ask for it."""
    file = intake.files.files[evidence_id]
    key = FileKey.kept(intake.ring, file.case_id, evidence_id, file.sealed_key)
    return b"".join(key.open("original", ref.offset, intake.files.parts[ref.part_id][1]) for ref in file.parts)


async def test_a_part_opens_only_where_it_belongs(intake: Rig) -> None:
    """Sealed for its file, its role and its offset: nothing that was moved or swapped is taken for evidence."""
    now = intake.clock.now()
    key, kept = FileKey.new(intake.ring, "c_1", "e_1", now)
    sealed = key.seal("original", 0, b"bytes")
    assert FileKey.kept(intake.ring, "c_1", "e_1", kept).open("original", 0, sealed) == b"bytes"
    with pytest.raises(SealError):
        FileKey.kept(intake.ring, "c_2", "e_1", kept)
    for other in (FileKey.kept(intake.ring, "c_1", "e_2", kept), key):
        for role, offset in (("copy", 0), ("original", 5)):
            with pytest.raises(SealError):
                other.open(role, offset, sealed)


async def test_who_reads_a_file_is_recorded(intake: Rig) -> None:
    """The owner, who holds the receipt and the station's officer: each reading has its line, before it is shown."""
    case = await intake.filed(COMPLAINT)
    await intake.assign(case["case_id"])
    uploaded = (await send(intake, case, files.jpeg())).json()
    url = f"/v1/evidence/{uploaded['evidence_id']}"
    assert (await intake.get(url, by=ASHA)).status_code == 200
    assert (await intake.get(url, X_Receipt=case["receipt_secret"])).status_code == 200
    assert (await intake.get(url, by=SHO)).status_code == 200
    assert (await intake.get(url, by=SP)).status_code == 200
    for stranger in (None, RAVI, OTHER_SHO, DISPATCHER):
        refused = await intake.get(url, by=stranger)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    reveals = await intake.trail.looks(case["case_id"])
    assert [(one.post, one.what) for one in reveals] == [
        (post, f"evidence {uploaded['evidence_id']}") for post in ("owner", "owner", "SHO:5140003", "SP:ARARIA")
    ]
    assert reveals[1].actor.startswith("receipt:")
    assert case["receipt_secret"] not in reveals[1].actor


async def test_the_accused_station_gets_no_file(intake: Rig) -> None:
    """Of a complaint against police its own station and the SP over it see nothing, even when it is assigned there."""
    against = COMPLAINT | {
        "named_station": STATION.code,
        "attributes": {"category": "other", "against_police": True},
    }
    case = await intake.filed(against)
    await intake.assign(case["case_id"])
    uploaded = (await send(intake, case, files.jpeg())).json()
    for officer in (SHO, OTHER_SHO, DISPATCHER):
        assert (await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=officer)).status_code == 404
    assert (await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=ASHA)).status_code == 200


async def test_a_sensitive_case_opens_by_its_receipt_alone(intake: Rig) -> None:
    """The token of the phone adds and reads nothing; the receipt does both."""
    case = await intake.filed(COMPLAINT | {"attributes": {"category": "crime_against_women"}})
    assert (await send(intake, case, files.jpeg())).status_code == 404
    uploaded = await send(intake, case, files.jpeg(), by=None, X_Receipt=case["receipt_secret"])
    assert uploaded.status_code == 201
    url = f"/v1/evidence/{uploaded.json()['evidence_id']}"
    assert (await intake.get(url, by=ASHA)).status_code == 404
    assert (await intake.get(url, X_Receipt=case["receipt_secret"])).status_code == 200


async def test_an_infected_file_is_never_shown(intake: Rig) -> None:
    """EICAR in a PDF: kept sealed and answered so; no paper of the case, shown to nobody."""
    intake.scanner.is_there = True
    case = await intake.filed(CERTIFICATE)
    await intake.assign(case["case_id"])
    infected = files.pdf().replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF")
    uploaded = (await send(intake, case, infected, document_type="identity")).json()
    assert (uploaded["scan"], uploaded["shown"]) == ("infected", "nobody")
    assert [notice["code"] for notice in uploaded["notices"]] == ["evidence_infected"]
    for reader in (ASHA, SHO):
        refused = await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=reader)
        assert (refused.status_code, refused.json()["code"]) == (403, "evidence_infected")
    assert await intake.trail.looks(case["case_id"]) == ()
    assert (await send(intake, case, files.jpeg(), document_type="residence")).json()["scan"] == "clean"
    status = (await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA)).json()
    received = {paper["code"]: paper["received"] for paper in status["documents"] if paper["required"]}
    assert (received["identity"], received["residence"]) == (False, True)
    assert "DocumentsCompleted" not in [event.type for event in intake.events(case["case_id"])]


async def test_what_was_kept_unscanned_is_scanned_before_it_is_shown(intake: Rig) -> None:
    """A scanner that comes later finds it; the case says so from then on."""
    case = await intake.filed(COMPLAINT)
    clean = (await send(intake, case, files.pdf())).json()
    infected = (await send(intake, case, files.pdf().replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF"))).json()
    intake.scanner.is_there = True
    assert (await intake.get(f"/v1/evidence/{clean['evidence_id']}", by=ASHA)).status_code == 200
    assert (await intake.get(f"/v1/evidence/{infected['evidence_id']}", by=ASHA)).status_code == 403
    kept = intake.store.cases[case["case_id"]].evidence
    assert [record.scan for record in kept.values()] == [Scan.CLEAN, Scan.INFECTED]
    assert len(intake.events(case["case_id"])) == 3


async def test_what_cannot_be_stripped_goes_to_officers_alone(intake: Rig) -> None:
    """A sound whose metadata stay: a notice gives its owner the reason, the officer gets the original to save."""
    case = await intake.filed(COMPLAINT)
    await intake.assign(case["case_id"])
    uploaded = (await send(intake, case, files.ogg())).json()
    assert uploaded["shown"] == "officers"
    assert "evidence_for_officers" in [notice["code"] for notice in uploaded["notices"]]
    url = f"/v1/evidence/{uploaded['evidence_id']}"
    refused = await intake.get(url, by=ASHA)
    assert (refused.status_code, refused.json()["code"]) == (403, "evidence_for_officers")
    given = await intake.get(url, by=SHO)
    assert (given.status_code, given.content) == (200, files.ogg())
    assert given.headers["content-disposition"].startswith("attachment")


async def test_a_file_that_no_copy_can_be_made_of(intake: Rig) -> None:
    """A picture whose pixels are broken is kept, and its reader informed; no half of it is shown."""
    case = await intake.filed(COMPLAINT)
    uploaded = (await send(intake, case, files.png_of_nonsense())).json()
    refused = await intake.get(f"/v1/evidence/{uploaded['evidence_id']}", by=ASHA)
    assert (refused.status_code, refused.json()["code"]) == (409, "evidence_without_copy")
