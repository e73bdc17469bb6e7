"""Each kind of paper: ordered by its event alone, whole whatever people wrote, and true of what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certificate.compose import page_of
from certificate.domain import CaseFile, Order, check_order, orders_of
from certificate.kinds import Kind
from certificate.page import Page, clean
from certificate.render import Renderer, qr_svg
from certificate.samples import sample_case, sample_order, sample_person
from chassis.sentences import CodeNames
from event_schemas import (
    EVENT_CLASSES,
    CertificateApproved,
    CertificateRefused,
    ComplaintFiled,
    Event,
    InvalidEvent,
    PersonalData,
    VerificationCompleted,
    VerificationOutcome,
)
from event_schemas.services import SERVICE_CODES
from tests.in_memory_broker import received
from tests.worst_inputs import worst_texts

from .certificate_fakes import AT, CASE, KINDS, PAPERS, URL, certificate
from .pdf_reading import missing_glyphs, read, rightmost, text_of

ALL = [pytest.param(kind, id=code) for code, kind in KINDS.items()]
APPROVED = [pytest.param(kind, id=code) for code, kind in KINDS.items() if kind.is_approved]
OF_A_RESULT = [
    pytest.param(kind, id=code) for code, kind in KINDS.items() if kind.ordered_by.event == VerificationCompleted.type
]
RESTING = [pytest.param(kind, id=code) for code, kind in KINDS.items() if kind.verification]
QR = qr_svg(URL + "x")
# The right edge of the paper's frame, in points.
FRAME = 595.3 - 25.5
HOSTILE = [
    *worst_texts(2000).values(),
    "W" * 900,
    "क्षत्रिय" * 150,
    '"); #panic() $x$ <label> @ref',
    "{who} {0} {}",
    "\u202e",
]


# Each kind meets another part of them.
PARTS = 11
SHAPES: dict[str, Any] = {
    "yes": True,
    "nothing": None,
    "no choice": [],
    "choices": ["a", {"b": 1}, [1]],
    "an object": {"name": "x"},
    "a number without end": 10**5000,
    "a negative number": -1.5,
    "a tree": {"a": {"b": {"c": {"d": {"e": "f"}}}}},
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


def ordering_event(kind: Kind, outcome: VerificationOutcome | None = None) -> Event:
    """The event that orders a paper of the kind, with the facts of its sample."""
    sample = kind.sample
    body: dict[str, Any] = {"case_id": CASE, "occurred_at": AT, "case_seq": 4}
    extra: dict[str, dict[str, Any]] = {
        "ComplaintFiled": {
            "tracking_number": "JS-26-7K3M-9QXD-4",
            "service_code": kind.services[0],
            "lane": "routine",
            "channel": "web",
            "language": "hi",
        },
        "CertificateApproved": {
            "kind": kind.kind,
            "by_post": f"{kind.approved_by[0] if kind.approved_by else ''}:X",
            "facts": sample.facts,
        },
        "VerificationCompleted": {"outcome": outcome or "clear"},
        "FIRRegistered": {"station": "5140003", **sample.event},
    }
    return EVENT_CLASSES[kind.ordered_by.event].model_validate(body | extra[kind.ordered_by.event])


def order_of(kind: Kind, outcome: VerificationOutcome | None = None) -> tuple[Order, CaseFile]:
    """Ordered by the event, and checked against the case."""
    case = replace(sample_case(kind), verification=outcome or kind.sample.outcome)
    found = orders_of(PAPERS, received(ordering_event(kind, outcome)).envelope, case)
    [order] = [one for one in found if one.kind is kind]
    return order, check_order(order, case)


def page(kind: Kind, person: PersonalData | None = None, outcome: VerificationOutcome | None = None) -> Page:
    order, case = order_of(kind, outcome)
    return page_of(PAPERS.common, order, case, person or sample_person(kind), verify_url=URL + "x", qr=QR)


def everywhere(kind: Kind, value: Any) -> PersonalData:
    """The same in every place where a person can write."""
    paths = [row.show.split(".")[1:] for row in kind.rows if row.show.startswith("attributes.")]
    return PersonalData(
        name=str(value),
        address=str(value),
        description=str(value),
        attributes={path[0]: value if len(path) == 1 else {path[1]: value} for path in paths},
    )


@pytest.mark.parametrize("kind", ALL)
def test_a_kind_is_ordered_by_its_own_event_in_its_own_services(kind: Kind) -> None:
    """Its event orders it in a case of each of its services, and in a case of no other."""
    event = ordering_event(kind)
    for service in sorted(SERVICE_CODES):
        one = event.model_copy(update={"service_code": service}) if isinstance(event, ComplaintFiled) else event
        case = replace(sample_case(kind), service_code=service)
        orders = [order for order in orders_of(PAPERS, received(one).envelope, case) if order.kind is kind]
        if service in kind.services:
            assert len(orders) == 1, service
            assert check_order(orders[0], case) is case
        elif kind.is_approved:
            with pytest.raises(InvalidEvent, match="certificate_kind_unknown"):
                check_order(orders[0], case)
        else:
            assert orders == [], service


@pytest.mark.parametrize("kind", ALL)
def test_the_paper_states_in_both_languages_what_it_is_and_is_not(renderer: Renderer, kind: Kind) -> None:
    """One page with title, number, basis and limits, every letter drawn, for each outcome it may rest on."""
    for outcome in kind.verification or (None,):
        made = page(kind, outcome=outcome)
        pdf = renderer.render_now(made, AT)
        text = text_of(pdf)
        assert len(read(pdf).pages) == 1
        assert missing_glyphs(pdf) == 0
        assert kind.title.en in text
        assert made.number in text
        for paragraph in made.statement:
            assert paragraph.en in text
            assert "{" not in paragraph.hi + paragraph.en
        for row in made.rows:
            assert row.label.en in text


@pytest.mark.parametrize("kind", ALL)
def test_a_sample_fills_every_row(kind: Kind) -> None:
    """Each row of the data can be filled: the picture shows it."""
    shown = {row.label.en for row in page(kind).rows}
    may_lack = {"Address"} if kind.sample.address is None else set()
    assert {row.label.en for row in kind.rows} - shown <= may_lack | {"Register entry"}


@pytest.mark.parametrize("kind", ALL)
def test_an_application_without_answers_still_has_its_paper(renderer: Renderer, kind: Kind) -> None:
    """Without a name nobody is "named above"; a missing answer leaves its row out, and no empty row stands."""
    made = page(kind, PersonalData())
    assert all(row.value for row in made.rows)
    assert kind.who.named.en not in made.statement[0].en
    assert kind.who.named.hi not in made.statement[0].hi
    assert missing_glyphs(renderer.render_now(made, AT)) == 0


@pytest.mark.parametrize("kind", ALL)
def test_whatever_people_wrote_is_printed_whole_and_obeyed_nowhere(renderer: Renderer, kind: Kind) -> None:
    """Huge and hostile words in every place: no empty box, nothing beyond the frame, no sentence of ours changed."""
    plain = page(kind, everywhere(kind, "x"))
    for value in HOSTILE[list(KINDS).index(kind.kind) % PARTS :: PARTS]:
        made = page(kind, everywhere(kind, value))
        if clean(value):
            assert made.statement == plain.statement
        pdf = renderer.render_now(made.model_copy(update={"rows": made.rows[:2], "statement": (), "notes": ()}), AT)
        assert missing_glyphs(pdf) == 0
        assert rightmost(pdf) <= FRAME


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_an_answer_of_any_shape_is_shown_or_left_out(kind: Kind, shape: str) -> None:
    """Whatever JSON an answer is, the page is made."""
    paths = [row.show.split(".")[1] for row in kind.rows if row.show.startswith("attributes.")]
    made = page(kind, PersonalData(name="x", attributes=dict.fromkeys(paths, SHAPES[shape])))
    assert all(row.value for row in made.rows)


@pytest.mark.parametrize("kind", ALL)
def test_the_phone_and_what_is_not_asked_for_stand_on_no_paper(kind: Kind) -> None:
    """Only what the kind shows is printed: no phone, and no other answer of the application."""
    person = sample_person(kind)
    more = person.model_copy(
        update={"phone": "+919812345678", "email": "a@b.in", "attributes": {**person.attributes, "illness": "secret-x"}}
    )
    printed = page(kind, more).model_dump_json()
    assert "9812345678" not in printed
    assert "a@b.in" not in printed
    assert "secret-x" not in printed


@pytest.mark.parametrize("kind", RESTING)
def test_an_adverse_verification_never_has_a_clear_paper(kind: Kind) -> None:
    """It is refused, or the paper says something else than after a clear one, or nothing of the outcome at all.

    What speaks against him is in a letter to the authority that decides, and in no paper that a person is handed.
    """
    clear = page(kind, outcome=VerificationOutcome.CLEAR).statement[0]
    if VerificationOutcome.ADVERSE not in kind.verification:
        with pytest.raises(InvalidEvent, match="verification_not_clear"):
            order_of(kind, VerificationOutcome.ADVERSE)
        return
    adverse = page(kind, outcome=VerificationOutcome.ADVERSE).statement[0]
    stated = any(one.outcomes for one in kind.statement)
    assert (adverse != clear) == stated
    withheld = ("adverse", "प्रतिकूल") if kind.audience == "citizen" else ()
    for phrase in (*withheld, ": verified", ": सत्यापित।"):
        assert phrase not in adverse.en + adverse.hi


@pytest.mark.parametrize("kind", OF_A_RESULT)
def test_whoever_asked_sees_verified_or_not_and_no_more(kind: Kind) -> None:
    """An adverse result reads, letter by letter, as one that could not be had."""
    adverse, unable = (page(kind, outcome=one) for one in (VerificationOutcome.ADVERSE, VerificationOutcome.UNABLE))
    assert adverse == unable
    assert "could not be verified" in adverse.statement[0].en
    assert "Result: verified" in page(kind, outcome=VerificationOutcome.CLEAR).statement[0].en


@pytest.mark.parametrize("kind", RESTING)
def test_no_paper_rests_on_a_verification_that_is_not_there(kind: Kind) -> None:
    """Nor on an outcome of a later version, which nobody here can put in words."""
    order = replace(sample_order(kind), outcome=None)
    for outcome in (None, "unknown"):
        with pytest.raises(InvalidEvent, match="verification_not_clear"):
            check_order(order, replace(sample_case(kind), verification=outcome))


@pytest.mark.parametrize("kind", ALL)
def test_a_refusal_orders_no_paper(kind: Kind) -> None:
    refused = CertificateRefused.model_validate(
        {"case_id": CASE, "occurred_at": AT, "case_seq": 4, "kind": kind.kind, "by_post": "SP:X", "reason_code": "no"}
    )
    assert orders_of(PAPERS, received(refused).envelope, sample_case(kind)) == []
    assert not PAPERS.may_order(refused)


@pytest.mark.parametrize("kind", APPROVED)
@pytest.mark.parametrize("post", ["IO", "COUNTER", "DISPATCHER", "SH", ""])
def test_a_post_that_may_not_approve_does_not(kind: Kind, post: str) -> None:
    """Whoever verified is no approver: the approval goes to the dead letters."""
    event = ordering_event(kind).model_copy(update={"by_post": f"{post}:5140003"})
    with pytest.raises(InvalidEvent, match="approver_not_entitled"):
        orders_of(PAPERS, received(event).envelope, sample_case(kind))


@pytest.mark.parametrize("kind", APPROVED)
def test_a_fact_that_the_desk_must_enter_is_not_left_blank(kind: Kind) -> None:
    """Each required fact, missing or invisible, stops the paper; an optional one leaves its row out."""
    event = ordering_event(kind)
    assert isinstance(event, CertificateApproved)
    for name, need in kind.facts.items():
        for left in ({}, {name: " \u200b"}):
            facts = {key: value for key, value in event.facts.items() if key != name} | left
            changed = received(event.model_copy(update={"facts": facts})).envelope
            [order] = orders_of(PAPERS, changed, sample_case(kind))
            if need == "required":
                with pytest.raises(InvalidEvent, match="certificate_fact_missing"):
                    check_order(order, sample_case(kind))
            else:
                assert check_order(order, sample_case(kind))
    if not kind.needs_applicant:
        return
    [order] = orders_of(PAPERS, received(event).envelope, sample_case(kind))
    with pytest.raises(InvalidEvent, match="applicant_unknown"):
        check_order(order, replace(sample_case(kind), sealed=None))


@pytest.mark.parametrize("kind", ALL)
def test_the_same_facts_are_the_same_paper(renderer: Renderer, kind: Kind) -> None:
    """The same event again: the same id, number and bytes. Another event has another paper if the kind repeats."""
    first, _ = order_of(kind)
    again, case = order_of(kind)
    assert (first.certificate_id, first.number) == (again.certificate_id, again.number)
    assert renderer.render_now(page(kind), AT) == renderer.render_now(page(kind), AT)
    later = received(ordering_event(kind).model_copy(update={"case_seq": 9})).envelope
    [order] = [one for one in orders_of(PAPERS, later, case) if one.kind is kind]
    assert (order.certificate_id != first.certificate_id) == kind.repeats


@pytest.mark.parametrize("kind", ALL)
def test_a_paper_holds_as_long_as_it_states(kind: Kind) -> None:
    """The printed day is the last one on which it is valid; what has no end has none printed."""
    made, until = page(kind), kind.valid_until(AT)
    if until is None:
        assert made.valid_until is None
        return
    assert made.valid_until is not None
    paper = certificate(kind.kind)
    assert paper.valid_until == until
    assert not paper.is_expired(until)
    assert paper.is_expired(until + timedelta(seconds=1))
    assert not replace(paper, valid_until=None).is_expired(until + timedelta(days=9999))
    assert made.valid_until.en in made.statement[1].en


def test_six_months_from_a_long_month_end_with_the_shorter_one() -> None:
    """31 August has no 31 February: the paper holds to the month's last day, the whole of it in India."""
    character = KINDS["character"]
    ends: Sequence[tuple[Any, str]] = [
        (AT.replace(month=8, day=31), "2027-02-28T23:59:59+05:30"),
        (AT.replace(month=12, day=31, hour=20), "2027-07-01T23:59:59+05:30"),
        (AT.replace(month=11, day=22), "2027-05-22T23:59:59+05:30"),
    ]
    for issued, end in ends:
        until = character.valid_until(issued)
        assert until is not None
        assert until.isoformat() == end


def test_messages_call_each_kind_by_its_name() -> None:
    """SMS and status say which paper it is, not only that there is one."""
    assert set(KINDS) <= set(CodeNames.load().names("certificates"))
