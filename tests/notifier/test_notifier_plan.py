from __future__ import annotations

from typing import Any

import pytest

from chassis.sentences import CodeNames
from event_schemas import (
    EVENT_CLASSES,
    AssignedToStation,
    CertificateIssued,
    ComplaintAcknowledged,
    ComplaintFiled,
    Event,
    IdentityReviewed,
    InquiryCompleted,
    PersonalData,
    Post,
    ResponderDispatched,
    SLABreached,
    SLADueSoon,
    SubRequestAnswered,
    SubRequestMade,
    VerificationCompleted,
    WithdrawalRequested,
    ids,
)
from notifier.contacts import Contacts, Unreachable
from notifier.directory import Missing
from notifier.domain import CaseCard, Notice, RetryPolicy
from notifier.handlers import TYPES
from notifier.lint import lint
from notifier.rules import RULES, plan
from notifier.templates import DEFAULT_PATH
from tests.in_memory_broker import received

from .notifier_fakes import CASE, KEYS, PHONE, START, card, directory, notice, post

CODE_NAMES = CodeNames.load()
BOOK = lint(DEFAULT_PATH)
BASE = {"case_id": CASE, "occurred_at": START}
DERIVED = BASE | {"cause_id": "cause"}
STATION = {"code": "5140003", "name": "Sheohar", "district": "Sheohar", "police_district": "SHEOHAR"}
BREACH = DERIVED | {
    "breach_id": "b",
    "clock": "inquiry",
    "clock_id": "inquiry:1",
    "rev": 2,
    "due_at": START,
    "target_s": 60,
    "overdue_s": 1,
    "escalate_to": "SDPO:5140003",
}

ASSIGNED = DERIVED | {
    "assignment_no": 1,
    "station": STATION,
    "officer_post": "SHO:5140003",
    "reason": "nearest",
    "confidence": 1,
    "boundary_version": "v1",
}
OFFLINE = {"desk_online": False, "also_inform": ["HQ:control-room-51"]}
DUE_SOON = DERIVED | {"clock": "inquiry", "clock_id": "inquiry:1", "rev": 1, "due_at": START, "fraction": 0.8}

REMINDED = {"citizen": "reminder_overdue", "office": "citizen_overdue"}

FILED = BASE | {
    "case_seq": 1,
    "tracking_number": "JS-26-7K3M-9QXD-4",
    "service_code": "e-complaint",
    "lane": "routine",
    "channel": "web",
    "language": "hi",
}
EVENTS: list[tuple[Event, dict[str, str]]] = [
    (ComplaintFiled.model_validate(FILED), {"citizen": "filed"}),
    (
        AssignedToStation.model_validate(ASSIGNED),
        {"citizen": "assigned", "office": "new_case"},
    ),
    (
        ComplaintAcknowledged.model_validate(BASE | {"case_seq": 2, "by_post": "SHO:5140003"}),
        {"citizen": "acknowledged"},
    ),
    (
        ResponderDispatched.model_validate(BASE | {"case_seq": 2, "unit": "PCR-7", "kind": "police"}),
        {"citizen": "dispatched"},
    ),
    (
        InquiryCompleted.model_validate(BASE | {"case_seq": 3, "finding": "substantiated"}),
        {"citizen": "inquiry_completed"},
    ),
    (
        CertificateIssued.model_validate(
            DERIVED
            | {"certificate_id": "x", "kind": "character", "verify_url": "http://x/v1/verify/x", "sha256": "0" * 64}
        ),
        {"citizen": "certificate_issued"},
    ),
    (
        SLADueSoon.model_validate(DUE_SOON),
        {"office": "due_soon"},
    ),
    (SLADueSoon.model_validate(DUE_SOON | {"fraction": 0.5}), {}),
    (SLABreached.model_validate(BREACH | {"level": 0}), {"citizen": "apology_delay", "office": "breach"}),
    (SLABreached.model_validate(BREACH | {"level": 1}), {"citizen": "escalated", "office": "breach"}),
    (SLADueSoon.model_validate(DUE_SOON | {"owner": "citizen"}), {"citizen": "reminder_due_soon"}),
    (
        WithdrawalRequested.model_validate(BASE | {"case_seq": 3}),
        {"citizen": "withdrawal_asked_routine", "office": "withdrawal_requested"},
    ),
    (SLADueSoon.model_validate(DUE_SOON | {"owner": "citizen", "fraction": 0.5}), {}),
    (SLABreached.model_validate(BREACH | {"level": 0, "owner": "citizen"}), REMINDED),
    (SLABreached.model_validate(BREACH | {"level": 1, "owner": "citizen"}), REMINDED),
]


