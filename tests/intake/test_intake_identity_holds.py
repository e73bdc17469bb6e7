"""One document under two people: the later, unverified claimant waits for an officer, for a paper about a person."""

from datetime import timedelta
from typing import Any

import pytest

from event_schemas import ComplaintFiled, IdentityHeld, IdentityReviewed, PersonalData
from intake.auth import Principal
from intake.case.model import CaseIdentity, IdentityState
from intake.case.states import Role
from intake.commands import certificates, identity
from intake.commands.allowed import allowed_acts
from intake.commands.table import Act
from tests.intake import intake_rig
from tests.intake.desk_walk import commanded, filed
from tests.intake.intake_rig import ASHA, CATALOGUE, COMPLAINT, RAVI, SP, Rig
from tests.intake.test_intake_identity import AADHAAR, DOCUMENT, PAN

CONFIRMED, REJECTED = {"outcome": "confirmed"}, {"outcome": "rejected"}


def application(name: str | None = "आशा देवी", **answers: Any) -> dict[str, Any]:
    service = CATALOGUE.get("character-certificate")
    assert service is not None
    assert service.example is not None
    body: dict[str, Any] = {
        "service_code": "character-certificate",
        "attributes": {**service.example.attributes, **answers},
    }
    return body if name is None else {**body, "complainant": {"name": name}}


def notices(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["notices"] if one["code"].startswith("identity")]


async def later(intake: Rig, body: dict[str, Any], by: Principal = ASHA) -> dict[str, Any]:
    """Filed a moment after what was before: who came first is known."""
    intake.clock.advance(timedelta(seconds=1))
    return await intake.filed(body, by=by)


async def at_desk(intake: Rig, by: Principal = ASHA, **body: Any) -> str:
    case_id = str((await later(intake, application(**body), by))["case_id"])
    await intake.assign(case_id)
    return case_id


