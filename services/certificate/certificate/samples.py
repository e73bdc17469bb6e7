"""A sample of each kind for people who want to see it: facts of nobody, marked as such across the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from event_schemas import CertificateApproved, ComplaintFiled, FIRRegistered, PersonalData, ids

from .compose import page_of
from .domain import CaseFile, Order
from .kinds import Kind, Papers
from .page import Page, Text
from .render import qr_svg

ISSUED_AT: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MARK: Final = Text(hi="नमूना", en="SAMPLE")
# A sample's QR code leads nowhere: nobody can take it for a paper.
VERIFY_URL: Final = "https://janseva.example.in/v1/verify/SAMPLE"
_CASE: Final = "c_01M820KRWBZXF69DE1D4FEXZX0"


_RESTS_ON: Final = {
    ComplaintFiled.type: "what was filed",
    CertificateApproved.type: "what the desk enters",
    FIRRegistered.type: "the FIR's registration",
}


def sample_order(kind: Kind) -> Order:
    """As the kind's ordering event would have it."""
    return Order(
        certificate_id=ids.certificate_id(_CASE, kind.kind),
        kind=kind,
        case_id=_CASE,
        cause_id="sample",
        issued_at=ISSUED_AT,
        approved_by=f"{kind.approved_by[0]}:SAMPLE" if kind.approved_by else None,
        traceparent=None,
        facts=kind.sample.facts,
        event=kind.sample.event,
        outcome=kind.sample.outcome,
    )


def sample_case(kind: Kind) -> CaseFile:
    return CaseFile(
        case_id=_CASE,
        tracking_number="JS-26-7K3M-9QXD-4",
        service_code=kind.services[0],
        filed_at=ISSUED_AT,
        district="Sheohar",
        attributes={},
        sealed="sample",
        station_name="Sheohar",
        station_name_hi="शिवहर",
        station_district="Sheohar",
        verification=kind.sample.outcome,
    )


def sample_person(kind: Kind) -> PersonalData:
    sample = kind.sample
    return PersonalData(
        name=sample.name,
        address=sample.address,
        description=sample.description,
        attributes=dict(sample.attributes),
    )


def sample_page(papers: Papers, kind: Kind) -> Page:
    page = page_of(
        papers.common,
        sample_order(kind),
        sample_case(kind),
        sample_person(kind),
        verify_url=VERIFY_URL,
        qr=qr_svg(VERIFY_URL),
    )
    return page.model_copy(update={"sample": MARK})


def kinds_table(papers: Papers, pictures: str) -> str:
    """The kinds in Markdown: what orders each, who approves it, how long it holds. `pictures` leads to their folder."""
    lines = [
        "| kind | number | of the services | for | ordered by | approved by | rests on | station | valid |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in papers.kinds.values():
        verification = ", ".join(kind.verification)
        cells = [
            f"[{kind.kind}]({pictures}{kind.kind}.png)",
            f"{kind.prefix}-",
            ", ".join(kind.services),
            "an office" if kind.audience == "office" else "the citizen",
            kind.ordered_by.event + (", each anew" if kind.repeats else ""),
            ", ".join(kind.approved_by) or "nobody",
            f"a verification: {verification}" if verification else _RESTS_ON[kind.ordered_by.event],
            "named" if kind.names_station else "not named",
            "no end" if kind.validity == "none" else f"{kind.validity.months} months",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
