"""Every kind of paper through the certificate service as a process: issued by its event, revoked by command."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest

from certificate.kind_rules import checked
from certificate.kinds import Kind
from certificate.samples import sample_person
from event_schemas import (
    EVENT_CLASSES,
    CertificateIssued,
    CertificateRevocationOrdered,
    CertificateRevoked,
    Event,
    VerificationCompleted,
    ids,
    topics,
)
from tests.integration.messaging_rig import assigned, filed, wire
from tests.integration.test_certificate_issuing import Rig, rig

__all__ = ["rig"]
PAPERS = checked()
LAST_SEQ = 9


def act(filing: Event, type_: str, seq: int, **fields: object) -> Event:
    at = filing.occurred_at + timedelta(seconds=seq)
    body = {"case_id": filing.case_id, "occurred_at": at, "case_seq": seq, **fields}
    return EVENT_CLASSES[type_].model_validate(body)


def journey(kind: Kind) -> list[Event]:
    """From the filing to the event that orders the paper."""
    attributes = {key: str(value) for key, value in kind.sample.attributes.items() if len(str(value)) < 40}
    filing = filed(
        ids.new_case_id(),
        phone=None,
        service_code=kind.services[0],
        person=sample_person(kind),
        attributes={key: value for key, value in attributes.items() if value.isascii()},
    )
    walked: list[Event] = [filing, assigned(filing.case_id)]
    if kind.verification:
        walked.append(act(filing, "VerificationCompleted", 3, outcome=kind.verification[-1]))
    if kind.is_approved:
        by_post = f"{kind.approved_by[0]}:SHEOHAR"
        walked.append(act(filing, "CertificateApproved", 4, kind=kind.kind, by_post=by_post, facts=kind.sample.facts))
    if kind.ordered_by.event == "FIRRegistered":
        walked.append(act(filing, "FIRRegistered", 4, station="5140003", **kind.sample.event))
    return walked


def revocation(filing: Event, kind: Kind, certificate_id: str | None = None) -> Event:
    fields = {"kind": kind.kind, "by_post": "SP:SHEOHAR", "reason_code": "false_information"}
    return act(filing, "CertificateRevocationOrdered", LAST_SEQ, certificate_id=certificate_id, **fields)


async def of_kind(rig: Rig, case_id: str, type_: str, kind: Kind) -> CertificateIssued | CertificateRevoked:
    """The first event of that type about the case's paper of that kind; a case may have papers of others."""
    async with asyncio.timeout(60):
        count = 1
        while True:
            for one in await rig.published(case_id, type_, count):
                if isinstance(one.data, CertificateIssued | CertificateRevoked) and one.data.kind == kind.kind:
                    return one.data
            count += 1


async def send(rig: Rig, *events: Event) -> None:
    for number, event in enumerate(events):
        source = "routing" if event.type == "AssignedToStation" else "intake"
        event_id = f"{event.case_id}:{event.type}:{getattr(event, 'case_seq', number)}"
        await rig.producer.send(topics.CASES_ROUTINE, wire(event, event_id, source))


async def test_every_kind_is_issued_by_its_event_and_revoked_by_command(rig: Rig) -> None:
    """Its bytes are those that were announced, anyone can verify it, and after a revocation nobody gets it any more."""
    journeys = {kind.kind: journey(kind) for kind in PAPERS.kinds.values()}
    for events in journeys.values():
        await send(rig, *events)
    for code, events in journeys.items():
        kind, filing = PAPERS.kinds[code], events[0]
        issued = await of_kind(rig, filing.case_id, "CertificateIssued", kind)
        pdf = await rig.http.get(await rig.link(issued.certificate_id))
        assert hashlib.sha256(pdf.content).hexdigest() == issued.sha256
        body = (await rig.http.get(issued.verify_url)).json()
        assert (body["status"], body["kind"]) == ("valid", code)
        assert ("valid_until" in body) == (kind.validity != "none")
        await send(rig, revocation(filing, kind))
    for code, events in journeys.items():
        revoked = await of_kind(rig, events[0].case_id, "CertificateRevoked", PAPERS.kinds[code])
        assert (await rig.http.get(revoked.verify_url)).json()["status"] == "revoked"
        gone = await rig.http.get(await rig.link(revoked.certificate_id))
        assert (gone.status_code, gone.json()["code"]) == (410, "certificate_revoked")


async def test_a_second_verification_replaces_the_first(rig: Rig) -> None:
    """The earlier result is revoked as replaced; replayed, each event emits what it emitted, and nothing more."""
    kind = PAPERS.kinds["tenant-verification"]
    first = journey(kind)
    filing = first[0]
    again = act(filing, "VerificationCompleted", 6, outcome="clear")
    assert isinstance(again, VerificationCompleted)
    await send(rig, *first, again, first[-1], again)
    published = [one.data for one in await rig.published(filing.case_id, "CertificateIssued", 5)]
    results = [one.certificate_id for one in published if isinstance(one, CertificateIssued) and one.kind == kind.kind]
    older, newer = dict.fromkeys(results)
    assert results == [older, newer, older, newer]
    revoked = [one.data for one in await rig.published(filing.case_id, "CertificateRevoked", 2)]
    assert [one.certificate_id for one in revoked if isinstance(one, CertificateRevoked)] == [older, older]
    assert (await rig.http.get(f"/v1/verify/{older}")).json()["status"] == "revoked"
    assert (await rig.http.get(f"/v1/verify/{newer}")).json()["status"] == "valid"
    listed = (await rig.http.get("/v1/certificates/revoked")).json()["items"]
    assert [one["reason_code"] for one in listed if one["certificate_id"] == older] == ["replaced"]


@pytest.mark.parametrize("named", [True, False], ids=["by id", "by kind"])
async def test_an_old_order_to_revoke_means_the_paper_of_its_time(rig: Rig, named: bool) -> None:
    """Replayed after a newer paper was issued it does not touch that one."""
    kind = PAPERS.kinds["tenant-verification"]
    first = journey(kind)
    filing = first[0]
    await send(rig, *first)
    issued = await of_kind(rig, filing.case_id, "CertificateIssued", kind)
    order = revocation(filing, kind, issued.certificate_id if named else None)
    assert isinstance(order, CertificateRevocationOrdered)
    newer = act(filing, "VerificationCompleted", LAST_SEQ + 2, outcome="clear")
    await send(rig, order, newer, order)
    published = [one.data for one in await rig.published(filing.case_id, "CertificateRevoked", 2)]
    assert {one.certificate_id for one in published if isinstance(one, CertificateRevoked)} == {issued.certificate_id}
    issues = [one.data for one in await rig.published(filing.case_id, "CertificateIssued", 3)]
    results = {one.certificate_id for one in issues if isinstance(one, CertificateIssued) and one.kind == kind.kind}
    [kept] = results - {issued.certificate_id}
    assert (await rig.http.get(f"/v1/verify/{kept}")).json()["status"] == "valid"
