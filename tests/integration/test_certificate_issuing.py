"""The certificate service as a process, against real Kafka and MongoDB."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.http.problems import Problem
from chassis.kafka.admin import end_offsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_log
from event_schemas import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevocationOrdered,
    CertificateRevoked,
    Envelope,
    Event,
    PersonalData,
    PersonalDataErased,
    VerificationCompleted,
    decode,
    ids,
    topics,
)
from intake.tracking.papers import CertificateService
from janseva_local.ports import free_port
from janseva_local.topics import ensure
from tests.contract import documented

from .messaging_rig import SEALING_KEYS, TOKEN, Process, assigned, filed, wire

BEARER = {"authorization": f"Bearer {TOKEN}"}


class Rig:
    def __init__(self, service: Process, kafka: str) -> None:
        self.service, self.kafka = service, kafka
        self.producer = EventProducer(kafka, client_id="test")
        self.http = httpx.AsyncClient(base_url=service.url, event_hooks=documented("certificate"))

    async def publish(self, *events: Event) -> None:
        for event in events:
            source = "routing" if event.type == "AssignedToStation" else "intake"
            event_id = f"{event.case_id}:{event.type}"
            await self.producer.send(topics.CASES_ROUTINE, wire(event, event_id, source))

    async def published(self, case_id: str, type_: str, count: int = 1) -> list[Envelope]:
        """Wait for `count` events of a type by the certificate service."""
        async with asyncio.timeout(30):
            while True:
                found = [e async for e in self._events(case_id) if e.type == type_]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.2)

    async def _events(self, case_id: str) -> AsyncIterator[Envelope]:
        ends = await end_offsets(self.kafka, [topics.CASES_ROUTINE])
        async for record in read_log(self.kafka, {}, ends):
            if record.record.key == case_id.encode():
                envelope = decode(record.record.headers, record.record.value)
                if envelope.source == "certificate":
                    yield envelope

    async def link(self, certificate_id: str) -> str:
        answer = await self.http.post(f"/internal/v1/certificates/{certificate_id}/link", json={}, headers=BEARER)
        return str(answer.raise_for_status().json()["url"])


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig(kafka_bootstrap: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    await ensure(kafka_bootstrap)
    folder = tmp_path_factory.mktemp("certificate")
    port = free_port()
    env = {
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "MONGO_URI": mongo_uri,
        "MONGO_DATABASE": f"t_certificate_{uuid4().hex[:8]}",
        "SEALING_KEYS": SEALING_KEYS,
        "SERVICE_TOKEN": TOKEN,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    made = Rig(Process("certificate", port, env, folder / "certificate.log"), kafka_bootstrap)
    await made.service.start()
    yield made
    await made.http.aclose()
    await made.producer.stop()
    await made.service.stop()


async def until(http: httpx.AsyncClient, url: str, fine: Callable[[httpx.Response], bool]) -> None:
    """Ask until the answer is as wanted."""
    async with asyncio.timeout(60):
        while True:
            if fine(await http.get(url)):
                return
            await asyncio.sleep(0.1)


def verified(filing: Event, outcome: str = "clear") -> VerificationCompleted:
    return VerificationCompleted.model_validate(
        {"case_id": filing.case_id, "occurred_at": filing.occurred_at, "case_seq": 3, "outcome": outcome}
    )


def approved(filing: Event) -> CertificateApproved:
    return CertificateApproved.model_validate(
        {
            "case_id": filing.case_id,
            "occurred_at": filing.occurred_at,
            "case_seq": 4,
            "kind": "character",
            "by_post": "SHO:5140003",
        }
    )


async def test_an_approved_application_becomes_a_certificate_anyone_can_verify(rig: Rig) -> None:
    """Approved, issued, read by signed link alone, verified without a name, emitted again when replayed, revoked."""
    filing = filed(ids.new_case_id(), phone="+919812345678", service_code="character-certificate")
    await rig.publish(filing, assigned(filing.case_id), verified(filing), approved(filing))
    [issued] = await rig.published(filing.case_id, "CertificateIssued")
    assert isinstance(issued.data, CertificateIssued)
    certificate_id = issued.data.certificate_id
    assert issued.event_id == ids.certificate_event_id(certificate_id, "CertificateIssued")

    pdf = await rig.http.get(await rig.link(certificate_id))
    assert pdf.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == issued.data.sha256
    assert (await rig.http.get(f"/v1/certificates/{certificate_id}.pdf")).status_code == 401
    assert (await rig.http.get(f"/v1/certificates/{certificate_id}.pdf", headers=BEARER)).status_code == 200

    verified_as = (await rig.http.get(issued.data.verify_url)).json()
    assert (verified_as["status"], verified_as["kind"], verified_as["station"]) == ("valid", "character", "Sheohar")
    page = await rig.http.get(issued.data.verify_url, headers={"accept": "text/html", "accept-language": "hi"})
    assert "यह दस्तावेज मान्य है" in page.text
    assert "Sita" not in page.text + str(verified_as)
    by_number = (await rig.http.get(f"/v1/verify/{verified_as['number']}")).json()
    assert by_number == verified_as

    await rig.publish(approved(filing))
    again = await rig.published(filing.case_id, "CertificateIssued", 2)
    assert again[0].data == again[1].data
    assert again[0].event_id == again[1].event_id

    ordered = CertificateRevocationOrdered.model_validate(
        {
            "case_id": filing.case_id,
            "occurred_at": filing.occurred_at,
            "case_seq": 5,
            "kind": "character",
            "by_post": "SP:SHEOHAR",
            "reason_code": "false_information",
        }
    )
    await rig.publish(ordered)
    [revoked] = await rig.published(filing.case_id, "CertificateRevoked")
    assert isinstance(revoked.data, CertificateRevoked)
    assert (await rig.http.get(issued.data.verify_url)).json()["status"] == "revoked"
    gone = await rig.http.get(await rig.link(certificate_id))
    assert (gone.status_code, gone.json()["code"]) == (410, "certificate_revoked")
    listed = (await rig.http.get("/v1/certificates/revoked")).json()["items"]
    assert certificate_id in {item["certificate_id"] for item in listed}


async def test_a_lost_report_is_issued_at_once_and_its_station_follows(rig: Rig) -> None:
    """At filing, with no station yet; the verification shows the station once it is assigned."""
    person = PersonalData(name="Sita Devi", attributes={"item_description": "काला बटुआ"})
    filing = filed(
        ids.new_case_id(), phone=None, service_code="lost-property", person=person, attributes={"item": "wallet"}
    )
    await rig.publish(filing)
    [issued] = await rig.published(filing.case_id, "CertificateIssued")
    assert isinstance(issued.data, CertificateIssued)
    assert issued.data.kind == "lost-report"
    assert "station" not in (await rig.http.get(issued.data.verify_url)).json()
    await rig.publish(assigned(filing.case_id))
    url = issued.data.verify_url
    await until(rig.http, url, lambda answer: bool(answer.json().get("station") == "Sheohar"))


async def test_intake_fetches_the_paper_for_its_owner(rig: Rig) -> None:
    """The client that intake uses gets the bytes that were issued, a 304 for what it has, and a 404 for no paper."""
    filing = filed(ids.new_case_id(), phone=None, service_code="lost-property")
    await rig.publish(filing)
    [issued] = await rig.published(filing.case_id, "CertificateIssued")
    assert isinstance(issued.data, CertificateIssued)
    async with httpx.AsyncClient() as http:
        papers = CertificateService(http, rig.service.url, SecretStr(TOKEN))
        paper = await papers.get(issued.data.certificate_id, None)
        assert hashlib.sha256(paper.content).hexdigest() == issued.data.sha256
        assert paper.headers["content-type"] == "application/pdf"
        assert (await papers.get(issued.data.certificate_id, paper.headers["etag"])).status == 304
        with pytest.raises(Problem, match="not_found"):
            await papers.get(ids.certificate_id(filing.case_id, "character"), None)
        with pytest.raises(Problem, match="certificate_unavailable"):
            await CertificateService(http, rig.service.url, SecretStr("wrong")).get(issued.data.certificate_id, None)


async def test_erasure_removes_the_paper_and_leaves_its_validity(rig: Rig) -> None:
    """After PersonalDataErased nobody can download the PDF; that it was issued can still be verified."""
    filing = filed(ids.new_case_id(), phone=None, service_code="lost-property")
    await rig.publish(filing)
    [issued] = await rig.published(filing.case_id, "CertificateIssued")
    assert isinstance(issued.data, CertificateIssued)
    url = await rig.link(issued.data.certificate_id)
    erased = {"case_id": filing.case_id, "occurred_at": filing.occurred_at, "case_seq": 9}
    await rig.publish(PersonalDataErased.model_validate(erased))
    await until(rig.http, url, lambda answer: answer.status_code == 410)
    assert (await rig.http.get(issued.data.verify_url)).json()["status"] == "valid"


async def test_an_approval_against_the_verification_goes_to_the_dead_letters(rig: Rig) -> None:
    """Nothing is issued for it, and the next application is served."""
    bad = filed(ids.new_case_id(), phone=None, service_code="character-certificate")
    good = filed(ids.new_case_id(), phone=None, service_code="character-certificate")
    for filing, outcome in ((bad, "adverse"), (good, "clear")):
        await rig.publish(filing, assigned(filing.case_id), verified(filing, outcome), approved(filing))
    await rig.published(good.case_id, "CertificateIssued")
    wrong = (await rig.http.get(f"/v1/verify/{ids.certificate_id(bad.case_id, 'character')}")).json()
    assert wrong == {"status": "unknown"}
    dead = topics.dead_letter(topics.CASES_ROUTINE)
    async with asyncio.timeout(20):
        while True:
            ends = await end_offsets(rig.kafka, [dead])
            reasons = [dict(r.record.headers).get("dlq_reason") async for r in read_log(rig.kafka, {}, ends)]
            if any(reason and b"verification_not_clear" in reason for reason in reasons):
                return
            await asyncio.sleep(0.2)
