"""What intake accepts as an approval is what the certificate service writes a paper for, kind by kind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from certificate.domain import CaseFile, check_order, orders_of
from certificate.kind_rules import checked
from certificate.kinds import Kind
from chassis.sentences import CodeNames
from event_schemas import CertificateApproved, CertificateIssued, CertificateRefused, Envelope, Event, InvalidEvent, ids
from event_schemas.papers import PaperRule, is_letter, paper_rules, papers_of
from intake.case import past
from intake.case.command import CommandBody, Context
from intake.case.derived import apply, derive
from intake.case.faults import ApproverNotEntitled, CommandFault, FactsRefused, TransitionNotAllowed, UnknownPaper
from intake.case.model import Case
from intake.case.situation import Situation
from intake.case.states import Family, Role, State
from intake.case.store.updates import derived_updates
from intake.catalogue.loader import Catalogue
from intake.commands import certificates
from intake.commands.allowed import allowed_acts, papers_to_approve
from intake.commands.decide import decide
from intake.commands.problems import problem_of
from intake.commands.table import TABLE, Act
from tests.intake.desk_walk import PAPERS, commanded, filed
from tests.intake.intake_rig import CATALOGUE, POLICIES, SP, Rig
from tests.intake.test_intake_desk import CERTIFICATE, at_station

APPROVED = sorted(code for code, rule in paper_rules().items() if rule.is_approved)
OUTCOMES = ("clear", "unable", "adverse", None)
FACTS = {"text": "17/26", "date": "2026-11-22", "time": "2026-11-22T10:15:00+05:30"}


def case_of(kind: Kind, outcome: str | None) -> Case:
    """Of a certificate's way to its verification, under the kind's service."""
    world = filed("character-certificate")
    if outcome is not None:
        world = commanded(world, Act.COMPLETE_VERIFICATION, certificates.CompleteVerification(outcome=outcome))
    return replace(world.case, service_code=kind.services[0])


def decided(case: Case, body: CommandBody, act: Act = Act.APPROVE_CERTIFICATE, post: str | None = None) -> Envelope:
    now = case.filed_at + timedelta(hours=1)
    change = decide(act, body, case, Context(now, "e", post or "SP:ARARIA", POLICIES))
    event = change.events[0].event
    return sent(event)


def sent(event: Event) -> Envelope:
    return Envelope("e", event.type, event.producer, event.occurred_at, event.case_id, None, event)


def body(kind: Kind, facts: Mapping[str, str] | None = None) -> certificates.ApproveCertificate:
    return certificates.ApproveCertificate(kind=kind.kind, facts=kind.sample.facts if facts is None else facts)


def written(kind: Kind, case: Case, envelope: Envelope, outcome: str | None) -> bool:
    """Whether the certificate service writes that paper; InvalidEvent if it refuses."""
    file = CaseFile(
        case.case_id, case.tracking_number, case.service_code, case.filed_at, None, {}, case.sealed,
        verification=outcome,
    )  # fmt: skip
    (order,) = orders_of(PAPERS, envelope, None)
    return order.kind == kind and check_order(order, file) is file


def test_the_rules_are_those_of_the_papers() -> None:
    """One source: what intake reads is what `make generate` wrote from the certificate service's files."""
    assert paper_rules() == {kind.kind: kind.rule for kind in checked().kinds.values()}
    assert len(APPROVED) >= 6


@pytest.mark.parametrize("outcome", OUTCOMES, ids=str)
@pytest.mark.parametrize("code", APPROVED)
def test_an_approval_is_accepted_exactly_where_its_paper_is_written(code: str, outcome: str | None) -> None:
    """For each outcome of the verification, and without one; where it is refused it is not listed either."""
    kind = PAPERS.kinds[code]
    case = case_of(kind, outcome)
    listed = Act.APPROVE_CERTIFICATE in allowed_acts(Situation(case, case.filed_at, POLICIES), Role.SP)
    if kind.verification and outcome not in kind.verification:
        assert not listed
        with pytest.raises(TransitionNotAllowed):
            decided(case, body(kind))
        forced = CertificateApproved(
            case_id=case.case_id, occurred_at=case.filed_at, case_seq=9, kind=code, by_post="SP:1",
            facts=dict(kind.sample.facts),
        )  # fmt: skip
        with pytest.raises(InvalidEvent, match="verification_not_clear"):
            written(
                kind, case, Envelope("e", forced.type, "intake", case.filed_at, case.case_id, None, forced), outcome
            )
        return
    assert listed
    envelope = decided(case, body(kind))
    assert isinstance(envelope.data, CertificateApproved)
    assert (envelope.data.kind, envelope.data.facts) == (code, dict(kind.sample.facts))
    assert written(kind, case, envelope, outcome)