def planned(event: Event, **changes: Any) -> tuple[Notice, ...]:
    envelope = received(event, event_id="e-1").envelope
    return plan(envelope, card(**changes), emergency=False, code_names=CODE_NAMES, office_language="hi", book=BOOK)


@pytest.mark.parametrize(("event", "wanted"), EVENTS)
def test_each_event_notifies_exactly_whom_it_should(event: Event, wanted: dict[str, str]) -> None:
    """One message per event, audience and channel, by the template of the table."""
    notices = planned(event)
    assert {n.audience: n.template for n in notices} == wanted
    assert len(notices) == len(wanted)
    assert {n.notification_id for n in notices} == {ids.notification_id("e-1", a, "sms") for a in wanted}


def test_every_event_the_consumer_asks_for_is_known_and_planned() -> None:
    """The consumer's types are the rules' events, the erasure and a changed contact: nothing is fetched for nothing."""
    assert set(EVENT_CLASSES) >= TYPES
    assert RULES.event_types | {"ContactChanged", "PersonalDataErased"} == TYPES


def test_each_event_gives_its_person_a_message_or_a_reason_why_not() -> None:
    """Every event there is has a rule for the citizen or a reason for silence, never both."""
    notified = {rule.event for rule in RULES.messages if rule.to == "citizen"}
    reasons = {name for name, reason in RULES.silent.items() if len(reason) > 20}
    assert notified | reasons == set(EVENT_CLASSES)
    assert not notified & reasons


@pytest.mark.parametrize(("event", "wanted"), EVENTS)
def test_who_filed_anonymously_gets_no_message(event: Event, wanted: dict[str, str]) -> None:
    """An anonymous case has messages to offices alone."""
    audiences = {n.audience for n in planned(event, anonymous=True, sealed=None)}
    assert audiences == set(wanted) - {"citizen"}


def test_a_sensitive_case_is_neutral_to_the_citizen_and_plain_to_the_office() -> None:
    """Somebody else may read the citizen's phone; the office must know what it is about."""
    notices = {n.audience: n for n in planned(EVENTS[1][0], sensitive=True)}
    assert notices["citizen"].neutral
    assert not notices["office"].neutral


def test_language_is_the_recipients() -> None:
    """The citizen is written to in the language of the filing, the office in the office's."""
    notices = {n.audience: n for n in planned(EVENTS[8][0], language="en")}
    assert (notices["citizen"].language, notices["citizen"].variables["clock"]) == ("en", "inquiry")
    assert (notices["office"].language, notices["office"].variables["clock"]) == ("hi", "जाँच")


def test_a_breach_goes_to_the_post_it_names_and_a_warning_to_the_post_in_charge() -> None:
    """escalate_to for a breach, the assigned post for a warning, the new post for an assignment."""
    assert [n.post for n in planned(EVENTS[8][0]) if n.audience == "office"] == ["SDPO:5140003"]
    assert [n.post for n in planned(EVENTS[6][0])] == ["SHO:5140003"]


def to_offices(event: Event) -> list[tuple[str, str | None]]:
    return [(n.template, n.post) for n in planned(event) if n.audience == "office"]


def test_a_station_without_a_desk_and_its_control_room_are_both_notified() -> None:
    """Nobody there sees it on a screen: the post in charge and each post named beside it are notified, once each."""
    event = AssignedToStation.model_validate(ASSIGNED | OFFLINE)
    assert to_offices(event) == [("new_case_offline", "SHO:5140003"), ("new_case_offline", "HQ:control-room-51")]
    doubled = {"also_inform": ["HQ:control-room-51", "SHO:5140003", "HQ:control-room-51"]}
    assert to_offices(AssignedToStation.model_validate(ASSIGNED | OFFLINE | doubled)) == to_offices(event)


def test_the_patrols_near_an_emergency_are_notified() -> None:
    """Each near station's officer once, but for those who are notified of the case anyway."""
    near = {"nearest_stations": ["5140003", "5140005", "5140009", "5140005"]}
    wanted = [
        ("new_case", "SHO:5140003"),
        ("nearby_emergency", "SHO:5140005"),
        ("nearby_emergency", "SHO:5140009"),
    ]
    assert to_offices(AssignedToStation.model_validate(ASSIGNED | near)) == wanted


def test_each_office_has_its_own_message() -> None:
    """Messages of one event to several offices have different ids, and the same ones whenever they are planned."""
    event = AssignedToStation.model_validate(ASSIGNED | OFFLINE | {"nearest_stations": ["5140005", "5140009"]})
    notices = planned(event)
    assert len({n.notification_id for n in notices}) == len(notices) == 5
    assert planned(event) == notices


