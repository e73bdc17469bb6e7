"""Applications and orders to print certificates from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from certificate.api import verify_router
from certificate.compose import page_of as composed
from certificate.domain import CaseFile, Order
from certificate.kind_rules import checked
from certificate.metrics import CertificateMetrics
from certificate.page import Page
from certificate.records import Certificate, certificate_of
from certificate.spelling import Name
from event_schemas import PersonalData, ids
from tests.contract import documented
from tests.http_app import app_of
from tests.manual_clock import ManualClock

PAPERS = checked()
KINDS = PAPERS.kinds
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CASE = "c_01M820KRWBZXF69DE1D4FEXZX0"
URL = "https://janseva.example.in/v1/verify/"
PERSON = PersonalData(
    name="श्रेया कृष्णमूर्ति त्रिपाठी",
    phone="+910900000001",
    address="ग्राम ज्ञानपुर, पोस्ट क्षेत्रपाल टोला, शिवहर 843329",
    description="मेरा काले रंग का बटुआ शिवहर बस अड्डे के पास खो गया।",
    attributes={"father_name": "श्री प्रद्युम्न त्रिपाठी", "lost_at": "2026-11-21T18:30:00+05:30"},
)


def case(**changes: Any) -> CaseFile:
    whole = CaseFile(
        case_id=CASE,
        tracking_number="JS-26-7K3M-9QXD-4",
        service_code="character-certificate",
        filed_at=AT,
        district="Sheohar",
        attributes={"purpose": "employment", "item": "wallet"},
        sealed="s",
        station_name="Sheohar",
        station_district="Sheohar",
        verification="clear",
    )
    return replace(whole, **changes)


def order(kind: str = "character") -> Order:
    return Order(
        certificate_id=ids.certificate_id(CASE, kind),
        kind=KINDS[kind],
        case_id=CASE,
        cause_id="cause",
        issued_at=AT,
        approved_by="SHO:5140003" if kind == "character" else None,
        traceparent=None,
    )


def page_of(made: Order, of: CaseFile, person: PersonalData, *, verify_url: str, qr: str) -> Page:
    return composed(PAPERS.common, made, of, person, verify_url=verify_url, qr=qr)


def certificate(kind: str = "character", **changes: Any) -> Certificate:
    made = certificate_of(order(kind), case(), verify_url=URL + "x", sha256="0" * 64, emitted_at=AT)
    return replace(made, **changes)


class Shelf:
    """The store's papers in memory."""

    def __init__(self, *papers: Certificate) -> None:
        self._papers = papers

    async def named(self, name: Name) -> Certificate | None:
        return next(
            (one for one in self._papers if one.certificate_id == name.certificate_id or one.number in name.numbers),
            None,
        )


@asynccontextmanager
async def verifier(*papers: Certificate, now: datetime = AT) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service at that time, whose answers must be those of its document."""
    registry, shelf = CollectorRegistry(), Shelf(*papers)
    routes = verify_router(shelf, CertificateMetrics(registry), PAPERS, ManualClock(now))  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app_of(routes, registry=registry)),
        base_url="http://c",
        event_hooks=documented("certificate"),
    ) as client:
        yield client