@pytest.mark.parametrize("code", APPROVED)
def test_only_the_posts_of_the_kind_approve_it_and_never_who_verified(code: str) -> None:
    """Another's approval is refused with the posts that may, and is not in the list of what he may do."""
    kind = PAPERS.kinds[code]
    case = case_of(kind, "clear")
    assert past.verified_by(case) == "SHO:5140003"
    posts = [post for post in kind.approved_by if post != "SHO" or not kind.verification]
    situation = Situation(case, case.filed_at, POLICIES)
    for role in (Role.SHO, Role.SDPO, Role.SP, Role.HQ):
        entitled = role.value.upper() in posts
        assert (Act.APPROVE_CERTIFICATE in allowed_acts(situation, role)) == entitled
        if not entitled:
            with pytest.raises(ApproverNotEntitled) as fault:
                decided(case, body(kind), post=f"{role.value.upper()}:BIHAR")
            assert fault.value.facts["posts"] == [str(post) for post in posts]


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        ({}, [("diary_number", "missing"), ("entered_at", "missing")]),
        ({"diary_number": " \u200d", "entered_at": FACTS["time"]}, [("diary_number", "blank")]),
        ({"diary_number": "17/26", "entered_at": "22 Nov"}, [("entered_at", "instant")]),
        ({"diary_number": "17/26", "entered_at": "2026-11-22T10:15:00"}, [("entered_at", "instant")]),
        ({"diary_number": "17/26", "entered_at": "2026-12-22T10:15:00Z"}, [("entered_at", "datetime_past")]),
        ({"diary_number": "17/26", "entered_at": FACTS["time"], "name": "x"}, [("name", "extra_forbidden")]),
    ],
    ids=["none", "blank", "no time", "no zone", "to come", "unknown"],
)
def test_each_wrong_fact_of_a_paper_is_named(facts: dict[str, str], faults: list[tuple[str, str]]) -> None:
    """Missing, empty, no time, not yet happened, not the paper's: each by its name."""
    kind = PAPERS.kinds["station-diary-extract"]
    with pytest.raises(FactsRefused) as fault:
        decided(case_of(kind, None), body(kind, facts))
    assert list(fault.value.faults) == faults


def test_another_services_paper_is_not_approved() -> None:
    """The fault lists those that can be."""
    with pytest.raises(UnknownPaper) as fault:
        decided(case_of(PAPERS.kinds["character"], "clear"), certificates.ApproveCertificate(kind="hand-over-memo"))
    assert fault.value.facts == {"papers": ["character"]}


def test_a_paper_without_its_applicant_is_not_approved() -> None:
    """Nobody is named on a paper that names its applicant."""
    for code in APPROVED:
        kind = PAPERS.kinds[code]
        case = replace(case_of(kind, "clear"), sealed=None)
        assert (Act.APPROVE_CERTIFICATE in allowed_acts(Situation(case, case.filed_at, POLICIES), Role.SP)) == (
            not kind.needs_applicant
        )


def test_a_transferred_application_is_verified_anew() -> None:
    """The outcome of the station before does not carry the paper of the next."""
    case = replace(case_of(PAPERS.kinds["character"], "clear"), state=State.ASSIGNED)
    with pytest.raises(CommandFault):
        decided(case, certificates.ApproveCertificate())


def test_a_refusal_names_the_kind_of_the_service() -> None:
    """Its code, not the service's name cut short."""
    kind = PAPERS.kinds["character"]
    refused = decided(case_of(kind, "adverse"), certificates.RefuseCertificate(reason_code="x"), Act.REFUSE_CERTIFICATE)
    assert isinstance(refused.data, CertificateRefused)
    assert refused.data.kind == "character"


