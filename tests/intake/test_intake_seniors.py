"""Registration of senior citizens: a card for three years, its renewal, and its end with the registration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from event_schemas import CertificateApproved, CertificateIssued, CertificateRevocationOrdered, ComplaintReopened, ids
from event_schemas.papers import last_second, paper_rules
from intake.case.derived import derive
from tests.intake.intake_rig import ASHA, CATALOGUE, RAVI, Rig

CARD = "senior-citizen-card"


async def registered(intake: Rig) -> dict[str, Any]:
    """With a card, as the certificate service issues it."""
    service = CATALOGUE.get("senior-citizen-registration")
    assert service is not None
    assert service.example is not None
    filed = await intake.filed({"service_code": service.code, "attributes": dict(service.example.attributes)})
    await intake.assign(filed["case_id"])
    assert (await intake.command(filed["case_id"], "acknowledge")).status_code == 202
    await carded(intake, filed["case_id"])
    return filed


async def carded(intake: Rig, case_id: str) -> str:
    approved = await intake.command(case_id, "approve-certificate", {"facts": {"beat": "बीट 3"}})
    assert approved.status_code == 202, approved.text
    event = intake.events(case_id)[-1]
    assert isinstance(event, CertificateApproved)
    number = event.certificate_id or ids.certificate_id(case_id, CARD)
    issued = CertificateIssued(
        case_id=case_id,
        occurred_at=intake.clock.now(),
        cause_id="cause",
        certificate_id=number,
        kind=CARD,
        verify_url="https://example.invalid/v",
        sha256="0" * 64,
    )
    await intake.store.apply_derived([derive(f"issued {number}", issued)])
    return number


async def status(intake: Rig, filed: dict[str, Any]) -> dict[str, Any]:
    answer = await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="en")
    shown: dict[str, Any] = answer.json()
    return shown


async def asked(intake: Rig, filed: dict[str, Any], act: str, by: Any = ASHA) -> Any:
    return await intake.post(f"/v1/complaints/{filed['tracking_number']}/{act}", {}, by=by)


async def test_who_is_registered_reads_so(intake: Rig) -> None:
    """With the card, and what to do when help is needed."""
    shown = await status(intake, await registered(intake))
    assert [one["kind"] for one in shown["certificates"]] == [CARD]
    assert shown["next_step"].startswith("You are registered.")


async def test_a_card_is_renewed_towards_its_end(intake: Rig) -> None:
    """Not before its last sixty days; a second card of another number then stands beside the first."""
    filed = await registered(intake)
    until = paper_rules()[CARD].holds_until(intake.clock.now())
    assert until is not None
    intake.clock.advance(until - timedelta(days=61) - intake.clock.now())
    assert (await asked(intake, filed, "renew")).json()["code"] == "transition_not_allowed"
    assert (await asked(intake, filed, "renew", RAVI)).status_code == 404
    intake.clock.advance(timedelta(days=2))
    renewed = await asked(intake, filed, "renew")
    assert (renewed.status_code, renewed.json()["status"]) == (202, "reopened")
    event = intake.events(filed["case_id"])[-1]
    assert isinstance(event, ComplaintReopened)
    assert (event.round, event.reason_code) == (2, "renewal")
    assert (await intake.command(filed["case_id"], "acknowledge")).status_code == 202
    second = await carded(intake, filed["case_id"])
    assert {one["certificate_id"] for one in (await status(intake, filed))["certificates"]} >= {second}
    assert len((await status(intake, filed))["certificates"]) == 2


async def test_nobody_reopens_for_a_renewal(intake: Rig) -> None:
    """That reason is the renewal's own."""
    filed = await registered(intake)
    await intake.command(filed["case_id"], "close", {"outcome": "moved", "reason_code": "moved"})
    body = {"reason_code": "renewal"}
    refused = await intake.post(f"/v1/complaints/{filed['tracking_number']}/reopen", body, by=ASHA)
    assert refused.status_code == 422


@pytest.mark.parametrize("reason", ["moved", "died"])
async def test_a_card_ends_with_its_registration(intake: Rig, reason: str) -> None:
    """In the same write; the person, or the family, reads why."""
    filed = await registered(intake)
    closed = await intake.command(filed["case_id"], "close", {"outcome": reason, "reason_code": reason})
    assert (closed.status_code, closed.json()["status"]) == (202, "closed")
    ordered = [one for one in intake.events(filed["case_id"]) if isinstance(one, CertificateRevocationOrdered)]
    assert [(one.kind, one.reason_code) for one in ordered] == [(CARD, reason)]


async def test_who_withdraws_gives_the_card_up(intake: Rig) -> None:
    """A consent that is taken back ends the visits and the card."""
    filed = await registered(intake)
    assert (await asked(intake, filed, "withdraw")).json()["status"] == "withdrawn"
    assert isinstance(intake.events(filed["case_id"])[-1], CertificateRevocationOrdered)


def test_a_month_that_is_shorter_ends_on_its_last_day() -> None:
    """A card of 29 February, and one over the turn of the year."""
    assert last_second(datetime(2024, 2, 29, 6, tzinfo=UTC), 36).date().isoformat() == "2027-02-28"
    assert last_second(datetime(2026, 12, 31, 6, tzinfo=UTC), 2).date().isoformat() == "2027-02-28"
