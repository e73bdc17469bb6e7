"""The demo's citizens download their papers; one that is missing, another's or no PDF is found."""

import hashlib
from typing import Any

import httpx
import pytest

from event_schemas import CertificateIssued, Envelope
from janseva_local.demo.evidence import Seen
from janseva_local.demo.findings import Case, Paper
from janseva_local.demo.journal import Accepted, Intent
from janseva_local.demo.papers import check_papers, download
from tests.local.test_demo_reconcile import CASE, FILED, NUMBER, PHONE

PDF = b"%PDF-1.7 paper"
SHA = hashlib.sha256(PDF).hexdigest()
ADDRESS = f"http://intake/v1/complaints/{NUMBER}/certificates/paper-1.pdf"


def case(sha256: str = SHA) -> Case:
    event = CertificateIssued(
        case_id=CASE,
        occurred_at=FILED,
        cause_id="filed",
        certificate_id="paper-1",
        kind="lost-report",
        verify_url="http://x/v1/verify/paper-1",
        sha256=sha256,
    )
    envelope = Envelope("issued", "CertificateIssued", "certificate", FILED, CASE, None, event)
    accepted = Accepted(0, CASE, NUMBER, "secret", FILED.isoformat(), 1.0)
    return Case(Intent(0, "lost-property", "key", PHONE, "hi"), accepted, [Seen("cases.routine", 0, 1, 1, envelope)])


def intake(paper: httpx.Response, certificates: list[dict[str, Any]] | None = None) -> httpx.AsyncClient:
    listed = [{"certificate_id": "paper-1", "url": ADDRESS}] if certificates is None else certificates

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["x-receipt"] == "secret"
        return paper if str(request.url) == ADDRESS else httpx.Response(200, json={"certificates": listed})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def pdf(content: bytes = PDF, kind: str = "application/pdf") -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": kind})


async def test_a_paper_whose_bytes_are_those_that_were_issued_is_no_finding() -> None:
    """Fetched by the address in the status and the citizen's receipt, and asked for once."""
    papers = await download(intake(pdf()), "http://intake", [case()], {})
    assert papers == {"paper-1": Paper(SHA)}
    assert check_papers(case(), papers) == []
    assert await download(intake(httpx.Response(404)), "http://intake", [case()], papers) == papers


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        (intake(httpx.Response(401)), "missing"),
        (intake(httpx.Response(404)), "missing"),
        (intake(pdf(), []), "missing"),
        (intake(pdf(kind="text/html")), "missing"),
        (intake(pdf(b"<html>")), "missing"),
        (intake(pdf(b"%PDF-1.7 another's")), "untrue"),
    ],
)
async def test_a_paper_that_its_citizen_does_not_get_is_found(client: httpx.AsyncClient, kind: str) -> None:
    """Refused, not listed, no PDF, or not the bytes of the event."""
    papers = await download(client, "http://intake", [case()], {})
    assert [finding.kind for finding in check_papers(case(), papers)] == [kind]
    assert [finding.kind for finding in check_papers(case(), {})] == ["missing"]