async def known(intake: Rig, by: Principal = ASHA, name: str = "आशा देवी", **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = (await intake.post("/v1/me/identity", {**DOCUMENT, "name": name, **more}, by=by)).json()
    return body


async def test_without_a_document_the_filing_goes_on_and_the_approval_waits(intake: Rig) -> None:
    """202 names the step; after the verification the paper is refused until an officer saw the original."""
    answer = await later(intake, application())
    assert notices(answer) == ["identity_needed"]
    case_id = answer["case_id"]
    await intake.assign(case_id)
    assert (await intake.command(case_id, "complete-verification", {"outcome": "clear"})).status_code == 202
    refused = await intake.command(case_id, "approve-certificate", by=SP)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_not_confirmed")
    assert "review-identity" in refused.json()["allowed"]
    assert "approve-certificate" not in refused.json()["allowed"]
    status = (await intake.get(f"/v1/complaints/{answer['tracking_number']}", by=ASHA)).json()
    assert status["identity"]["state"] == "needed"
    assert (
        "पहचान"
        in (await intake.get(f"/v1/complaints/{answer['tracking_number']}", by=ASHA, accept_language="hi")).json()[
            "next_step"
        ]
    )
    seen = {**CONFIRMED, "document": "voter_card", "last_four": "4566"}
    assert (await intake.command(case_id, "review-identity", seen)).status_code == 202
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 202
    (event,) = [one for one in intake.events(case_id) if isinstance(one, IdentityReviewed)]
    assert (event.outcome, event.method, event.by_post, event.was_held) == (
        "confirmed",
        "original_seen",
        "SHO:5140003",
        False,
    )


async def test_a_confirmed_document_confirms_the_case(intake: Rig) -> None:
    """No step is asked for: neither before the filing, nor by the number in the form."""
    intake.register.people[PAN] = ("आशा देवी", 1988)
    await known(intake)
    answer = await later(intake, application())
    by_form = await later(intake, application(name="आशा", identity_pan=PAN))
    for one in (answer, by_form):
        assert notices(one) == []
        assert intake.store.cases[one["case_id"]].identity == CaseIdentity(
            IdentityState.CONFIRMED, "pan_card", "234F", next(iter(intake.identities.claims)), "register"
        )


async def test_one_phone_may_serve_several_people(intake: Rig) -> None:
    """The father's confirmed document confirms nothing of his son's application."""
    intake.register.people[PAN] = ("आशा देवी", 1988)
    await known(intake)
    son = await later(intake, application(name="रोहन कुमार"))
    assert notices(son) == ["identity_needed"]


async def test_a_document_given_later_confirms_what_waits(intake: Rig) -> None:
    """The register's word reaches the open cases of this name, and no others."""
    mine, sons = await at_desk(intake), await at_desk(intake, name="रोहन कुमार")
    intake.register.people[PAN] = ("आशा देवी", 1988)
    await known(intake)
    states = [intake.store.cases[one].identity for one in (mine, sons)]
    assert [one and one.state for one in states] == ["confirmed", "needed"]
    await intake.command(mine, "complete-verification", {"outcome": "clear"})
    assert (await intake.command(mine, "approve-certificate", by=SP)).status_code == 202


async def test_a_stranger_who_gives_anothers_document_waits(intake: Rig) -> None:
    """The later, unverified one: neither verification nor paper; the first goes on and learns nothing yet."""
    first = await later(intake, application(identity_pan=PAN))
    assert notices(first) == ["identity_needed"]
    second = await later(intake, application(name="रवि", identity_pan=f" {PAN.lower()} "), by=RAVI)
    assert notices(second) == ["identity_review"]
    case_id = second["case_id"]
    (held,) = [one for one in intake.events(case_id) if isinstance(one, IdentityHeld)]
    assert (held.document_type, held.case_seq) == ("pan_card", 2)
    await intake.assign(case_id)
    refused = await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_not_confirmed")
    view = (await intake.get(f"/v1/desk/cases/{case_id}", by=intake_rig.SHO)).json()
    assert (view["identity"]["state"], "review-identity" in view["allowed"]) == ("held", True)
    assert "identity_review" in view["flags"]
    for text in (refused.text, str(view), str(second)):
        assert PAN not in text
        assert ASHA.phone is not None
        assert ASHA.phone[-4:] not in text
    state = intake.store.cases[first["case_id"]].identity
    assert state is not None
    assert state.state == "claimed"


@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
async def test_the_other_holder_is_named_to_the_notifier_after_the_review(intake: Rig, outcome: str) -> None:
    """Sealed, for this case, with his own language; then the claims say what the officer found."""
    await later(intake, {**application(identity_pan=PAN), "language": "en"})
    case_id = await at_desk(intake, RAVI, name="रवि", identity_pan=PAN)
    assert (await intake.command(case_id, "review-identity", {"outcome": outcome})).status_code == 202
    (event,) = [one for one in intake.events(case_id) if isinstance(one, IdentityReviewed)]
    assert (event.was_held, event.holder_language) == (True, "en")
    assert event.sealed_holder is not None
    holder = PersonalData.from_json(intake.ring.open(case_id, event.sealed_holder))
    assert holder == PersonalData(phone=ASHA.phone)
    states = {claim.holder: claim.state for claim in intake.identities.claims.values()}
    assert states == {ASHA.sub: "unverified", RAVI.sub: "verified" if outcome == "confirmed" else "refuted"}
    again = await later(intake, application(name="रवि", identity_pan=PAN), by=RAVI)
    assert notices(again) == ([] if outcome == "confirmed" else ["identity_review"])
    late = await later(intake, application(identity_pan=PAN))
    assert notices(late) == (["identity_review"] if outcome == "confirmed" else ["identity_needed"])


async def test_a_rejected_applicant_gets_no_paper(intake: Rig) -> None:
    """The verification may be completed, the approval is refused; who shows a right document later is confirmed."""
    case_id = await at_desk(intake)
    await intake.command(case_id, "review-identity", REJECTED)
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    refused = await intake.command(case_id, "approve-certificate", by=SP)
    assert refused.json()["code"] == "identity_not_confirmed"
    assert (await intake.command(case_id, "review-identity", CONFIRMED)).status_code == 202
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 202
    assert (await intake.command(case_id, "review-identity", REJECTED)).status_code == 409


async def test_a_complaint_goes_on_and_the_desk_knows(intake: Rig) -> None:
    """Neither held nor asked of the filer; only the desk sees that his document is under somebody else too."""
    await later(intake, application(identity_pan=PAN))
    await later(intake, application(name="रवि", identity_pan=PAN), by=RAVI)
    answer = await later(intake, COMPLAINT, by=RAVI)
    assert notices(answer) == []
    case_id = answer["case_id"]
    assert [type(event) for event in intake.events(case_id)] == [ComplaintFiled]
    await intake.assign(case_id)
    view = (await intake.get(f"/v1/desk/cases/{case_id}", by=intake_rig.SHO)).json()
    assert ("identity_conflict" in view["flags"], view["identity"]) == (True, None)
    other = await later(intake, COMPLAINT)
    await intake.assign(other["case_id"])
    view = (await intake.get(f"/v1/desk/cases/{other['case_id']}", by=intake_rig.SHO)).json()
    assert "identity_conflict" not in view["flags"]


async def test_a_document_given_after_the_filing_can_hold_it(intake: Rig) -> None:
    """As it would have at the filing, once."""
    intake.register.away = True
    await known(intake, RAVI, "रवि")
    case_id = await at_desk(intake)
    intake.clock.advance(timedelta(minutes=1))
    await known(intake)
    await known(intake)
    assert [type(event) for event in intake.events(case_id)][1:] == [IdentityHeld]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "perhaps"},
        {"outcome": "unknown"},
        {"outcome": "confirmed", "method": "register"},
        {"outcome": "confirmed", "document": AADHAAR},
        {"outcome": "confirmed", "last_four": AADHAAR},
        {"outcome": "confirmed", "last_four": "१२३४५"},
        {"outcome": "confirmed", "number": PAN},
        {"outcome": "confirmed", "document": "x" * 10_000},
    ],
    ids=["empty", "perhaps", "unknown", "register", "aadhaar", "aadhaar's end", "five", "a number", "huge"],
)
async def test_a_review_has_no_room_for_a_number(intake: Rig, body: dict[str, Any]) -> None:
    """422, and nothing is written."""
    case_id = await at_desk(intake)
    before = intake.store.cases[case_id].version
    answer = await intake.command(case_id, "review-identity", body)
    assert (answer.status_code, intake.store.cases[case_id].version) == (422, before)


