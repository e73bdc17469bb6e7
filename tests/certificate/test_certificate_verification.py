"""What anyone learns of a paper of each kind: valid, expired, revoked or replaced; and never who it is of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from certificate.domain import Status
from certificate.kinds import Kind
from certificate.records import REPLACED, Certificate, from_document, to_document

from .certificate_fakes import AT, CASE, KINDS, certificate, verifier

ALL = [pytest.param(kind, id=code) for code, kind in KINDS.items()]
YEARS = timedelta(days=4000)
TEXTS = {
    "valid": {"hi": "यह दस्तावेज मान्य है", "en": "This document is valid"},
    "expired": {"hi": "अवधि समाप्त हो चुकी है", "en": "The validity of this document has ended"},
    "revoked": {"hi": "निरस्त किया जा चुका है", "en": "has been revoked"},
    "replaced": {"hi": "नया दस्तावेज जारी हुआ है", "en": "A newer document of the same case"},
}


async def asked(paper: Certificate, **request: Any) -> httpx.Response:
    """The answer of the service at that time to whoever scans the paper's QR code."""

    async with verifier(paper, now=request.pop("now")) as client:
        return await client.get(f"/v1/verify/{paper.number}", **request)


@pytest.mark.parametrize("kind", ALL)
async def test_a_paper_is_valid_until_its_date(kind: Kind) -> None:
    """Years later one without an end is valid still; one with an end says that it has ended, in both languages."""
    paper = certificate(kind.kind)
    ends = kind.validity != "none"
    for now, state in ((AT, "valid"), (AT + YEARS, "expired" if ends else "valid")):
        body = (await asked(paper, now=now)).json()
        assert body["status"] == "valid"
        assert body["kind"] == kind.kind
        assert body.get("expired") == ((state == "expired") if ends else None)
        assert ("valid_until" in body) == ends
        for language in ("hi", "en"):
            page = (await asked(paper, now=now, headers={"accept": "text/html"}, params={"lang": language})).text
            assert TEXTS[state][language] in page
            assert (kind.title.hi if language == "hi" else kind.title.en) in page
            others = TEXTS.keys() - {state}
            assert not [other for other in others if TEXTS[other][language] in page]


@pytest.mark.parametrize("kind", ALL)
async def test_a_revoked_paper_is_called_so_for_ever(kind: Kind) -> None:
    """Whatever its validity; and one whose place a newer paper took says that."""
    revoked = replace(certificate(kind.kind), status=Status.REVOKED, revoked_at=AT, revoked_cause_id="x")
    for paper, state in ((revoked, "revoked"), (replace(revoked, reason_code=REPLACED), "replaced")):
        for now in (AT, AT + YEARS):
            assert (await asked(paper, now=now)).json()["status"] == "revoked"
            for language in ("hi", "en"):
                page = (await asked(paper, now=now, headers={"accept": "text/html"}, params={"lang": language})).text
                assert TEXTS["revoked"][language] in page
                assert (TEXTS["replaced"][language] in page) == (state == "replaced")
                assert TEXTS["valid"][language] not in page
                assert TEXTS["expired"][language] not in page


@pytest.mark.parametrize("kind", ALL)
async def test_verification_names_nobody(kind: Kind) -> None:
    """Neither the sample's person nor the case, the tracking number or an answer of the application."""
    paper = certificate(kind.kind)
    shown = (await asked(paper, now=AT)).text + (await asked(paper, now=AT, headers={"accept": "text/html"})).text
    hidden = [
        kind.sample.name,
        kind.sample.address,
        kind.sample.description,
        *kind.sample.facts.values(),
        CASE,
        "JS-26",
    ]
    hidden += [str(value) for value in kind.sample.attributes.values() if len(str(value)) > 6]
    assert not [one for one in hidden if one and one in shown]


@pytest.mark.parametrize("kind", ALL)
def test_a_paper_is_read_back_as_it_was_stored(kind: Kind) -> None:
    """With its end if it has one; a paper stored before there were ends has none and never expires."""
    paper = certificate(kind.kind)
    document = to_document(paper, "sealed")
    assert from_document(document) == paper
    assert ("valid_until" in document) == (kind.validity != "none")
    document.pop("valid_until", None)
    assert not from_document(document).is_expired(AT + YEARS)


def test_the_first_kinds_are_stored_as_they_always_were() -> None:
    """Numbers, ids and fields of the papers that people hold already."""
    assert certificate("character").number == "CC-26-9A0HD-F7W15-P"
    assert certificate("lost-report").number == "LR-26-88NVG-EXC61-3"
    fields = {
        "_id",
        "number",
        "case_id",
        "kind",
        "status",
        "issued_at",
        "told_at",
        "cause_id",
        "traceparent",
        "station",
    }
    assert set(to_document(certificate("lost-report"), "x")) == fields | {"verify_url", "sha256", "pdf"}
