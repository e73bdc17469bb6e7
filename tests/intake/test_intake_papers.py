"""The owner's paper: fetched through intake by token or receipt, and by nobody else."""

import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.http.problems import Problem
from event_schemas import CertificateIssued, CertificateRevoked, ids
from intake.case.derived import derive
from intake.problems import CERTIFICATE_UNAVAILABLE
from intake.tracking.papers import MOST_BYTES, CertificateService
from tests.intake.intake_rig import ASHA, RAVI, SHO, Rig

LOST: dict[str, Any] = {
    "service_code": "lost-property",
    "complainant": {"name": "आशा देवी"},
    "attributes": {"item": "wallet"},
}
PDF = b"%PDF-1.7 the paper"


async def issued(intake: Rig) -> tuple[dict[str, Any], str, str]:
    """The answer of the 202, the certificate's id, and its address as the status gives it."""
    filed = await intake.filed(LOST)
    certificate_id = ids.certificate_id(filed["case_id"], "lost-report")
    await deliver(intake, CertificateIssued, filed["case_id"], certificate_id)
    intake.papers.papers[certificate_id] = PDF
    status = (await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA)).json()
    [listed] = status["certificates"]
    return filed, certificate_id, listed["url"]


async def deliver(intake: Rig, kind: type[Any], case_id: str, certificate_id: str) -> None:
    event = kind(
        case_id=case_id,
        occurred_at=intake.clock.now(),
        cause_id="cause",
        certificate_id=certificate_id,
        kind="lost-report",
        verify_url="https://x.in/v1/verify/1",
        sha256="0" * 64,
    )
    await intake.store.apply_derived([derive(ids.certificate_event_id(certificate_id, kind.type), event)])