async def test_what_is_wrong_with_an_approval_is_answered_in_its_place(intake: Rig) -> None:
    """The wrong fact by its pointer, an unknown paper with those that are possible, a post with those that may."""
    case_id = await at_station(intake, CERTIFICATE)
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    wrong = await intake.command(case_id, "approve-certificate", {"facts": {"beat": "3"}}, by=SP)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "validation_failed")
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/facts/beat"]
    unknown = await intake.command(case_id, "approve-certificate", {"kind": "hand-over-memo"}, by=SP)
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["papers"]) == (
        422,
        "paper_unknown",
        ["character"],
    )
    fault = problem_of(ApproverNotEntitled(["SHO"]), intake.store.cases[case_id], [], CodeNames.load())
    assert (fault.type.code, fault.type.status, fault.extra) == ("approver_not_entitled", 403, {"posts": ["SHO"]})


def unreached(catalogue: Catalogue, rules: Mapping[str, PaperRule]) -> set[tuple[str, str]]:
    """(service, command) where a family yields a paper and the table gives the family no such command."""
    found: set[tuple[str, str]] = set()
    for rule in rules.values():
        acts = [Act.ORDER_CERTIFICATE_REVOCATION, *([Act.APPROVE_CERTIFICATE] if rule.is_approved else [])]
        services = [service for code in rule.services if (service := catalogue.get(code)) is not None]
        found |= {(one.code, str(act)) for one in services for act in acts if one.family not in TABLE[act].families}
    return found


def test_every_family_that_yields_a_paper_can_approve_and_revoke_it() -> None:
    """A family without the command is found."""
    assert unreached(CATALOGUE, paper_rules()) == set()
    lost = paper_rules()["lost-report"]
    moved = lost.model_copy(update={"services": ("hearing",)})
    service = CATALOGUE.get("hearing")
    assert service is not None
    assert service.family is Family.VISIT
    assert unreached(CATALOGUE, {"x": moved}) == {("hearing", "order-certificate-revocation")}


def test_the_catalogue_promises_the_papers_that_are_written() -> None:
    """What a service says that it yields are the citizen's kinds that name it, no fewer and no more."""
    assert {one.code: set(one.yields.papers) for one in CATALOGUE} == {
        one.code: {rule.kind for rule in papers_of(one.code) if rule.audience == "citizen"} for one in CATALOGUE
    }


@pytest.mark.parametrize("code", sorted(paper_rules()))
def test_an_approved_paper_alone_ends_the_wait_for_one(code: str) -> None:
    """In the case as in the store's write: a receipt and a result's paper leave the state as it is."""
    case = case_of(PAPERS.kinds["licence-verification"], "clear")
    issued = CertificateIssued(
        case_id=case.case_id, occurred_at=case.filed_at, cause_id="c", certificate_id="x", kind=code,
        verify_url="http://v", sha256="0" * 64,
    )  # fmt: skip
    derived = derive("e", issued)
    assert derived.effect is not None
    (written,) = derived_updates(derived)
    moved = apply(replace(case, family=Family.VERIFICATION), derived.effect).state
    granted = paper_rules()[code].is_approved and not is_letter(code)
    assert (moved is State.CERTIFICATE_ISSUED) == granted
    assert ("$switch" in repr(written)) == granted


@pytest.mark.parametrize("code", sorted(code for code in APPROVED if is_letter(code)))
def test_a_letter_decides_nothing_and_follows_the_citizens_paper_too(code: str) -> None:
    """Approved first it leaves the case undecided; one at a time; one that was revoked is written anew."""
    kind = PAPERS.kinds[code]
    world = filed("character-certificate")
    world = commanded(world, Act.COMPLETE_VERIFICATION, certificates.CompleteVerification(outcome="clear"))
    world = replace(world, case=replace(world.case, service_code=kind.services[0]))
    written_ = commanded(world, Act.APPROVE_CERTIFICATE, body(kind))
    assert (past.decision(written_.case), written_.case.state) == (None, State.VERIFICATION_DONE)
    assert code not in {rule.kind for rule in papers_to_approve(written_.case)}
    on_its_way = replace(written_.case, state=State.CERTIFICATE_ISSUED, certificates={})
    assert code not in {rule.kind for rule in papers_to_approve(on_its_way)}
    ((certificate_id, record),) = written_.case.certificates.items()
    revoked = replace(on_its_way, certificates={certificate_id: replace(record, revoked=True)})
    assert code in {rule.kind for rule in papers_to_approve(revoked)}
    again = decided(revoked, body(kind)).data
    assert isinstance(again, CertificateApproved)
    assert again.certificate_id == ids.certificate_id(revoked.case_id, code, 2)