def test_a_case_whose_filing_was_never_seen_still_reaches_the_office() -> None:
    """Without a card the citizen can't be reached, but the office is notified."""
    envelope = received(EVENTS[1][0], event_id="e-1").envelope
    notices = plan(envelope, None, emergency=True, code_names=CODE_NAMES, office_language="hi", book=BOOK)
    assert {n.audience for n in notices} == {"citizen", "office"}
    with pytest.raises(Unreachable, match="no_contact"):
        Contacts(KEYS, directory()).phone_of(notices[0], None)


SHO = post(Post.SHO, "5140003", office_phone="+910400000001", parent="5140003:SDPO")
SDPO = post(Post.SDPO, "5140003", office_phone="+910400000002", parent="SHEOHAR:SP")
SP = post(Post.SP, "SHEOHAR", office_phone="+910400000003")


def test_a_vacant_post_passes_to_who_stands_in_else_upwards() -> None:
    """Vacant: the acting post's phone; without one, or with a vacant one, the parent's, and so on up."""
    vacant = SHO.model_copy(update={"vacant": True})
    assert directory(SHO, SDPO).phone_of("SHO:5140003") == "+910400000001"
    assert directory(vacant, SDPO).phone_of("SHO:5140003") == "+910400000002"
    acting = vacant.model_copy(update={"acting": "SHEOHAR:SP"})
    assert directory(acting, SDPO, SP).phone_of("SHO:5140003") == "+910400000003"
    assert directory(vacant, SDPO.model_copy(update={"vacant": True}), SP).phone_of("SHO:5140003") == "+910400000003"


def test_a_ladder_without_a_phone_or_in_a_circle_ends_in_no_contact() -> None:
    """A directory with a gap or a circle never hangs the notifier."""
    silent = SHO.model_copy(update={"office_phone": None, "parent": "5140003:SDPO"})
    circle = SDPO.model_copy(update={"office_phone": None, "parent": "5140003:SHO"})
    assert directory(silent, circle).phone_of("SHO:5140003") is Missing.NO_CONTACT
    assert directory(silent).phone_of("SHO:5140003") is Missing.NO_CONTACT
    assert directory().phone_of("SHO:5140003") is Missing.UNKNOWN_POST


def test_the_directory_forgets_a_deleted_post_and_survives_a_broken_record() -> None:
    """A deletion takes a post away; garbage on the topic changes nothing."""
    known = directory(SHO)
    known.on_record(b"5140003:SHO", b"{", ())
    assert known.phone_of("SHO:5140003") == "+910400000001"
    known.on_record(b"5140003:SHO", None, ())
    assert known.phone_of("SHO:5140003") is Missing.UNKNOWN_POST


def test_a_contact_is_opened_only_for_its_own_case() -> None:
    """The seal is bound to the case: another case's contact can't be opened, and nothing of it shows."""
    contacts = Contacts(KEYS, directory())
    assert contacts.phone_of(notice(), card()) == PHONE
    with pytest.raises(Unreachable, match="seal_wrong_case"):
        contacts.phone_of(notice(), card(case_id="c_another"))
    assert PHONE not in repr(card())


@pytest.mark.parametrize("emergency", [True, False])
def test_retries_wait_longer_each_time_up_to_a_limit_and_end(emergency: bool) -> None:
    """Doubling with jitter, capped lower for emergencies, and after the last attempt no more."""
    policy = RetryPolicy()
    longest = policy.longest_emergency_delay if emergency else policy.longest_delay
    for attempt in range(1, policy.max_attempts):
        least = policy.next_delay(attempt, emergency=emergency, jitter=0)
        most = policy.next_delay(attempt, emergency=emergency, jitter=1)
        assert least is not None
        assert most is not None
        assert policy.first_delay / 2 <= least <= most <= longest
    assert policy.next_delay(policy.max_attempts, emergency=emergency) is None


REVIEWED = BASE | {"case_seq": 3, "outcome": "rejected", "method": "original_seen", "was_held": True}


def test_who_gave_the_document_first_hears_of_the_review() -> None:
    """Neutrally and in his own language: neither the case nor the other person is named."""
    contact = KEYS.seal(CASE, PersonalData(phone="+919812300099").to_json(), START)
    event = IdentityReviewed.model_validate(REVIEWED | {"sealed_holder": contact, "holder_language": "en"})
    known = card(language="hi")
    first, holder = sorted(notices_of(event, known), key=lambda one: one.template)
    assert (first.template, holder.template, holder.language) == ("identity_rejected", "identity_shared", "en")
    assert (set(first.variables), set(holder.variables)) == ({"tracking_number"}, set())
    contacts = Contacts(KEYS, directory())
    assert contacts.phone_of(holder, known) == "+919812300099"
    assert contacts.phone_of(first, known) == PHONE
    assert "+919812300099" not in repr(holder)