async def test_the_address_in_the_status_gives_the_owner_his_paper(intake: Rig) -> None:
    """By token or by receipt, as a PDF under its number, kept by no cache in between."""
    filed, certificate_id, url = await issued(intake)
    assert url == f"/v1/complaints/{filed['tracking_number']}/certificates/{certificate_id}.pdf"
    for answer in (await intake.get(url, by=ASHA), await intake.get(url, X_Receipt=filed["receipt_secret"])):
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == 'inline; filename="LR.pdf"'
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
    again = await intake.get(url, by=ASHA, If_None_Match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    capitals = url.replace(certificate_id, certificate_id.upper())
    assert (await intake.get(capitals, by=ASHA)).status_code == 200


async def test_nobody_else_gets_it_and_nobody_is_asked(intake: Rig) -> None:
    """Another citizen, a wrong receipt, no proof, another case's certificate: 404, as if there were none."""
    filed, certificate_id, url = await issued(intake)
    other = await intake.filed(LOST, by=RAVI)
    asked = len(intake.papers.asked)
    elsewhere = f"/v1/complaints/{other['tracking_number']}/certificates/{certificate_id}.pdf"
    answers = [
        await intake.get(url),
        await intake.get(url, by=RAVI),
        await intake.get(url, X_Receipt=other["receipt_secret"]),
        await intake.get(elsewhere, by=RAVI),
        await intake.get(url.replace(certificate_id, "..%2F..%2Finternal"), by=ASHA),
        await intake.get(url.replace(certificate_id, ids.certificate_id(filed["case_id"], "character")), by=ASHA),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await intake.get(url, by=SHO)).status_code in (403, 404)
    assert len(intake.papers.asked) == asked


async def test_a_revoked_paper_is_gone_and_its_answer_names_it(intake: Rig) -> None:
    """410 certificate_revoked, whether intake knows it already or the certificate service says it."""
    filed, certificate_id, url = await issued(intake)
    await deliver(intake, CertificateRevoked, filed["case_id"], certificate_id)
    answer = await intake.get(url, by=ASHA)
    assert (answer.status_code, answer.json()["code"]) == (410, "certificate_revoked")


async def test_while_the_certificate_service_is_away_the_owner_is_asked_to_come_back(intake: Rig) -> None:
    """503 with Retry-After, and the paper when it is back."""
    _, _, url = await issued(intake)
    intake.papers.fault = Problem(CERTIFICATE_UNAVAILABLE, headers={"Retry-After": "10"})
    answer = await intake.get(url, by=ASHA)
    assert (answer.status_code, answer.json()["code"]) == (503, "certificate_unavailable")
    assert answer.headers["retry-after"] == "10"
    intake.papers.fault = None
    assert (await intake.get(url, by=ASHA)).status_code == 200


def service(answer: Any) -> CertificateService:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return CertificateService(http, "http://certificate/", SecretStr("token"))


async def test_the_certificate_service_is_asked_by_the_service_token() -> None:
    """And what it says of the paper is passed on, nothing else."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        headers = {"content-type": "application/pdf", "etag": '"e"', "server": "x", "set-cookie": "a=b"}
        return httpx.Response(200, content=PDF, headers=headers)

    paper = await service(answer).get("id", '"old"')
    assert str(asked[0].url) == "http://certificate/v1/certificates/id.pdf"
    assert asked[0].headers["authorization"] == "Bearer token"
    assert asked[0].headers["if-none-match"] == '"old"'
    assert (paper.status, paper.content) == (200, PDF)
    assert paper.headers == {"content-type": "application/pdf", "etag": '"e"'}


def refusing(error: Exception) -> Any:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


def problem(status: int, code: str) -> Any:
    headers = {"content-type": "application/problem+json"}
    return lambda _: httpx.Response(status, content=json.dumps({"code": code}), headers=headers)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (problem(410, "certificate_revoked"), 410, "certificate_revoked"),
        (problem(410, "certificate_erased"), 410, "certificate_erased"),
        (problem(404, "not_found"), 404, "not_found"),
        (problem(401, "unauthenticated"), 503, "certificate_unavailable"),
        (problem(503, "store_unavailable"), 503, "certificate_unavailable"),
        (lambda _: httpx.Response(302, headers={"location": "http://elsewhere/"}), 503, "certificate_unavailable"),
        (lambda _: httpx.Response(200, content=b"x" * (MOST_BYTES + 1)), 503, "certificate_unavailable"),
        (lambda _: httpx.Response(200, content=b"<html>"), 503, "certificate_unavailable"),
        (refusing(httpx.ConnectError("refused")), 503, "certificate_unavailable"),
        (refusing(httpx.ReadTimeout("slow")), 503, "certificate_unavailable"),
        (refusing(httpx.PoolTimeout("full")), 503, "certificate_unavailable"),
    ],
)
async def test_each_answer_of_the_certificate_service_has_its_problem(answer: Any, status: int, code: str) -> None:
    """Gone stays gone; what time may cure is 503 with Retry-After; what is no PDF is never handed on as one."""
    with pytest.raises(Problem) as refused:
        await service(answer).get("id", None)
    assert (refused.value.type.status, refused.value.type.code) == (status, code)
    assert ("Retry-After" in refused.value.headers) == (status == 503)
    assert not any(len(value) > 40 for value in refused.value.headers.values())


@pytest.mark.parametrize("name", ["\u200d\u200c", "\u3164", "\u2800\u2800", "\u0301"])
async def test_a_name_that_nobody_can_see_is_refused_at_filing(intake: Rig, name: str) -> None:
    """Joiners, fillers and marks alone are no name, in the complainant or in an answer; an emergency is taken."""
    refused = await intake.file(LOST | {"complainant": {"name": name}})
    assert refused.status_code == 422
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("blank", "/complainant/name")]
    father = {"service_code": "character-certificate", "attributes": {"purpose": "visa", "father_name": name}}
    refused = await intake.file(father)
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("blank", "/attributes/father_name")]
    emergency = await intake.post("/v1/emergencies", {"kind": "police", "name": name, "phone": "+919431000009"})
    assert emergency.status_code == 202
    assert intake.personal(emergency.json()["case_id"]).name is None


@pytest.mark.parametrize("name", ["ᱥᱟᱱᱛᱟᱲ", "𑂃𑂍", "মোহাম্মদ", "क्\u200dष", "R"])
async def test_a_name_in_any_script_is_accepted(intake: Rig, name: str) -> None:
    """Letter by letter as it was given."""
    filed = await intake.filed(LOST | {"complainant": {"name": name}})
    assert intake.personal(filed["case_id"]).name == name
