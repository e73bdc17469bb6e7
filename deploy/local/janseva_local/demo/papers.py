"""Each citizen downloads the papers of his case, by the address in his status and his receipt."""

import hashlib
from collections.abc import Iterable, Mapping

import httpx

from event_schemas import CertificateIssued, CertificateRevoked
from event_schemas.papers import is_letter
from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.findings import Case, Finding, Paper

PATIENCE_S = 10.0


async def download(
    http: httpx.AsyncClient, intake: str, cases: Iterable[Case], fetched: Mapping[str, Paper]
) -> dict[str, Paper]:
    """By certificate id; what was fetched before is not asked for again."""
    papers = {certificate_id: paper for certificate_id, paper in fetched.items() if paper.sha256 is not None}
    for case in cases:
        wanted = _issued(case).keys() - papers.keys()
        if wanted:
            papers |= dict.fromkeys(wanted, Paper(None, "not in the status")) | await _of_case(
                http, intake, case, wanted
            )
    return papers


def check_papers(case: Case, papers: Mapping[str, Paper]) -> list[Finding]:
    """Each paper that was issued is in its citizen's hands, byte for byte as the event says."""
    findings = []
    for certificate_id, sha256 in _issued(case).items():
        paper = papers.get(certificate_id, Paper(None, "never asked for"))
        if paper.sha256 is None:
            findings.append(Finding("missing", case.accepted.case_id, f"the paper of its citizen: {paper.fault}"))
        elif paper.sha256 != sha256:
            findings.append(
                Finding("untrue", case.accepted.case_id, "a paper whose bytes are not those that were issued")
            )
    return findings


def _issued(case: Case) -> dict[str, str]:
    """The digest of each paper that holds: one that was revoked is handed out no more, and a letter to no citizen."""
    revoked = {
        data.certificate_id
        for seen in case.of(CertificateRevoked)
        if isinstance(data := seen.envelope.data, CertificateRevoked)
    }
    return {
        data.certificate_id: data.sha256
        for seen in case.of(CertificateIssued)
        if isinstance(data := seen.envelope.data, CertificateIssued)
        and data.certificate_id not in revoked
        and not is_letter(data.kind)
    }


async def _of_case(http: httpx.AsyncClient, intake: str, case: Case, wanted: Iterable[str]) -> dict[str, Paper]:
    headers = {"X-Receipt": case.accepted.receipt_secret}
    url = f"{intake}/v1/complaints/{case.accepted.tracking_number}"
    try:
        status = await send(http, Call("GET", url, headers=headers), patience_s=PATIENCE_S)
        listed = {one["certificate_id"]: one["url"] for one in status.json().get("certificates", [])}
        return {
            certificate_id: _paper(
                await send(http, Call("GET", listed[certificate_id], headers=headers), patience_s=PATIENCE_S)
            )
            for certificate_id in wanted
            if certificate_id in listed
        }
    except GaveUp as error:
        return dict.fromkeys(wanted, Paper(None, str(error)[:160]))


def _paper(response: httpx.Response) -> Paper:
    if response.status_code != 200:
        return Paper(None, f"{response.status_code}: {response.text[:120]}")
    if response.headers.get("content-type") != "application/pdf" or not response.content.startswith(b"%PDF-"):
        return Paper(None, f"no PDF but {response.headers.get('content-type')}")
    return Paper(hashlib.sha256(response.content).hexdigest())