@pytest.mark.parametrize(
    ("fields", "known"),
    [({"sealed_holder": None}, {}), ({"was_held": False}, {}), ({}, {"sensitive": True})],
    ids=["nobody is named", "no hold", "sensitive"],
)
def test_the_other_holder_hears_of_a_hold_alone(fields: dict[str, Any], known: dict[str, Any]) -> None:
    """And never of a sensitive case, whatever the event holds."""
    event = IdentityReviewed.model_validate(REVIEWED | {"sealed_holder": "s1.2026-11.x"} | fields)
    assert "identity_shared" not in [one.template for one in notices_of(event, card(**known))]


def test_who_was_verified_hears_of_the_result_by_the_number_given_for_him() -> None:
    """Who asked for it by a word and not by name, and nothing of what was found; never of a sensitive case."""
    contact = KEYS.seal(CASE, PersonalData(phone="+919812300099").to_json(), START)
    fields = BASE | {"case_seq": 3, "outcome": "adverse", "sealed_person": contact}
    known = card(service_code="tenant-verification")
    applicant, person = sorted(
        notices_of(VerificationCompleted.model_validate(fields), known), key=lambda one: one.template
    )
    assert (applicant.template, person.template) == ("verification_completed", "verification_person")
    assert person.variables == {"tracking_number": known.tracking_number, "asker": "आपके मकान मालिक"}
    assert Contacts(KEYS, directory()).phone_of(person, known) == "+919812300099"
    assert "+919812300099" not in repr(person)
    secret = notices_of(VerificationCompleted.model_validate(fields), card(sensitive=True))
    assert "verification_person" not in [one.template for one in secret]


def test_the_desks_hear_of_a_sub_request_and_of_its_answer() -> None:
    """The station asked, whose case it is not; a letter reaches no station; then the office of the case."""
    made = BASE | {"case_seq": 3, "sub_request_id": "r1", "by_post": "SHO:5140003"}
    asked = SubRequestMade.model_validate(made | {"mode": "station", "to_station": "5130001"})
    (notice,) = notices_of(asked, card())
    assert (notice.template, notice.post) == ("sub_request_here", "SHO:5130001")
    assert notices_of(SubRequestMade.model_validate(made | {"mode": "letter", "to_state": "delhi"}), card()) == ()
    answered = SubRequestAnswered.model_validate(made | {"outcome": "clear"})
    (notice,) = notices_of(answered, card(officer_post="SHO:5140003"))
    assert (notice.template, notice.post) == ("sub_request_answered", "SHO:5140003")


def helped(**more: Any) -> ComplaintFiled:
    """A filing by a common service centre, whose number the event names under seal."""
    contact = KEYS.seal(CASE, PersonalData(phone="+919812300099").to_json(), START)
    return ComplaintFiled.model_validate(FILED | {"helped_by": "csc", "sealed_helper": contact} | more)


@pytest.mark.parametrize("language", ["hi", "en"])
def test_who_helped_and_the_person_both_hear_of_it(language: str) -> None:
    """Each on his own number: the person by whom it was filed, the helper without the number of the case."""
    known = card(language=language)
    person, helper = sorted(notices_of(helped(language=language), known), key=lambda one: one.template)
    assert (person.template, helper.template, helper.language) == ("filed_for_you", "helped", language)
    assert person.variables["helper"] == {"hi": "जन सेवा केंद्र", "en": "a common service centre"}[language]
    assert set(helper.variables) == {"service"}
    contacts = Contacts(KEYS, directory())
    assert (contacts.phone_of(helper, known), contacts.phone_of(person, known)) == ("+919812300099", PHONE)


def test_a_helper_without_a_number_and_one_of_a_sensitive_case_hear_nothing() -> None:
    """Of a sensitive case nothing, whatever the event holds; the person is notified all the same."""
    unreached, sensitive = helped(sealed_helper=None), helped(sensitive=True)
    assert [one.template for one in notices_of(unreached, card())] == ["filed_for_you"]
    (person,) = notices_of(sensitive, card(sensitive=True))
    assert (person.template, person.neutral) == ("filed_for_you", True)


def notices_of(event: Event, known: CaseCard) -> tuple[Notice, ...]:
    one = received(event)
    return plan(one.envelope, known, emergency=False, code_names=CODE_NAMES, office_language="hi", book=BOOK)