async def test_nobody_reviews_what_was_not_asked(intake: Rig) -> None:
    """A complaint's filer has no identity to review, and a register's word is no officer's to send."""
    case_id = (await later(intake, COMPLAINT))["case_id"]
    await intake.assign(case_id)
    assert (await intake.command(case_id, "review-identity", CONFIRMED)).status_code == 409
    for act in ("confirm-identity", "hold-identity"):
        assert (await intake.command(case_id, act, {})).status_code == 404


def test_a_held_case_under_the_policies_has_a_review_clock() -> None:
    """Three days from the hold; the review ends it, and so does the case's end."""
    held = CaseIdentity(IdentityState.HELD, "pan_card", "234F", "c1")
    world = filed("character-certificate", applicant=held)
    assert "identity_review:1" in world.running
    assert Act.COMPLETE_VERIFICATION not in allowed_acts(world.situation, Role.SHO)
    assert Act.REVIEW_IDENTITY in allowed_acts(world.situation, Role.SHO)
    for outcome in ("confirmed", "rejected"):
        reviewed = commanded(world, Act.REVIEW_IDENTITY, identity.ReviewIdentity(outcome=outcome))
        assert "identity_review:1" not in reviewed.running
    refused = commanded(world, Act.REFUSE_CERTIFICATE, certificates.RefuseCertificate(reason_code="incomplete"))
    assert "identity_review:1" not in refused.running
