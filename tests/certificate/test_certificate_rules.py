from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from certificate.domain import Order, Status, certificate_number, check_order, orders_of
from certificate.links import LONGEST, LinkSigner
from certificate.records import issued_record, revoked_record
from certificate.verify_page import verify_page
from event_schemas import (
    CertificateApproved,
    ComplaintFiled,
    Event,
    InvalidEvent,
    decode,
    ids,
)
from tests.in_memory_broker import received

from .certificate_fakes import AT, CASE, KINDS, PAPERS, case, certificate, order

BASE = {"case_id": CASE, "occurred_at": AT, "case_seq": 4, "by_post": "SHO:5140003"}


def order_of(event: Event, service_code: str = "character-certificate") -> Order | None:
    """The one paper that an event of a case of that service orders."""
    found = orders_of(PAPERS, received(event).envelope, case(service_code=service_code))
    assert len(found) <= 1
    return found[0] if found else None


def filed(service_code: str) -> ComplaintFiled:
    return ComplaintFiled.model_validate(
        {
            "case_id": CASE,
            "occurred_at": AT,
            "case_seq": 1,
            "tracking_number": "JS-26-7K3M-9QXD-4",
            "service_code": service_code,
            "lane": "routine",
            "channel": "web",
            "language": "hi",
        }
    )


def test_an_approval_and_a_lost_article_order_a_certificate_and_nothing_else_does() -> None:
    """Character on approval, a lost report at filing; the filing of an application for a certificate orders nothing."""
    approved = order_of(CertificateApproved.model_validate(BASE | {"kind": "character"}))
    assert approved is not None
    assert (approved.kind.kind, approved.approved_by) == ("character", "SHO:5140003")
    lost = order_of(filed("lost-property"), "lost-property")
    assert lost is not None
    assert (lost.kind.kind, lost.approved_by) == ("lost-report", None)
    assert order_of(filed("character-certificate")) is None


@pytest.mark.parametrize("kind", ["passport", "lost-report"])
def test_an_approval_of_a_kind_nobody_writes_is_poison(kind: str) -> None:
    """It goes to the dead letters instead of a paper with another title."""
    with pytest.raises(InvalidEvent, match="certificate_kind_unknown"):
        order_of(CertificateApproved.model_validate(BASE | {"kind": kind}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verification": "adverse"}, "verification_not_clear"),
        ({"verification": "unable"}, "verification_not_clear"),
        ({"sealed": None}, "applicant_unknown"),
    ],
)
def test_no_certificate_states_what_was_not_found(change: dict[str, Any], reason: str) -> None:
    """Approved against its verification, or for nobody: refused, for a person to look at."""
    with pytest.raises(InvalidEvent, match=reason):
        check_order(order(), case(**change))
    with pytest.raises(InvalidEvent, match="case_unknown"):
        check_order(order(), None)
    assert check_order(order("lost-report"), case(service_code="lost-property", **change))


def test_ids_and_numbers_follow_from_the_case() -> None:
    """The same order has the same id and number, another kind another, and the number can be typed."""
    assert order().certificate_id == ids.certificate_id(CASE, "character")
    assert order().number == order().number
    assert order().number != order("lost-report").number
    number = certificate_number(KINDS["character"], order().certificate_id, AT)
    prefix, year, first, second, check = number.split("-")
    assert (prefix, year, len(first), len(second), len(check)) == ("CC", "26", 5, 5, 1)
    assert not set(first + second) & set("ILOU")


def test_an_event_emitted_again_is_the_same_bytes() -> None:
    """CertificateIssued and CertificateRevoked have derived ids and are equal however often they are emitted."""
    issued = certificate()
    assert issued_record(issued) == issued_record(issued)
    decoded = decode(issued_record(issued).headers, issued_record(issued).value)
    assert decoded.event_id == ids.certificate_event_id(issued.certificate_id, "CertificateIssued")
    revoked = certificate(status=Status.REVOKED, revoked_at=AT, revoked_cause_id="order")
    assert decode(revoked_record(revoked).headers, revoked_record(revoked).value).type == "CertificateRevoked"


def test_a_signed_link_holds_for_its_certificate_and_time_alone() -> None:
    """Another certificate, a later expiry, another secret, or after the time: not genuine."""
    signer = LinkSigner("https://x", "secret")
    link = signer.link("cert-1", now=AT, lifetime=timedelta(minutes=15))
    expires = int(link.expires_at.timestamp())
    signature = link.url.rpartition("signature=")[2]
    assert signer.is_genuine("cert-1", expires, signature, now=AT)
    assert not signer.is_genuine("cert-2", expires, signature, now=AT)
    assert not signer.is_genuine("cert-1", expires + 1, signature, now=AT)
    assert not signer.is_genuine("cert-1", expires, signature, now=AT + timedelta(minutes=15))
    assert not LinkSigner("https://x", "other").is_genuine("cert-1", expires, signature, now=AT)
    assert signer.link("cert-1", now=AT, lifetime=timedelta(days=400)).expires_at == AT + LONGEST


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize(
    "found", [certificate(), certificate(status=Status.REVOKED, revoked_at=AT), Status.UNKNOWN, Status.MISTYPED]
)
def test_the_page_is_in_both_languages_and_names_nobody(language: str, found: Any) -> None:
    """Valid, revoked, unknown or mistyped, in the reader's language, with no case, tracking number or person."""
    shown = verify_page(found, language, kinds=KINDS, now=AT)
    assert f'<html lang="{language}">' in shown
    assert CASE not in shown
    assert "JS-26" not in shown
    assert "$" not in shown


def test_the_page_escapes_what_it_shows() -> None:
    """A station's name is text, whatever it holds."""
    shown = verify_page(certificate(station="<script>alert(1)</script>"), "en", kinds=KINDS, now=AT)
    assert "<script>" not in shown
